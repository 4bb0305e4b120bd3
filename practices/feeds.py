"""The databank as a feed, whole, narrowed, or of one organisation: what everybody may read, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from network_site.organizations.models import Organization
from network_site.publishing.feeds import ENTRIES, Entry, atom
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import RecordQuery, find_records, public_records

from .cards import shown_text

KIND = "practice"


def _entries(records: Iterable[PublishedRecord], base: str) -> list[Entry]:
    entries = []
    for record in records:
        shown = shown_text(record.snapshot)
        entries.append(
            Entry(
                key=str(record.pk),
                title=shown.texts["title"],
                path=f"{base}{record.path}",
                text=shown.texts["one_line"],
                published_at=record.first_published_at,
                updated_at=record.published_at,
                author=record.owner.name,
                categories=(record.country.name,) if record.country else (),
            )
        )
    return entries


def databank_feed(request: HttpRequest, page: Any) -> HttpResponse:
    """The newest practices that fit the filters of the databank."""
    query = replace(RecordQuery.from_params(request.GET), sort="newest")
    base = page.get_url(request)
    records = find_records(query, kind=KIND, public_only=True)[:ENTRIES]
    asked = request.META.get("QUERY_STRING", "")
    return atom(
        request,
        title=f"Enlace: {page.title}",
        subtitle=page.lead,
        path=f"{base}?{asked}" if asked else base,
        entries=_entries(records, base),
    )


def organization_feed(request: HttpRequest, organization: Organization, path: str, base: str) -> HttpResponse:
    """The newest practices of one organisation."""
    records = public_records(KIND).filter(state=PublishedRecord.State.PUBLISHED, owner=organization)[:ENTRIES]
    title = _("Practices of %(name)s") % {"name": organization.name}
    return atom(request, title=f"Enlace: {title}", subtitle="", path=path, entries=_entries(records, base))
