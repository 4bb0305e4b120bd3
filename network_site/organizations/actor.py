"""Who is asking: one frozen value for the whole of a request, task or command.

The actor is set by `ActorMiddleware` after authentication, by tasks, and in commands by
`with acting_as(...)`. On PostgreSQL opening an actor also tells the database, for the current
transaction, so that row-level security (lock 2) sees the same person. Architecture, section 4.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _

from network_site.common.scoping import _actor, actor_or_none

from .enums import OrganizationKind, Role

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MembershipFact:
    """A current membership, as the bootstrap reads it before there is an actor."""

    organization_id: UUID
    organization_kind: str
    organization_names: dict[str, str] = field(hash=False)
    country_id: str
    roles: frozenset[str]
    is_demo: bool = False


@dataclass(frozen=True)
class Actor:
    """Whoever is asking: nobody known, a person (perhaps for an organisation), or a named service."""

    user_id: UUID | None = None
    organization_id: UUID | None = None
    organization_kind: str = ""
    country_id: str = ""
    roles: frozenset[str] = frozenset()
    service: str = ""
    memberships: tuple[MembershipFact, ...] = ()

    @property
    def is_authenticated(self) -> bool:
        return self.user_id is not None

    @property
    def is_network(self) -> bool:
        """Whether the actor acts for the Network's secretariat."""
        return self.organization_kind == OrganizationKind.NETWORK

    @property
    def acting(self) -> MembershipFact | None:
        """The membership in which the actor acts."""
        return next((fact for fact in self.memberships if fact.organization_id == self.organization_id), None)

    @property
    def role_label(self) -> str:
        """The roles as stored in histories: codes, not translated words."""
        return self.service or "+".join(sorted(self.roles))

    @property
    def needs_second_factor(self) -> bool:
        """Network staff and administrators of any tenant, whichever organisation they act for now."""
        return any(
            fact.organization_kind == OrganizationKind.NETWORK or Role.ADMINISTRATOR in fact.roles
            for fact in self.memberships
        )

    def has(self, *roles: str) -> bool:
        """Whether the actor holds one of these roles in the organisation for which it acts."""
        return bool(self.roles & set(roles))

    def __str__(self) -> str:
        return self.service or (str(self.user_id) if self.user_id else _("anonymous"))


ANONYMOUS = Actor()

SERVICES = frozenset(
    {
        "accounts",
        "auditor",
        "clock",
        "funding",
        "grader",
        "matcher",
        "registrar",
        "relay",
        "reviews",
        "seeding",
        "sign_in",
    }
)


def service_actor(name: str) -> Actor:
    """A named service of the site itself. Raises ValueError for a name that no policy knows."""
    if name not in SERVICES:
        raise ValueError(f"No service is called {name}.")
    return Actor(service=name)


def person_through(name: str, user_id: UUID) -> Actor:
    """A person for whom a named service does what she may not do alone; the audit trail names both."""
    return replace(service_actor(name), user_id=user_id)


def _tell_database(actor: Actor | None) -> None:
    values = {
        "enlace.actor": "" if actor is None else (actor.service and "service") or "person",
        "enlace.user": str(actor.user_id or "") if actor else "",
        "enlace.organization": str(actor.organization_id or "") if actor else "",
        "enlace.organization_kind": actor.organization_kind if actor else "",
        "enlace.service": actor.service if actor else "",
        "enlace.roles": ",".join(sorted(actor.roles)) if actor else "",
    }
    calls = ", ".join("set_config(%s, %s, true)" for _name in values)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {calls}", [part for pair in values.items() for part in pair])


@contextmanager
def acting_as(actor: Actor, *, reason: str = "") -> Iterator[Actor]:
    """Let everything inside be asked by this actor.

    Opens a transaction on PostgreSQL, because the database is told for one transaction only. A
    `reason` is given wherever no person sits behind the actor, and goes into the log.
    """
    if reason:
        log.info("acting as %s: %s", actor.service or actor.user_id or "anonymous", reason)
    before = actor_or_none()
    token = _actor.set(actor)
    try:
        if connection.vendor == "postgresql":
            nested = connection.in_atomic_block
            with transaction.atomic():
                _tell_database(actor)
                yield actor
                # The setting ends with its transaction; inside a larger one it is put back.
                if nested and not connection.needs_rollback:
                    _tell_database(before)  # type: ignore[arg-type]
        else:
            yield actor
    finally:
        _actor.reset(token)


def current() -> Actor:
    """The current actor. Raises NoActor when there is none."""
    from network_site.common.scoping import current_actor

    return current_actor()  # type: ignore[return-value]
