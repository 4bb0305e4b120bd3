"""Places that rooms of this floor, or floors above, fill."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from network_site.common.slots import Slot

# Who hears that the deadline or the rules of a published offer have changed, besides those who follow it: a function
# of the offer's id that returns people. It runs as the service "relay".
offer_listeners: Slot[Callable[[UUID], Iterable[UUID]]] = Slot("people who hear of a changed offer")
