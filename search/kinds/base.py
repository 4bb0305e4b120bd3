"""What can be found: one class for each kind of thing. To make a further kind searchable, write one of these.

    class NeedKind(SearchKind):
        name = "need"
        label, one = gettext_lazy("Needs"), gettext_lazy("Need")
        facets = ("country", "problem")
        def stamps(self): ...      # every thing that can be found now, and a short text that changes when it does
        def documents(self, keys): ...
        def links(self, entries): ...

    kinds.fill("need", NeedKind())                                  # in AppConfig.ready
    indexing.follow("need", "need.published", "need.withdrawn")    # outbox kinds whose subject is the thing

Nothing else has to know: both engines, facets, the search page, alerts and the reconciler take it from here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from network_site.common.slots import Slot

from ..documents import Document

if TYPE_CHECKING:
    from ..models import Entry


class SearchKind(ABC):
    """One kind of thing that can be found. It reads the public plane only (architecture, section 2)."""

    name: str
    # In the plural, in the reader's language: "Practices"; and of one of them: "Practice".
    label: Any
    one: Any
    # The facets offered beside a list of this kind, in this order (names of search.facets.FACETS).
    facets: tuple[str, ...] = ()

    @abstractmethod
    def stamps(self) -> Iterable[tuple[str, str]]:
        """The key of everything that can be found now, with a text that changes whenever its document may have.

        Cheap: the reconciler asks for it every quarter of an hour.
        """

    @abstractmethod
    def documents(self, keys: Collection[str]) -> Iterable[Document]:
        """The documents of those of these things that can be found now; the others are left out.

        The same number of queries however many keys.
        """

    @abstractmethod
    def links(self, entries: Sequence[Entry]) -> Mapping[UUID, str]:
        """The address of each entry's page for the reader's language (a path). Entries without one are left out."""

    def cards(self, entries: Sequence[Entry]) -> Mapping[UUID, dict[str, Any]]:
        """What the component of this kind shows in a list, by entry; empty when the plain card is enough."""
        return {}


# In the order in which the search page offers them.
kinds: Slot[SearchKind] = Slot("kinds of things that can be found")
