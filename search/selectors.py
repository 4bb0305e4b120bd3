"""What floors around ask of search: where its page is, and in which records somebody's words are found."""

from __future__ import annotations

from uuid import UUID

from django.core.cache import cache

from network_site.common.language import current_language
from network_site.publishing.selectors import index_paths
from network_site.publishing.slots import Matches

from . import queries
from .asked import MAX_TEXT, SearchQuery
from .models import SearchPage
from .viewers import PUBLIC

PATHS = "search-paths"
KEPT_SECONDS = 60


def search_path() -> str:
    """The path of the search page in the reader's language; empty before the pages exist.

    Every frame asks for it, so it is kept in the cache for a minute.
    """
    known: dict[str, str] | None = cache.get(PATHS)
    if known is None:
        known = index_paths(SearchPage)
        cache.set(PATHS, known, KEPT_SECONDS)
    return known.get(current_language(), "")


def words_in_records(text: str, language: str, kind: str, public_only: bool) -> Matches:
    """The published records of a kind in which words are found, the best first (a slot of `publishing`)."""
    query = SearchQuery(text=" ".join(text.split())[:MAX_TEXT], language=language, kinds=(kind,))
    found, is_reduced = queries.keys(query, PUBLIC if public_only else None)
    return Matches(tuple(UUID(key) for key in found), is_reduced)
