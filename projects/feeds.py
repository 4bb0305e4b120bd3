"""The list of projects as a feed, whole or narrowed: what everybody may read, newest first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse

from network_site.publishing.feeds import ENTRIES, Entry, atom

from .cards import shown_text
from .selectors.published import ProjectQuery, find_projects


def projects_feed(request: HttpRequest, page: Any) -> HttpResponse:
    """The newest projects that fit the filters of the list."""
    query = replace(ProjectQuery.from_params(request.GET), sort="newest")
    base = page.get_url(request)
    asked = request.META.get("QUERY_STRING", "")
    entries = []
    for record in find_projects(query, public_only=True)[:ENTRIES]:
        shown = shown_text(record.snapshot)
        entries.append(
            Entry(
                key=str(record.pk),
                title=shown.texts["title"],
                path=f"{base}{record.path}",
                text=shown.texts.get("summary", ""),
                published_at=record.first_published_at,
                updated_at=record.published_at,
                author=record.owner.name,
                categories=(record.country.name,) if record.country else (),
            )
        )
    return atom(
        request,
        title=f"Enlace: {page.title}",
        subtitle=page.lead,
        path=f"{base}?{asked}" if asked else base,
        entries=entries,
    )
