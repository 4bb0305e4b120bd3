"""What needs show on pages of floors below: a country's, an organisation's, and My work."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from network_site.organizations.actor import Actor
from network_site.organizations.models import Organization
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import counts_by_country, index_paths, public_records
from network_site.publishing.sitemap import Place
from network_site.taxonomy.models import Country

from ..cards import card, needs_url
from ..models import NeedsPage
from ..selectors import list_tasks

KIND = "need"
SHOWN = 20


def _records(**narrowed: Any) -> Any:
    return PublishedRecord.objects.live().of_kind(KIND).filter(**narrowed)


def organization(subject: Organization) -> tuple[str, dict[str, Any]]:
    """The needs that an organisation registered, as far as the reader may see them."""
    return "needs/organization_section.html", {"needs": _cards(_records(owner=subject))}


def country(subject: Country) -> tuple[str, dict[str, Any]]:
    """A country's registered needs, the newest first; one query where it has none."""
    records = _records(country=subject)
    shown = _cards(records)
    return "needs/country_section.html", {
        "needs": shown,
        "country_needs": records.count() if len(shown) == SHOWN else len(shown),
        "needs_url": f"{needs_url()}?country={subject.pk}" if shown else "",
    }


def _cards(records: Any) -> list[dict[str, Any]]:
    found = list(records.select_related("owner", "country").defer("search_text")[:SHOWN])
    base = needs_url() if found else ""
    return [card(record, base) for record in found]


def per_country() -> dict[str, int]:
    """How many needs each country has."""
    return {entry.value: entry.count for entry in counts_by_country(kind=KIND)}


def cards(records: list[PublishedRecord]) -> dict[UUID, dict[str, Any]]:
    """Needs as cards on a page of the CMS."""
    base = needs_url()
    return {record.pk: card(record, base) for record in records}


def places() -> list[Place]:
    """Every need that everybody may read, for the sitemap."""
    bases = index_paths(NeedsPage)
    records = public_records(KIND).filter(state=PublishedRecord.State.PUBLISHED).only("number", "slug", "published_at")
    return [
        Place({code: f"{base}{record.path}" for code, base in bases.items()}, record.published_at)
        for record in records.select_related(None)
    ]


def tasks(actor: Actor) -> list[dict[str, Any]]:
    """What waits for somebody in the register."""
    return list_tasks(actor)
