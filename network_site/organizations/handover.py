"""What a person leaves behind when she goes: upper floors say what it is, and give it to a colleague."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from network_site.common.slots import Slot

from .models import User


@dataclass(frozen=True)
class OpenWork:
    """One thing that is still to be done by somebody who leaves."""

    kind: str
    title: str
    url: str = ""
    # Whether a colleague can take it; otherwise it ends with the membership (a review is asked of a person).
    goes_on: bool = True


class Workplace(Protocol):
    """A floor on which people have work of their own."""

    def open_work(self, user_id: UUID, organization_id: UUID) -> list[OpenWork]:
        """What is hers, as far as the current actor may read it."""
        ...

    def hand_over(self, *, user: User, heir: User, organization_id: UUID) -> int:
        """Give what can be given to the heir, recorded; how many things."""
        ...


workplaces: Slot[Workplace] = Slot("open work of a person who leaves")


def open_work(user_id: UUID, organization_id: UUID) -> list[OpenWork]:
    """What a person would leave behind, on all floors."""
    return [work for workplace in workplaces for work in workplace.open_work(user_id, organization_id)]
