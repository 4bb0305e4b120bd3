"""The catalogue as a feed: what everybody may read, newest first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse

from network_site.publishing.feeds import ENTRIES, Entry, atom

from .cards import level_name, shown_text
from .selectors.public import CourseQuery, find_courses


def catalogue_feed(request: HttpRequest, page: Any) -> HttpResponse:
    """The newest courses that fit the filters of the catalogue."""
    base = page.get_url(request)
    entries = []
    for record in find_courses(replace(CourseQuery.from_params(request.GET), sort="newest"), public_only=True)[
        :ENTRIES
    ]:
        text, _lang = shown_text(record.snapshot)
        entries.append(
            Entry(
                key=str(record.pk),
                title=text["title"],
                path=f"{base}{record.path}",
                text=text["summary"],
                published_at=record.first_published_at,
                updated_at=record.published_at,
                author=record.owner.name,
                categories=(level_name(record.snapshot),),
            )
        )
    asked = request.META.get("QUERY_STRING", "")
    path = f"{base}?{asked}" if asked else base
    return atom(request, title=f"Enlace: {page.title}", subtitle=page.lead, path=path, entries=entries)
