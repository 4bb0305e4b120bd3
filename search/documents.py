"""The document: what can be found of one thing, the same for every engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from network_site.common.audit import digest
from network_site.common.language import CODES, fold
from network_site.publishing.models import Audience

# The texts of a document in one language, in falling weight. `keywords` are the labels of its terms: they are there
# in all four languages, also where the thing itself has no text, so that a Spanish word finds an English practice.
FIELDS = ("title", "summary", "keywords", "body")
MAX_BODY = 60_000


@dataclass(frozen=True)
class Document:
    """What can be found of one thing.

    `texts` are plain texts by language (CODES) and field (FIELDS); `facets` are codes by facet name; `quality` is a
    factor of its rank between 0.1 and 2. Nothing private is ever in it.
    """

    kind: str
    key: str
    texts: Mapping[str, Mapping[str, str]]
    source_language: str
    published_at: datetime
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    audience: str = Audience.PUBLIC.value
    evidence_level: int | None = None
    quality: float = 1.0
    is_demo: bool = False
    stamp: str = ""

    def body(self) -> dict[str, Any]:
        """The JSON that is kept and indexed; the same document always gives the same one."""
        return {
            "kind": self.kind,
            "key": self.key,
            "audience": str(self.audience),
            "languages": [code for code in CODES if self.texts.get(code, {}).get("title")],
            "source_language": self.source_language,
            "texts": {
                code: {name: self.texts[code][name][:MAX_BODY] for name in FIELDS if self.texts[code].get(name)}
                for code in CODES
                if any(self.texts.get(code, {}).values())
            },
            "facets": {name: sorted(set(values)) for name, values in sorted(self.facets.items()) if values},
            "evidence_level": self.evidence_level,
            "quality": round(self.quality, 3),
            "is_demo": self.is_demo,
            "published_at": self.published_at.isoformat(),
        }

    def digest(self) -> str:
        """A hash of the body."""
        return digest(self.body())

    @property
    def sort_title(self) -> str:
        """The title by which lists are sorted: folded, in the source language."""
        return fold(self.texts.get(self.source_language, {}).get("title", ""))[:200]
