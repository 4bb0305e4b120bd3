"""What an engine is asked, what it answers, and what it promises. `tests/search/contract.py` holds both to it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ..enums import Sort

# A piece of text and whether it is one of the words that were looked for. A highlight is a row of them.
Fragment = tuple[tuple[str, bool], ...]

WINDOW = 10_000  # further than this a result is walked through (`ids`), not paged
# The share of a question's units that a thing must have: of one or two all of them, of more three quarters.
ALL_UP_TO = 2
SHARE = 0.75
LESS = 0.5
# Any one of the units is enough: for candidates that are judged afterwards.
ANY = 0.0
# What a match is worth by field, the reader's own language against others, and words against their other names.
FIELD_WEIGHTS = {"title": 4.0, "summary": 2.0, "keywords": 1.5, "body": 1.0}
OWN_LANGUAGE = 3.0
FOLDED = 0.5
TITLE_PHRASE = 2.0
MAX_RISE = 2.0


class EngineUnavailable(Exception):
    """The engine does not answer, or not in time; the façade goes on with the database."""


@dataclass(frozen=True)
class OtherName:
    """Another way to say a unit, as a phrase of one language (an acronym has none); `weight` is below 1."""

    text: str
    language: str = ""
    weight: float = 0.6


@dataclass(frozen=True)
class Unit:
    """One thing that a question speaks of: a word, or several that the glossary knows as one concept.

    A document has the unit when all its words stand in one field of a language (each language with its own stems, or
    folded without stemming), or one of the other names stands there as a phrase, or the document's topics name the
    concept.
    """

    words: str
    other_names: tuple[OtherName, ...] = ()
    concept: str = ""


@dataclass(frozen=True)
class Question:
    """A question made ready: nothing in it is syntax, and every limit has been applied."""

    language: str
    audiences: tuple[str, ...]
    units: tuple[Unit, ...] = ()
    # The words in their order, for the phrase in the title.
    text: str = ""
    kinds: tuple[str, ...] = ()
    # Values of one facet widen, different facets narrow.
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # Facets to count, each as if its own choice were not made. "kind" counts the kinds.
    facets: tuple[str, ...] = ()
    sort: str = Sort.RELEVANCE
    offset: int = 0
    limit: int = 20
    # The meaning of the question; None when there is no encoder.
    vector: tuple[float, ...] | None = None
    # Only what was published after this moment.
    published_after: datetime | None = None
    # Only these entries (alerts ask whether one of them fits); empty means all.
    only: tuple[UUID, ...] = ()
    highlight: bool = True
    # The part of more than two units that a document must have; the façade asks for less when nothing has that much.
    share: float = SHARE

    @property
    def needed(self) -> int:
        """How many of the units a document must have."""
        count = len(self.units)
        if self.share == ANY:
            return 1
        return count if count <= ALL_UP_TO else math.ceil(count * self.share)


@dataclass(frozen=True)
class Found:
    """An entry that fits, with its score (comparable within one answer only) and what to show of it."""

    id: UUID
    score: float
    # By field; in the language in which the words were found.
    highlights: Mapping[str, tuple[Fragment, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What an engine found: the asked page of it, how many there are in all, and the counts of the facets."""

    total: int
    found: tuple[Found, ...]
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


class Engine(Protocol):
    """An engine. Every method raises EngineUnavailable when it cannot answer within its time."""

    name: str

    def ask(self, question: Question) -> Answer:
        """A page of what fits, ranked or sorted. `offset + limit` is at most WINDOW."""

    def ids(self, question: Question, limit: int = WINDOW) -> list[UUID]:
        """All entries that fit in the order of `ask`, for exports and feeds; beyond WINDOW too, page by page."""

    def complete(
        self, prefix: str, *, language: str, audiences: Sequence[str], kinds: Sequence[str] = (), limit: int = 8
    ) -> list[UUID]:
        """Entries with a word of their title (of any language, the reader's first) that begins like the last word."""

    def similar(
        self, entry: UUID, *, audiences: Sequence[str], kinds: Sequence[str] = (), limit: int = 5
    ) -> list[Found]:
        """Other entries of nearest meaning, or with most in common where there are no vectors."""
