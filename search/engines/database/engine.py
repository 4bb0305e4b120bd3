"""The engine on the database: the embedded profile's own, and the others' when Elasticsearch is away (0032)."""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.utils import timezone

from network_site.common.language import CODES

from ... import meaning
from ...enums import Sort
from ...models import EmbeddedEntry, Entry
from .. import stems
from ..base import MAX_RISE, WINDOW, Answer, Found, Fragment, Question, Unit
from ..highlighting import Highlighter
from . import sql
from .ranking import plan, scores, split
from .texts import facet_line, microseconds

# What is new may be up to so much better than what is old; a practice does not go bad by itself.
FRESHNESS = 0.3
FRESH_DAYS, FRESH_LEFT = 1095, 0.7
DAY = 86_400_000_000
# By meaning: so many nearest things, and how much the nearest gains by it, as a share of what the best has by words.
NEAREST, MEANING = 20, 0.5
# So many words of a title say what it is about.
LONGEST_TITLE = 12
# Of more documents than this all rows are read instead of a list of so many numbers. A guess, not measured.
FEW = 2_500
# What things have in common when nothing is known of their meaning: how they look says less than what they are about.
NOT_IN_COMMON = frozenset({"kind", "language", "evidence", "provenance", "section"})


@dataclass(slots=True)
class Row:
    """A live entry, as narrow as it can be ranked and counted."""

    doc: int
    entry: Any
    published: int
    quality: float
    # Lines "name=value", with a line break before and after each.
    facets: str
    # What the order that was asked for needs besides (sql.EXTRA).
    extra: Any = None
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
        typed = [stems.token(word) for word in split(prefix)]
        if not typed:
            return []
        codes = [language, *(code for code in CODES if code != language)]
        first, *rest = sql.find([(code, "names", [[[one]] for one in typed]) for code in codes], is_prefix=True)
        own = frozenset(first)
        found = _of_kinds(_rows(audiences, own.union(*rest), extra="sort_title"), kinds)
        begins = " ".join(typed)
        found.sort(
            key=lambda row: (row.doc not in own, not row.extra.startswith(begins), -row.quality, row.extra, row.entry)
        )
        return [row.id for row in found[:limit]]

    def similar(
        self, entry: UUID, *, audiences: Sequence[str], kinds: Sequence[str] = (), limit: int = 5
    ) -> list[Found]:
        """Other entries of nearest meaning; else with most in common: terms, rare ones more, and words of the title."""
        if near := meaning.neighbours(entry, audiences, kinds, limit):
            return [Found(pk, cosine) for pk, cosine in near]
        shown = Entry.objects.live().filter(pk=entry, audience__in=audiences).first()
        if shown is None:
            return []
        rows = _rows(audiences)
        own = next((row for row in rows if row.id == entry), None)
        if own is None:
            return []
        others = [row for row in _of_kinds(rows, kinds) if row is not own]
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
    said = _by_words(question) if question.units else {}
    near = _by_meaning(question)
    is_open = not question.units and question.vector is None
    extra = _EXTRA.get(question.sort, "")
    docs = None if is_open else {*said, *near}
    if question.only:
        only = set(EmbeddedEntry.objects.filter(entry__in=question.only).values_list("pk", flat=True))
        docs = only if docs is None else docs & only
    rows = _rows(question.audiences, docs, extra=extra)
    if question.published_after is not None:
        after = microseconds(question.published_after)
        rows = [row for row in rows if row.published > after]
    share = (max(said.values(), default=0.0) or 1.0) * MEANING
    fresh = _Freshness()
    for row in rows:
        relevance = 1.0 if is_open else said.get(row.doc, 0.0) + share * near.get(row.doc, 0.0)
        row.score = relevance * min(MAX_RISE, row.quality * fresh(row.published))
    return rows


def _by_words(question: Question) -> dict[int, float]:
    made = plan(question)
    topics: dict[str, list[int]] = {}
    concepts = {unit.concept for unit in question.units if unit.concept}
    if concepts:
        about = EmbeddedEntry.objects.filter(entry__facets__name="topic", entry__facets__value__in=concepts)
        for concept, doc in about.values_list("entry__facets__value", "pk"):
            topics.setdefault(concept, []).append(doc)
    return scores(question.units, made, sql.find(made.wanted), topics, needed=question.needed, total=sql.count())


