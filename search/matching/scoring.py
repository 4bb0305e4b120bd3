"""Points, as plain arithmetic: a part is a share between 0 and 1 of its weight, and a score is the sum of its parts.

Each part is rounded for itself, and the score is the sum of what is shown: whoever takes a reason away finds the score
lower by exactly its points, also when everything is counted anew (decision 0037). Nothing else adds to a score.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PRACTICE, HELP, FUNDING = "practice", "help", "funding"
# Written into every match. A change of a weight, or of what a part means, is another version.
VERSION = "2026-11"
# What each part can be worth; those of a family sum to 100.
WEIGHTS: dict[str, dict[str, int]] = {
    PRACTICE: {
        "problem": 30, "function": 18, "words": 12, "context": 10, "coverage": 9, "group": 8, "evidence": 6,
        "language": 4, "freshness": 3,
    },
    HELP: {
        "coverage": 35, "function": 15, "words": 12, "help": 8, "context": 8, "language": 7, "group": 5, "record": 5,
        "freshness": 5,
    },
    FUNDING: {
        "function": 35, "amount": 17, "context": 15, "help": 10, "group": 8, "language": 5, "record": 5, "freshness": 5,
    },
}  # fmt: skip

# How near two terms of one tree are: the same, one inside the other, two of one branch.
SAME, INSIDE, BESIDE = 1.0, 0.6, 0.3
# What is fresh counts in full, what is older than STALE not at all.
FRESH, STALE = 365, 5 * 365
# Parts of the context: the same country is all of it, else likeness adds up.
SAME_COUNTRY, SAME_INCOME, BOTH_SMALL, SAME_REGION = 1.0, 0.35, 0.25, 0.25
STRONGEST = 5


@dataclass(frozen=True)
class Part:
    """One reason: what it is worth, and what it rests on, without words of any language."""

    name: str
    value: float
    points: int
    of: int
    data: Mapping[str, Any] = field(default_factory=dict)


def part(family: str, name: str, value: float, **data: Any) -> Part:
    """A part with its whole points. The value is kept between 0 and 1."""
    weight = WEIGHTS[family][name]
    value = min(1.0, max(0.0, value))
    return Part(name, value, int(weight * value + 0.5), weight, data)


def score(parts: Collection[Part]) -> int:
    """The sum of the points: 0 to 100."""
    return sum(one.points for one in parts)


# --- Values ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Nearness:
    """How near a set of terms comes to the wanted ones, and which of these it has."""

    value: float
    same: tuple[str, ...] = ()
    near: tuple[str, ...] = ()


def _above(code: str) -> str:
    return code.rpartition(".")[0]


def given(codes: Collection[str]) -> frozenset[str]:
    """The codes below which there is none: what was chosen, where the broader ones were added."""
    broader = {above for code in codes if (above := _above(code))}
    return frozenset(code for code in codes if code not in broader)


def distance(wanted: str, codes: Collection[str]) -> float:
    """How near the nearest of these (given) codes is to one. Codes of a tree name those above them before a point."""
    if wanted in codes:
        return SAME
    if any(code.startswith(f"{wanted}.") or wanted.startswith(f"{code}.") for code in codes):
        return INSIDE
    above = _above(wanted)
    return BESIDE if above and any(_above(code) == above for code in codes) else 0.0


def nearness(wanted: Sequence[str], codes: Collection[str]) -> Nearness:
    """The mean nearness over what is wanted; nothing wanted is nothing near."""
    if not wanted or not codes:
        return Nearness(0.0)
    own = given(codes)
    near = {code: distance(code, own) for code in dict.fromkeys(wanted)}
    return Nearness(
        sum(near.values()) / len(near),
        tuple(code for code, value in near.items() if value == SAME),
        tuple(code for code, value in near.items() if 0 < value < SAME),
    )


@dataclass(frozen=True)
class Place:
    """A country as far as likeness of context goes."""

    iso2: str = ""
    income: str = ""
    subregion: str = ""
    is_small: bool = False


def likeness(here: Place, there: Place) -> tuple[float, tuple[str, ...]]:
    """How alike the context is, and in what: country, income, small, subregion."""
    if not there.iso2 or not here.iso2:
        return 0.0, ()
    if here.iso2 == there.iso2:
        return SAME_COUNTRY, ("country",)
    alike = {
        "income": SAME_INCOME if here.income and here.income == there.income else 0.0,
        "small": BOTH_SMALL if here.is_small and there.is_small else 0.0,
        "subregion": SAME_REGION if here.subregion and here.subregion == there.subregion else 0.0,
    }
    return sum(alike.values()), tuple(name for name, value in alike.items() if value)


def freshness(on: dt.date | None, today: dt.date) -> float:
    """1 in the first year, then less each day, 0 after five; not known is 0."""
    if on is None:
        return 0.0
    days = (today - on).days
    return 1.0 if days <= FRESH else max(0.0, (STALE - days) / (STALE - FRESH))


# --- How much is known -----------------------------------------------------------------------


@dataclass(frozen=True)
class Confidence:
    """How complete and fresh what was judged is, from 0 to 100; never part of the score."""

    percent: int
    # What was not known, by name.
    gaps: tuple[str, ...]


def confidence(known: Mapping[str, bool]) -> Confidence:
    """The share of facts that were there."""
    gaps = tuple(name for name, is_known in known.items() if not is_known)
    return Confidence(int(100 * (len(known) - len(gaps)) / len(known) + 0.5) if known else 0, gaps)


def degree(percent: int) -> str:
    """high, medium or low."""
    return "high" if percent >= 75 else "medium" if percent >= 40 else "low"
