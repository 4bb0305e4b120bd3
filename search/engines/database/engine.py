"""The engine on the database: the embedded profile's own, and the others' when Elasticsearch is away (0032)."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any
from uuid import UUID

from django.utils import timezone

from network_site.common.language import CODES

from ...enums import Sort
from ...models import EmbeddedEntry, Entry
from .. import stems
from ..base import MAX_RISE, WINDOW, Answer, Found, Fragment, Question, Unit
from ..highlighting import Highlighter
from . import sql
from .ranking import Scores, plan
from .texts import facet_line, microseconds

# What is new may be up to so much better than what is old; a practice does not go bad by itself.
FRESHNESS = 0.3
FRESH_DAYS, FRESH_LEFT = 1095, 0.7
DAY = 86_400_000_000
# By meaning: so many nearest things, and how much the nearest gains by it, as a share of what the best has by words.
NEAREST, MEANING = 20, 0.5
# Of more than this share of all documents all rows are read: a list of so many ids would take longer.
MANY = 0.25
# What things have in common when nothing is known of their meaning: how they look says less than what they are about.
NOT_IN_COMMON = frozenset({"kind", "language", "evidence", "provenance", "section"})


@dataclass(slots=True)
class Row:
    """A live entry, as narrow as it can be ranked and counted."""

    doc: int
    entry: Any
    kind: str
    published: int
    evidence_level: int | None
    quality: float
    sort_title: str
    facets: str
    score: float = 0.0

    @property
    def id(self) -> UUID:
        return self.entry if isinstance(self.entry, UUID) else UUID(self.entry)


class DatabaseEngine:
    """Full-text search of SQLite (FTS5) or PostgreSQL; the same words, sets, counts and order on both."""

    name = "database"

    def ask(self, question: Question) -> Answer:
        """A page of what fits, ranked or sorted. The same number of queries however much that is."""
        fitting, counts = _narrowed(_candidates(question), question)
        page = _ordered(fitting, question, question.offset + question.limit)[question.offset :]
        marks = _highlights(page, question) if question.highlight and question.units else {}
        return Answer(len(fitting), tuple(Found(row.id, row.score, marks.get(row.id, {})) for row in page), counts)

    def ids(self, question: Question, limit: int = WINDOW) -> list[UUID]:
        """All entries that fit, in the order of `ask`."""
        fitting, _counts = _narrowed(_candidates(question), replace(question, facets=()))
        return [row.id for row in _ordered(fitting, question, limit)]

    def complete(
        self, prefix: str, *, language: str, audiences: Sequence[str], kinds: Sequence[str] = (), limit: int = 8
    ) -> list[UUID]:
        """Entries with the beginnings in one title: the reader's language first, then titles that begin like this."""
        typed = [stems.token(word.text) for word in stems.words(stems.composed(prefix))]
        if not typed:
            return []
        codes = [language, *(code for code in CODES if code != language)]
        best: dict[int, int] = {}
        for number, doc in sql.find([(code, "names", [[[one]] for one in typed]) for code in codes], is_prefix=True):
            best[doc] = min(best.get(doc, 1), number and 1)
        found = [row for row in _rows(audiences, best) if not kinds or row.kind in kinds]
        begins = " ".join(typed)
        found.sort(
            key=lambda row: (best[row.doc], not row.sort_title.startswith(begins), -row.quality, row.sort_title, row.id)
        )
        return [row.id for row in found[:limit]]

    def similar(
        self, entry: UUID, *, audiences: Sequence[str], kinds: Sequence[str] = (), limit: int = 5
    ) -> list[Found]:
        """Other entries of nearest meaning; else with most in common: terms, rare ones more, and words of the title."""
        meaning = _meaning()
        if meaning and (near := meaning.neighbours(entry, audiences, kinds, limit)):
            return [Found(pk, cosine) for pk, cosine in near]
        shown = Entry.objects.live().filter(pk=entry, audience__in=audiences).first()
        if shown is None:
            return []
        rows = [row for row in _rows(audiences) if not kinds or row.kind in kinds or row.id == entry]
        own = next((row for row in rows if row.id == entry), None)
        others = [row for row in rows if row.id != entry]
        if own is None:
            return []
        shared = _in_common(own, others)
        said = _by_title(shown, audiences, len(rows))
        best = max(said.values(), default=0.0) or 1.0
        for row in others:
            row.score = shared.get(row.doc, 0.0) + MEANING * said.get(row.doc, 0.0) / best
        alike = [row for row in others if row.score > 0]
        return [Found(row.id, row.score) for row in heapq.nsmallest(limit, alike, key=_by_score)]


