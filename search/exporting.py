"""What was found as it leaves for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network_site.common.exports import Column, Source, sources
from network_site.common.language import language_name

from . import queries
from .asked import SearchQuery
from .facets import FACETS
from .selectors import search_path


def _columns() -> list[Column]:
    return [
        Column("title", _("Title")),
        Column("kind", _("Kind")),
        Column("summary", _("In one sentence")),
        Column("language", _("Language of the text")),
        Column("country_code", _("Country code")),
        Column("country", _("Country")),
        Column("published_on", _("Published on")),
        Column("is_demo", _("Demonstration")),
        Column("url", _("Address")),
        Column("id", _("Identifier")),
    ]


def _rows(found: Iterable[UUID]) -> Iterator[Mapping[str, Any]]:
    hits = queries.shown(list(found))
    codes = {code for hit in hits for code in hit.entry.body["facets"].get("country", ())}
    countries = FACETS["country"].labels(codes)
    for hit in hits:
        given = hit.entry.body["facets"].get("country", ())
        yield {
            "title": hit.title,
            "kind": hit.kind_one,
            "summary": hit.summary,
            "language": language_name(hit.language),
            "country_code": "; ".join(given),
            "country": "; ".join(countries.get(code, code) for code in given),
            "published_on": hit.published_at.date(),
            "is_demo": hit.is_demo,
            "url": f"{settings.SITE_URL}{hit.url}",
            "id": hit.key,
        }


def _find(params: QueryDict) -> list[UUID]:
    return queries.ids(SearchQuery.from_params(params))


def connect() -> None:
    """Offer the list (called when the app is ready)."""
    sources.fill("search", Source(gettext_lazy("Search results"), _find, _columns, _rows, back=search_path))
