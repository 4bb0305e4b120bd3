"""Who may do what with matches, as sentences. Who reads them is decided by the need or the project."""

from __future__ import annotations

from typing import Any

from network_site.organizations.actor import Actor
from network_site.organizations.enums import OrganizationKind, Role


def can_judge(actor: Actor, match: Any) -> bool:
    """People who write for the ministry whose need it is, and the Network's specialists with whom it is shared."""
    if actor.user_id is None:
        return False
    if actor.is_network:
        return actor.has(Role.SPECIALIST, Role.LEAD)
    return actor.organization_id == match.owner_id and actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT)


can_compare = can_judge


def can_help(actor: Actor) -> bool:
    """Whoever may have offers: donors and those who help with words and hands; a ministry helps others too."""
    return actor.organization_id is not None and actor.organization_kind in {
        OrganizationKind.DONOR,
        OrganizationKind.PROVIDER,
        OrganizationKind.INTERNATIONAL,
        OrganizationKind.ACADEMIC,
        OrganizationKind.MINISTRY,
    }
