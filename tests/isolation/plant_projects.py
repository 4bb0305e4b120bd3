"""Projects in the isolation matrix: a draft of each ministry, read by itself and by the Network, and by nobody else."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from needs.models import Need
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from projects import services
from projects.models import Project, Text
from projects.outline import FIELDS

from ..people import acting

THING = "project"
# The need of `plant_needs` that the project answers: one that stays with the ministry and the Network.
NEED = "needown"


def words(house: Any) -> set[str]:
    """The canaries in a ministry's project, with that of its file."""
    return {house.word(THING) + ending for ending in ("", "file")}


def plant(house: Any) -> None:
    """A draft with its word in every text and row, and a file."""
    word = house.word(THING)
    with acting(house.focal_point):
        need = Need.objects.select_related("owner").get(title=f"{house.word(NEED)} title")
        project = services.start_project(need)
        services.save_facts(project, fields={"title": f"{word} title", "months": 12})
        services.set_texts(
            project,
            texts={f"{key}:1" if one.many else key: f"{word} {key}" for key, (_section, one) in FIELDS.items()},
        )
        budget = {"category": "staff", "quantity": Decimal(1), "unit_cost": Decimal(5), "currency": "USD"}
        for kind, row in {
            "results": {
                "code": "1",
                "level": "outcome",
                "statement": f"{word} result",
                "indicator": f"{word} sign",
                "targets": [{"ends_on": dt.date(2030, 12, 31), "text": f"{word} target"}],
            },
            "budget": budget | {"component": "1", "description": f"{word} line"},
            "activities": {"title": f"{word} activity", "first_quarter": 1, "last_quarter": 2},
            "risks": {"statement": f"{word} risk"},
            "assignments": {"title": f"{word} assignment", "tasks": f"{word} tasks"},
            "procurement": {"item": f"{word} thing", "kind": "equipment"},
            "parties": {"name": f"{word} party", "role": "other"},
        }.items():
            services.save_rows(project, kind=kind, rows=[row])
        services.dismiss(Text.objects.get(project=project, key="licence"))
        services.add_annex(
            project,
            fields={"kind": "letter", "title": f"{word} letter", "number": "1"},
            upload=SimpleUploadedFile(f"{word}file.txt", f"{word} in the file".encode()),
        )


def ids(world: Any, user: User | None) -> tuple[list[str], list[str]]:
    """The drafts that somebody may open in the workspace, and those that she may not."""
    with acting_as(service_actor("relay"), reason="test"):
        # Those of `plant`: a draft without a need (`plant_matches`) is its ministry's alone.
        drafts = Project.objects.filter(status="concept", need__isnull=False).order_by("created_at")
        owners = {str(pk): owner for pk, owner in drafts.values_list("pk", "owner_id")}
    if user is None:
        return [], list(owners)
    with acting(user) as actor:
        mine = {str(pk) for pk in Project.objects.filter(pk__in=owners).values_list("pk", flat=True)}
    own = {pk for pk, owner in owners.items() if actor.is_network or owner == actor.organization_id}
    assert mine == own, "who reads which draft is not as the table says"
    return [pk for pk in owners if pk in own], [pk for pk in owners if pk not in own]
