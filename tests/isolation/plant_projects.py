"""A draft project whose every text holds one word, for the isolation suite."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from needs.models import Need
from network_site.organizations.models import User
from projects import services
from projects.models import Project

from ..people import acting


def plant(writer: User, need: Need, word: str) -> dict[str, UUID]:
    """Begin a project of the writer's ministry and write the word into a text, rows of each kind, and an annex.

    Answers with the ids by kind of object, as tests/isolation/urls.py names them.
    """
    with acting(writer):
        project: Project = services.start_project(need)
        services.save_facts(project, fields={"title": f"{word} project"})
        services.set_texts(project, texts={"objective": f"{word} objective", "team": f"{word} team"})
        rows: dict[str, list[dict[str, Any]]] = {
            "results": [{"code": "1", "level": "outcome", "statement": f"{word} result"}],
            "budget": [
                {"category": "staff", "description": f"{word} line", "quantity": 1, "unit_cost": 1, "currency": "USD"}
            ],
            "activities": [{"title": f"{word} activity", "first_quarter": 1, "last_quarter": 1}],
            "risks": [{"statement": f"{word} risk"}],
            "parties": [{"name": f"{word} party", "role": "other"}],
        }
        written = {kind: services.save_rows(project, kind=kind, rows=given) for kind, given in rows.items()}
        services.add_annex(project, fields={"kind": "letter", "title": f"{word} letter"})
        return {"project": project.pk, "project_row": written["risks"][0].pk}
