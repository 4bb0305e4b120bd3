"""Things that the ground floor needs and a floor above provides."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest

from .slots import Slot

log = logging.getLogger(__name__)

_service: Callable[[str, str], AbstractContextManager[object]] | None = None

# What something is, and which one: ("practices.practiceversion", id).
Thing = tuple[str, UUID]


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


@dataclass(frozen=True)
class Reader:
    """A person to whom mail may be written: where, in which language, and what she may read at this moment."""

    address: str
    language: str
    readable: Callable[[Collection[Thing]], set[Thing]]


_reader: Callable[[UUID], Reader | None] | None = None
_zones: Callable[[Collection[UUID]], dict[UUID, str]] | None = None


def provide_readers(
    reader: Callable[[UUID], Reader | None], zones: Callable[[Collection[UUID]], dict[UUID, str]]
) -> None:
    """Let the organizations floor say who reads mail, and in which time zone each person lives."""
    global _reader, _zones
    _reader, _zones = reader, zones


def reader(person_id: UUID) -> Reader | None:
    """A person as a reader of mail; None when she has no account (any more)."""
    if _reader is None:
        raise RuntimeError("No floor provides readers.")
    return _reader(person_id)


def zones(people: Collection[UUID]) -> dict[UUID, str]:
    """The time zone of each of these people, as far as their organisations tell; UTC where they do not."""
    if _zones is None:
        raise RuntimeError("No floor provides readers.")
    return _zones(people)


_proof: Callable[[HttpRequest], None] | None = None


def provide_proof(ask: Callable[[HttpRequest], None]) -> None:
    """Let the organizations floor say how somebody shows once more who she is."""
    global _proof
    _proof = ask


def ask_to_prove(request: HttpRequest) -> None:
    """Lead to "Is it you?" unless that was shown recently, by an exception that the site answers."""
    if _proof is None:
        raise RuntimeError("No floor provides proofs.")
    _proof(request)


# By name: figures for /health/, of things whose failure leaves the site in service. Quick, also when those are away.
health_facts: Slot[Callable[[], Mapping[str, object]]] = Slot("what the upper floors tell on the health page")


def health_of_others() -> dict[str, object]:
    """What the upper floors tell; of one that cannot tell, nothing."""
    facts: dict[str, object] = {}
    for name, ask in health_facts.items():
        try:
            facts |= ask()
        except Exception:
            log.exception("health: %s cannot tell", name)
    return facts
