"""The half-or-more rule (source 001, box 12): what of the needed competences somebody covers, and who closes the gap.

An essential competence weighs double. Half or more, and all essential ones, can be relevant; below that one may be a
partner. Where no competence is asked for there is no rule, and that is said.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

ESSENTIAL, USEFUL = 2, 1
# So many propose themselves together at most.
PARTNERS = 3
K = TypeVar("K")


@dataclass(frozen=True)
class Asked:
    """The competences that a need asks for."""

    essential: tuple[str, ...] = ()
    useful: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.essential, *self.useful)))

    def weight(self, codes: Collection[str]) -> int:
        """The weight of these competences."""
        return sum(ESSENTIAL if code in self.essential else USEFUL for code in self.all if code in codes)


@dataclass(frozen=True)
class Coverage:
    """What is covered of what is asked for."""

    asked: Asked
    covered: tuple[str, ...]

    @property
    def is_asked(self) -> bool:
        return bool(self.asked.all)

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(code for code in self.asked.all if code not in self.covered)

    @property
    def share(self) -> float:
        """The weighted share; 0 where nothing is asked for."""
        total = self.asked.weight(self.asked.all)
        return self.asked.weight(self.covered) / total if total else 0.0

    @property
    def has_essential(self) -> bool:
        return all(code in self.covered for code in self.asked.essential)

    def is_enough(self, threshold: float) -> bool:
        """Whether it can be relevant. True where nothing is asked for: there is nothing to miss."""
        # Counted in whole weights: half of seven is not a matter of the last digit of a float.
        return self.has_essential and self.share + 1e-9 >= threshold if self.is_asked else True


def covers(code: str, codes: Collection[str]) -> bool:
    """Whether one of these competences is this one or holds it: who runs all of D6.2 can do D6.2.1, not the reverse."""
    return any(code == one or code.startswith(f"{one}.") for one in codes)


def cover(asked: Asked, codes: Collection[str]) -> Coverage:
    """What these competences cover."""
    return Coverage(asked, tuple(code for code in asked.all if covers(code, codes)))


@dataclass(frozen=True)
class Consortium:
    """Some who cover more together than each of them alone."""

    members: tuple[str, ...]
    coverage: Coverage


def consortium(asked: Asked, candidates: Mapping[str, Sequence[str]], *, threshold: float) -> Consortium | None:
    """Two or three who together can be relevant, chosen greedily: each time who adds most, of equals the first.

    None where nothing is asked for, or two or three are not enough.
    """
    chosen: list[str] = []
    covered: set[str] = set()
    for _round in range(PARTNERS):
        gains = {key: asked.weight(set(codes) - covered) for key, codes in candidates.items() if key not in chosen}
        best = max(gains, key=lambda key: gains[key], default=None)
        if best is None or not gains[best]:
            break
        chosen.append(best)
        covered |= set(candidates[best]) & set(asked.all)
        if covered >= set(asked.all):
            break
    together = Coverage(asked, tuple(code for code in asked.all if code in covered))
    return Consortium(tuple(chosen), together) if len(chosen) > 1 and together.is_enough(threshold) else None


def who_fills(missing: Sequence[str], others: Mapping[str, Sequence[str]], most: int = 3) -> dict[str, list[str]]:
    """For each missing competence the keys of those others that cover it."""
    return {code: [key for key, codes in others.items() if code in codes][:most] for code in missing}