# --- What fits -------------------------------------------------------------------------------


def _candidates(question: Question) -> list[Row]:
    """The rows that have the words or are near in meaning, for the audiences; not narrowed by anything chosen."""
    scores: dict[int, float] | None = None
    if question.units:
        scores = _by_words(question)
    near = _by_meaning(question)
    if scores is None and question.vector is None:
        rows = _rows(question.audiences)
    else:
        rows = _rows(question.audiences, {*(scores or {}), *near})
    top = max((scores or {}).values(), default=0.0) or 1.0
    after = microseconds(question.published_after) if question.published_after is not None else None
    fresh = _Freshness()
    for row in rows:
        words = 1.0 if scores is None and not near else (scores or {}).get(row.doc, 0.0)
        row.score = (words + top * MEANING * near.get(row.doc, 0.0)) * min(MAX_RISE, row.quality * fresh(row.published))
    return rows if after is None else [row for row in rows if row.published > after]


def _by_words(question: Question) -> dict[int, float]:
    made = plan(question)
    scores = Scores(question, sql.count())
    scores.add(made, sql.find(made.wanted))
    concepts = {unit.concept for unit in question.units if unit.concept}
    if concepts:
        docs: dict[str, list[int]] = {}
        rows = EmbeddedEntry.objects.filter(entry__facets__name="topic", entry__facets__value__in=concepts)
        for concept, doc in rows.values_list("entry__facets__value", "pk"):
            docs.setdefault(concept, []).append(doc)
        scores.add_topics(docs)
    return scores.result(question.needed)


def _by_meaning(question: Question) -> dict[int, float]:
    """How near the nearest are; without the chosen kinds, so that what is counted does not change with the choice."""
    if question.vector is None:
        return {}
    meaning = _meaning()
    near = dict(meaning.nearest(question.vector, question.audiences, (), NEAREST)) if meaning else {}
    docs = EmbeddedEntry.objects.filter(entry_id__in=near).values_list("entry_id", "pk")
    return {doc: near[pk] for pk, doc in docs}


def _meaning() -> Any:
    """The module of meanings, where there is one."""
    try:
        return import_module("search.meaning")
    except ModuleNotFoundError:
        return None


def _rows(audiences: Collection[str], docs: Mapping[int, Any] | Collection[int] | None = None) -> list[Row]:
    if docs is None or len(docs) > MANY * sql.count():
        read: Iterable[tuple[Any, ...]] = sql.rows(audiences)
        if docs is not None:
            read = (row for row in read if row[0] in docs)
    else:
        read = sql.rows(audiences, docs) if docs else ()
    return [Row(*row) for row in read]


class _Freshness:
    """The factor of a moment: 1 today, and never less than 1 - FRESHNESS. Counted in whole days, once each."""

    def __init__(self) -> None:
        self.now = microseconds(timezone.now())
        self.known: dict[int, float] = {}

    def __call__(self, published: int) -> float:
        days = max(0, self.now - published) // DAY
        factor = self.known.get(days)
        if factor is None:
            gauss = math.exp(math.log(FRESH_LEFT) * (days / FRESH_DAYS) ** 2)
            factor = self.known[days] = 1 - FRESHNESS + FRESHNESS * gauss
        return factor


# --- Facets and order ------------------------------------------------------------------------


