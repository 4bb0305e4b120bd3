"""What views and floors around ask of search: its page, the words in records, saved searches.

Saved searches are private; their manager has scoped them already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count
from django.http import QueryDict
from django.utils.translation import gettext as _

from network_site.common.language import current_language
from network_site.organizations.actor import Actor
from network_site.publishing.selectors import index_paths
from network_site.publishing.slots import Matches

from . import facets, permissions, queries
from .asked import MAX_TEXT, SearchQuery
from .kinds import kinds
from .models import SavedSearch, SearchFollower, SearchPage
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


# --- Saved searches --------------------------------------------------------------------------


@dataclass(frozen=True)
class SavedRow:
    """A saved search as its list shows it."""

    search: SavedSearch
    # What it looks for, in words of the reader's language.
    parts: tuple[str, ...]
    # How soon this person gets mail; empty when she does not follow it.
    rhythm: str
    followers: int
    may_change: bool
    is_mine: bool


def get_search(pk: UUID) -> SavedSearch:
    """One saved search. Raises SavedSearch.DoesNotExist, for foreign ones too."""
    found: SavedSearch = SavedSearch.objects.get(pk=pk)
    return found


def list_searches(actor: Actor) -> list[SavedRow]:
    """The person's own searches, and those shared in the organisation she acts for, by name.

    The same number of queries however many.
    """
    searches = list(SavedSearch.objects.annotate(follower_count=Count("followers")))
    rhythms = dict(SearchFollower.objects.filter(person_id=actor.user_id).values_list("search_id", "rhythm"))
    queries = {search.pk: query_of(search) for search in searches}
    wanted: dict[str, set[str]] = {}
    for query in queries.values():
        for name, values in query.filters.items():
            wanted.setdefault(name, set()).update(values)
    labels = {name: facets.FACETS[name].labels(values) for name, values in wanted.items()}
    return [
        SavedRow(
            search=search,
            parts=_in_words(queries[search.pk], labels),
            rhythm=rhythms.get(search.pk, ""),
            followers=search.follower_count,
            may_change=permissions.can_change(actor, search),
            is_mine=search.person_id == actor.user_id,
        )
        for search in searches
    ]


def query_of(search: SavedSearch) -> SearchQuery:
    """The question of a saved search, as its address would be read today."""
    return SearchQuery.from_params(QueryDict(search.query))


def in_words(query: SearchQuery) -> tuple[str, ...]:
    """What a question looks for: its words, its kinds, the labels of its filters."""
    return _in_words(query, {name: facets.FACETS[name].labels(values) for name, values in query.filters.items()})


def _in_words(query: SearchQuery, labels: dict[str, Any]) -> tuple[str, ...]:
    parts = [_("“%(words)s”") % {"words": query.text}] if query.text else []
    parts += [str(kind.label) for name, kind in kinds.items() if name in query.kinds]
    parts += [str(labels[name].get(value, value)) for name, values in query.filters.items() for value in values]
    return tuple(parts)
