"""A query as a feed: what everybody may find, the newest first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from network_site.publishing.feeds import ENTRIES, Entry, atom

from . import queries
from .asked import SearchQuery
from .enums import Sort
from .viewers import PUBLIC


def results_feed(request: HttpRequest, page: Any) -> HttpResponse:
    """The newest things that fit the words and filters of the search page."""
    query = SearchQuery.from_params(request.GET)
    newest = replace(query, sort=Sort.NEWEST.value, page=1, page_size=ENTRIES)
    base, asked = page.get_url(request), query.as_params()
    title = _("“%(words)s”, %(page)s") % {"words": query.text, "page": page.title} if query.text else page.title
    entries = [
        Entry(
            key=str(hit.id),
            title=hit.title,
            path=hit.url,
            text=hit.summary,
            published_at=hit.published_at,
            updated_at=hit.entry.changed_at,
            categories=(hit.kind_one,),
        )
        for hit in queries.found(newest, PUBLIC)
    ]
    return atom(
        request,
        title=f"Enlace: {title}",
        subtitle=page.lead,
        path=f"{base}?{asked}" if asked else base,
        entries=entries,
    )
