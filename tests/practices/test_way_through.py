"""The whole way of one practice, told once from the first word to the withdrawal."""

from __future__ import annotations

import pytest

from network_site.common.workflow import TransitionRefused
from network_site.organizations.enums import OrganizationKind
from network_site.publishing.models import PublishedRecord, PublishedVersion
from practices import services
from practices.enums import PracticeStatus
from practices.models import PracticeVersion

from ..people import People, acting, assign, draft, endorsed, get, in_review, review, step, submitted

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def test_a_practice_is_written_judged_published_and_withdrawn(people: People) -> None:
    ministry = people.organization(country="UY")
    focal_point, contributor = people.focal_point(ministry), people.contributor(ministry)
    specialist, publisher = people.specialist(), people.publisher()
    reviewers = [people.reviewer(), people.reviewer(OrganizationKind.INTERNATIONAL)]

    version = draft(contributor)
    assert version.status == PracticeStatus.DRAFT
    with acting(contributor), pytest.raises(TransitionRefused):
        services.perform(get(version.pk), "submit")
    step(contributor, version, "hand_over")
    assert step(focal_point, version, "submit").status == PracticeStatus.SUBMITTED

    step(specialist, version, "start_screening")
    with acting(specialist):
        services.screen_practice(get(version.pk), answers=dict.fromkeys(services.Exclusion.values, True))
    assert step(specialist, version, "pass_screening").status == PracticeStatus.IN_REVIEW
    for reviewer in reviewers:
        assign(specialist, version, reviewer)
    review(reviewers[0], version)
    with acting(specialist):
        assert get(version.pk).status == PracticeStatus.IN_REVIEW
    review(reviewers[1], version)
    with acting(specialist):
        assert get(version.pk).status == PracticeStatus.ENDORSED

    assert PublishedRecord.objects.filter(pk=version.practice_id).count() == 0
    assert step(publisher, version, "publish").status == PracticeStatus.PUBLISHED
    record = PublishedRecord.objects.get(pk=version.practice_id)
    assert (record.version, record.evidence_level, record.country_id) == (1, 1, "UY")
    assert record.snapshot["texts"]["en"]["title"] == "Inspection by appointment"
    assert [len(entry["scores"]) for entry in record.snapshot["review"]["reviews"]] == [7, 7]

    with acting(focal_point):
        following = services.open_next_version(get(version.pk))
        services.save_version(following, lock_version=following.lock_version, fields={"title": "Inspection by letter"})
    assert PublishedRecord.objects.get(pk=version.practice_id).title == "Inspection by appointment"
    step(focal_point, following, "submit")
    step(specialist, following, "start_screening")
    with acting(specialist):
        services.screen_practice(get(following.pk), answers=dict.fromkeys(services.Exclusion.values, True))
    step(specialist, following, "pass_screening")
    for reviewer in reviewers:
        assign(specialist, following, reviewer)
        review(reviewer, following)
    step(publisher, following, "publish")
    record.refresh_from_db()
    assert (record.version, record.title) == (2, "Inspection by letter")
    first = PublishedVersion.objects.get(record=record, version=1)
    assert first.snapshot["texts"]["en"]["title"] == "Inspection by appointment"
    with acting(publisher):
        assert get(version.pk).status == PracticeStatus.SUPERSEDED

    step(publisher, following, "withdraw", note="The ministry asked for it.")
    record.refresh_from_db()
    assert (record.state, record.withdrawal_reason) == ("withdrawn", "The ministry asked for it.")


def test_scores_that_differ_by_two_are_settled_by_somebody_else(people: People) -> None:
    specialist = people.specialist()
    reviewers = [people.reviewer(), people.reviewer(OrganizationKind.INTERNATIONAL)]
    version = in_review(people.focal_point(), specialist)
    for reviewer in reviewers:
        assign(specialist, version, reviewer)
    review(reviewers[0], version, equity=1)
    review(reviewers[1], version, equity=3)
    with acting(specialist):
        assert get(version.pk).status == PracticeStatus.ADJUDICATION
        with pytest.raises(TransitionRefused) as refused:
            services.adjudicate(get(version.pk), scores={}, study_ratings={}, rationale="Both have a point.")
        assert [item.code for item in refused.value.unmet] == ["equity"]
        settled = services.adjudicate(
            get(version.pk), scores={"equity": 2}, study_ratings={}, rationale="Named, not measured."
        )
    assert settled.status == PracticeStatus.ENDORSED


def test_the_other_ministry_never_sees_it_before(people: People) -> None:
    rival = people.focal_point(people.organization(country="PY"))
    version = submitted(people.focal_point(people.organization(country="UY")))
    with acting(rival):
        assert PracticeVersion.objects.filter(pk=version.pk).exists() is False


def test_whoever_reviewed_does_not_publish(people: People) -> None:
    focal_point, specialist = people.focal_point(), people.specialist()
    version = endorsed(focal_point, specialist, [people.reviewer(), people.reviewer(OrganizationKind.INTERNATIONAL)])
    with acting(specialist), pytest.raises(TransitionRefused):
        services.perform(get(version.pk), "publish")
