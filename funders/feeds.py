"""Offers as a feed, whole or narrowed: what everybody may read, newest first."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from network_site.publishing.feeds import ENTRIES, Entry, atom

from .cards import shown_texts
from .selectors import OfferQuery, find_offers


def offers_feed(request: HttpRequest, page: Any) -> HttpResponse:
    """The newest offers that fit the filters of the list."""
    base = page.get_url(request)
    found = find_offers(OfferQuery.from_params(request.GET), public_only=True)
    newest = sorted(found, key=lambda record: record.first_published_at, reverse=True)[:ENTRIES]
    asked = request.META.get("QUERY_STRING", "")
    return atom(
        request,
        title=f"Enlace: {page.title}",
        subtitle=page.lead,
        path=f"{base}?{asked}" if asked else base,
        entries=[
            Entry(
                key=str(record.pk),
                title=texts["title"],
                path=f"{base}{record.path}",
                text=texts["summary"],
                published_at=record.first_published_at,
                updated_at=record.published_at,
                author=record.owner.name,
                categories=(record.country.name,) if record.country else (),
            )
            for record in newest
            for _language, texts in [shown_texts(record.snapshot)]
        ],
    )
