"""Slots: a lower floor declares a place, an upper floor fills it, and no import goes up.

# publishing declares
latest_records = Slot[Callable[[], list[Card]]]("latest records on the home page")
# practices fills, in its AppConfig.ready
latest_records.fill("practices", latest_cards)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Slot(Generic[T]):
    """A named place for contributions, in the order in which they were filled."""

    def __init__(self, purpose: str) -> None:
        self.purpose = purpose
        self._filled: dict[str, T] = {}

    def fill(self, name: str, contribution: T) -> None:
        """Contribute under a name; the same name again replaces (so reloading is harmless)."""
        self._filled[name] = contribution

    def remove(self, name: str) -> None:
        """Take a contribution back, if it is there: for what was filled for a while only."""
        self._filled.pop(name, None)

    def get(self, name: str) -> T | None:
        """The contribution of that name, or None."""
        return self._filled.get(name)

    def items(self) -> Iterator[tuple[str, T]]:
        """Names and contributions."""
        return iter(tuple(self._filled.items()))

    def __iter__(self) -> Iterator[T]:
        return iter(tuple(self._filled.values()))
