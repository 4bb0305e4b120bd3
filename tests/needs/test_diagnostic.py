"""A ministry looks at itself: what is saved, what the figures say, and what follows from a score."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from needs import services
from needs.models import Answer, Diagnostic, Need
from needs.selectors import unfinished_diagnostics
from needs.selectors.diagnostic import (
    find_answer_file,
    get_diagnostic,
    items_with_needs,
    list_items,
    mean,
    practices_for,
    result_of,
)
from needs.services.diagnostic import Given
from network_site.common.workflow import StaleVersion, TransitionRefused
from network_site.organizations.enums import Role
from network_site.organizations.selectors import actor_for

from ..people import People, acting, endorsed, step
from .diagnosing import answer_of, begun, evidence, finished, given, score

pytestmark = pytest.mark.django_db


# --- Answering -------------------------------------------------------------------------------


def test_a_diagnostic_begins_with_an_open_answer_for_every_item(people: People) -> None:
    focal_point = people.focal_point()
    made = begun(focal_point)
    with acting(focal_point):
        answers = Answer.objects.filter(diagnostic=made)
        assert sorted(answers.values_list("item_id", flat=True)) == sorted(item.code for item in list_items())
        assert not answers.exclude(score__isnull=True, note="", answered_at__isnull=True).exists()


def test_the_same_form_makes_one_diagnostic(people: People) -> None:
    key = "0d3fbb0a-6f0c-4a39-9d1f-0f9cf4d07a35"
    with acting(people.focal_point()):
        first = services.start_diagnostic(title="2026", key=key)
        second = services.start_diagnostic(title="2026", key=key)
        assert first.pk == second.pk
        assert Diagnostic.objects.count() == 1


def test_one_diagnostic_is_answered_at_a_time(people: People) -> None:
    focal_point = people.focal_point()
    old = finished(focal_point, {"D1.1": 1}, "2024")
    begun(focal_point, "2026")
    with acting(focal_point):
        with pytest.raises(TransitionRefused, match="Another diagnostic"):
            services.start_diagnostic(title="2027")
        with pytest.raises(TransitionRefused, match="Another diagnostic"):
            services.reopen_diagnostic(old)


def test_an_answer_remembers_who_gave_it_and_when(people: People) -> None:
    ministry = people.organization(country="UY")
    focal_point, colleague = people.focal_point(ministry), people.contributor(ministry)
    made = begun(focal_point)
    score(colleague, made, {"D3.1": 0}, "Nobody keeps a client.")
    answer = answer_of(focal_point, made, "D3.1")
    assert (answer.score, answer.note, answer.answered_by_id) == (0, "Nobody keeps a client.", colleague.pk)
    assert answer.answered_at is not None
    assert answer_of(focal_point, made, "D3.2").answered_by_id is None


def test_a_stale_answer_stays_unsaved_and_the_others_are_saved(people: People) -> None:
    ministry = people.organization(country="UY")
    first, second = people.focal_point(ministry), people.contributor(ministry)
    made = begun(first)
    with acting(first):
        seen_by_first = given(made, {"D3.1": 3, "D3.2": 2}, "as I see it")
    score(second, made, {"D3.1": 1}, "as she sees it")
    with acting(first):
        saved = services.save_answers(made, given=seen_by_first)
    assert saved.items == ["D3.2"]
    assert [(one.given.score, one.current.score, one.current.note) for one in saved.stale] == [(3, 1, "as she sees it")]
    assert answer_of(first, made, "D3.1").score == 1
    assert answer_of(first, made, "D3.2").score == 2


def test_a_stale_answer_that_says_the_same_is_no_conflict(people: People) -> None:
    ministry = people.organization(country="UY")
    first, second = people.focal_point(ministry), people.contributor(ministry)
    made = begun(first)
    with acting(first):
        seen_by_first = given(made, {"D3.1": 1}, "the same\r\nreason")
    score(second, made, {"D3.1": 1}, "the same\nreason")
    with acting(first):
        assert services.save_answers(made, given=seen_by_first).stale == []
    assert answer_of(first, made, "D3.1").answered_by_id == second.pk


@pytest.mark.parametrize("wrong", [-1, 5, 40])
def test_scores_go_from_zero_to_four(people: People, wrong: int) -> None:
    focal_point = people.focal_point()
    made = begun(focal_point)
    with pytest.raises(ValidationError):
        score(focal_point, made, {"D1.1": wrong})
    assert answer_of(focal_point, made, "D1.1").score is None


def test_an_item_of_the_information_system_below_the_forty_is_no_item(people: People) -> None:
    focal_point = people.focal_point()
    made = begun(focal_point)
    with acting(focal_point), pytest.raises(ValidationError):
        services.save_answers(made, given=[Given("D6.2.1", 1, 2)])


def test_a_score_can_be_taken_back(people: People) -> None:
    focal_point = people.focal_point()
    made = begun(focal_point)
    score(focal_point, made, {"D1.1": 0})
    score(focal_point, made, {"D1.1": None})
    assert answer_of(focal_point, made, "D1.1").score is None


def test_evidence_is_kept_replaced_and_removed(people: People) -> None:
    focal_point, stranger = people.focal_point(), people.focal_point()
    made = begun(focal_point)
    score(focal_point, made, {"D1.1": 2}, upload=evidence(name="../first.pdf"))
    answer = answer_of(focal_point, made, "D1.1")
    assert (answer.file_name, answer.content_type) == ("first.pdf", "application/pdf")
    with acting(focal_point):
        assert find_answer_file(answer.pk) == answer
    with acting(stranger):
        assert find_answer_file(answer.pk) is None
    score(focal_point, made, {"D1.1": 2}, upload=evidence(name="second.pdf"))
    assert answer_of(focal_point, made, "D1.1").file_name == "second.pdf"
    score(focal_point, made, {"D1.1": 2}, drop_file=True)
    with acting(focal_point):
        assert find_answer_file(answer.pk) is None


# --- Finishing -------------------------------------------------------------------------------


def test_an_empty_diagnostic_is_not_finished(people: People) -> None:
    focal_point = people.focal_point()
    made = begun(focal_point)
    with acting(focal_point), pytest.raises(TransitionRefused, match="at least one item"):
        services.finish_diagnostic(made)


def test_a_finished_diagnostic_takes_answers_again_once_it_is_opened(people: People) -> None:
    focal_point = people.focal_point()
    made = finished(focal_point, {"D1.1": 2})
    assert made.finished_at is not None
    with pytest.raises(TransitionRefused, match="finished"):
        score(focal_point, made, {"D1.1": 3})
    with acting(focal_point):
        again = services.reopen_diagnostic(made)
    assert (again.is_open, again.finished_at) == (True, None)
    score(focal_point, made, {"D1.1": 3})
    assert answer_of(focal_point, made, "D1.1").score == 3


def test_whoever_saw_an_older_state_does_not_finish_it(people: People) -> None:
    focal_point = people.focal_point()
    made = begun(focal_point)
    score(focal_point, made, {"D1.1": 2})
    with acting(focal_point):
        services.finish_diagnostic(made, lock_version=1)
        services.reopen_diagnostic(made, lock_version=2)
        with pytest.raises(StaleVersion):
            services.finish_diagnostic(made, lock_version=1)


# --- The figures -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([], None),
        ([None, None], None),
        ([0, None], Decimal("0.0")),
        ([0, 1, 0, 0], Decimal("0.3")),  # 0.25 is rounded away from zero
        ([1, 2], Decimal("1.5")),
        ([4, 4, 4, 3], Decimal("3.8")),
        ([2, None, 3, None], Decimal("2.5")),
    ],
)
def test_a_mean_leaves_out_what_was_not_answered_and_counts_zero(
    scores: list[int | None], expected: Decimal | None
) -> None:
    assert mean(scores) == expected


def test_the_result_compares_with_the_ministrys_own_diagnostic_before(people: People) -> None:
    focal_point, rival = people.focal_point(), people.focal_point()
    finished(rival, {"D1.1": 4, "D2.1": 4}, "theirs")
    finished(focal_point, {"D1.1": 0, "D9.1": 2}, "2022")
    finished(focal_point, {"D1.1": 1, "D1.2": 2}, "2024")
    made = finished(focal_point, {"D1.1": 2, "D1.2": 3, "D2.1": 0, "D3.1": 4}, "2026")
    with acting(focal_point):
        result = result_of(get_diagnostic(made.pk), list_items())
    areas = {one.area.code: one for one in result.areas}
    assert (areas["D1"].mean, areas["D1"].previous, areas["D1"].change) == (
        Decimal("2.5"), Decimal("1.5"), Decimal("1.0"),
    )  # fmt: skip
    assert (areas["D2"].mean, areas["D2"].previous, areas["D2"].change) == (Decimal("0.0"), None, None)
    assert (areas["D9"].mean, areas["D9"].previous) == (None, None)
    assert (areas["D1"].answered, result.answered, result.total) == (2, 4, 40)
    assert [one.diagnostic.title for one in result.rounds] == ["2022", "2024"]
    assert [one.item.code for one in result.lacking] == ["D2.1"]
    assert [one.item.code for one in result.middling] == ["D1.1"]
    assert [one.item.code for one in result.strong] == ["D1.2", "D3.1"]


def test_an_open_or_later_diagnostic_is_no_earlier_one(people: People) -> None:
    focal_point = people.focal_point()
    first = finished(focal_point, {"D1.1": 1}, "2024")
    second = begun(focal_point, "2026")
    with acting(focal_point):
        assert result_of(get_diagnostic(first.pk), list_items()).previous is None
        assert result_of(get_diagnostic(second.pk), list_items()).previous == first


def test_practices_with_the_problem_tag_are_proposed(people: People) -> None:
    focal_point, specialist, publisher = people.focal_point(), people.specialist(), people.publisher()
    reviewers = [people.reviewer(), people.reviewer()]
    version = endorsed(people.focal_point(people.organization(country="UY")), specialist, reviewers)
    step(publisher, version, "publish")
    with acting(focal_point):
        found = practices_for(["D2.2", "D9.4"])
    assert [record.pk for record in found["D2.2"]] == [version.practice_id]
    assert "D9.4" not in found


# --- What follows ----------------------------------------------------------------------------


def test_needs_are_drafted_from_what_is_lacking(people: People) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    made = finished(focal_point, {"D3.3": 0, "D7.5": 1, "D1.1": 2}, note="Two pilots only.")
    with acting(focal_point), translation.override("es"):
        needs = services.draft_needs(made, ["D7.5", "D3.3"])
        assert [need.diagnostic_items for need in needs] == [["D3.3"], ["D7.5"]]
        need = Need.objects.get(pk=needs[0].pk)
        assert need.title == list_item("D3.3").lack
        assert need.summary == "No hay planes de acción individuales."
        assert need.problem.endswith("Two pilots only.")
        assert (need.status, need.source_language, need.audience) == ("draft", "es", "ministry")
        assert (need.diagnostic_id, need.created_by_id) == (made.pk, focal_point.pk)
        assert sorted(need.need_terms.values_list("term_id", flat=True)) == ["D3.3", "LAF3.3"]
        assert list(need.competences.values_list("term_id", "is_essential")) == [("D3.3", True)]
        assert sorted(items_with_needs(made)) == ["D3.3", "D7.5"]


def list_item(code: str):  # type: ignore[no-untyped-def]
    return next(item for item in list_items() if item.code == code)


def test_a_second_click_drafts_nothing(people: People) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    made = finished(focal_point, {"D3.3": 0, "D7.5": 1})
    with acting(focal_point):
        assert len(services.draft_needs(made, ["D3.3"])) == 1
        assert services.draft_needs(made, ["D3.3"]) == []
        assert len(services.draft_needs(made, ["D3.3", "D7.5"])) == 1
        assert Need.objects.count() == 2


def test_a_need_is_drafted_only_from_a_score_of_zero_or_one(people: People) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    made = finished(focal_point, {"D3.3": 2})
    with acting(focal_point):
        for item in ("D3.3", "D1.1", "D6.2.1", "nothing"):
            with pytest.raises(ValidationError):
                services.draft_needs(made, [item])
        assert not Need.objects.exists()


def test_every_gap_of_a_whole_diagnostic_becomes_a_need_that_can_be_stored(people: People) -> None:
    """Titles, sentences and notes of every item fit into a need, in the language with the longest words."""
    focal_point = people.focal_point(people.organization(country="UY"))
    with acting(focal_point):
        every = {item.code: number % 2 for number, item in enumerate(list_items())}
    made = finished(focal_point, every, note="x" * 1000)
    for language in ("fr", "pt-br"):
        with translation.override(language), acting(focal_point):
            assert all(len(item.lack) <= 120 for item in list_items())
    with acting(focal_point):
        assert len(services.draft_needs(made, list(every))) == 40


def test_an_unfinished_diagnostic_waits_for_the_ministrys_writers(people: People) -> None:
    ministry = people.organization(country="UY")
    focal_point, contributor = people.focal_point(ministry), people.contributor(ministry)
    made = begun(focal_point)
    score(contributor, made, {"D1.1": 2})
    others = [people.member(ministry, Role.LEARNER), people.focal_point(), people.specialist()]

    def tasks(user):  # type: ignore[no-untyped-def]
        with acting(user):
            return unfinished_diagnostics(actor_for(user))

    assert [(one["title"], one["tag"], one["pk"]) for one in tasks(contributor)] == [
        ("Go on with the diagnostic", "1 of 40 items", made.pk)
    ]
    assert [tasks(user) for user in others] == [[], [], []]
    with acting(focal_point):
        rest = {item.code: 3 for item in list_items()}
    score(focal_point, made, rest)
    assert [one["title"] for one in tasks(focal_point)] == ["Finish the diagnostic"]
    assert [one["title"] for one in tasks(contributor)] == ["Go on with the diagnostic"]
    with acting(focal_point):
        services.finish_diagnostic(made)
    assert tasks(focal_point) == []
