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

from . import doors, facets, questions, spelling
from .asked import SearchQuery
from .engines.base import LESS, WINDOW, Answer, Engine, EngineUnavailable, Fragment, Question
from .kinds import kinds
from .models import EmbeddedEntry, Entry, Mark
from .models.entries import entry_id
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


# With fewer finds than this a better spelling is offered, where there is one.
FEW = 3


def search(query: SearchQuery, viewer: Viewer | None = None) -> SearchResult:
    """What fits, ranked or sorted, a page of it, with its facets. Never raises for what somebody typed.

    Words that nobody here uses and that look like a slip are not guessed at first: only when the typed ones find
    nothing the mended ones are asked, and when they find little these are offered.
    """
    who = viewer or current_viewer()
    outcome = _outcome(query, who)
    counts = outcome.answer.counts
    return SearchResult(
        query=query,
        total=outcome.answer.total,
        hits=hits([(found.id, found.score, found.highlights) for found in outcome.answer.found], who),
        facets=facets.shown(
            [
                facets.Counted(name, counts.get(name, {}), _chosen(query, name))
                for name in questions.facets_for(query.kinds)
            ]
        ),
        is_reduced=outcome.is_reduced,
        corrected=outcome.corrected,
        suggestion=outcome.suggestion,
    )


def count(query: SearchQuery, viewer: Viewer | None = None) -> int:
    """How many things fit."""
    return _outcome(query, viewer or current_viewer(), facets=(), offset=0, limit=1, highlight=False).answer.total


def found(query: SearchQuery, viewer: Viewer | None = None) -> tuple[Hit, ...]:
    """A page of what fits, without counts and highlights: for feeds."""
    who = viewer or current_viewer()
    outcome = _outcome(query, who, facets=(), highlight=False)
    return hits([(one.id, one.score, {}) for one in outcome.answer.found], who)


def shown(entries: Sequence[UUID], viewer: Viewer | None = None) -> tuple[Hit, ...]:
    """Entries that were found before (`ids`), as they are shown now."""
    return hits([(pk, 0.0, {}) for pk in entries], viewer or current_viewer())


def ids(query: SearchQuery, viewer: Viewer | None = None, *, limit: int = WINDOW) -> list[UUID]:
    """The entries that fit, in order: for exports and feeds. The same ones as `search`."""
    return _walk(query, viewer or current_viewer(), limit)[0]


def keys(query: SearchQuery, viewer: Viewer | None = None, *, limit: int = WINDOW) -> tuple[list[str], bool]:
    """The keys of the things that fit, in order, for lists that a query narrows; and whether search was reduced."""
    who = viewer or current_viewer()
    walked, is_reduced = _walk(query, who, limit)
    known = Entry.objects.live().filter(pk__in=walked, audience__in=who.audiences).order_by().values_list("pk", "key")
    key_of = dict(known)
    return [key_of[pk] for pk in walked if pk in key_of], is_reduced


@dataclass(frozen=True)
class _Outcome:
    """What an engine answered, after a slip of the pen was seen to."""

    answer: Answer
    is_reduced: bool = False
    corrected: str = ""
    suggestion: str = ""


def _outcome(query: SearchQuery, who: Viewer, **shape: Any) -> _Outcome:
    """Ask as it was typed; where that finds little, and words look like slips, the mended words too.

    A long question of which nothing has three quarters is content with half.
    """
    typed, mended, text = _questions(query, who)
    if typed is None:
        return _Outcome(Answer(0, (), {}))
    answer, is_reduced = _answer(typed, shape)
    if mended is not None and answer.total < FEW:
        better, is_reduced = _answer(mended, shape)
        if better.total and not answer.total:
            return _Outcome(better, is_reduced, corrected=text)
        if better.total > answer.total:
            return _Outcome(answer, is_reduced, suggestion=text)
    if not answer.total and _is_long(mended or typed):
        answer, is_reduced = _answer(replace(mended or typed, share=LESS), shape)
        return _Outcome(answer, is_reduced, corrected=text if answer.total and mended else "")
    return _Outcome(answer, is_reduced)


