"""Projects in execution in the isolation matrix: what was approved is public, a report in work is not."""

from __future__ import annotations

from typing import Any

from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord
from practices.models import Practice
from projects.models import Amendment, Candidate, Project, QualityReview, SignOff

from ..people import acting
from ..projects.running import entry, reported, running, write

# What the public reads, and what stays with the ministry, its agency and the Network.
OPEN, CLOSED = "execution", "reportdraft"


def words(house: Any, *things: str) -> set[str]:
    """The canaries of a ministry's project in execution."""
    return {house.word(thing) for thing in (things or (OPEN, CLOSED))}


def plant(house: Any, people: Any, specialist: User) -> None:
    """A project with an approved report, and one that is being written."""
    word, draft = house.word(OPEN), house.word(CLOSED)
    world = running(
        people, ministry=house.organization, focal_point=house.focal_point, contributor=house.contributor,
        title=f"{word} project",
    )  # fmt: skip
    reported(
        world, 1, entry(world, "1.1", 3, source=f"{word} register"), narrative=f"{word} was done.",
        difficulties=f"{word} difficulty",
    )  # fmt: skip
    write(
        world, 2, entry(world, "1.1", 4, source=f"{draft} register"), entry(world, "1.3", not_measured=f"{draft} why"),
        narrative=f"{draft} narrative", difficulties=f"{draft} difficulty", reporter=house.contributor,
    )  # fmt: skip
    with acting(house.focal_point) as actor:
        project = Project.objects.get(owner=house.organization, status="in_execution")
        SignOff.objects.create(
            project=project, round=1, country=house.organization.country, signed_by=house.focal_point, name="Minister"
        )
        Amendment.objects.create(project=project, edition=90, reason=f"{draft} reason", made_by=house.focal_point)
        practice = Practice.objects.create(owner=house.organization, created_by_id=actor.user_id)
        Candidate.objects.create(project=project, practice=practice)
    with acting(specialist) as actor:
        QualityReview.objects.create(
            project=project, round=1, reviewer=specialist, organization_id=actor.organization_id, has_interest=False,
            verdict="ready", note=f"{draft} judgement",
        )  # fmt: skip


def public_words(world: Any) -> set[str]:
    """The canaries that everybody may meet."""
    return {house.word(OPEN) for house in (world.a, world.b)}


def ids(world: Any, user: User | None) -> tuple[list[str], list[str]]:
    """The projects in execution that somebody may open in the workspace, and those that she may not."""
    own, foreign = [], []
    for house in (world.b, world.a):
        with acting_as(service_actor("relay"), reason="test"):
            projects = Project.objects.filter(owner=house.organization, status="in_execution")
            found = [str(pk) for pk in projects.values_list("pk", flat=True)]
        inside = user in {house.focal_point, house.contributor, house.learner, house.administrator}
        staff = user is not None and user in {world.specialist, world.publisher}
        (own if inside or staff else foreign).extend(found)
    return own, foreign


def numbers() -> list[str]:
    """The public numbers of projects."""
    found = PublishedRecord.objects.of_kind("project").order_by("number").values_list("number", flat=True)
    return [str(number) for number in found]
