"""Real content from the sources, and what the demonstration needs. Everything goes through the services."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from network_site.organizations.actor import acting_as
from network_site.organizations.models import Organization, User
from network_site.organizations.seeding import demo_account
from network_site.organizations.selectors import actor_for

from . import services
from .models import Project
from .planting_execution import load_execution
from .planting_request import load_request

SEED = Path(__file__).parent / "seed"
NUMBERS = ("quantity", "unit_cost")


def load(progress: Callable[[str], object]) -> int:
    """Plant what is missing; running it again changes nothing. Returns how many things are new."""
    return load_documented(progress) + load_request(progress) + load_execution(progress)


def load_documented(progress: Callable[[str], object]) -> int:
    """Projects of the sources, written by the demonstration's specialist, published by its publisher."""
    writer = User.objects.get(email=demo_account("specialist").email)
    publisher = User.objects.get(email=demo_account("publisher").email)
    count = 0
    for path in sorted(SEED.glob("*.yaml")):
        entry = yaml.safe_load(path.read_text(encoding="utf-8"))
        with acting_as(actor_for(writer), reason="projects of the sources"):
            if Project.objects.filter(reference=entry["fields"]["reference"]).exclude(source={}).exists():
                continue
            project = write_documented(entry)
        with acting_as(actor_for(publisher), reason="projects of the sources"):
            services.publish_documented(Project.objects.select_related("owner").get(pk=project.pk))
        progress(f"  documented project: {project.reference}")
        count += 1
    return count


def write_documented(entry: dict[str, Any]) -> Project:
    """Write one entry of seed/*.yaml down as a draft of the Network, each value with its place in the document."""
    source = entry["source"]
    project = services.start_documented(source=source, fields=entry["fields"], terms=entry["terms"])
    services.set_texts(
        project,
        texts={one["key"]: one["text"] for one in entry["texts"]},
        citations={one["key"]: _citation(source, one["at"]) for one in entry["texts"]},
    )
    for kind in ("results", "budget", "parties", "annexes"):
        services.save_rows(project, kind=kind, rows=[_row(source, row) for row in entry.get(kind, ())])
    return project


def _row(source: dict[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    values = {name: Decimal(value) if name in NUMBERS else value for name, value in row.items() if name != "at"}
    if "organization" in values:
        values["organization"] = Organization.objects.filter(key=values["organization"]).first()
    return values | ({"citation": _citation(source, row["at"])} if "at" in row else {})


def _citation(source: dict[str, Any], place: str) -> dict[str, Any]:
    return {
        "label": source["title"].partition(":")[0],
        "code": source["number"],
        "field": place,
        "source": f"{source['publisher']}, {source['year']}",
        "url": source["url"] or "",
    }
