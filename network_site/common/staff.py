"""Which roles of the Network do what in the console. Nobody else does any of it.

The console is the part of the admin that is ours: schemes, organisations, dead letters and so on.
Its views ask `may`, its services ask `require`; a task that is not named here is nobody's.
"""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied

from .scoping import ActorLike, actor_or_none, current_actor

NETWORK = "network"

TERMS = "terms"
GLOSSARY = "glossary"
ORGANIZATIONS = "organizations"
DEAD_LETTERS = "dead_letters"
ANNOUNCEMENTS = "announcements"
PRACTICES = "practices"

# Task by task, the roles in the Network's own organisation (architecture, section 4).
TASKS: dict[str, frozenset[str]] = {
    TERMS: frozenset({"specialist", "lead", "web_editor"}),
    GLOSSARY: frozenset({"specialist", "lead", "web_editor"}),
    ORGANIZATIONS: frozenset({"lead", "administrator"}),
    DEAD_LETTERS: frozenset({"administrator", "lead"}),
    ANNOUNCEMENTS: frozenset({"web_editor", "publisher", "lead"}),
    # The numbers of practices that are with the Network; who reads one is decided in practices.
    PRACTICES: frozenset({"specialist", "publisher", "lead", "administrator"}),
}


def may(task: str, actor: ActorLike | None = None) -> bool:
    """Whether the actor (or whoever is asking) does this for the Network."""
    actor = actor or actor_or_none()
    if actor is None or actor.organization_kind != NETWORK:
        return False
    return bool(actor.roles & TASKS.get(task, frozenset()))


def may_enter(actor: ActorLike | None = None) -> bool:
    """Whether there is anything at all in the console for the actor."""
    return any(may(task, actor) for task in TASKS)


def require(task: str) -> UUID:
    """The Network's id, for the audit trail. Raises PermissionDenied when the task is not the actor's."""
    actor = current_actor()
    if not may(task, actor) or actor.organization_id is None:
        raise PermissionDenied(f"The task {task} is for staff of the Network.")
    return actor.organization_id
