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

from django.apps import apps

from network_site.common.language import current_language
from network_site.publishing.selectors import Facet, index_paths

from . import doors, facets, questions, spelling
from .asked import SearchQuery
from .engines.base import Engine, EngineUnavailable, Fragment, Question
from .kinds import kinds
from .models import Entry, Mark
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
    title: str
    summary: str
    # The language in which title and summary are shown.
    language: str
    url: str
    score: float
    is_demo: bool
    published_at: datetime
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


# With fewer finds than this a better spelling is offered, where there is one.
FEW = 3


def search(query: SearchQuery, viewer: Viewer | None = None) -> SearchResult:
    """What fits, ranked or sorted, a page of it, with its facets. Never raises for what somebody typed.

    Words that nobody here uses and that look like a slip are not guessed at first: only when the typed ones find
    nothing the mended ones are asked, and when they find little these are offered.
    """
    who = viewer or current_viewer()
    marks = Mark.objects.now() if query.text else {}
    slips = {} if query.is_exact else spelling.slips(query.text, query.language, marks)
    question = questions.make(query, who, with_meaning=not slips, marks=marks)
    answer, is_reduced = _ask(lambda engine: engine.ask(question))
    corrected = suggestion = ""
    if slips and answer.total < FEW:
        mended = spelling.corrected(query.text, slips)
        second = questions.make(replace(query, text=mended), who, marks=marks)
        better, is_reduced = _ask(lambda engine: engine.ask(second))
        if better.total and not answer.total:
            answer, corrected = better, mended
        elif better.total > answer.total:
            suggestion = mended
    return SearchResult(
        query=query,
        total=answer.total,
        hits=hits([(found.id, found.score, found.highlights) for found in answer.found], who),
        facets=tuple(facets.shown(name, answer.counts.get(name, {}), _chosen(query, name)) for name in question.facets),
        is_reduced=is_reduced,
        corrected=corrected,
        suggestion=suggestion,
    )


def ids(query: SearchQuery, viewer: Viewer | None = None, *, limit: int = 10_000) -> list[UUID]:
    """The entries that fit, in order: for exports, feeds and lists that a query narrows. The same ones as `search`."""
    who = viewer or current_viewer()
    marks = Mark.objects.now() if query.text else {}
    slips = {} if query.is_exact else spelling.slips(query.text, query.language, marks)
    found = _all(questions.make(query, who, with_meaning=not slips, marks=marks), limit)
    if slips and not found:
        mended = replace(query, text=spelling.corrected(query.text, slips))
        found = _all(questions.make(mended, who, marks=marks), limit)
    return found


def _all(question: Question, limit: int) -> list[UUID]:
    plain = replace(question, facets=(), offset=0, highlight=False)
    found, _reduced = _ask(lambda engine: engine.ids(plain, limit))
    return found


def is_found(query: SearchQuery, entry: UUID, viewer: Viewer) -> bool:
    """Whether one entry fits, asked of the database, which is never behind its entries. Meaning does not count."""
    question = questions.make(query, viewer)
    question = replace(question, only=(entry,), facets=(), offset=0, limit=1, vector=None, highlight=False)
    return bool(doors.reserve().ids(question, 1))


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


def page_url() -> str:
    """The address of the search page for the current reader; empty before the pages exist."""
    try:
        model = apps.get_model("search", "SearchPage")  # MERGE: import it
    except LookupError:
        return f"/{current_language()}/search/"
    return index_paths(model).get(current_language(), "")


def url_of(pk: UUID) -> str:
    """The address of an entry's page for the current reader; empty when it is not there for her (any more)."""
    shown = hits([(pk, 0.0, {})], current_viewer())
    return shown[0].url if shown else ""


def cards(found: Sequence[Hit]) -> list[dict[str, Any]]:
    """The same things as cards of their kind, in this order; the same number of queries however many."""
    drawn: dict[UUID, dict[str, Any]] = {}
    for name in dict.fromkeys(hit.kind for hit in found):
        source = kinds.get(name)
        if source is not None:
            drawn |= source.cards([Entry(id=hit.id, kind=hit.kind, key=hit.key) for hit in found if hit.kind == name])
    return [drawn[hit.id] for hit in found if hit.id in drawn]


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
        title=text.get("title", entry.key),
        summary=text.get("summary", "") or texts.get(entry.source_language, {}).get("summary", ""),
        language=language,
        url=url,
        score=score,
        is_demo=bool(entry.body.get("is_demo")),
        published_at=entry.published_at,
        highlights=marks,
    )
