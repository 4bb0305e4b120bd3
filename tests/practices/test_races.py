"""Races on one practice: real threads, each with a connection of its own (reliability page, section 4)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from network_site.common import audit
from network_site.common.idempotency import new_key
from network_site.common.models import AuditEntry, Outbox, TransitionRecord
from network_site.common.workflow import StaleVersion, TransitionRefused
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import OrganizationKind
from network_site.organizations.models import Share, User
from network_site.publishing.models import PublishedVersion
from practices import services
from practices.enums import Aspect, Criterion, Exclusion, PracticeStatus
from practices.models import Adjudication, Practice, PracticeVersion, Review

from ..people import (
    FIELDS,
    ROWS,
    TERMS,
    People,
    acting,
    assign,
    draft,
    endorsed,
    get,
    in_review,
    review,
    step,
)

pytestmark = pytest.mark.postgresql

YES = dict.fromkeys(Exclusion.values, True)


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """Do all jobs at the same moment; what each returned or raised, in their order."""
    barrier = threading.Barrier(len(jobs))
    outcomes: list[Any] = [None] * len(jobs)

    def run(place: int, job: Callable[[], Any]) -> None:
        try:
            barrier.wait(30)
            outcomes[place] = job()
        except Exception as error:
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place, job)) for place, job in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [thread.is_alive() for thread in threads] == [False] * len(threads)
    return outcomes


def kinds(outcomes: list[Any]) -> dict[str, int]:
    """How many of each: "done", or the refusal's name."""
    return dict(Counter(type(outcome).__name__ if isinstance(outcome, Exception) else "done" for outcome in outcomes))


def stepping(user: User, version: PracticeVersion, name: str, **more: Any) -> Callable[[], Any]:
    """A job: do a step of the life cycle."""

    def job() -> PracticeVersion:
        with acting(user):
            return services.perform(get(version.pk), name, **more)

    return job


def traces(version: PracticeVersion, name: str, kind: str) -> dict[str, int]:
    """What one step left behind: history, audit trail, outbox."""
    with acting_as(service_actor("auditor"), reason="test"):
        entries = AuditEntry.objects.filter(object_id=version.pk, action=f"practice.{name}").count()
    with acting_as(service_actor("relay"), reason="test"):
        return {
            "history": TransitionRecord.objects.filter(object_id=version.pk, name=name).count(),
            "audit": entries,
            "outbox": Outbox.objects.filter(object_id=version.pk, kind=kind).count(),
        }


ONCE = {"history": 1, "audit": 1, "outbox": 1}


def audit_faults() -> list[Any]:
    with acting_as(service_actor("auditor"), reason="test"):
        count, faults = audit.verify(AuditEntry.objects.all())
    assert count > 0
    return faults


def count(actor_of: User, model: Any, **filters: Any) -> int:
    with acting(actor_of):
        found: int = model.objects.filter(**filters).count()
        return found


@pytest.mark.parametrize(("seen", "refusal"), [({}, "TransitionRefused"), ({"lock_version": 1}, "StaleVersion")])
def test_ten_submits_are_one(committed_people: People, seen: dict[str, int], refusal: str) -> None:
    focal_point = committed_people.focal_point()
    version = draft(focal_point)
    assert kinds(together(*[stepping(focal_point, version, "submit", **seen)] * 10)) == {"done": 1, refusal: 9}
    assert traces(version, "submit", "practice.submitted") == ONCE
    assert count(focal_point, Share, object_id=version.pk) == 1
    assert audit_faults() == []


def test_ten_assignments_of_the_same_reviewer_are_one_review(committed_people: People) -> None:
    specialist, reviewer = committed_people.specialist(), committed_people.reviewer()
    version = in_review(committed_people.focal_point(), specialist)
    outcomes = together(*[lambda: assign(specialist, version, reviewer)] * 10)
    assert kinds(outcomes) == {"done": 10}
    assert len({outcome.pk for outcome in outcomes}) == 1
    own = outcomes[0]
    assert count(specialist, Review, version_id=version.pk) == 1
    # The file opens with the declaration, not before.
    assert count(specialist, Share, object_id=version.pk, user=reviewer) == 0
    assert Outbox.objects.filter(kind="review.assigned", object_id=own.pk).count() == 1
    with acting_as(service_actor("auditor"), reason="test"):
        assert AuditEntry.objects.filter(action="review.assigned", object_id=own.pk).count() == 1
    assert audit_faults() == []


