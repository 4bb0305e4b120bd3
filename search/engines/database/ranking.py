"""What fits a question and how well, by words: the plan of what to look for, and the scores of what was found.

Both databases only say which documents have which words where; everything else is computed here, so they give the
same order. A word counts by the place where it stands (FIELD_WEIGHTS, saturated as in BM25; what a body speaks of
often was decided when it was written), its language, and how rare the unit is. How rare is counted once for a unit,
over all its names in all languages: a Spanish word is not worth more because few texts are Spanish.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from network_site.common.language import CODES

from ...documents import FIELDS
from .. import stems
from ..base import FIELD_WEIGHTS, OWN_LANGUAGE, TITLE_PHRASE, OtherName, Question, Unit
from . import sql

# What a body that speaks of it often adds to a mention of it, there and in a title or summary.
OFTEN = 0.8
# The weight at which half of what a word can be worth is reached.
HALF = 4.0
# A thing whose topics name the concept, whatever words it uses: it is about it, and does not only mention it.
TOPIC = 2.0
# A stop word that is looked for all the same.
STOP = 0.1


def saturated(weight: float) -> float:
    """What a weight is worth: the first mention says most."""
    return weight / (weight + HALF)


@dataclass(frozen=True)
class Way:
    """One way in which a unit can stand in a document: its words or another name, in one language."""

    unit: int
    worth: float
    # Where each of its places is among what is wanted.
    places: Mapping[str, int]


@dataclass
class Plan:
    """What the database is asked, and what its answers mean."""

    wanted: list[sql.Wanted] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    # Which of what is wanted is the whole question as a phrase in a title.
    phrases: list[int] = field(default_factory=list)


def plan(question: Question) -> Plan:
    """What to look for."""
    made = Plan()
    for number, unit in enumerate(question.units):
        for language in CODES:
            for worth, parts, places in _ways(unit, language, question.language):
                made.ways.append(Way(number, worth, {place: len(made.wanted) + n for n, place in enumerate(places)}))
                made.wanted += [(language, place, parts) for place in places]
    given = split(question.text)
    for language in CODES if given else ():
        made.phrases.append(len(made.wanted))
        made.wanted.append((language, "title", [[[stems.tokens(word, language)[0] for word in given]]]))
    return made


def _ways(unit: Unit, language: str, own: str) -> Iterator[tuple[float, Sequence[sql.Ways], Sequence[str]]]:
    factor = OWN_LANGUAGE if language == own else 1.0
    given = split(unit.words)
    if given:
        said = stems.telling(given, own, language)
        is_stop = all(stems.is_stop_word(word, own) for word in said)
        parts = [[[token] for token in stems.wanted(word, language)] for word in said]
        yield factor * (STOP if is_stop else 1.0), parts, FIELDS if is_stop else (*FIELDS, "strong")
    for other in unit.other_names:
        if other.language in ("", language) and (phrase := name_of(other, language)):
            yield factor * other.weight, [[phrase]], FIELDS


def name_of(other: OtherName, language: str) -> list[str]:
    """The tokens of another name; one that is of no language (an acronym) stands as it is written."""
    if other.language:
        return [stems.tokens(word, language)[0] for word in split(other.text)]
    return [stems.token(word) for word in split(other.text)]


def split(text: str) -> list[str]:
    """The words of a text."""
    return [word.text for word in stems.words(stems.composed(text))]


def scores(
    units: Sequence[Unit],
    made: Plan,
    found: Sequence[list[int]],
    topics: Mapping[str, Iterable[int]],
    *,
    needed: int,
    total: int,
) -> dict[int, float]:
    """The documents that have at least so many of the units, with their scores by words. At least one is needed."""
    levels: list[list[tuple[float, Iterable[int]]]] = [[] for _unit in units]
    for way in made.ways:
        levels[way.unit] += _levels(way, found)
    for number, unit in enumerate(units):
        if unit.concept:
            levels[number].append((TOPIC * saturated(FIELD_WEIGHTS["title"]), topics.get(unit.concept, ())))
    by_unit = [_best(given) for given in levels]
    # Whole sets at a time, because a common word is in thousands of documents.
    counts = Counter(chain.from_iterable(by_unit))
    fitting = [doc for doc, count in counts.items() if count >= needed]
    result = dict.fromkeys(fitting, 0.0)
    for worth in by_unit:
        rare = _rarity(len(worth), total)
        for doc in fitting:
            if doc in worth:
                result[doc] += worth[doc] * rare
    for doc in {doc for number in made.phrases for doc in found[number]} & result.keys():
        result[doc] *= TITLE_PHRASE
    return result


def _levels(way: Way, found: Sequence[list[int]]) -> Iterator[tuple[float, Iterable[int]]]:
    """What a way is worth to which documents."""
    often = frozenset(found[way.places["strong"]]) if "strong" in way.places else frozenset()
    for place, number in way.places.items():
        docs = found[number]
        if docs and place != "strong":
            weight = FIELD_WEIGHTS[place]
            yield way.worth * saturated(weight), docs
            if both := often.intersection(docs):
                yield way.worth * saturated(weight + OFTEN), both


def _best(levels: list[tuple[float, Iterable[int]]]) -> dict[int, float]:
    """The best that each document has of a unit."""
    best: dict[int, float] = {}
    for worth, docs in sorted(levels, key=lambda level: level[0]):
        best.update(dict.fromkeys(docs, worth))
    return best


def _rarity(count: int, total: int) -> float:
    """The inverse document frequency of BM25."""
    return math.log(1 + (max(total, count) - count + 0.5) / (count + 0.5))
