"""Mails that are left to be sent: one for a notice at once, or one for the notices of a day or week.

A mailing is left in the transaction of its cause, together with an outbox row. It holds no text: the
letter is written when it is sent (common/letters.py).
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils import timezone

from . import hooks, outbox, rhythms
from .models import DigestTime, Mailing, Notice
from .models.mailings import DIGESTS

DUE = "mail.due"


# --- Leaving a mail --------------------------------------------------------------------------


def new(recipient: UUID, rhythm: str, key: str) -> Mailing:
    """A mailing with the id that its key makes, so that the same mail is the same row and the same Message-ID."""
    return Mailing(pk=uuid5(NAMESPACE_URL, f"enlace:{key}"), recipient_id=recipient, rhythm=rhythm, key=key)


def leave(mails: Collection[Mailing]) -> None:
    """Leave mails to be sent, in the current transaction; those that were left before are left alone."""
    Mailing.objects.bulk_create(mails, ignore_conflicts=True)
    for mailing in mails:
        outbox.enqueue(DUE, subject=mailing)


# --- Digests ---------------------------------------------------------------------------------


def schedule_due_digests() -> int:
    """What the relay asks every minute: leave the digests that are due now."""
    return schedule_digests(timezone.now())


def schedule_digests(now: datetime) -> int:
    """Leave every digest that is due by now; how many. Called by the relay once a minute, harmless at any time.

    A period that nobody was there for is made up by the next digest, not by a row of old ones.
    """
    with hooks.as_service("relay", "digests that are due"):
        waiting = list(
            Notice.objects.filter(rhythm__in=DIGESTS, mailing__isnull=True, read_at__isnull=True)
            .order_by("recipient_id", "rhythm")
            .values_list("recipient_id", "rhythm")
            .distinct()
        )
        if not waiting:
            return 0
        people = {person for person, _rhythm in waiting}
        wishes = {wish.person_id: wish for wish in DigestTime.objects.filter(person_id__in=people)}
        zones = hooks.zones(people)
    return sum(
        _leave_digest(person, rhythm, rhythms.clock_of(wishes.get(person), zones[person]), now)
        for person, rhythm in waiting
    )


def _leave_digest(person: UUID, rhythm: str, clock: rhythms.Clock, now: datetime) -> bool:
    day, moment = clock.last_due(rhythm, now)
    mailing = new(person, rhythm, f"{rhythm}:{person}:{day.isoformat()}")
    with hooks.as_service("relay", f"{rhythm} digest"), transaction.atomic():
        pending = Notice.objects.filter(
            recipient_id=person, rhythm=rhythm, mailing__isnull=True, read_at__isnull=True, created_at__lte=moment
        )
        if Mailing.objects.filter(pk=mailing.pk).exists() or not pending.exists():
            return False
        try:
            with transaction.atomic():
                mailing.save(force_insert=True)
        except IntegrityError:  # another relay was quicker
            return False
        pending.update(mailing=mailing)
        outbox.enqueue(DUE, subject=mailing)
    return True
