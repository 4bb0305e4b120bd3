"""The outbox: work that must follow a change is written with the change, and done after it.

`enqueue` runs in the caller's transaction. The relay (`manage.py relay`, one supervised process)
claims rows by a conditional UPDATE with a lease (SQLite has no SKIP LOCKED) and hands them to
Celery; consumers are idempotent, because a row may be handed out again after a crash.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
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
_slow_consumers: dict[str, list[Consumer]] = {}
_tries: dict[str, int] = {}


def consumer(*kinds: str, slow: bool = False, tries: int = MAX_TRIES) -> Callable[[Consumer], Consumer]:
    """Register a function for kinds of outbox rows, and how often it is tried. It must be idempotent.

    A `slow` one works outside of the transaction that marks the row as done, and opens short ones of its own: on
    SQLite an open transaction makes every other writer wait.
    """

    def register(function: Consumer) -> Consumer:
        for kind in kinds:
            _tries[kind] = max(tries, _tries.get(kind, 0))
            handlers = (_slow_consumers if slow else _consumers).setdefault(kind, [])
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
    repeatable: bool = False,
) -> None:
    """Leave work to be done, in the current transaction. The same event twice is one row, unless it is `repeatable`.

    It is due once `after` has passed, and its age is counted from then on.
    """
    due = timezone.now() + after
    key = f"{kind}:{subject.pk}:{uuid4() if repeatable else version}"
    Outbox.objects.bulk_create(
        [
            Outbox(
                kind=kind,
                object_type=subject._meta.label_lower,
                object_id=subject.pk,
                object_version=version,
                tenant_id=tenant_id,
                data=data or {},
                dedupe_key=key,
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

    A failure puts the row back with a growing pause, and among the dead letters after 8 tries
    (or as many as its kind has).
    """
    row = Outbox.objects.filter(pk=pk, state=Outbox.State.TAKEN).first()
    if row is None:
        return False
    try:
        for handle in _slow_consumers.get(row.kind, []):
            handle(row)
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
    # The exponent is bounded: a row that is tried a hundred times would overflow the time it may wait.
    pause = min(FIRST_PAUSE * 2 ** min(tries - 1, 16), LONGEST_PAUSE)
    Outbox.objects.filter(pk=row.pk).update(
        state=Outbox.State.DEAD if tries >= _tries.get(row.kind, MAX_TRIES) else Outbox.State.WAITING,
        tries=tries,
        next_at=timezone.now() + pause,
        leased_until=None,
        # The type only: a message could carry a tenant's text.
        last_error=type(error).__name__,
        last_place=place_of(error),
    )


def place_of(error: BaseException) -> str:
    """Module and line of ours where an error came up, for those who mend it; never what it says."""
    found = ""
    step = error.__traceback__
    while step is not None:
        name, path = str(step.tb_frame.f_globals.get("__name__", "")), step.tb_frame.f_code.co_filename
        ours = path.startswith(str(settings.BASE_DIR)) and "site-packages" not in path
        # The outbox itself calls every consumer; the place is what lies below it.
        if ours and (name != __name__ or not found):
            found = f"{name}:{step.tb_lineno}"
        step = step.tb_next
    return found[:200]


def drain(limit: int = 10_000) -> int:
    """Deliver everything that is due, here and now; return how many were done. For commands and tests."""
    done = 0
    while done < limit and (ids := claim()):
        done += sum(deliver(pk) for pk in ids)
    return done


def comes_again(row: Outbox) -> bool:
    """Whether the same work on the same thing was asked for once more since, and is still to be done.

    A consumer that always looks at the thing as it is now may leave it to that later row: it begins after this one was
    written, so it sees whatever this one was written for.
    """
    later = Outbox.objects.filter(kind=row.kind, object_type=row.object_type, object_id=row.object_id)
    still = later.filter(state__in=[Outbox.State.WAITING, Outbox.State.TAKEN])
    return still.filter(created_at__gt=row.created_at).exists()


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


def hasten(kind: str, error: str) -> int:
    """Let what waits since such a failure be tried now, because its cause has gone; how many rows."""
    now = timezone.now()
    waiting = Outbox.objects.filter(kind=kind, state=Outbox.State.WAITING, last_error=error, next_at__gt=now)
    return waiting.update(next_at=now)


def take_back(kinds: Collection[str], held_for: timedelta, limit: int = 200) -> int:
    """Hand out again, before their lease is over, rows that somebody has held for so long; how many.

    For work that takes milliseconds: who holds it for half a minute is dead, or so far behind that it does no harm.
    """
    taken_before = timezone.now() - held_for
    held = Outbox.objects.filter(
        kind__in=kinds, state=Outbox.State.TAKEN, leased_until__lt=taken_before + LEASE
    ).order_by("leased_until")
    some = list(held.values_list("pk", flat=True)[:limit])
    return (
        held.order_by()
        .filter(pk__in=some)
        .update(state=Outbox.State.WAITING, next_at=timezone.now(), leased_until=None)
    )


def oldest(kind: str) -> timedelta:
    """How long the oldest row of a kind has been due and is not done, dead letters too; zero when all are done."""
    now = timezone.now()
    open_rows = Outbox.objects.filter(kind=kind, created_at__lte=now).exclude(
        state__in=[Outbox.State.DONE, Outbox.State.DISCARDED]
    )
    at = open_rows.order_by("created_at").values_list("created_at", flat=True).first()
    return now - at if at else timedelta(0)


def retry(pk: UUID) -> bool:
    """Give a dead letter another round of tries. False when it is not dead (any more)."""
    return bool(
        Outbox.objects.filter(pk=pk, state=Outbox.State.DEAD).update(
            state=Outbox.State.WAITING, tries=0, next_at=timezone.now()
        )
    )
