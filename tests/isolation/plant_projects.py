"""Draft projects in the isolation matrix: a draft that nobody was let into is its ministry's alone."""

from __future__ import annotations

from typing import Any

from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from projects import services
from projects.models import Funding, Project

from ..people import acting

DRAFT = "projectdraft"


def words(house: Any) -> set[str]:
    """The canary of a ministry's draft project."""
    return {house.word(DRAFT)}


def plant(house: Any) -> None:
    """A draft with the word in its title, its texts, rows of each kind, and an annex."""
    word = house.word(DRAFT)
    with acting(house.contributor):
        project = Project.objects.create(
            owner=house.organization, created_by=house.contributor, title=f"{word} project", status="drafting_tor"
        )
        Funding.objects.create(project=project)
        services.set_texts(project, texts={"objective": f"{word} objective", "team": f"{word} team"})
        project.refresh_from_db()
        rows: dict[str, list[dict[str, Any]]] = {
            "results": [{"code": "1", "level": "outcome", "statement": f"{word} result"}],
            "budget": [
                {"category": "staff", "description": f"{word} line", "quantity": 1, "unit_cost": 1, "currency": "USD"}
            ],
            "activities": [{"title": f"{word} activity", "first_quarter": 1, "last_quarter": 1}],
            "risks": [{"statement": f"{word} risk"}],
            "assignments": [{"title": f"{word} assignment"}],
            "procurement": [{"item": f"{word} purchase", "kind": "equipment"}],
            "parties": [{"name": f"{word} party", "role": "other"}],
        }
        for kind, given in rows.items():
            services.save_rows(project, kind=kind, rows=given)
        services.add_annex(project, fields={"kind": "letter", "title": f"{word} letter"})


def ids(world: Any, user: User | None) -> tuple[list[str], list[str]]:
    """The drafts that somebody may open, and those that she may not."""
    own, foreign = [], []
    for house in (world.b, world.a):
        with acting_as(service_actor("relay"), reason="test"):
            found = [
                str(project.pk)
                for project in Project.objects.filter(owner=house.organization, status="drafting_tor")
                if house.word(DRAFT) in project.title
            ]
        inside = user in {house.focal_point, house.contributor, house.learner, house.administrator}
        (own if inside else foreign).extend(found)
    return own, foreign
