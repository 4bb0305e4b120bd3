"""What offers show on pages of floors below and beside: organisations, countries, requests, the sitemap."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse

from network_site.organizations.actor import Actor
from network_site.organizations.models import Organization
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import index_paths, public_records
from network_site.publishing.sitemap import Place
from network_site.taxonomy.models import Country
from projects.enums import SEEKING

from .. import permissions, selectors
from ..cards import card, offers_url, profile_context
from ..models import OffersPage

KIND = "offer"


def organization(subject: Organization) -> tuple[str, dict[str, Any]]:
    """What an organisation says of itself as a partner, and its offers."""
    base = offers_url()
    return "funders/organization_section.html", {
        "partner_profile": profile_context(selectors.profile_of(subject.pk)),
        "partner_offers": [card(record, base) for record in selectors.offers_of(subject.pk)],
    }


def country(subject: Country) -> tuple[str, dict[str, Any]]:
    """Open offers for a country."""
    base = offers_url()
    records, total = selectors.offers_for(subject)
    return "funders/country_section.html", {
        "country_offers": [card(record, base) for record in records],
        "country_offers_total": total,
        "country_offers_url": f"{base}?country={subject.pk}",
    }


def cards(records: list[PublishedRecord]) -> dict[UUID, dict[str, Any]]:
    """Offers as cards on other pages."""
    base = offers_url()
    return {record.pk: card(record, base) for record in records}


def places() -> list[Place]:
    """Every offer that everybody may read, for the sitemap."""
    bases = index_paths(OffersPage)
    records = public_records(KIND).filter(state=PublishedRecord.State.PUBLISHED).only("number", "slug", "published_at")
    return [
        Place({code: f"{base}{record.path}" for code, base in bases.items()}, record.published_at)
        for record in records.select_related(None)
    ]


def request_action(record: PublishedRecord, actor: Actor) -> tuple[str, dict[str, Any]] | None:
    """The button that follows a published request, and the way to the verdict; None for who cannot follow."""
    if not permissions.can_follow(actor) or record.snapshot.get("status") not in SEEKING:
        return None
    return "funders/request_follow.html", {
        "follow_kind": record.kind,
        "follow_number": record.number,
        "is_followed": record.pk in selectors.follows(actor, [record.pk]),
        "follow_title": record.title,
        "here": "",
        "url": reverse("funders:request", args=[record.number]),
    }
