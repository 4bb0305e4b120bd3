"""Dead letters: work that failed eight times and waits for a person.

The console shows them, gives them another round of tries, or discards them with a reason. What is
shown carries no tenant's text: a row holds identifiers, and of an error its class and its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import audit, outbox, staff
from .html import plain
from .models import Outbox

MAX_REASON = 500

# What an operator can make of a class of error; everything else is a fault in the program.
MEANINGS: Mapping[str, Any] = {
    "OperationalError": _("The database did not answer. Retry when it does."),
    "InterfaceError": _("The database did not answer. Retry when it does."),
    "ConnectionError": _("Another service did not answer. Retry when it does."),
    "ConnectionRefusedError": _("Another service did not answer. Retry when it does."),
    "TimeoutError": _("Another service took too long. Retry when it answers again."),
    "SMTPServerDisconnected": _("The mail server did not answer. Retry when it does."),
    "SMTPConnectError": _("The mail server did not answer. Retry when it does."),
    "SMTPRecipientsRefused": _("The mail server refused the address. Correct it, or discard."),
    "DoesNotExist": _("What it is about is gone. Discard it if that is right."),
}
FAULT = _("A fault in the program. Give its class and place to the developers; retry after they mended it.")


@dataclass(frozen=True)
class Totals:
    """How the outbox stands."""

    waiting: int
    in_hand: int
    dead: int
    discarded: int
    oldest_waiting: datetime | None


@dataclass(frozen=True)
class Kind:
    """The dead letters of one kind together."""

    kind: str
    count: int
    first: datetime
    last: datetime
    errors: tuple[str, ...]


def totals() -> Totals:
    """Counts by state, and since when the oldest row waits. One query."""
    state = Outbox.State
    waits = Q(state__in=[state.WAITING, state.TAKEN])
    found = Outbox.objects.aggregate(
        waiting=Count("pk", filter=Q(state=state.WAITING)),
        in_hand=Count("pk", filter=Q(state=state.TAKEN)),
        dead=Count("pk", filter=Q(state=state.DEAD)),
        discarded=Count("pk", filter=Q(state=state.DISCARDED)),
        oldest_waiting=Min("created_at", filter=waits),
    )
    return Totals(**found)


def kinds() -> list[Kind]:
    """The dead letters by kind, the most first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in (
        Outbox.objects.filter(state=Outbox.State.DEAD)
        .order_by()
        .values("kind", "last_error")
        .annotate(n=Count("pk"), first=Min("created_at"), last=Max("created_at"))
    ):
        found.setdefault(row["kind"], []).append(dict(row))
    grouped = [
        Kind(
            kind,
            sum(row["n"] for row in rows),
            min(row["first"] for row in rows),
            max(row["last"] for row in rows),
            tuple(sorted(row["last_error"] for row in rows)),
        )
        for kind, rows in found.items()
    ]
    return sorted(grouped, key=lambda one: (-one.count, one.kind))


def list_letters(kind: str = "") -> models.QuerySet[Outbox]:
    """Dead letters, the oldest first, of one kind if it is named."""
    letters = Outbox.objects.filter(state=Outbox.State.DEAD).order_by("created_at", "pk")
    return letters.filter(kind=kind) if kind else letters


def meaning(error: str) -> Any:
    """What an operator can make of a class of error, in one sentence."""
    return MEANINGS.get(error, FAULT)


@transaction.atomic
def retry(*, pk: UUID) -> bool:
    """Give one dead letter another round of tries. False when it is not dead (any more)."""
    house = staff.require(staff.DEAD_LETTERS)
    if not outbox.retry(pk):
        return False
    row = Outbox.objects.get(pk=pk)
    audit.record("outbox.retried", tenant_id=house, subject=row, reason=row.kind)
    return True


@transaction.atomic
def retry_kind(*, kind: str) -> int:
    """Give all dead letters of a kind another round of tries; how many there were. One entry in the trail."""
    house = staff.require(staff.DEAD_LETTERS)
    count = list_letters(kind).update(state=Outbox.State.WAITING, tries=0, next_at=timezone.now()) if kind else 0
    if count:
        audit.record("outbox.kind_retried", tenant_id=house, reason=f"{kind}: {count}")
    return count


@transaction.atomic
def discard(*, pk: UUID, reason: str) -> bool:
    """Give a dead letter up for good. False when it is not dead (any more).

    The reason stands in the audit trail. Raises ValidationError without one.
    """
    house = staff.require(staff.DEAD_LETTERS)
    words = plain(reason).strip()
    if not words:
        raise ValidationError({"reason": _("Say why it is given up.")})
    if len(words) > MAX_REASON:
        raise ValidationError({"reason": _("Keep the reason under 500 characters.")})
    changed = Outbox.objects.filter(pk=pk, state=Outbox.State.DEAD).update(
        state=Outbox.State.DISCARDED, done_at=timezone.now()
    )
    if not changed:
        return False
    row = Outbox.objects.get(pk=pk)
    audit.record("outbox.discarded", tenant_id=house, subject=row, reason=f"{row.kind}: {words}")
    return True