def test_ten_people_of_one_organisation_are_one_reviewer(committed_people: People) -> None:
    specialist = committed_people.specialist()
    house = committed_people.organization(OrganizationKind.ACADEMIC)
    colleagues = [committed_people.member(house) for _number in range(10)]
    version = in_review(committed_people.focal_point(), specialist)
    outcomes = together(*[lambda one=one: assign(specialist, version, one) for one in colleagues])
    assert kinds(outcomes) == {"done": 1, "TransitionRefused": 9}
    assert count(specialist, Review, version_id=version.pk) == 1


def filled_in(reviewer: User, version: PracticeVersion, score: int = 3) -> Review:
    with acting(reviewer):
        own = services.declare_interest(Review.objects.get(version_id=version.pk, reviewer=reviewer), interest="none")
        return services.save_review(
            own,
            exclusions=YES,
            scores=dict.fromkeys(Criterion.values, score),
            studies={},
            completeness=dict.fromkeys(Aspect.values, "full"),
            rationale="It can be repeated.",
        )


def filing(reviewer: User, own: Review) -> Callable[[], Any]:
    def job() -> Review:
        with acting(reviewer):
            return services.file_review(Review.objects.get(pk=own.pk))

    return job


def test_two_reviews_filed_at_once_close_the_round_once(committed_people: People) -> None:
    focal_point, specialist = committed_people.focal_point(), committed_people.specialist()
    reviewers = [committed_people.reviewer(), committed_people.reviewer(OrganizationKind.INTERNATIONAL)]
    seen = []
    for round_ in range(20):
        version = in_review(focal_point, specialist)
        for reviewer in reviewers:
            assign(specialist, version, reviewer)
        diverging = round_ % 2
        own = [filled_in(reviewers[0], version, 1 if diverging else 3), filled_in(reviewers[1], version)]
        outcomes = together(*[filing(reviewer, one) for reviewer, one in zip(reviewers, own, strict=True)])
        with acting(specialist):
            status = get(version.pk).status
        name, kind = ("diverge", "practice.diverged") if diverging else ("concur", "practice.endorsed")
        seen.append((kinds(outcomes), status, traces(version, name, kind)))
    assert seen == [({"done": 2}, "endorsed", ONCE), ({"done": 2}, "adjudication", ONCE)] * 10
    assert audit_faults() == []


def test_ten_filings_of_one_review_are_one(committed_people: People) -> None:
    specialist, reviewer = committed_people.specialist(), committed_people.reviewer()
    version = in_review(committed_people.focal_point(), specialist)
    assign(specialist, version, reviewer)
    own = filled_in(reviewer, version)
    assert kinds(together(*[filing(reviewer, own)] * 10)) == {"done": 1, "TransitionRefused": 9}
    assert Outbox.objects.filter(kind="review.filed", object_id=own.pk).count() == 1
    assert audit_faults() == []


def test_a_reviewer_files_while_the_network_releases_her(committed_people: People) -> None:
    specialist, reviewer = committed_people.specialist(), committed_people.reviewer()
    seen = []
    for _round in range(5):
        version = in_review(committed_people.focal_point(), specialist)
        assign(specialist, version, reviewer)
        own = filled_in(reviewer, version)

        def release(own: Review = own) -> Review:
            with acting(specialist):
                return services.release_reviewer(Review.objects.get(pk=own.pk), note="Too late.")

        seen.append(kinds(together(filing(reviewer, own), release)))
    assert seen == [{"done": 1, "TransitionRefused": 1}] * 5
    assert audit_faults() == []


def two_reviewers(people: People) -> list[User]:
    return [people.reviewer(), people.reviewer(OrganizationKind.INTERNATIONAL)]


