"""Documents for tests of search, and the kind that stands behind them."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from search.documents import Document
from search.kinds import SearchKind
from search.models import Entry

numbers = itertools.count(1)
BEGINNING = datetime(2025, 1, 1, tzinfo=UTC)


def document(title: str = "", *, language: str = "en", **fields: Any) -> Document:
    """A document with a title (and `summary`, `keywords`, `body`) in one language; `texts` gives several instead.

    Each is published a day after the one before, unless told otherwise.
    """
    number = next(numbers)
    given = {"title": title or f"Sample {number}"}
    given |= {name: fields.pop(name) for name in ("summary", "keywords", "body") if name in fields}
    return Document(
        **{
            "kind": "practice",
            "key": f"sample-{number:05}",
            "texts": {language: given},
            "source_language": language,
            "published_at": BEGINNING + timedelta(days=number),
            "stamp": str(number),
            **fields,
        }
    )


class Samples(SearchKind):
    """A kind whose things are documents that a test wrote down."""

    facets = ("theme", "country", "language")

    def __init__(self, name: str) -> None:
        self.name = name
        self.label = self.one = name.capitalize()
        self.things: dict[str, Document] = {}

    def stamps(self) -> Iterable[tuple[str, str]]:
        return [(key, one.stamp) for key, one in self.things.items()]

    def documents(self, keys: Collection[str]) -> Iterable[Document]:
        return [self.things[key] for key in keys if key in self.things]

    def links(self, entries: Sequence[Entry]) -> Mapping[UUID, str]:
        return {entry.pk: f"/{self.name}/{entry.key}/" for entry in entries}
