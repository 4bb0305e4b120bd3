"""The three marks and the label, rung by rung (practices page, section 4.2)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from network_site.common.workflow import TransitionRefused
from network_site.organizations.enums import OrganizationKind
from network_site.publishing.models import PublishedRecord
from practices import services
from practices.enums import Aspect, Criterion
from practices.evidence import (
    Study,
    agreed_ratings,
    derive_completeness,
    derive_direction,
    derive_label,
    derive_level,
    is_dated,
    is_level_hidden,
)

from ..people import People, acting, endorsed, get, step
from .documents import documented

THEORY = [{"activity": "A letter", "output": "An appointment", "outcome": "A visit", "assumption": ""}]


def study(**changes: Any) -> Study:
    """A credible study made and paid by others, one year long, with its cost."""
    given = {
        "type": "randomized", "rating": "moderate", "independent": True, "paid_by_owner": False,
        "months_followed": 12, "reports_cost": True, "direction": "positive",
    }  # fmt: skip
    return Study(**(given | changes))


def level(**changes: Any) -> int:
    """The level of what is on file; without changes, two credible studies that confirm each other."""
    given = {
        "theory_of_change": THEORY, "measured_outcomes": 1, "studies": [study(), study()], "has_costs": False,
    }  # fmt: skip
    return derive_level(**(given | changes))


# --- The ladder ------------------------------------------------------------------------------


def test_without_a_theory_of_change_everything_else_counts_for_nothing() -> None:
    assert level(theory_of_change=[]) == 0
    assert level(theory_of_change=[], good_adaptations=3, has_manual=True, has_costs=True) == 0


def test_a_theory_of_change_alone_is_an_account() -> None:
    assert level(measured_outcomes=0, studies=[]) == 1


def test_a_measured_outcome_is_monitored_change() -> None:
    assert level(studies=[]) == 2


@pytest.mark.parametrize("kind", ["quasi_experimental", "randomized", "systematic_review"])
@pytest.mark.parametrize(("rating", "expected"), [("low", 2), ("", 2), ("moderate", 3), ("high", 3)])
def test_one_study_with_a_comparison_is_causal_once_it_is_credible(kind: str, rating: str, expected: int) -> None:
    assert level(studies=[study(type=kind, rating=rating)]) == expected


@pytest.mark.parametrize("kind", ["admin_data", "survey", "qualitative", "audit", "pre_post"])
def test_a_study_without_a_comparison_is_never_causal_however_well_rated(kind: str) -> None:
    assert level(studies=[study(type=kind, rating="high"), study(type=kind, rating="high")]) == 2


def test_a_credible_study_is_causal_even_without_an_outcome_of_the_owner() -> None:
    assert level(measured_outcomes=0, studies=[study()]) == 3


def test_two_credible_studies_confirm_and_one_does_not() -> None:
    assert level(studies=[study()]) == 3
    assert level(studies=[study(), study(rating="low")]) == 3
    assert level(studies=[study(), study()]) == 4


@pytest.mark.parametrize(("months", "expected"), [(None, 3), (0, 3), (11, 3), (12, 4), (13, 4)])
def test_the_effect_has_to_last_twelve_months(months: int | None, expected: int) -> None:
    assert level(studies=[study(months_followed=months), study(months_followed=months)]) == expected
    assert level(studies=[study(months_followed=months), study(months_followed=3)]) == expected


def test_twelve_months_of_a_study_that_is_not_credible_do_not_count() -> None:
    short = [study(months_followed=11), study(months_followed=11)]
    assert level(studies=[*short, study(months_followed=24, rating="low")]) == 3


def test_one_of_the_two_is_neither_made_nor_paid_by_the_owner() -> None:
    own = study(independent=False, paid_by_owner=True)
    made_by_owner = study(independent=False, paid_by_owner=False)
    paid_by_owner = study(independent=True, paid_by_owner=True)
    assert level(studies=[own, own]) == 3
    assert level(studies=[made_by_owner, paid_by_owner]) == 3
    assert level(studies=[own, study()]) == 4


def test_the_cost_has_to_be_known_from_a_credible_study_or_from_the_owner() -> None:
    silent = study(reports_cost=False)
    assert level(studies=[silent, silent]) == 3
    assert level(studies=[silent, silent, study(rating="low")]) == 3
    assert level(studies=[silent, silent], has_costs=True) == 4
    assert level(studies=[silent, study()]) == 4


def test_a_study_that_found_no_effect_raises_the_level_all_the_same() -> None:
    assert level(studies=[study(direction="none"), study(direction="negative")]) == 4


def test_works_elsewhere_asks_for_a_causal_study_an_adaptation_and_a_manual() -> None:
    one = [study()]
    assert level(studies=one, good_adaptations=1, has_manual=True) == 5
    assert level(studies=one, good_adaptations=1) == 3
    assert level(studies=one, has_manual=True) == 3
    assert level(studies=[], good_adaptations=1, has_manual=True) == 2
    assert level(good_adaptations=1, has_manual=True) == 5


# --- Agreement between reviewers ---------------------------------------------------------------


def test_where_reviewers_differ_the_lower_rating_counts() -> None:
    assert agreed_ratings([{"a": "high", "b": "low"}, {"a": "moderate", "b": "low"}]) == {"a": "moderate", "b": "low"}
    assert agreed_ratings([{"a": "moderate"}, {"a": "low"}]) == {"a": "low"}


def test_a_study_that_one_of_them_did_not_rate_has_no_rating() -> None:
    assert agreed_ratings([{"a": "high", "b": "high"}, {"a": "high"}]) == {"a": "high"}
    assert agreed_ratings([{"a": "high"}, {}]) == {}
    assert agreed_ratings([]) == {}


# --- Direction and completeness ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("directions", "expected"),
    [
        ([], "not_measured"),
        (["not_measured", "not_measured"], "not_measured"),
        (["positive", "not_measured"], "positive"),
        (["none", "none"], "none"),
        (["negative"], "negative"),
        (["positive", "negative"], "mixed"),
        (["positive", "none"], "mixed"),
        (["mixed", "positive"], "mixed"),
    ],
)
def test_one_direction_of_all_that_was_measured(directions: list[str], expected: str) -> None:
    assert derive_direction(directions) == expected


def test_completeness_is_the_lower_answer_and_names_all_five_aspects() -> None:
    first = {"effect": "full", "mechanism": "partly", "moderators": "none", "implementation": "full"}
    second = {"effect": "partly", "mechanism": "full", "moderators": "full", "implementation": "full"}
    assert derive_completeness([first, second]) == {
        "effect": "partly", "mechanism": "partly", "moderators": "none", "implementation": "full", "economics": "none",
    }  # fmt: skip
    assert derive_completeness([]) == dict.fromkeys(Aspect.values, "none")
    assert derive_completeness([first]) == first | {"economics": "none"}


# --- The label -------------------------------------------------------------------------------

GOOD = dict.fromkeys(Criterion.values, 3)
WEAK = GOOD | {"equity": 2.9}


@pytest.mark.parametrize("evidence_level", range(6))
@pytest.mark.parametrize("direction", ["positive", "mixed", "none", "negative", "not_measured"])
def test_nothing_unscreened_carries_a_label(evidence_level: int, direction: str) -> None:
    label = derive_label(
        level=evidence_level, direction=direction, scores=GOOD, is_screened=False, has_endorsement=True
    )
    assert label == "none"


@pytest.mark.parametrize("evidence_level", range(6))
@pytest.mark.parametrize("direction", ["none", "negative"])
def test_no_effect_and_a_bad_effect_are_instructive_at_every_level(evidence_level: int, direction: str) -> None:
    label = derive_label(level=evidence_level, direction=direction, scores=GOOD, is_screened=True)
    assert label == "instructive_failure"


@pytest.mark.parametrize(
    ("evidence_level", "direction", "scores", "has_endorsement", "expected"),
    [
        (0, "not_measured", GOOD, False, "none"),
        (0, "positive", GOOD, True, "none"),
        (1, "not_measured", WEAK, False, "documented"),
        (1, "positive", GOOD, True, "documented"),
        (2, "positive", GOOD, False, "promising"),
        (2, "positive", WEAK, True, "promising"),
        (2, "positive", GOOD, True, "good_practice"),
        (2, "positive", {}, True, "promising"),
        (2, "not_measured", GOOD, True, "promising"),
        (3, "positive", WEAK, False, "good_practice"),
        (2, "mixed", GOOD, True, "documented"),
        (3, "mixed", GOOD, True, "documented"),
        (3, "not_measured", GOOD, True, "promising"),
        (4, "positive", {}, False, "good_practice"),
        (5, "positive", {}, False, "good_practice"),
    ],
)
def test_the_label_follows_from_level_direction_scores_and_endorsement(
    evidence_level: int, direction: str, scores: dict[str, float], has_endorsement: bool, expected: str
) -> None:
    label = derive_label(
        level=evidence_level, direction=direction, scores=scores, is_screened=True, has_endorsement=has_endorsement
    )
    assert label == expected


@pytest.mark.parametrize(
    ("years", "expected"),
    [([], False), ([None], False), ([2021], False), ([2020], True), ([2020, 2021], False), ([None, 2015], True)],
)
def test_evidence_is_dated_after_five_years(years: list[int | None], expected: bool) -> None:
    assert is_dated(years, today_year=2026) is expected


@pytest.mark.parametrize(
    ("years", "last_confirmed", "expected"),
    [
        ([], None, False),
        ([None], None, False),
        ([2016], None, False),
        ([2015], None, True),
        ([2015, 2016], None, False),
        ([2015], dt.date(2025, 1, 1), False),
        ([2015], dt.date(2024, 12, 31), False),
        ([2015], dt.date(2024, 11, 30), True),
    ],
)
def test_a_level_of_evidence_over_ten_years_old_is_hidden_until_confirmed(
    years: list[int | None], last_confirmed: dt.date | None, expected: bool
) -> None:
    assert is_level_hidden(years, today=dt.date(2026, 11, 22), last_confirmed=last_confirmed) is expected


# --- From the form to the page -----------------------------------------------------------------

TRIAL = {
    "type": "randomized", "title": "A trial in 90 offices", "year": timezone.now().year, "is_independent": True,
    "paid_by_owner": False, "months_followed": 6, "direction": "positive",
}  # fmt: skip
OUTCOME = {
    "indicator": "Closed doors", "unit": "percent", "baseline": 50, "value": 20, "source": "The register",
    "direction": "positive",
}  # fmt: skip


def marks_in_public(people: People, **rows: Any) -> dict[str, Any]:
    """What the databank says of a practice that went the whole way with these rows."""
    reviewers = [people.reviewer(), people.reviewer(OrganizationKind.INTERNATIONAL)]
    version = endorsed(people.focal_point(), people.specialist(), reviewers, rows=rows)
    step(people.publisher(), version, "publish")
    record = PublishedRecord.objects.get(pk=version.practice_id)
    found: dict[str, Any] = record.snapshot["marks"]
    assert record.evidence_level == found["evidence_level"]
    return found


@pytest.mark.django_db
def test_two_reviewers_ratings_make_level_three(people: People) -> None:
    assert marks_in_public(people, evidence_items=[TRIAL]) == {
        "evidence_level": 3,
        "direction": "positive",
        "label": "good_practice",
        "is_dated": False,
        "completeness": dict.fromkeys(Aspect.values, "partly"),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("direction", ["none", "negative"])
def test_a_trial_without_a_good_result_is_published_as_an_instructive_failure(people: People, direction: str) -> None:
    found = marks_in_public(people, evidence_items=[TRIAL | {"direction": direction}])
    assert (found["evidence_level"], found["direction"], found["label"]) == (3, direction, "instructive_failure")


@pytest.mark.django_db
def test_a_measured_outcome_makes_level_two(people: People) -> None:
    found = marks_in_public(people, outcomes=[OUTCOME])
    assert (found["evidence_level"], found["direction"], found["label"]) == (2, "positive", "promising")


@pytest.mark.django_db
@pytest.mark.parametrize("missing", [{"baseline": None}, {"value": None}, {"source": ""}])
def test_an_outcome_without_before_after_or_source_is_not_measured(people: People, missing: dict[str, Any]) -> None:
    found = marks_in_public(people, outcomes=[OUTCOME | missing])
    assert (found["evidence_level"], found["direction"], found["label"]) == (1, "not_measured", "documented")


@pytest.mark.django_db
def test_from_level_three_on_a_partner_has_to_have_reviewed(people: People) -> None:
    reviewers = [people.reviewer(), people.reviewer(OrganizationKind.SOCIAL_PARTNER)]
    version = endorsed(people.focal_point(), people.specialist(), reviewers, rows={"evidence_items": [TRIAL]})
    with acting(people.publisher()), pytest.raises(TransitionRefused) as refused:
        services.perform(get(version.pk), "publish")
    assert [item.code for item in refused.value.unmet] == ["partner"]
    assert PublishedRecord.objects.filter(pk=version.practice_id).exists() is False


@pytest.mark.django_db
def test_below_level_three_two_others_are_enough(people: People) -> None:
    reviewers = [people.reviewer(), people.reviewer(OrganizationKind.SOCIAL_PARTNER)]
    version = endorsed(people.focal_point(), people.specialist(), reviewers, rows={"outcomes": [OUTCOME]})
    assert step(people.publisher(), version, "publish").status == "published"


@pytest.mark.django_db
def test_a_record_that_nobody_screened_has_no_label_whatever_it_tells(people: People) -> None:
    version = documented(
        people.specialist(),
        theory_of_change=[{"activity": "One case manager", "output": "One plan", "outcome": "Work"}],
        outcomes=[OUTCOME | {"baseline_year": 2018, "value_year": 2019}],
    )
    step(people.publisher(), version, "publish")
    marks = PublishedRecord.objects.get(pk=version.practice_id).snapshot["marks"]
    assert (marks["evidence_level"], marks["label"]) == (2, "none")
