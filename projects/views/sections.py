"""What projects show on pages of floors below, and where their public pages are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from needs.enums import OPEN as OPEN_NEEDS
from needs.models import Need
from needs.slots import need_panels
from network_site.common.language import current_language
from network_site.organizations.actor import Actor
from network_site.organizations.models import Organization
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import index_paths, public_records
from network_site.publishing.sitemap import Place
from network_site.publishing.slots import (
    country_counts,
    country_sections,
    organization_sections,
    record_cards,
    sitemap_sections,
)
from network_site.taxonomy.models import Country

from .. import cards as drawing
from .. import exporting, permissions
from ..enums import EDITABLE
from ..models import Project, ProjectsPage
from ..selectors.published import KIND, counts_of_countries, projects_of_country, projects_of_owner

SHOWN = 20


def projects_url() -> str:
    """Address of the list of projects in the interface language; empty before the pages exist."""
    return index_paths(ProjectsPage).get(current_language(), "")


def organization(subject: Organization) -> tuple[str, dict[str, Any]]:
    """What an organisation asked for."""
    records = list(projects_of_owner(subject.pk)[:SHOWN])
    return "projects/organization_section.html", {"organization_projects": drawing.cards(records, projects_url())}


def country(subject: Country) -> tuple[str, dict[str, Any]]:
    """The projects in which a country takes part, the newest first."""
    base = projects_url()
    records = projects_of_country(subject.pk)
    shown = list(records[:SHOWN])
    return "projects/country_section.html", {
        "country_projects": drawing.cards(shown, base),
        "projects_total": len(shown) if len(shown) < SHOWN else records.count(),
        "all_projects_url": f"{base}?country={subject.pk}",
    }


def of_need(need: Need, actor: Actor) -> tuple[str, dict[str, Any]] | None:
    """The projects that answer a need, and the way to begin one; nothing where there is neither."""
    projects = list(Project.objects.filter(need=need).order_by("-created_at"))
    is_drafted = any(project.status in EDITABLE for project in projects)
    can_start = need.status in OPEN_NEEDS and not is_drafted and permissions.can_start(actor, need)
    if not projects and not can_start:
        return None
    return "projects/need_panel.html", {
        "need": need,
        "rows": [{"project": project, "tag": drawing.status_tag(project.status)} for project in projects],
        "can_start": can_start,
    }


def per_country() -> dict[str, int]:
    """How many projects each country takes part in."""
    return counts_of_countries()


def cards(records: list[PublishedRecord]) -> dict[UUID, dict[str, Any]]:
    """Projects as cards on a page of the CMS and in the search."""
    drawn = drawing.cards(records, projects_url())
    return {record.pk: card for record, card in zip(records, drawn, strict=True)}


def places() -> list[Place]:
    """Every project that everybody may read, for the sitemap."""
    bases = index_paths(ProjectsPage)
    records = public_records(KIND).filter(state=PublishedRecord.State.PUBLISHED).only("number", "slug", "published_at")
    return [
        Place({code: f"{base}{record.path}" for code, base in bases.items()}, record.published_at)
        for record in records.select_related(None)
    ]


def connect() -> None:
    """Put projects on the pages of the floors below (called when the app is ready)."""
    need_panels.fill("projects", of_need)
    organization_sections.fill("projects", organization)
    country_sections.fill("projects", country)
    country_counts.fill("projects", per_country)
    sitemap_sections.fill("projects", places)
    record_cards.fill(KIND, cards)
    exporting.connect()
