"""The outbox: work that must follow a change is written with the change, and done after it.

`enqueue` runs in the caller's transaction. The relay (`manage.py relay`, one supervised process)
claims rows by a conditional UPDATE with a lease (SQLite has no SKIP LOCKED) and hands them to
Celery; consumers are idempotent, because a row may be handed out again after a crash.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from .models import Outbox

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
MAX_TRIES = 8
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=15)

Consumer = Callable[[Outbox], None]
_consumers: dict[str, list[Consumer]] = {}


def consumer(*kinds: str) -> Callable[[Consumer], Consumer]:
    """Register a function for kinds of outbox rows. It must be idempotent."""

    def register(function: Consumer) -> Consumer:
        for kind in kinds:
            handlers = _consumers.setdefault(kind, [])
            if function not in handlers:
                handlers.append(function)
        return function

    return register


def enqueue(
    kind: str,
    *,
    subject: models.Model,
    version: int = 0,
    tenant_id: UUID | None = None,
    data: dict[str, Any] | None = None,
    after: timedelta = timedelta(0),
) -> None:
    """Leave work to be done, in the current transaction. The same event twice is one row.

    It is due once `after` has passed, and its age is counted from then on.
    """
    due = timezone.now() + after
    Outbox.objects.bulk_create(
        [
            Outbox(
                kind=kind,
                object_type=subject._meta.label_lower,
                object_id=subject.pk,
                object_version=version,
                tenant_id=tenant_id,
                data=data or {},
                dedupe_key=f"{kind}:{subject.pk}:{version}",
                next_at=due,
                created_at=due,
            )
        ],
        ignore_conflicts=True,
    )


def claim(limit: int = 50) -> list[UUID]:
    """Take up to `limit` rows that are due (or whose holder died) and return their ids."""
    now = timezone.now()
    due = models.Q(state=Outbox.State.WAITING, next_at__lte=now) | models.Q(
        state=Outbox.State.TAKEN, leased_until__lt=now
    )
    taken = []
    for pk in Outbox.objects.filter(due).order_by("created_at").values_list("pk", flat=True)[:limit]:
        if Outbox.objects.filter(due, pk=pk).update(state=Outbox.State.TAKEN, leased_until=now + LEASE):
            taken.append(pk)
    return taken


def deliver(pk: UUID) -> bool:
    """Do one claimed piece of work; True when it is done.

    A failure puts the row back with a growing pause, and among the dead letters after 8 tries.
    """
    row = Outbox.objects.filter(pk=pk, state=Outbox.State.TAKEN).first()
    if row is None:
        return False
    try:
        with transaction.atomic():
            for handle in _consumers.get(row.kind, []):
                handle(row)
            Outbox.objects.filter(pk=pk).update(
                state=Outbox.State.DONE, done_at=timezone.now(), tries=row.tries + 1, leased_until=None, last_error=""
            )
    except Exception as error:
        log.exception("outbox %s %s failed", row.kind, row.pk)
        _put_back(row, error)
        return False
    return True


def _put_back(row: Outbox, error: Exception) -> None:
    tries = row.tries + 1
    pause = min(FIRST_PAUSE * 2 ** (tries - 1), LONGEST_PAUSE)
    Outbox.objects.filter(pk=row.pk).update(
        state=Outbox.State.DEAD if tries >= MAX_TRIES else Outbox.State.WAITING,
        tries=tries,
        next_at=timezone.now() + pause,
        leased_until=None,
        # The type only: a message could carry a tenant's text.
        last_error=type(error).__name__,
    )


def drain(limit: int = 10_000) -> int:
    """Deliver everything that is due, here and now; return how many were done. For commands and tests."""
    done = 0
    while done < limit and (ids := claim()):
        done += sum(deliver(pk) for pk in ids)
    return done


def age() -> timedelta:
    """How long the oldest waiting row has been due; zero when nothing waits."""
    now = timezone.now()
    oldest = (
        Outbox.objects.filter(state__in=[Outbox.State.WAITING, Outbox.State.TAKEN], created_at__lte=now)
        .order_by("created_at")
        .values_list("created_at", flat=True)
        .first()
    )
    return now - oldest if oldest else timedelta(0)


def retry(pk: UUID) -> bool:
    """Give a dead letter another round of tries. False when it is not dead (any more)."""
    return bool(
        Outbox.objects.filter(pk=pk, state=Outbox.State.DEAD).update(
            state=Outbox.State.WAITING, tries=0, next_at=timezone.now()
        )
    )
