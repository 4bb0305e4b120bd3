"""Who may do what with a saved search."""

from __future__ import annotations

from network_site.organizations.actor import Actor
from network_site.organizations.enums import Role

from .models import SavedSearch


def can_share(actor: Actor) -> bool:
    """Whether the actor may save a search for her whole organisation: any member of one."""
    return actor.organization_id is not None


def can_change(actor: Actor, search: SavedSearch) -> bool:
    """Whether the actor may rename or remove it: whoever saved it, and for a shared one the administrators too."""
    if search.person_id == actor.user_id:
        return True
    return search.is_shared and search.organization_id == actor.organization_id and actor.has(Role.ADMINISTRATOR)
