"""Things that the ground floor needs and a floor above provides."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

_service: Callable[[str, str], AbstractContextManager[object]] | None = None


def provide_service_actor(factory: Callable[[str, str], AbstractContextManager[object]]) -> None:
    """Let the organizations floor say how a named service acts."""
    global _service
    _service = factory


def as_service(name: str, reason: str) -> AbstractContextManager[object]:
    """Act as a named service (relay, auditor) for a reason that goes into the log."""
    if _service is None:
        raise RuntimeError("No floor provides service actors.")
    return _service(name, reason)


_person: Callable[[UUID, UUID | None], AbstractContextManager[object]] | None = None


def provide_person_actor(factory: Callable[[UUID, UUID | None], AbstractContextManager[object]]) -> None:
    """Let the organizations floor say how work that a person left behind acts as this person."""
    global _person
    _person = factory


def as_person(user_id: UUID, organization_id: UUID | None) -> AbstractContextManager[object]:
    """Act as a person for an organisation, with what she may do there now.

    Raises PermissionDenied when she left the organisation, or the site.
    """
    if _person is None:
        raise RuntimeError("No floor provides persons.")
    return _person(user_id, organization_id)