def test_ten_publications_are_one(committed_people: People) -> None:
    focal_point, specialist = committed_people.focal_point(), committed_people.specialist()
    publisher, reviewers = committed_people.publisher(), two_reviewers(committed_people)
    first = endorsed(focal_point, specialist, reviewers)
    assert kinds(together(*[stepping(publisher, first, "publish")] * 10)) == {"done": 1, "TransitionRefused": 9}
    assert traces(first, "publish", "practice.published") == ONCE
    assert Outbox.objects.filter(kind="record.published").count() == 1

    with acting(focal_point):
        second = services.open_next_version(get(first.pk))
    step(focal_point, second, "submit")
    step(specialist, second, "start_screening")
    with acting(specialist):
        services.screen_practice(get(second.pk), answers=YES)
    step(specialist, second, "pass_screening")
    for reviewer in reviewers:
        assign(specialist, second, reviewer)
        review(reviewer, second)
    assert kinds(together(*[stepping(publisher, second, "publish")] * 10)) == {"done": 1, "TransitionRefused": 9}
    assert traces(second, "publish", "practice.published") == ONCE
    with acting(publisher):
        assert (get(first.pk).status, get(second.pk).status) == (PracticeStatus.SUPERSEDED, PracticeStatus.PUBLISHED)
    assert sorted(PublishedVersion.objects.values_list("version", flat=True)) == [1, 2]
    assert audit_faults() == []


def test_practices_published_at_once_have_numbers_of_their_own(committed_people: People) -> None:
    focal_point, specialist = committed_people.focal_point(), committed_people.specialist()
    publisher, reviewers = committed_people.publisher(), two_reviewers(committed_people)
    versions = [endorsed(focal_point, specialist, reviewers) for _number in range(5)]
    outcomes = together(*[stepping(publisher, version, "publish") for version in versions])
    assert kinds(outcomes) == {"done": 5}
    numbers = PublishedVersion.objects.values_list("record__number", flat=True)
    assert sorted(numbers) == [1, 2, 3, 4, 5]
    assert audit_faults() == []


def test_ten_creations_with_one_key_are_one_practice(committed_people: People) -> None:
    contributor, key = committed_people.contributor(committed_people.organization()), new_key()

    def create() -> PracticeVersion:
        with acting(contributor):
            return services.create_draft(fields=FIELDS | {"region": "North"}, terms=TERMS, rows=ROWS, key=key)

    outcomes = together(*[create] * 10)
    assert kinds(outcomes) == {"done": 10}
    assert len({outcome.pk for outcome in outcomes}) == 1
    assert count(contributor, Practice) == 1
    with acting_as(service_actor("auditor"), reason="test"):
        assert AuditEntry.objects.filter(action="practice.created").count() == 1
    assert audit_faults() == []


def test_ten_clicks_on_the_form_are_one_practice(committed_people: People) -> None:
    contributor = committed_people.contributor(committed_people.organization())
    form = {
        "key": new_key(), "source_language": "en", "title": "One", "one_line": "One line.", "problem": "One problem.",
        "description": "Done once.", "labour_function": "LAF1.1", "target_groups": "TG16",
        "contacts-TOTAL_FORMS": "1", "contacts-INITIAL_FORMS": "0", "contacts-0-name": "Rosa Lima",
        "contacts-0-email": "rosa@example.org", "contacts-0-language": "es",
    }  # fmt: skip
    browsers = [Client() for _number in range(10)]
    for browser in browsers:
        browser.force_login(contributor)
    outcomes = together(*[lambda one=one: one.post(reverse("practices:new"), form) for one in browsers])
    assert [getattr(outcome, "status_code", outcome) for outcome in outcomes] == [302] * 10
    assert len({outcome.url for outcome in outcomes}) == 1
    assert count(contributor, Practice) == 1


