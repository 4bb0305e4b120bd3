"""One way to change state (architecture, section 5).

A workflow is data that a non-programmer can check: from which states, to which, who may, what must
hold first, whether a reason is wanted, who hears of it. `Workflow.perform` is the only code that
writes a `status`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.dispatch import Signal
from django.utils.translation import gettext_lazy as _

from . import audit, outbox
from .html import plain
from .models import TransitionRecord
from .scoping import ActorLike, current_actor

R = TypeVar("R", bound=models.Model)

# Sent inside the transaction, after everything was written.
# Arguments: record, workflow, transition (the name), note.
transition_performed = Signal()


@dataclass(frozen=True)
class Unmet:
    """A condition that does not hold, in words for the person who wants to act."""

    code: str
    message: Any
    url: str = ""


Guard = Callable[[Any, ActorLike], Collection[Unmet]]
Permission = Callable[..., bool]


class TransitionRefused(ValidationError):
    """A change of state that cannot be made; `unmet` says everything that stands in the way."""

    def __init__(self, unmet: Collection[Unmet]) -> None:
        self.unmet = list(unmet)
        super().__init__([item.message for item in self.unmet])


class StaleVersion(Exception):
    """Somebody else changed the record since it was read."""

    def __init__(self, current: models.Model) -> None:
        self.current = current
        super().__init__(f"{current._meta.label} {current.pk} has changed.")


@dataclass(frozen=True)
class Transition:
    """One permitted change of state."""

    sources: frozenset[str]
    target: str
    permission: Permission
    label: Any
    guards: tuple[Guard, ...] = ()
    note_required: bool = False
    note_public: bool = False
    announces: tuple[str, ...] = ()
    past: Any = ""


def transition(
    sources: Collection[str],
    target: str,
    permission: Permission,
    label: Any,
    *,
    guards: tuple[Guard, ...] = (),
    note_required: bool = False,
    note_public: bool = False,
    announces: tuple[str, ...] = (),
    past: Any = "",
) -> Transition:
    """Write a line of a workflow's table."""
    return Transition(
        frozenset(sources), target, permission, label, guards, note_required, note_public, announces, past or label
    )


@dataclass(frozen=True)
class Option:
    """What an actor could do with a record, and what is still missing for it."""

    name: str
    transition: Transition
    unmet: list[Unmet] = field(default_factory=list)

    @property
    def ready(self) -> bool:
        return not self.unmet


def lock_for_writing(record: R) -> R:
    """The record as it is now, locked. Raises its DoesNotExist when the actor may not read it.

    Row-level security lets fewer people lock a row than read it: a reader who may not write is
    refused in words (TransitionRefused).
    """
    manager = type(record)._default_manager
    locked = manager.select_for_update(of=("self",)).filter(pk=record.pk).first()
    if locked is None:
        manager.get(pk=record.pk)
        raise TransitionRefused([Unmet("permission", _("You may not do this with this record."))])
    return locked


class Workflow:
    """A life cycle: a named table of transitions over the field `status` of one model.

    The model has `status`, `lock_version` and `workflow_root()`, which returns the tenant's id and
    the id of the record that history and shares hang on.
    """

    def __init__(self, name: str, transitions: Mapping[str, Transition]) -> None:
        self.name = name
        self.transitions = dict(transitions)

    def options(self, record: models.Model, actor: ActorLike) -> list[Option]:
        """What the actor may do now, with the guards that are not met (the screen's checklist)."""
        return [
            Option(name, step, [unmet for guard in step.guards for unmet in guard(record, actor)])
            for name, step in self.transitions.items()
            if record.status in step.sources and step.permission(actor, record)  # type: ignore[attr-defined]
        ]

    @transaction.atomic
    def perform(self, record: R, name: str, *, note: str = "", version: int | None = None, **changes: Any) -> R:
        """Change the state of a record, or say why not.

        Locks the row, then checks, in this order: version, state, permission, reason, all guards.
        Saves the state (and `changes`, fields that belong to the same step), writes the history and
        the audit trail, sends `transition_performed`, leaves outbox rows; one transaction.

        `version` is the `lock_version` that the actor saw. Raises StaleVersion when it has moved on,
        TransitionRefused with everything unmet, and the model's DoesNotExist when the actor may not
        read the record at all.
        """
        actor = current_actor()
        step = self.transitions[name]
        model = type(record)
        locked: Any = lock_for_writing(record)
        if version is not None and locked.lock_version != version:
            raise StaleVersion(locked)
        if locked.status not in step.sources:
            raise TransitionRefused([Unmet("state", _("This is no longer possible: the record has moved on."))])
        if not step.permission(actor, locked):
            raise TransitionRefused([Unmet("permission", _("You may not do this with this record."))])
        note = plain(note).strip()  # signs that nobody sees are no reason
        if step.note_required and not note:
            raise TransitionRefused([Unmet("note", _("Give the reason. The people concerned will read it."))])
        unmet = [item for guard in step.guards for item in guard(locked, actor)]
        if unmet:
            raise TransitionRefused(unmet)

        source = locked.status
        locked.status = step.target
        locked.lock_version += 1
        for attribute, value in changes.items():
            setattr(locked, attribute, value)
        locked.save(update_fields=["status", "lock_version", *changes])
        tenant_id, root_id = locked.workflow_root()
        self._remember(locked, name, source, note, actor, tenant_id, root_id)
        audit.record(
            f"{self.name}.{name}", tenant_id=tenant_id, subject=locked, version=locked.lock_version, reason=note
        )
        transition_performed.send(sender=model, record=locked, workflow=self.name, transition=name, note=note)
        for kind in step.announces:
            outbox.enqueue(kind, subject=locked, version=locked.lock_version, tenant_id=tenant_id)
        return locked

    def _remember(
        self, record: Any, name: str, source: str, note: str, actor: ActorLike, tenant_id: UUID, root_id: UUID
    ) -> None:
        TransitionRecord.objects.bulk_create(
            [
                TransitionRecord(
                    tenant_id=tenant_id,
                    root_id=root_id,
                    object_type=record._meta.label_lower,
                    object_id=record.pk,
                    object_version=record.lock_version,
                    workflow=self.name,
                    name=name,
                    source=source,
                    target=record.status,
                    note=note,
                    user_id=actor.user_id,
                    organization_id=actor.organization_id,
                    role=actor.role_label,
                )
            ]
        )
