"""From what somebody typed to what an engine is asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

from .asked import SearchQuery
from .engines.base import Question, Unit
from .kinds import kinds
from .viewers import Viewer

_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
MAX_UNITS = 24


def words_of(text: str) -> list[str]:
    """The words of a text, without anything that an engine could take for syntax."""
    return _WORD.findall(unicodedata.normalize("NFC", text))


def units_of(text: str, language: str) -> tuple[Unit, ...]:
    """What a text speaks of."""
    return tuple(Unit(word) for word in dict.fromkeys(words_of(text)))[:MAX_UNITS]


def facets_for(asked: Collection[str]) -> tuple[str, ...]:
    """The facets to count: those of the one kind asked for, or those that all kinds can be narrowed by."""
    if len(asked) == 1:
        source = kinds.get(next(iter(asked)))
        return ("kind", *(source.facets if source else ()))
    return ("kind", "country", "language")


def make(query: SearchQuery, viewer: Viewer) -> Question:
    """The question to the engines."""
    return Question(
        language=query.language,
        audiences=viewer.audiences,
        units=units_of(query.text, query.language),
        text=" ".join(words_of(query.text)),
        kinds=query.kinds,
        filters=query.filters,
        facets=facets_for(query.kinds),
        sort=query.sort,
        offset=(query.page - 1) * query.page_size,
        limit=query.page_size,
    )
