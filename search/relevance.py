"""How good the search is on a judged set, in figures, beside two simple baselines (decision 0033).

Everything is plain Python and the same every time: a ranking is a list of record keys, a measure a number between 0
and 1 (more is better, except for the zero rates), an interval comes from a seeded bootstrap over the queries.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from time import perf_counter

from django.utils import translation

from network_site.common.language import CODES, fold
from network_site.publishing.models import Audience
from network_site.taxonomy.models import Country, Term

from . import queries
from .asked import SearchQuery
from .documents import FIELDS, Document
from .judged import KIND, JudgedQuery, JudgedSet
from .viewers import Viewer

DEPTH = 10
# From this grade on a record counts as an answer, for measures that know only yes and no.
ANSWERS = 2
SAMPLES, SEED = 1000, 33
ALL = "all"

Ranker = Callable[[JudgedQuery], Sequence[str]]


# --- Measures --------------------------------------------------------------------------------


def ndcg(ranking: Sequence[str], grades: Mapping[str, int], depth: int = DEPTH) -> float:
    """The gain of the first ten, each worth less than the one before it, against the best order there could be."""
    best = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(key, 0) for key in ranking[:depth]]) / best if best else 0.0


def _gain(grades: Sequence[int]) -> float:
    return float(sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades)))


def reciprocal_rank(ranking: Sequence[str], grades: Mapping[str, int]) -> float:
    """One over the place of the first answer; 0 when none is among the first hundred."""
    for place, key in enumerate(ranking[:100], start=1):
        if grades.get(key, 0) >= ANSWERS:
            return 1 / place
    return 0.0


def precision(ranking: Sequence[str], grades: Mapping[str, int], depth: int = 5) -> float:
    """The share of answers among the first five (of as many as there are, when there are fewer)."""
    possible = min(depth, sum(grade >= ANSWERS for grade in grades.values()))
    return sum(grades.get(key, 0) >= ANSWERS for key in ranking[:depth]) / possible if possible else 0.0


@dataclass(frozen=True)
class Outcome:
    """What one ranking of one query was worth."""

    query: JudgedQuery
    ranking: tuple[str, ...]
    seconds: float = 0.0

    @property
    def ndcg(self) -> float:
        return ndcg(self.ranking, self.query.grades)

    @property
    def reciprocal_rank(self) -> float:
        return reciprocal_rank(self.ranking, self.query.grades)

    @property
    def precision(self) -> float:
        return precision(self.ranking, self.query.grades)


@dataclass(frozen=True)
class Interval:
    """A mean, and where it lies in 95 of 100 samples of such queries."""

    mean: float
    low: float
    high: float


def interval(values: Sequence[float]) -> Interval:
    """The bootstrap interval of a mean; of nothing it is 0."""
    if not values:
        return Interval(0.0, 0.0, 0.0)
    chance = random.Random(SEED)  # noqa: S311 - the same figures every time are the point
    means = sorted(fmean(chance.choices(values, k=len(values))) for _ in range(SAMPLES))
    return Interval(fmean(values), means[int(SAMPLES * 0.025)], means[int(SAMPLES * 0.975) - 1])


@dataclass(frozen=True)
class Figures:
    """The measures of some queries."""

    queries: int
    ndcg: Interval
    mrr: float
    precision: float
    # Of queries that have an answer: the share to which nothing at all was found.
    zero: float
    # Of queries that have none: the share to which something was found.
    noise: float


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """The measures of these outcomes."""
    answerable = [one for one in outcomes if one.query.has_answer]
    others = [one for one in outcomes if not one.query.has_answer]
    return Figures(
        queries=len(outcomes),
        ndcg=interval([one.ndcg for one in answerable]),
        mrr=_mean([one.reciprocal_rank for one in answerable]),
        precision=_mean([one.precision for one in answerable]),
        zero=_mean([float(not one.ranking) for one in answerable]),
        noise=_mean([float(bool(one.ranking)) for one in others]),
    )


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0


def by_language(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The outcomes of all queries, and of each language."""
    some = {code: [one for one in outcomes if one.query.language == code] for code in CODES}
    return {ALL: list(outcomes)} | {code: found for code, found in some.items() if found}


