"""What practices show on pages of floors below: the front page and an organisation's page."""

from __future__ import annotations

from typing import Any

from network_site.common.language import current_language
from network_site.organizations.models import Organization
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import counts_by_country, counts_by_term, latest_records

from ..cards import card
from ..models import DatabankPage

KIND = "practice"
LATEST = 4


def databank_url() -> str:
    """Address of the databank in the interface language; empty before the pages exist."""
    page = DatabankPage.objects.live().filter(locale__language_code=current_language()).first()
    return page.url if page else ""


def home() -> tuple[str, dict[str, Any]]:
    """The front page's sections: latest practices, and what there is by country and function."""
    base = databank_url()
    countries = counts_by_country(kind=KIND)
    latest = latest_records(kind=KIND, limit=LATEST)
    total = sum(count for _country, count in countries)
    return "practices/home_section.html", {
        "databank_url": base,
        "latest": [card(record, base) for record in latest],
        "by_country": [
            {"label": country.name, "count": count, "url": f"{base}?country={country.pk}"}
            for country, count in countries
        ],
        "by_theme": [
            {"label": term.label, "count": count, "url": f"{base}?theme={term.pk}"}
            for term, count in counts_by_term(kind=KIND, scheme="LAF")
        ],
        "practice_total": PublishedRecord.objects.live().of_kind(KIND).count(),
        "country_total": len(countries),
        "with_country_total": total,
        "measured_total": PublishedRecord.objects.live().of_kind(KIND).filter(evidence_level__gte=2).count(),
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
    return "practices/organization_section.html", {"practices": [card(record, base) for record in records]}