def _narrowed(rows: list[Row], question: Question) -> tuple[list[Row], dict[str, dict[str, int]]]:
    """The rows that fit what was chosen, and the counts of the facets, each as if its own choice were not made."""
    chosen = {
        name: {facet_line(name, value) for value in values} for name, values in question.filters.items() if values
    }
    if question.kinds:
        chosen["kind"] = {facet_line("kind", kind) for kind in question.kinds}
    if not chosen:
        counted = _count(rows) if question.facets else {}
        return rows, {name: counted.get(name, {}) for name in question.facets}
    fitting: list[Row] = []
    # Rows that miss one choice only are counted in that facet.
    missing: dict[str, list[Row]] = {name: [] for name in chosen}
    for row in rows:
        lines = row.facets.split("\n")
        missed = [name for name, wanted in chosen.items() if wanted.isdisjoint(lines)]
        if not missed:
            fitting.append(row)
        elif len(missed) == 1:
            missing[missed[0]].append(row)
    counts = {}
    counted = _count(fitting) if question.facets else {}
    for name in question.facets:
        counts[name] = counted.get(name, {})
        if missing.get(name):
            counts[name] = _count([*fitting, *missing[name]]).get(name, {})
    return fitting, counts


def _count(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    # One long text is split and counted in C, many times faster than row by row.
    for line, count in Counter("\n".join([row.facets for row in rows]).split("\n")).items():
        name, _equals, value = line.partition("=")
        counts.setdefault(name, {})[value] = count
    return counts


def _by_score(row: Row) -> tuple[Any, ...]:
    return (-row.score, -row.published, row.entry)


_ORDERS: dict[str, Any] = {
    Sort.RELEVANCE: _by_score,
    Sort.NEWEST: lambda row: (-row.published, row.entry),
    Sort.EVIDENCE: lambda row: (
        -1 if row.evidence_level is None else 0,
        -(row.evidence_level or 0),
        -row.published,
        row.entry,
    ),
    Sort.TITLE: lambda row: (row.sort_title, row.entry),
}


def _ordered(rows: list[Row], question: Question, count: int) -> list[Row]:
    """The first so many in the order that was asked for; the same ones in the same order however many are asked."""
    order = _ORDERS[question.sort]
    return heapq.nsmallest(count, rows, key=order) if count * 10 < len(rows) else sorted(rows, key=order)[:count]


# --- What is shown of it ---------------------------------------------------------------------


def _highlights(page: Sequence[Row], question: Question) -> dict[UUID, dict[str, tuple[Fragment, ...]]]:
    highlighter = Highlighter(question)
    entries = Entry.objects.filter(pk__in=[row.id for row in page], audience__in=question.audiences)
    return {
        pk: highlighter.marks(body.get("texts", {}), source)
        for pk, body, source in entries.values_list("pk", "body", "source_language")
    }


# --- Neighbours ------------------------------------------------------------------------------


def _in_common(own: Row, others: Sequence[Row]) -> dict[int, float]:
    """How alike others are by their terms, between 0 and 1: what few things have in common says more."""
    wanted = set(_terms(own))
    with_terms = [(row.doc, list(_terms(row))) for row in others] if wanted else []
    counts = Counter(line for _doc, lines in with_terms for line in lines)
    total = len(others) + 1
    rarity = {line: math.log(1 + total / (count + 1)) for line, count in counts.items()}
    own_length = math.sqrt(sum(rarity.get(line, math.log(1 + total)) ** 2 for line in wanted)) or 1.0
    found = {}
    for doc, lines in with_terms:
        both = sum(rarity[line] ** 2 for line in lines if line in wanted)
        if both:
            found[doc] = both / (own_length * math.sqrt(sum(rarity[line] ** 2 for line in lines)))
    return found


def _terms(row: Row) -> Iterator[str]:
    return (line for line in row.facets.split("\n") if line.partition("=")[0] not in NOT_IN_COMMON)


def _by_title(entry: Entry, audiences: Sequence[str], total: int) -> dict[int, float]:
    """Scores of those that speak of at least two words of the entry's title."""
    language = entry.source_language
    title = entry.body["texts"].get(language, {}).get("title", "")
    said = dict.fromkeys(word.text for word in stems.words(stems.composed(title)))
    units = tuple(Unit(word) for word in said if not stems.is_stop_word(word, language))[:12]
    if not units:
        return {}
    question = Question(language=language, audiences=tuple(audiences), units=units)
    made = plan(question)
    scores = Scores(question, total)
    scores.add(made, sql.find(made.wanted))
    return scores.result(min(2, len(units)))
