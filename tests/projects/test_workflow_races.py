"""Races on one project: real threads, each with a connection of its own (reliability page, section 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from needs.models import Need
from network_site.common.models import AuditEntry, Outbox, TransitionRecord
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from network_site.publishing.models import PublishedVersion
from projects import services
from projects.models import Dismissed, Project, QualityReview, SignOff, Text
from projects.selectors import get_project

from ..people import People, acting
from ..practices.test_races import audit_faults, kinds, together
from .drafts import Team, begun, completed, got, in_review, judged, stepped, team, to_sign

pytestmark = pytest.mark.postgresql

ONCE = {"history": 1, "audit": 1, "outbox": 1}


def traces(project: Project, name: str, kind: str) -> dict[str, int]:
    """What one step left behind: history, audit trail, outbox."""
    with acting_as(service_actor("auditor"), reason="test"):
        entries = AuditEntry.objects.filter(object_id=project.pk, action=f"project.{name}").count()
    with acting_as(service_actor("relay"), reason="test"):
        return {
            "history": TransitionRecord.objects.filter(object_id=project.pk, name=name).count(),
            "audit": entries,
            "outbox": Outbox.objects.filter(object_id=project.pk, kind=kind).count(),
        }


def job(user: User, act: Callable[[Project], Any], project: Project) -> Callable[[], Any]:
    def run() -> Any:
        with acting(user):
            return act(get_project(project.pk))

    return run


def signing(user: User, project: Project) -> Callable[[], Any]:
    return job(user, lambda found: services.sign(found, name="Director"), project)


def test_ten_signatures_are_one_publication(committed_people: People) -> None:
    crew = team(committed_people)
    project = to_sign(crew)
    assert kinds(together(*[signing(crew.focal_point, project)] * 10)) == {"done": 1, "TransitionRefused": 9}
    with acting(crew.focal_point):
        assert SignOff.objects.filter(project=project).count() == 1
    assert traces(project, "sign_and_publish", "project.published") == ONCE
    assert PublishedVersion.objects.filter(record_id=project.pk).count() == 1
    assert audit_faults() == []


def of_three_countries(people: People) -> tuple[Team, Project, list[User]]:
    """A project of three countries that waits for all of them, and their focal points."""
    crew = team(people)
    focal_points = [crew.focal_point]
    focal_points += [people.focal_point(people.organization(country=code)) for code in ("PY", "BO")]
    project = completed(crew.contributor, begun(crew.contributor, crew.need))
    with acting(crew.contributor):
        services.save_facts(
            got(crew.contributor, project.pk), fields={"countries": ["PY", "BO"], "languages": ["en", "es"]}
        )
        for code in ("UY", "PY", "BO"):
            services.add_annex(
                got(crew.contributor, project.pk),
                fields={"kind": "letter", "title": f"Letter {code}", "number": code, "country": code},
            )
    stepped(crew.focal_point, project, "start_drafting")
    stepped(crew.focal_point, project, "send_to_review")
    for judge in crew.judges:
        judged(judge, project, specialist=crew.specialist)
    stepped(crew.specialist, project, "pass_to_ministry")
    return crew, project, focal_points


def test_three_countries_sign_at_once_and_the_last_one_publishes(committed_people: People) -> None:
    crew, project, focal_points = of_three_countries(committed_people)
    assert kinds(together(*[signing(person, project) for person in focal_points])) == {"done": 3}
    with acting(crew.focal_point):
        assert sorted(SignOff.objects.values_list("country_id", flat=True)) == ["BO", "PY", "UY"]
        assert get_project(project.pk).status == "published"
    assert traces(project, "sign_and_publish", "project.published") == ONCE
    assert PublishedVersion.objects.filter(record_id=project.pk).count() == 1


def test_two_countries_are_not_three(committed_people: People) -> None:
    crew, project, focal_points = of_three_countries(committed_people)
    assert kinds(together(*[signing(person, project) for person in focal_points[:2]])) == {"done": 2}
    with acting(crew.focal_point):
        assert get_project(project.pk).status == "ministry_validation"


def test_it_is_signed_or_returned_but_not_both(committed_people: People) -> None:
    crew = team(committed_people)
    project = to_sign(crew)
    outcomes = together(
        signing(crew.focal_point, project),
        job(crew.specialist, lambda found: services.perform(found, "return_to_drafting", note="Wait."), project),
    )
    assert kinds(outcomes) == {"done": 1, "TransitionRefused": 1}
    with acting(crew.focal_point):
        status = get_project(project.pk).status
    public = PublishedVersion.objects.filter(record_id=project.pk).count()
    assert (status, public) in {("published", 1), ("drafting_tor", 0)}


def test_ten_approvals_are_one(committed_people: People) -> None:
    crew = team(committed_people)
    project = in_review(crew)
    for judge in crew.judges:
        judged(judge, project, specialist=crew.specialist)
    step = job(crew.specialist, lambda found: services.perform(found, "pass_to_ministry"), project)
    assert kinds(together(*[step] * 10)) == {"done": 1, "TransitionRefused": 9}
    assert traces(project, "pass_to_ministry", "project.to_sign") == ONCE


def test_ten_judgements_of_one_person_are_one(committed_people: People) -> None:
    crew = team(committed_people)
    project = in_review(crew)
    judging = job(
        crew.judges[0],
        lambda found: services.file_quality_review(found, verdict="ready", note="Good.", has_interest=False),
        project,
    )
    assert kinds(together(*[judging] * 10)) == {"done": 1, "TransitionRefused": 9}
    with acting(crew.specialist):
        assert QualityReview.objects.filter(project=project).count() == 1


def test_ten_starts_are_one_project(committed_people: People) -> None:
    crew = team(committed_people)

    def start() -> Any:
        with acting(crew.contributor):
            return services.start_project(Need.objects.select_related("owner").get(pk=crew.need.pk))

    assert kinds(together(*[start] * 10)) == {"done": 1, "TransitionRefused": 9}
    with acting(crew.contributor):
        assert Project.objects.count() == 1


def test_the_network_begins_a_project_for_a_ministry(committed_people: People) -> None:
    """Through row-level security: the ministry's row is written by the Network, and opened by the service."""
    crew = team(committed_people)
    project = begun(crew.specialist, crew.need)
    with acting(crew.specialist):
        services.set_text(get_project(project.pk), key="problem", text="Seen by the Network.")
    assert got(crew.contributor, project.pk).title == crew.need.title


def test_two_people_fill_in_and_refuse_at_once(committed_people: People) -> None:
    crew = team(committed_people)
    project = begun(crew.contributor, crew.need)
    with acting(crew.contributor):
        count = Text.objects.filter(project=project).count()
        row = Text.objects.get(project=project, key="problem")
    outcomes = together(
        *[job(crew.specialist, services.fill_in, project)] * 4,
        job(crew.contributor, lambda found: services.dismiss(row), project),
    )
    assert kinds(outcomes) == {"done": 5}
    with acting(crew.contributor):
        assert Text.objects.filter(project=project).count() == count - 1
        assert Dismissed.objects.filter(project=project).count() == 1


def test_ten_people_save_what_they_saw_and_one_is_first(committed_people: People) -> None:
    crew = team(committed_people)
    project = begun(crew.contributor, crew.need)
    seen = project.lock_version

    def saving(number: int) -> Callable[[], Any]:
        return job(
            crew.contributor,
            lambda found: services.set_text(found, key="problem", text=f"Words {number}", lock_version=seen),
            project,
        )

    assert kinds(together(*[saving(number) for number in range(10)])) == {"done": 1, "StaleVersion": 9}
