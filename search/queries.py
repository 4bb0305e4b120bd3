"""The one door to search. No other module speaks to an engine (a contract in pyproject.toml holds it).

The engine of the profile is asked; when it does not answer (EngineUnavailable) the database answers instead and the
result says so. Whatever an index says, only entries that are live and for this viewer in the database are shown.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from network_site.common.language import current_language
from network_site.publishing.selectors import Facet

from . import doors, facets, questions
from .asked import SearchQuery
from .engines.base import WINDOW, Answer, Engine, EngineUnavailable, Fragment, Question
from .kinds import kinds
from .models import Entry
from .viewers import Viewer
from .viewers import viewer as current_viewer

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Hit:
    """One thing that was found, as it is shown."""

    id: UUID
    kind: str
    key: str
    kind_label: str
    # The same of one thing: "Practice".
    kind_one: str
    title: str
    summary: str
    # The language in which title and summary are shown.
    language: str
    url: str
    score: float
    is_demo: bool
    published_at: datetime
    entry: Entry = field(repr=False, compare=False)
    highlights: Mapping[str, Sequence[Fragment]] = field(default_factory=dict)


@dataclass(frozen=True)
class SearchResult:
    """What was found for a query."""

    query: SearchQuery
    total: int
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]
    # The engine of the profile did not answer: plain search by words, said on the page.
    is_reduced: bool = False
    # The words that were looked for instead of the typed ones, which nothing had.
    corrected: str = ""
    # Words that look like a better spelling, offered.
    suggestion: str = ""


def search(query: SearchQuery, viewer: Viewer | None = None) -> SearchResult:
    """What fits, ranked or sorted, a page of it, with its facets. Never raises for what somebody typed."""
    who = viewer or current_viewer()
    question = questions.make(query, who)
    answer, is_reduced = _answer(query, question)
    return SearchResult(
        query=query,
        total=answer.total,
        hits=hits([(found.id, found.score, found.highlights) for found in answer.found], who),
        facets=tuple(facets.shown(name, answer.counts.get(name, {}), _chosen(query, name)) for name in question.facets),
        is_reduced=is_reduced,
    )


def count(query: SearchQuery, viewer: Viewer | None = None) -> int:
    """How many things fit."""
    question = replace(questions.make(query, viewer or current_viewer()), facets=(), offset=0, limit=0, highlight=False)
    return _answer(query, question)[0].total


def found(query: SearchQuery, viewer: Viewer | None = None) -> tuple[Hit, ...]:
    """A page of what fits, without counts and highlights: for feeds."""
    who = viewer or current_viewer()
    question = replace(questions.make(query, who), facets=(), highlight=False)
    return hits([(one.id, one.score, {}) for one in _answer(query, question)[0].found], who)


def shown(entries: Sequence[UUID], viewer: Viewer | None = None) -> tuple[Hit, ...]:
    """Entries that were found before (`ids`), as they are shown now."""
    return hits([(pk, 0.0, {}) for pk in entries], viewer or current_viewer())


def ids(query: SearchQuery, viewer: Viewer | None = None, *, limit: int = WINDOW) -> list[UUID]:
    """The entries that fit, in order: for exports and feeds."""
    return _walk(query, viewer or current_viewer(), limit)[0]


def keys(query: SearchQuery, viewer: Viewer | None = None, *, limit: int = WINDOW) -> tuple[list[str], bool]:
    """The keys of the things that fit, in order, for lists that a query narrows; and whether search was reduced."""
    who = viewer or current_viewer()
    found, is_reduced = _walk(query, who, limit)
    known = Entry.objects.live().filter(pk__in=found, audience__in=who.audiences).order_by().values_list("pk", "key")
    key_of = dict(known)
    return [key_of[pk] for pk in found if pk in key_of], is_reduced


def _walk(query: SearchQuery, viewer: Viewer, limit: int) -> tuple[list[UUID], bool]:
    question = replace(questions.make(query, viewer), facets=(), offset=0, highlight=False)
    if _asks_nothing(query, question):
        return [], False
    return _ask(lambda engine: engine.ids(question, limit))


def _answer(query: SearchQuery, question: Question) -> tuple[Answer, bool]:
    if _asks_nothing(query, question):
        return Answer(0, (), {}), False
    return _ask(lambda engine: engine.ask(question))


def _asks_nothing(query: SearchQuery, question: Question) -> bool:
    """Signs only: without any word the engines would find everything."""
    return bool(query.text) and not question.units


def complete(prefix: str, *, viewer: Viewer | None = None, only: Sequence[str] = (), limit: int = 8) -> tuple[Hit, ...]:
    """Things whose title begins like this, for the box where one types."""
    who = viewer or current_viewer()
    text = " ".join(questions.words_of(prefix[:100]))
    if len(text) < 2:
        return ()
    found, _reduced = _ask(
        lambda engine: engine.complete(
            text, language=current_language(), audiences=who.audiences, kinds=only, limit=limit
        )
    )
    return hits([(pk, 0.0, {}) for pk in found], who)


def similar(
    kind: str, key: str, *, viewer: Viewer | None = None, only: Sequence[str] = (), limit: int = 5
) -> tuple[Hit, ...]:
    """Things near to one, in whatever language they are written."""
    from .models.entries import entry_id

    who = viewer or current_viewer()
    found, _reduced = _ask(
        lambda engine: engine.similar(entry_id(kind, key), audiences=who.audiences, kinds=only, limit=limit)
    )
    return hits([(one.id, one.score, {}) for one in found], who)


def _ask(what: Callable[[Engine], T]) -> tuple[T, bool]:
    """Ask the engine of the profile, else the database; and whether it was the second."""
    engine = doors.main()
    if engine is not None:
        try:
            return what(engine), False
        except EngineUnavailable as error:
            log.warning("search is reduced: %s", type(error.__cause__ or error).__name__)
    return what(doors.reserve()), engine is not None


def _chosen(query: SearchQuery, name: str) -> tuple[str, ...]:
    return query.kinds if name == "kind" else tuple(query.filters.get(name, ()))


def hits(found: Iterable[tuple[UUID, float, Mapping[str, Sequence[Fragment]]]], viewer: Viewer) -> tuple[Hit, ...]:
    """Found entries as they are shown, in this order; those that are not there for this viewer (any more) drop out.

    The same number of queries however many.
    """
    given = list(found)
    entries = Entry.objects.live().filter(audience__in=viewer.audiences).in_bulk([pk for pk, _score, _marks in given])
    by_kind: dict[str, list[Entry]] = {}
    for entry in entries.values():
        by_kind.setdefault(entry.kind, []).append(entry)
    urls: dict[UUID, str] = {}
    for name, some in by_kind.items():
        source = kinds.get(name)
        if source is not None:
            urls |= source.links(some)
    return tuple(
        _hit(entries[pk], score, marks, urls[pk]) for pk, score, marks in given if pk in entries and pk in urls
    )


def _hit(entry: Entry, score: float, marks: Mapping[str, Sequence[Fragment]], url: str) -> Hit:
    texts: dict[str, dict[str, Any]] = entry.body["texts"]
    language = current_language()
    if not texts.get(language, {}).get("title"):
        language = entry.source_language
    text = texts.get(language, {})
    source = kinds.get(entry.kind)
    return Hit(
        id=entry.pk,
        kind=entry.kind,
        key=entry.key,
        kind_label=str(source.label) if source else entry.kind,
        kind_one=str(source.one) if source else entry.kind,
        title=text.get("title", entry.key),
        summary=text.get("summary", "") or texts.get(entry.source_language, {}).get("summary", ""),
        language=language,
        url=url,
        score=score,
        is_demo=bool(entry.body.get("is_demo")),
        published_at=entry.published_at,
        entry=entry,
        highlights=marks,
    )
