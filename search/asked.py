"""What somebody asks, read from an address: limits are applied here, and what was left out is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from network_site.common.language import current_language

from .engines.base import WINDOW
from .enums import Sort
from .facets import FACETS
from .kinds import kinds

MAX_TEXT = 200
MAX_FILTERS = 50
MAX_VALUE = 80
PAGE_SIZE = 20


def default_sort(text: str) -> str:
    """The order of a list when nobody asks for another one."""
    return Sort.RELEVANCE.value if text else Sort.NEWEST.value


@dataclass(frozen=True)
class SearchQuery:
    """What somebody asks. `kinds` empty means all of them; `filters` are values by facet name."""

    text: str = ""
    language: str = "en"
    kinds: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = Sort.RELEVANCE
    page: int = 1
    page_size: int = PAGE_SIZE
    # Look for exactly these words: no correction of what looks like a slip of the pen.
    is_exact: bool = False
    problems: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def from_params(cls, params: Any, *, kinds_fixed: tuple[str, ...] = ()) -> SearchQuery:
        """Read a query string. What cannot be understood is left out and named in `problems`."""
        problems: list[str] = []
        text = " ".join(params.get("q", "").split())
        if len(text) > MAX_TEXT:
            text = text[:MAX_TEXT]
            problems.append(_("Only the first 200 characters of your words were used."))
        filters, count = {}, 0
        for name in FACETS:
            if name == "kind":
                continue
            values = tuple(dict.fromkeys(value[:MAX_VALUE] for value in params.getlist(name) if value))
            if count + len(values) > MAX_FILTERS:
                values = values[: MAX_FILTERS - count]
                problems.append(_("Only the first 50 filters were used."))
            count += len(values)
            if values:
                filters[name] = values
        sort = params.get("sort", "")
        try:
            page = max(1, min(int(params.get("page", "1")), WINDOW // PAGE_SIZE))
        except ValueError:
            page = 1
        return cls(
            text=text,
            language=current_language(),
            kinds=kinds_fixed or tuple(name for name, _kind in kinds.items() if name in params.getlist("kind")),
            filters=filters,
            # Without words nothing is a better match than anything else.
            sort=sort if sort in Sort.values and (text or sort != Sort.RELEVANCE) else default_sort(text),
            page=page,
            is_exact=params.get("exact") == "1",
            problems=tuple(dict.fromkeys(problems)),
        )

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.filters)

    def as_params(self, **changed: Any) -> str:
        """The shareable query string, without what is the default; `page` is left out unless given."""
        pairs: list[tuple[str, str]] = [("q", self.text)] if self.text else []
        pairs += [("kind", kind) for kind in self.kinds]
        pairs += [(name, value) for name, values in self.filters.items() for value in values]
        if self.sort != default_sort(self.text):
            pairs.append(("sort", str(self.sort)))
        if self.is_exact:
            pairs.append(("exact", "1"))
        pairs = [(name, value) for name, value in pairs if name not in changed]
        pairs += [(name, str(value)) for name, value in changed.items() if value is not None]
        return urlencode(pairs)
