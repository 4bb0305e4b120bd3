"""Needs for tests: made through the services, as people make them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from needs import services
from needs.models import Need
from needs.workflow.overlaps import possible_overlaps
from network_site.organizations.models import User

from ..people import People, acting
from ..queries import NOT_ASKED

FIELDS: dict[str, Any] = {
    "source_language": "en",
    "title": "Complaints get lost between offices",
    "summary": "There is no single way to complain, and nobody answers in time.",
    "problem": "Clients complain by letter at one of thirty offices. No office keeps a register.",
    "beneficiaries": "Everybody who is registered as looking for work.",
    "tried": "A letter box in two offices.",
    "evidence": "A count of letters in the archive.",
    "constraints": "The law on personal data.",
    "budget_band": "50_150",
    "languages": ["en", "es"],
    "audience": "public",
    "contact_name": "Rosa Lima",
    "contact_email": "rosa@example.org",
}
TERMS = {"LAF": ["LAF7.6"], "DI": ["D7.5"], "TG": ["TG03"], "CM": ["CM02", "CM04"]}
COMPETENCES = [("D7.5", True), ("D6.4", False)]
MEASURES = ["Every complaint is answered within ten days", "The results are published once a year"]


def stated(writer: User, **fields: Any) -> Need:
    """A complete draft of the writer's ministry."""
    terms = fields.pop("terms", TERMS)
    competences = fields.pop("competences", COMPETENCES)
    measures = fields.pop("measures", MEASURES)
    with acting(writer):
        return services.create_need(
            fields={"country_id": "UY", **FIELDS, **fields}, terms=terms, competences=competences, measures=measures
        )


def need_of(reader: User, pk: UUID) -> Need:
    """A need as somebody reads it."""
    with acting(reader):
        found: Need = Need.objects.select_related("owner", "country").get(pk=pk)
        return found


def do(user: User, need: Need, name: str, **more: Any) -> Need:
    """Do a step as somebody."""
    with acting(user):
        return services.perform(Need.objects.get(pk=need.pk), name, **more)


def sent(focal_point: User, **fields: Any) -> Need:
    return do(focal_point, stated(focal_point, **fields), "submit")


def answered(specialist: User, need: Need, answer: str = "different") -> Need:
    """Everything that could be the same matter has got an answer."""
    with acting(specialist):
        found = Need.objects.get(pk=need.pk)
        services.answer_overlaps(
            found, answers={one.record.pk: (answer, "Looked at.") for one in possible_overlaps(found)}
        )
        return found


def registered(people: People, focal_point: User | None = None, **fields: Any) -> Need:
    """A need that went the whole way into the register."""
    focal_point = focal_point or people.focal_point(people.organization(country="UY"))
    specialist = people.specialist()
    need = answered(specialist, sent(focal_point, **fields))
    return do(specialist, need, "register")


def with_results(focal_point: User, need: Need, *met: bool) -> Need:
    """The ministry has said of each sign whether it is there."""
    with acting(focal_point):
        found = Need.objects.get(pk=need.pk)
        rows = list(found.measures.all())
        return services.state_results(
            found,
            results={
                row.pk: {"is_met": is_met, "evidence": "Report of the year", "seen_on": timezone.localdate()}
                for row, is_met in zip(rows, met or [True] * len(rows), strict=True)
            },
        )


def cost_of(client: Client, url: str) -> int:
    """How many questions a page asks the database once caches are warm."""
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as context:
        client.get(url)
    return len([query for query in context.captured_queries if not query["sql"].startswith(NOT_ASKED)])
