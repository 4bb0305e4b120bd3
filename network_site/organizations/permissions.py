"""Who may do what with an organisation's people, as sentences."""

from __future__ import annotations

from collections.abc import Iterable

from .actor import Actor
from .enums import NETWORK_ROLES, TENANT_ROLES, OrganizationKind, Role


def can_administer(actor: Actor) -> bool:
    """Administrators say who belongs to the organisation for which they act, and in which roles."""
    return actor.organization_id is not None and actor.has(Role.ADMINISTRATOR)


def roles_in(kind: str) -> list[Role]:
    """The roles that exist in a kind of organisation, in one order."""
    permitted = NETWORK_ROLES if kind == OrganizationKind.NETWORK else TENANT_ROLES
    return [role for role in Role if role.value in permitted]


def role_words(roles: Iterable[str]) -> str:
    """Roles in the reader's language, in one order."""
    held = set(roles)
    return ", ".join(str(role.label) for role in Role if role.value in held)
