"""What practices show on pages of floors below: the front page and an organisation's page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from network_site.common.language import current_language
from network_site.organizations.models import Organization
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import (
    counts_by_country,
    counts_by_term,
    index_paths,
    latest_records,
    public_records,
    totals,
)
from network_site.publishing.sitemap import Place
from network_site.publishing.slots import record_cards
from network_site.taxonomy.models import Country

from .. import feeds
from ..cards import card, counted_practices
from ..models import Adaptation, DatabankPage

KIND = "practice"
LATEST = 4
OF_COUNTRY = 20


def databank_url() -> str:
    """Address of the databank in the interface language; empty before the pages exist."""
    page = DatabankPage.objects.live().filter(locale__language_code=current_language()).first()
    return page.url if page else ""


def home() -> tuple[str, dict[str, Any]]:
    """The front page's sections: latest practices, and what there is by country and function."""
    base = databank_url()
    countries = counts_by_country(kind=KIND)
    counted = totals(kind=KIND)
    return "practices/home_section.html", {
        "databank_url": base,
        "latest": [card(record, base) for record in latest_records(kind=KIND, limit=LATEST)],
        "by_country": [
            {
                "code": entry.value,
                "label": entry.label,
                "count": entry.count,
                "said": counted_practices(entry.count),
                "url": f"{base}?country={entry.value}",
            }
            for entry in countries
        ],
        "by_theme": [
            {
                "label": entry.label,
                "count": entry.count,
                "said": counted_practices(entry.count),
                "url": f"{base}?theme={entry.value}",
            }
            for entry in counts_by_term(kind=KIND, scheme="LAF")
        ],
        "list_total": counted.all,
        "practice_total": counted.real,
        "country_total": len(countries),
        "measured_total": counted.measured,
    }


def organization(subject: Organization) -> tuple[str, dict[str, Any]]:
    """An organisation's published practices."""
    base = databank_url()
    records = (
        PublishedRecord.objects.live()
        .of_kind(KIND)
        .filter(owner=subject)
        .select_related("owner", "country")
        .defer("search_text")[:50]
    )
    of_country = PublishedRecord.objects.live().of_kind(KIND).filter(country_id=subject.country_id)
    return "practices/organization_section.html", {
        "practices": [card(record, base) for record in records],
        "country_practices": of_country.count() if subject.country_id else 0,
        "databank_url": base,
    }


def country(subject: Country) -> tuple[str, dict[str, Any]]:
    """A country's published practices, the newest first."""
    base = databank_url()
    records = PublishedRecord.objects.live().of_kind(KIND).filter(country=subject)
    shown = records.select_related("owner", "country").defer("search_text")[:OF_COUNTRY]
    return "practices/country_section.html", {
        "practices": [card(record, base) for record in shown],
        "country_practices": records.count(),
        "databank_url": base,
        "all_url": f"{base}?country={subject.pk}",
    }


def per_country() -> dict[str, int]:
    """How many practices each country has."""
    return {entry.value: entry.count for entry in counts_by_country(kind=KIND)}


def cards(records: list[PublishedRecord]) -> dict[UUID, dict[str, Any]]:
    """Practices as cards on a page of the CMS."""
    base = databank_url()
    return {record.pk: card(record, base) for record in records}


def places() -> list[Place]:
    """Every practice that everybody may read, for the sitemap."""
    bases = index_paths(DatabankPage)
    records = public_records(KIND).filter(state=PublishedRecord.State.PUBLISHED).only("number", "slug", "published_at")
    return [
        Place({code: f"{base}{record.path}" for code, base in bases.items()}, record.published_at)
        for record in records.select_related(None)
    ]


def organization_feed(request: HttpRequest, subject: Organization, path: str) -> HttpResponse:
    """The practices of an organisation as a feed."""
    return feeds.organization_feed(request, subject, path, databank_url())


def adaptations(record: PublishedRecord) -> tuple[str, dict[str, Any]] | None:
    """Who took this practice over, and what came of it; None where nobody has told."""
    if record.kind != KIND:
        return None
    told = list(
        Adaptation.objects.filter(origin=record, project__state=PublishedRecord.State.PUBLISHED)
        .select_related("country", "organization", "project")
        .defer("project__search_text")
    )
    if not told:
        return None
    cards_of = record_cards.get("project")
    projects = cards_of([one.project for one in told]) if cards_of else {}
    return "practices/adaptations.html", {
        "adaptations": [
            {
                "entry": one,
                "place": one.country.name if one.country else "",
                "who": one.organization.name,
                "code": one.project.code,
                "title": one.project.title,
                "url": projects.get(one.project_id, {}).get("url", ""),
                "lang": one.language if one.language != current_language() else "",
            }
            for one in told
        ]
    }
