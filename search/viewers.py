"""For whom something is looked for."""

from __future__ import annotations

from dataclasses import dataclass

from network_site.publishing.models import Audience

from .models.entries import audiences_of_actor


@dataclass(frozen=True)
class Viewer:
    """What somebody may find: the audiences that she belongs to. Nothing else of her reaches an engine."""

    audiences: tuple[str, ...] = (Audience.PUBLIC.value,)


PUBLIC = Viewer()


def viewer() -> Viewer:
    """The viewer of the current request, task or `acting_as`; without an actor the public."""
    return Viewer(audiences_of_actor())