def _answer(question: Question, shape: Mapping[str, Any]) -> tuple[Answer, bool]:
    asked = replace(question, **shape)
    return _ask(lambda engine: engine.ask(asked))


def _is_long(question: Question) -> bool:
    return replace(question, share=LESS).needed < question.needed


def _walk(query: SearchQuery, who: Viewer, limit: int) -> tuple[list[UUID], bool]:
    """All that fits, in the order of `search`, and whether search was reduced."""
    typed, mended, _text = _questions(query, who)
    tries = [question for question in (typed, mended) if question is not None]
    tries += [replace(question, share=LESS) for question in tries[-1:] if _is_long(question)]
    walked: list[UUID] = []
    is_reduced = False
    for question in tries:
        asked = replace(question, facets=(), offset=0, highlight=False)
        walked, is_reduced = _ask(lambda engine, asked=asked: engine.ids(asked, limit))  # type: ignore[misc]
        if walked:
            break
    return walked, is_reduced


def _questions(query: SearchQuery, who: Viewer) -> tuple[Question | None, Question | None, str]:
    """The question as it was typed, the one with mended words where some look like slips, and those words.

    None for the first where somebody typed signs only: without any word an engine would find everything.
    """
    marks = Mark.objects.now() if query.text else {}
    slips = {} if query.is_exact else spelling.slips(query.text, query.language, marks)
    typed = questions.make(query, who, with_meaning=not slips, marks=marks)
    if query.text and not typed.units:
        return None, None, ""
    if not slips:
        return typed, None, ""
    text = spelling.corrected(query.text, slips)
    return typed, questions.make(replace(query, text=text), who, marks=marks), text


def is_found(query: SearchQuery, entry: UUID, viewer: Viewer) -> bool:
    """Whether one entry fits, asked of the database, which is never behind its entries. Meaning does not count."""
    question = questions.make(query, viewer, with_meaning=False)
    question = replace(question, only=(entry,), facets=(), offset=0, limit=1, highlight=False)
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
    return shown(found, who)


def similar(
    kind: str, key: str, *, viewer: Viewer | None = None, only: Sequence[str] = (), limit: int = 5
) -> tuple[Hit, ...]:
    """Things near to one, in whatever language they are written."""
    who = viewer or current_viewer()
    found, _reduced = _ask(
        lambda engine: engine.similar(entry_id(kind, key), audiences=who.audiences, kinds=only, limit=limit)
    )
    return hits([(one.id, one.score, {}) for one in found], who)


@dataclass(frozen=True)
class Near:
    """Something that was found for terms and words, as narrow as it can be judged; `facets` are codes by name."""

    key: str
    kind: str
    # Comparable within one answer only.
    score: float
    facets: Mapping[str, frozenset[str]]
    evidence_level: int | None
    published_at: datetime


def near(question: Question) -> tuple[Near, ...]:
    """What fits a question of `questions.near`, best first. One question to the engine and one to the database.

    As everywhere, only what is there and for these audiences now.
    """
    answer, _reduced = _ask(lambda engine: engine.ask(question))
    scores = {found.id: found.score for found in answer.found}
    live = EmbeddedEntry.objects.filter(
        entry__in=list(scores), entry__is_gone=False, entry__audience__in=question.audiences
    )
    columns = ("entry__key", "entry__kind", "facets", "evidence_level", "entry__published_at")
    rows = {row[0]: row[1:] for row in live.values_list("entry_id", *columns)}
    return tuple(
        Near(key, kind, score, _facets(facets), level, at)
        for pk, score in scores.items()
        if pk in rows
        for key, kind, facets, level, at in [rows[pk]]
    )


def _facets(lines: str) -> Mapping[str, frozenset[str]]:
    """The codes by name of the narrow row's lines."""
    found: dict[str, set[str]] = {}
    for line in lines.split("\n"):
        name, equals, value = line.partition("=")
        if equals:
            found.setdefault(name, set()).add(value)
    return {name: frozenset(values) for name, values in found.items()}


def url_of(pk: UUID) -> str:
    """The address of an entry's page for the current reader; empty when it is not there for her (any more)."""
    found = shown([pk])
    return found[0].url if found else ""


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
