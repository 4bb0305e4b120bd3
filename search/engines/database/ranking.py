"""What fits a question and how well, by words: the plan of what to look for, and the scores of what was found.

Both databases only say which documents have which words where; everything else is computed here, so they give the
same order. A word of a unit counts by the places where it stands (FIELD_WEIGHTS, saturated as BM25F does), its
language, and how rare the unit is. How rare is counted once for a unit, over all its names in all languages: a
Spanish word is not worth more because few texts are Spanish.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from network_site.common.language import CODES

from ...documents import FIELDS
from .. import stems
from ..base import FIELD_WEIGHTS, OWN_LANGUAGE, TITLE_PHRASE, OtherName, Question, Unit
from . import sql

# What a body that speaks of it often adds to the one mention.
OFTEN = 0.8
PLACE_WEIGHTS = {**FIELD_WEIGHTS, "strong": OFTEN}
# The sum of weights at which half of what a word can be worth is reached.
HALF = 4.0
# A thing whose topics name the concept, whatever words it uses.
TOPIC = 1.0
# A stop word that is looked for all the same.
STOP = 0.1


@dataclass(frozen=True)
class Way:
    """One way in which a unit can stand in a document: its words or another name, in one language."""

    unit: int
    worth: float


@dataclass(frozen=True)
class Plan:
    """What the database is asked, and what each of its answers means: a way with the weight of a place.

    An answer without a way is the phrase in the title.
    """

    wanted: list[sql.Wanted]
    meaning: list[tuple[Way | None, float]]


def plan(question: Question) -> Plan:
    """What to look for."""
    made = Plan([], [])
    for number, unit in enumerate(question.units):
        for language in CODES:
            for way, parts, places in _ways(number, unit, language, question.language):
                for place in places:
                    made.wanted.append((language, place, parts))
                    made.meaning.append((way, PLACE_WEIGHTS[place]))
    for language, phrase in _phrases(question.text):
        made.wanted.append((language, "title", [[phrase]]))
        made.meaning.append((None, 0.0))
    return made


def _ways(number: int, unit: Unit, language: str, own: str) -> Iterator[tuple[Way, list[sql.Ways], Sequence[str]]]:
    factor = OWN_LANGUAGE if language == own else 1.0
    given = _split(unit.words)
    if given:
        said = stems.telling(given, own, language) if len(given) > 1 else given
        is_stop = all(stems.is_stop_word(word, own) for word in said)
        parts: list[sql.Ways] = [[[token] for token in stems.wanted(word, language)] for word in said]
        yield Way(number, factor * (STOP if is_stop else 1.0)), parts, FIELDS if is_stop else tuple(PLACE_WEIGHTS)
    for other in unit.other_names:
        phrase = _phrase(other, language) if other.language in ("", language) else []
        if phrase:
            yield Way(number, factor * other.weight), [[phrase]], FIELDS


def _phrase(other: OtherName, language: str) -> list[str]:
    """The tokens of another name; one that is of no language (an acronym) stands as it is written."""
    if other.language:
        return [stems.tokens(word, language)[0] for word in _split(other.text)]
    return [stems.token(word) for word in _split(other.text)]


def _phrases(text: str) -> Iterator[tuple[str, list[str]]]:
    given = _split(text)
    for language in CODES if given else ():
        yield language, [stems.tokens(word, language)[0] for word in given]


def _split(text: str) -> list[str]:
    return [word.text for word in stems.words(stems.composed(text))]


class Scores:
    """Gathers what was found, then says which documents have enough of the question, and their scores by words."""

    def __init__(self, question: Question, total: int) -> None:
        self.question = question
        self.total = max(total, 1)
        self.phrases: set[int] = set()
        # By unit, what each document has of it at its best.
        self.units: list[dict[int, float]] = [{} for _unit in question.units]

    def add(self, made: Plan, found: Iterable[tuple[int, int]]) -> None:
        """Take in what the database found for a plan."""
        by_answer: list[list[int]] = [[] for _one in made.wanted]
        for number, doc in found:
            by_answer[number].append(doc)
        weights: dict[Way, dict[int, float]] = {}
        for docs, (way, weight) in zip(by_answer, made.meaning, strict=True):
            if way is None:
                self.phrases.update(docs)
            elif docs:
                sums = weights.setdefault(way, {})
                if not sums:
                    sums.update(dict.fromkeys(docs, weight))
                else:
                    for doc in docs:
                        sums[doc] = sums.get(doc, 0.0) + weight
        for way, sums in weights.items():
            worth = {weight: way.worth * weight / (weight + HALF) for weight in set(sums.values())}
            self._best(way.unit, {doc: worth[weight] for doc, weight in sums.items()})

    def add_topics(self, docs_by_concept: Mapping[str, Iterable[int]]) -> None:
        """Take in which documents are about which concept."""
        for number, unit in enumerate(self.question.units):
            if unit.concept:
                worth = TOPIC * FIELD_WEIGHTS["title"] / (FIELD_WEIGHTS["title"] + HALF)
                self._best(number, dict.fromkeys(docs_by_concept.get(unit.concept, ()), worth))

    def _best(self, unit: int, worth: dict[int, float]) -> None:
        best = self.units[unit]
        if not best:
            best.update(worth)
            return
        for doc, value in worth.items():
            if value > best.get(doc, 0.0):
                best[doc] = value

    def result(self, needed: int) -> dict[int, float]:
        """The documents that have at least so many of the units, with their scores."""
        found: dict[int, float] = {}
        counts: dict[int, int] = {}
        for worth in self.units:
            rarity = math.log(1 + (max(self.total, len(worth)) - len(worth) + 0.5) / (len(worth) + 0.5))
            for doc, value in worth.items():
                found[doc] = found.get(doc, 0.0) + value * rarity
                counts[doc] = counts.get(doc, 0) + 1
        fitting = {doc: score for doc, score in found.items() if counts[doc] >= needed}
        for doc in self.phrases & fitting.keys():
            fitting[doc] *= TITLE_PHRASE
        return fitting
