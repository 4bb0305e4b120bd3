"""Matches in the isolation matrix: one of a need with a note on it, and one of a draft project."""

from __future__ import annotations

from typing import Any

from needs.models import Need
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord
from projects.models import Funding, Project
from search.matching import services
from search.models import Match

from ..people import acting

NOTE, PROJECT = "matchnote", "matchproject"


def plant(house: Any) -> None:
    """A practice matched with a registered need that only the ministry and the Network read, and with a draft."""
    record = PublishedRecord.objects.get(pk=house.versions["public"].practice_id)
    with acting(house.focal_point) as actor:
        project = Project.objects.create(
            owner=house.organization, created_by_id=actor.user_id, title=f"{house.word(PROJECT)} title"
        )
        Funding.objects.create(project=project)
        need = Need.objects.get(status="registered", audience="ministry")
    given = {"owner": house.organization, "record": record, "family": "practice", "standing": "match",
             "verdict": "eligible", "score": 50, "confidence": 50, "weights": "test"}  # fmt: skip
    with acting_as(service_actor("matcher"), reason="test"):
        match = Match.objects.create(need=need, **given)
        Match.objects.create(project=project, **given)
    with acting(house.focal_point):
        services.note(Match.objects.get(pk=match.pk), opinion="pin", note=f"{house.word(NOTE)} why")


def words(house: Any) -> set[str]:
    """The canaries in a ministry's matches and in the draft that one of them belongs to."""
    return {house.word(NOTE), house.word(PROJECT)}


def words_for(world: Any, name: str) -> set[str]:
    """What somebody may read of them: the ministry all, the Network what belongs to a need that was sent."""
    if name.startswith(("owner's", "rival")):
        return words(world.b if name.startswith("owner's") else world.a)
    # A note is the reason in the audit trail, as it is with every change of state.
    if name in {"specialist", "publisher", "service auditor"}:
        return {house.word(NOTE) for house in (world.a, world.b)}
    if name in {"service relay", "service matcher", "service clock", "service funding"}:
        return words(world.a) | words(world.b)
    return set()


def ids(world: Any, user: User | None) -> dict[str, tuple[list[str], list[str]]]:
    """By kind of object what somebody may open, and what she may not."""
    with acting_as(service_actor("matcher"), reason="test"):
        matches = [str(pk) for pk in Match.objects.order_by("computed_at").values_list("pk", flat=True)]
        projects = {str(row.project_id) for row in Match.objects.filter(project__isnull=False)}
    if user is None:
        return {"match": ([], matches), "matched_project": ([], sorted(projects))}
    with acting(user):
        mine = {str(pk) for pk in Match.objects.values_list("pk", flat=True)}
        own = {str(pk) for pk in Project.objects.filter(pk__in=projects).values_list("pk", flat=True)}
    house = next((one for one in (world.a, world.b) if user in (one.focal_point, one.contributor)), None)
    assert bool(own) is (house is not None or user in _colleagues(world)), (
        "who reads which project is not as it should be"
    )
    return {
        "match": ([pk for pk in matches if pk in mine], [pk for pk in matches if pk not in mine]),
        "matched_project": (sorted(own), sorted(projects - own)),
    }


def _colleagues(world: Any) -> set[User]:
    return {person for house in (world.a, world.b) for person in (house.learner, house.administrator)}