def _by_meaning(question: Question) -> dict[int, float]:
    """How near the nearest are; without the chosen kinds, so that what is counted does not change with the choice."""
    if question.vector is None:
        return {}
    near = dict(meaning.nearest(question.vector, question.audiences, (), NEAREST))
    docs = EmbeddedEntry.objects.filter(entry_id__in=near).values_list("entry_id", "pk")
    return {doc: near[pk] for pk, doc in docs}


def _rows(audiences: Collection[str], docs: Collection[int] | None = None, *, extra: str = "") -> list[Row]:
    if docs is not None and not docs:
        return []
    if docs is None or len(docs) <= FEW:
        return [Row(*row) for row in sql.rows(audiences, docs, extra=extra)]
    return [Row(*row) for row in sql.rows(audiences, extra=extra) if row[0] in docs]


def _of_kinds(rows: list[Row], kinds: Sequence[str]) -> list[Row]:
    lines = _lines("kind", kinds)
    return [row for row in rows if _has_one(row.facets, lines)] if kinds else rows


def _lines(name: str, values: Iterable[str]) -> list[str]:
    return [f"\n{facet_line(name, value)}\n" for value in values]


def _has_one(facets: str, lines: Sequence[str]) -> bool:
    for line in lines:  # noqa: SIM110  (a generator costs more than what it looks for)
        if line in facets:
            return True
    return False


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
    choices = {**question.filters, **({"kind": question.kinds} if question.kinds else {})}
    chosen = {name: _lines(name, values) for name, values in choices.items() if values}
    fitting: list[Row] = rows
    # Rows that miss one choice only are counted in that facet.
    missing: dict[str, list[Row]] = {name: [] for name in chosen}
    if chosen:
        fitting = []
        for row in rows:
            missed = [name for name, lines in chosen.items() if not _has_one(row.facets, lines)]
            if not missed:
                fitting.append(row)
            elif len(missed) == 1:
                missing[missed[0]].append(row)
    counted = _count(fitting) if question.facets else {}
    counts = {name: counted.get(name, {}) for name in question.facets}
    for name in counts:
        if missing.get(name):
            more = _count(missing[name]).get(name, {})
            counts[name] = dict(Counter(counts[name]) + Counter(more))
    return fitting, counts


def _count(rows: Iterable[Row]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    # One long text is split and counted in C, not row by row.
    for line, count in Counter("".join([row.facets for row in rows]).split("\n")).items():
        name, _equals, value = line.partition("=")
        if name:
            counts.setdefault(name, {})[value] = count
    return counts


def _by_score(row: Row) -> tuple[Any, ...]:
    return (-row.score, -row.published, row.entry)


_ORDERS: dict[str, Any] = {
    Sort.RELEVANCE: _by_score,
    Sort.NEWEST: lambda row: (-row.published, row.entry),
    Sort.EVIDENCE: lambda row: (1 if row.extra is None else -row.extra, -row.published, row.entry),
    Sort.TITLE: lambda row: (row.extra, row.entry),
}
_EXTRA: dict[str, str] = {Sort.EVIDENCE: "evidence_level", Sort.TITLE: "sort_title"}


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
    lines = row.facets.split("\n")
    return (line for line in lines if line and line.partition("=")[0] not in NOT_IN_COMMON)


def _by_title(entry: Entry, audiences: Sequence[str], total: int) -> dict[int, float]:
    """Scores of those that speak of at least two words of the entry's title."""
    language = entry.source_language
    title = entry.body["texts"].get(language, {}).get("title", "")
    said = [word for word in dict.fromkeys(split(title)) if not stems.is_stop_word(word, language)]
    units = tuple(Unit(word) for word in said[:LONGEST_TITLE])
    made = plan(Question(language=language, audiences=tuple(audiences), units=units))
    return scores(units, made, sql.find(made.wanted), {}, needed=min(2, len(units)), total=total)
