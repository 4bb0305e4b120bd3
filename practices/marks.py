"""What reviewers filed, and the three marks that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import fmean
from uuid import UUID

from django.utils import timezone

from . import evidence
from .enums import Criterion, ReviewStatus
from .models import Adjudication, PracticeVersion, Review

DISAGREEMENT = 2


@dataclass(frozen=True)
class Marks:
    """Strength, direction, completeness: three marks, and the label; never one number."""

    evidence_level: int
    direction: str
    completeness: dict[str, str]
    label: str
    is_dated: bool


def filed_reviews(version: PracticeVersion) -> list[Review]:
    """The reviews filed in the current round, in the order of filing."""
    return list(
        Review.objects.filter(version=version, round=version.round, status=ReviewStatus.FILED)
        .select_related("owner")
        .prefetch_related("scores", "study_judgements")
        .order_by("filed_at")
    )


def settled(version: PracticeVersion) -> Adjudication | None:
    """The adjudication of the current round, when there was one."""
    return version.adjudications.filter(round=version.round).first()


def scores_of(review: Review) -> dict[str, int]:
    """A review's score by criterion."""
    return {row.criterion: row.score for row in review.scores.all()}


def disputed_criteria(reviews: list[Review]) -> list[str]:
    """Criteria on which two filed reviews differ by two points or more."""
    tables = [scores_of(review) for review in reviews]
    return [
        criterion
        for criterion in Criterion.values
        if (given := [table[criterion] for table in tables if criterion in table])
        and max(given) - min(given) >= DISAGREEMENT
    ]


def _is_screened(version: PracticeVersion) -> bool:
    screening = version.screenings.filter(round=version.round).first()
    return screening is not None and screening.passed


def marks_of(version: PracticeVersion) -> Marks:
    """The marks that this version would carry if it were published now (for network staff)."""
    reviews = filed_reviews(version)
    ruling = settled(version)
    ratings = evidence.agreed_ratings(
        [{row.item_id: row.rating for row in review.study_judgements.all()} for review in reviews]
    )
    if ruling:
        ratings |= {UUID(item): rating for item, rating in ruling.study_ratings.items()}
    items = list(version.evidence_items.all())
    outcomes = list(version.outcomes.all())
    studies = [
        evidence.Study(
            type=item.type,
            rating=ratings.get(item.pk, ""),
            independent=item.is_independent,
            paid_by_owner=item.paid_by_owner,
            months_followed=item.months_followed,
            reports_cost=item.reports_cost,
            direction=item.direction,
        )
        for item in items
    ]
    level = evidence.derive_level(
        theory_of_change=version.theory_of_change,
        measured_outcomes=sum(outcome.is_measured for outcome in outcomes),
        studies=studies,
        has_costs=version.costs.exists(),
    )
    direction = evidence.derive_direction(
        [outcome.direction for outcome in outcomes if outcome.is_measured]
        + [study.direction for study in studies if study.is_credible]
    )
    tables = [scores_of(review) for review in reviews]
    mean = {
        criterion: fmean(given)
        for criterion in Criterion.values
        if (given := [table[criterion] for table in tables if criterion in table])
    }
    if ruling:
        mean |= ruling.scores
    completeness = (
        evidence.derive_completeness([review.completeness for review in reviews])
        if reviews
        else evidence.derive_completeness([version.completeness])
    )
    return Marks(
        evidence_level=level,
        direction=direction,
        completeness=completeness,
        label=evidence.derive_label(
            level=level,
            direction=direction,
            scores=mean,
            is_screened=_is_screened(version),
        ),
        is_dated=evidence.is_dated([item.year for item in items], today_year=timezone.now().year),
    )
