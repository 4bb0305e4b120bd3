"""The three marks, derived by code from what is on file (practices page, section 4.2).

Never one number: strength of evidence (a ladder of six rungs), direction of the effect, and how
completely it is described. No person types any of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .enums import COMPARED_STUDIES, CORE_CRITERIA, CREDIBLE, Aspect, Direction, Documented, Label, StudyRating

GOOD_SCORE = 3
TWELVE_MONTHS = 12
DATED_AFTER_YEARS = 5
HIDDEN_AFTER_YEARS = 10
CONFIRMATION_HOLDS_MONTHS = 24


@dataclass(frozen=True)
class Study:
    """What the ladder asks of one study."""

    type: str
    rating: str
    independent: bool
    paid_by_owner: bool
    months_followed: int | None
    reports_cost: bool
    direction: str

    @property
    def is_credible(self) -> bool:
        """A study with a comparison that reviewers rated moderate or high (threshold of CLEAR)."""
        return self.type in COMPARED_STUDIES and self.rating in CREDIBLE


def agreed_ratings(judgements: Iterable[Mapping[Any, str]]) -> dict[Any, str]:
    """The rating of each study on which reviewers agree: the lower one where they differ.

    A study that one of them did not rate has no agreed rating.
    """
    order = [StudyRating.LOW.value, StudyRating.MODERATE.value, StudyRating.HIGH.value]
    by_reviewer = list(judgements)
    if not by_reviewer:
        return {}
    shared = set.intersection(*(set(ratings) for ratings in by_reviewer))
    return {item: min((ratings[item] for ratings in by_reviewer), key=order.index) for item in shared}


def derive_level(
    *,
    theory_of_change: Collection[Any],
    measured_outcomes: int,
    studies: Collection[Study],
    has_costs: bool,
    good_adaptations: int = 0,
    has_manual: bool = False,
) -> int:
    """The rung of the ladder, 0 to 5; each rung asks for a theory of change, as Nesta's does.

    0 not assessed: no theory of change. 1 account of impact: a theory of change. 2 monitored
    change: an outcome with a value before and a later one from a named source. 3 causal: a study
    with comparison rated moderate or high. 4 confirmed: two such studies, one neither made nor paid
    by the owner, the cost known, an effect after twelve months or more. 5 works elsewhere: at least
    3, a good measured adaptation in another country and a manual.
    """
    if not theory_of_change:
        return 0
    credible = [study for study in studies if study.is_credible]
    level = 1
    if measured_outcomes:
        level = 2
    if credible:
        level = 3
    confirmed = (
        len(credible) >= 2
        and any(study.independent and not study.paid_by_owner for study in credible)
        and (has_costs or any(study.reports_cost for study in credible))
        and any((study.months_followed or 0) >= TWELVE_MONTHS for study in credible)
    )
    if confirmed:
        level = 4
    if level >= 3 and good_adaptations and has_manual:
        level = 5
    return level


def derive_direction(directions: Iterable[str]) -> str:
    """One direction from all that were measured; mixed when they disagree, not measured when there is none."""
    measured = {direction for direction in directions if direction != Direction.NOT_MEASURED}
    if not measured:
        return Direction.NOT_MEASURED.value
    return measured.pop() if len(measured) == 1 else Direction.MIXED.value


def derive_completeness(reviewed: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """How far each EMMIE aspect is documented: the lower answer where reviewers differ."""
    order = [Documented.NONE.value, Documented.PARTLY.value, Documented.FULL.value]
    answers = list(reviewed)
    return {
        aspect: min((answer.get(aspect, Documented.NONE.value) for answer in answers), key=order.index, default="none")
        for aspect in Aspect.values
    }


def derive_label(
    *, level: int, direction: str, scores: Mapping[str, float], is_screened: bool, has_endorsement: bool = False
) -> str:
    """The badge: documented, promising, good practice, instructive failure, or none.

    Nothing that did not pass the screening carries a badge, and mixed results never make a practice
    "promising" (4.2: no negative). The numeric thresholds are ours (section 4.2).
    """
    if not is_screened:
        return Label.NONE.value
    if direction in {Direction.NONE.value, Direction.NEGATIVE.value}:
        return Label.INSTRUCTIVE_FAILURE.value
    core_is_good = all(scores.get(criterion, 0) >= GOOD_SCORE for criterion in CORE_CRITERIA)
    if direction == Direction.POSITIVE and (level >= 3 or (level == 2 and core_is_good and has_endorsement)):
        return Label.GOOD_PRACTICE.value
    if level >= 2 and direction != Direction.MIXED:
        return Label.PROMISING.value
    return Label.DOCUMENTED.value if level >= 1 else Label.NONE.value


def is_dated(years: Iterable[int | None], *, today_year: int) -> bool:
    """Whether the newest evidence is more than five years old (False when no year is known)."""
    known = [year for year in years if year]
    return bool(known) and today_year - max(known) > DATED_AFTER_YEARS


def is_level_hidden(years: Iterable[int | None], *, today: date, last_confirmed: date | None) -> bool:
    """Whether the level is kept from readers: newest evidence over ten years old, and nobody confirmed it lately.

    A confirmation by the owner holds for 24 months (practices page, 4.1 and 4.2).
    """
    known = [year for year in years if year]
    if not known or today.year - max(known) <= HIDDEN_AFTER_YEARS:
        return False
    if last_confirmed is None:
        return True
    months = (today.year - last_confirmed.year) * 12 + today.month - last_confirmed.month
    return months >= CONFIRMATION_HOLDS_MONTHS