def test_ten_saves_of_one_reading_are_one_and_nine_hear_of_it(committed_people: People) -> None:
    contributor = committed_people.contributor(committed_people.organization())
    version = draft(contributor)

    def saving(number: int) -> Callable[[], Any]:
        def job() -> PracticeVersion:
            with acting(contributor):
                return services.save_version(get(version.pk), lock_version=1, fields={"title": f"Title {number}"})

        return job

    outcomes = together(*[saving(number) for number in range(10)])
    assert kinds(outcomes) == {"done": 1, "StaleVersion": 9}
    winner = next(outcome for outcome in outcomes if not isinstance(outcome, Exception))
    with acting(contributor):
        assert (get(version.pk).title, get(version.pk).lock_version) == (winner.title, 2)
    stale = [outcome.current.title for outcome in outcomes if isinstance(outcome, StaleVersion)]
    assert stale == [winner.title] * 9
    with acting_as(service_actor("auditor"), reason="test"):
        assert AuditEntry.objects.filter(action="practice.edited", object_id=version.pk).count() == 1
    assert audit_faults() == []


def test_ten_next_versions_are_one(committed_people: People) -> None:
    focal_point, specialist = committed_people.focal_point(), committed_people.specialist()
    version = endorsed(focal_point, specialist, two_reviewers(committed_people))
    step(committed_people.publisher(), version, "publish")

    def following() -> PracticeVersion:
        with acting(focal_point):
            return services.open_next_version(get(version.pk))

    assert kinds(together(*[following] * 10)) == {"done": 1, "TransitionRefused": 9}
    assert count(focal_point, PracticeVersion, practice_id=version.practice_id) == 2


def test_it_is_published_or_returned_but_not_both(committed_people: People) -> None:
    focal_point, specialist = committed_people.focal_point(), committed_people.specialist()
    publisher, reviewers = committed_people.publisher(), two_reviewers(committed_people)
    seen = []
    for _round in range(10):
        version = endorsed(focal_point, specialist, reviewers)
        outcomes = together(
            stepping(publisher, version, "publish"),
            stepping(specialist, version, "request_revision", note="One more question."),
        )
        with acting(specialist):
            status = get(version.pk).status
        public = PublishedVersion.objects.filter(record_id=version.practice_id).count()
        published = traces(version, "publish", "practice.published")
        returned = traces(version, "request_revision", "practice.returned")
        seen.append((sorted(kinds(outcomes).items()), status, public, published, returned))
    one_of_two = [("TransitionRefused", 1), ("done", 1)]
    never = dict.fromkeys(ONCE, 0)
    expected = {
        PracticeStatus.PUBLISHED.value: (one_of_two, "published", 1, ONCE, never),
        PracticeStatus.REVISION.value: (one_of_two, "revision", 0, never, ONCE),
    }
    assert seen == [expected[found[1]] for found in seen]
    assert audit_faults() == []


def test_two_specialists_settle_at_once(committed_people: People) -> None:
    first, second = committed_people.specialist(), committed_people.specialist()
    reviewers = two_reviewers(committed_people)
    version = in_review(committed_people.focal_point(), first)
    for reviewer in reviewers:
        assign(first, version, reviewer)
    review(reviewers[0], version, equity=1)
    review(reviewers[1], version, equity=3)

    def settling(user: User, score: int) -> Callable[[], Any]:
        def job() -> PracticeVersion:
            with acting(user):
                return services.adjudicate(
                    get(version.pk), scores={"equity": score}, study_ratings={}, rationale=f"It is {score}."
                )

        return job

    assert kinds(together(settling(first, 1), settling(second, 2))) == {"done": 1, "TransitionRefused": 1}
    assert count(first, Adjudication, version_id=version.pk) == 1
    assert traces(version, "adjudicate", "practice.endorsed") == ONCE
    assert audit_faults() == []


def test_no_refusal_is_without_words(committed_people: People) -> None:
    focal_point = committed_people.focal_point()
    version = draft(focal_point)
    refusals = [
        outcome
        for outcome in together(*[stepping(focal_point, version, "submit")] * 3)
        if isinstance(outcome, TransitionRefused)
    ]
    assert [outcome.messages for outcome in refusals] == [["This is no longer possible: the record has moved on."]] * 2