def by_kind(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The outcomes by kind of query."""
    return {
        kind: [one for one in outcomes if one.query.kind == kind]
        for kind in dict.fromkeys(one.query.kind for one in outcomes)
    }


def measure(judged: JudgedSet, rank: Ranker) -> list[Outcome]:
    """Ask all queries of a set."""
    outcomes = []
    for query in judged.queries:
        began = perf_counter()
        ranking = tuple(rank(query))
        outcomes.append(Outcome(query, ranking, perf_counter() - began))
    return outcomes


# --- Who ranks -------------------------------------------------------------------------------


def site(query: JudgedQuery) -> Sequence[str]:
    """The site's own search, as a reader of that language gets it. Where the index is away this raises."""
    with translation.override(query.language):
        asked = SearchQuery(text=query.text, language=query.language, kinds=(KIND,), page_size=50)
        result = queries.search(asked, Viewer((Audience.PUBLIC.value,)))
    if result.is_reduced:
        raise RuntimeError("The engine did not answer: what was measured would be another one.")
    return [hit.key for hit in result.hits]


_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """The words of a text, folded; as plain as a baseline should be."""
    return _WORD.findall(fold(text))


class Bm25:
    """BM25 (k1 1.2, b 0.75) over all texts of a document put together: no stems, no languages, no glossary."""

    K1, B = 1.2, 0.75

    def __init__(self, documents: Sequence[Document]) -> None:
        self.counts = {one.key: Counter(words(_text(one))) for one in documents}
        self.lengths = {key: counts.total() for key, counts in self.counts.items()}
        self.average = _mean([float(length) for length in self.lengths.values()])
        self.holders = Counter(word for counts in self.counts.values() for word in counts)

    def __call__(self, query: JudgedQuery) -> Sequence[str]:
        return _ranked({key: self._score(key, words(query.text)) for key in self.counts})

    def _score(self, key: str, asked: Sequence[str]) -> float:
        counts, size = self.counts[key], self.K1 * (1 - self.B + self.B * self.lengths[key] / self.average)
        return sum(
            self._rarity(word) * counts[word] * (self.K1 + 1) / (counts[word] + size) for word in asked if counts[word]
        )

    def _rarity(self, word: str) -> float:
        holders = self.holders[word]
        return math.log(1 + (len(self.counts) - holders + 0.5) / (holders + 0.5))


def _text(document: Document) -> str:
    return "\n".join(text.get(name, "") for text in document.texts.values() for name in FIELDS)


class TagOverlap:
    """How many of the terms that a query names, in any language, a record carries: search by tags alone.

    A term is named by the share of its label's words that the query has (of words of five letters their beginning);
    less than half a label names nothing.
    """

    BEGINNING, HALF = 5, 0.5

    def __init__(self, documents: Sequence[Document]) -> None:
        self.carried = {one.key: {value for values in one.facets.values() for value in values} for one in documents}
        carried = {value for values in self.carried.values() for value in values}
        labels = {term.pk: term.labels for term in Term.objects.filter(pk__in=carried)}
        labels |= {country.pk: country.names for country in Country.objects.filter(pk__in=carried)}
        self.labels = {
            code: [self._stems(label) for label in by_language.values() if label]
            for code, by_language in labels.items()
        }

    def __call__(self, query: JudgedQuery) -> Sequence[str]:
        asked = self._stems(query.text)
        named = {code: self._named(asked, labels) for code, labels in self.labels.items()}
        return _ranked({key: sum(named.get(code, 0.0) for code in codes) for key, codes in self.carried.items()})

    def _stems(self, text: str) -> frozenset[str]:
        return frozenset(word[: self.BEGINNING] for word in words(text) if len(word) > 3)

    def _named(self, asked: frozenset[str], labels: Sequence[frozenset[str]]) -> float:
        share = max((len(asked & label) / len(label) for label in labels if label), default=0.0)
        return share if share >= self.HALF else 0.0


def _ranked(scores: Mapping[str, float]) -> list[str]:
    return [key for key, score in sorted(scores.items(), key=lambda one: (-one[1], one[0])) if score > 0][:50]


def rankers(documents: Sequence[Document]) -> dict[str, Ranker]:
    """The site's search and the two baselines, by name."""
    return {"search": site, "bm25": Bm25(documents), "tags": TagOverlap(documents)}


# --- Shown -----------------------------------------------------------------------------------

HEAD = f"{'':24}{'queries':>8}{'NDCG@10':>9}{'95 %':>15}{'MRR':>7}{'P@5':>7}{'zero':>7}{'noise':>7}"


def table(name: str, outcomes: Sequence[Outcome]) -> list[str]:
    """The figures of one ranker as lines: all, each language, each kind of query, and both together."""
    lines = [f"{name}", HEAD]
    lines += [_line(part, some) for part, some in by_language(outcomes).items()]
    lines += [_line(f"  {part}", some) for part, some in by_kind(outcomes).items()]
    for code, some in by_language(outcomes).items():
        if code != ALL:
            lines += [_line(f"  {code} {part}", few) for part, few in by_kind(some).items()]
    return lines


def _line(name: str, outcomes: Sequence[Outcome]) -> str:
    found = figures(outcomes)
    between = f"{found.ndcg.low:.3f}-{found.ndcg.high:.3f}"
    return (
        f"{name:24}{found.queries:>8}{found.ndcg.mean:>9.3f}{between:>15}{found.mrr:>7.3f}{found.precision:>7.3f}"
        f"{found.zero:>7.2f}{found.noise:>7.2f}"
    )


def worst(outcomes: Sequence[Outcome], count: int = 20) -> list[str]:
    """The answerable queries with the lowest figures, with the first three records that they brought."""
    chosen = sorted((one for one in outcomes if one.query.has_answer), key=lambda one: (one.ndcg, one.query.id))
    return [
        f"{one.ndcg:.3f} {one.query.id:24} {one.query.text!r}: "
        + (", ".join(f"{key} ({one.query.grades.get(key, 0)})" for key in one.ranking[:3]) or "nothing")
        for one in chosen[:count]
    ]
