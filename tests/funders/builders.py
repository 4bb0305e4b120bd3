"""Offers and published requests for tests: real rows, made through the services."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import uuid4

from funders import services
from funders.models import Offer
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import OrganizationKind
from network_site.organizations.models import Organization, User
from network_site.publishing.models import PublishedRecord
from network_site.publishing.services import publish
from projects.snapshot import JSON_SCHEMA, SCHEMA

from ..people import People, acting

numbers = itertools.count(1)

FIELDS: dict[str, Any] = {
    "form": "funding",
    "source_language": "en",
    "title": "Grants for public employment services",
    "summary": "Small grants for information systems of ministries of labour.",
    "description": "We pay for designs, not for machines.",
    "least": None,
    "most": None,
    "currency": "",
    "languages": ["en", "es"],
    "countries": [],
    "time_zone": "America/New_York",
    "url": "https://example.org/grants",
}
TERMS = {"LAF": ["LAF7.5"]}
CAP: dict[str, Any] = {
    "kind": "most",
    "value": {"amount": "150000", "currency": "USD"},
    "sentence": "Not above USD 150,000.",
}
YEARS: dict[str, Any] = {"kind": "months", "value": {"months": 48}, "sentence": "Not above four years."}


def donor(people: People, **fields: Any) -> User:
    """The focal point of a new donor."""
    return people.focal_point(people.organization(OrganizationKind.DONOR, **fields))


def drafted(
    user: User,
    *,
    rules: tuple[dict[str, Any], ...] = (),
    terms: dict[str, list[str]] | None = None,
    competences: dict[str, str] | None = None,
    **fields: Any,
) -> Offer:
    """A draft of an offer of the user's organisation."""
    with acting(user):
        offer = services.create_offer(
            fields=FIELDS | fields, terms=TERMS if terms is None else terms, competences=competences or {}
        )
        for rule in rules:
            services.save_rule(offer, lock_version=Offer.objects.get(pk=offer.pk).lock_version, **rule)
        return Offer.objects.get(pk=offer.pk)


def offered(user: User, **given: Any) -> Offer:
    """An open offer."""
    offer = drafted(user, **given)
    with acting(user):
        return services.perform_offer(offer, "open")


def step(user: User, offer: Offer, name: str, **more: Any) -> Offer:
    """Do a step as somebody."""
    with acting(user):
        services.perform_offer(Offer.objects.get(pk=offer.pk), name, **more)
        return Offer.objects.get(pk=offer.pk)


def project_snapshot(owner: Organization, **changes: Any) -> dict[str, Any]:
    """A published project as the contract describes it: source 004's figures, asked by a ministry."""
    number = next(numbers)
    given: dict[str, Any] = {
        "id": str(uuid4()),
        "source_language": "en",
        "texts": {"en": {"title": f"Information systems {number}", "summary": "Systems that talk.", "state": "source"}},
        "owner": {
            "id": str(owner.pk),
            "key": owner.key,
            "names": owner.names,
            "kind": owner.kind,
            "country": owner.country_id,
        },
        "country": owner.country_id,
        "countries": [],
        "need": None,
        "practice": None,
        "status": "published",
        "iati_status": "1",
        "type": "project",
        "reference": "",
        "terms": {"LAF": ["LAF7.5"]},
        "currency": "USD",
        "start_on": None,
        "months": 36,
        "interest_until": None,
        "actual_start": None,
        "actual_end": None,
        "languages": ["en"],
        "sums": {
            "total": "150000.00",
            "counterpart": "0.00",
            "needed": "150000.00",
            "committed": "0.00",
            "received": "0.00",
        },
        "sections": {},
        "results": [],
        "budget": [],
        "activities": [],
        "risks": [],
        "assignments": [],
        "procurement": [],
        "parties": [],
        "annexes": [],
        "signatures": [{"country": owner.country_id, "at": "2026-10-01"}] if owner.country_id else [],
        "call": None,
        "execution": {},
        "source": {},
        "is_demo": False,
    }
    return given | changes


def requested(people: People, owner: Organization | None = None, **changes: Any) -> PublishedRecord:
    """A published request for funding of a ministry, as the projects floor will publish it."""
    owner = owner or people.organization(country="PY")
    snapshot = project_snapshot(owner, **changes)
    return publish_request(owner, snapshot, version=1)


def publish_request(owner: Organization, snapshot: dict[str, Any], *, version: int) -> PublishedRecord:
    """Publish an edition of a request."""
    with acting_as(service_actor("seeding"), reason="test"):
        return publish(
            kind="project",
            record_id=snapshot["id"],
            owner=owner,
            country_id=snapshot["country"],
            version=version,
            schema=SCHEMA,
            json_schema=JSON_SCHEMA,
            snapshot=snapshot,
            terms=[code for codes in snapshot["terms"].values() for code in codes],
            is_demo=snapshot["is_demo"],
        )
