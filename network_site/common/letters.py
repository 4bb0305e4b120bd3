"""Letters: what the mails that were left say, and sending them, each once.

The relay claims a mailing's outbox row (committed, with a lease); then the consumer writes the letter
from the notices as they are now, sends it and marks it, in one transaction:

- killed before the server has taken the mail: the lease runs out and it is sent;
- killed after that and before the commit: it is sent a second time, with the same Message-ID. That
  is the one window in which a mail can come twice, and at most once for each kill.

Nothing is sent that the reader has seen in the application, asked not to get, or may not read any more.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import timezone, translation

from . import hooks, mail, mailings, notices, outbox, rhythms
from .models import DigestTime, Mailing, Notice, Outbox, Rhythm

# A mail server that is away for a day loses no mail: about a hundred tries, the longest pause a quarter of an hour.
TRIES = 100
MOST_LINES = 60

# Addresses of the roof, by name: a letter leads there, and is written long after every floor stands.
NOTICE, NOTICES, SETTINGS, STOP = "workspace:notice", "workspace:notices", "workspace:mail_settings", "mail_stop"


# --- Sending ---------------------------------------------------------------------------------


@outbox.consumer(mailings.DUE, tries=TRIES)
def send_mailing(row: Outbox) -> None:
    """Write and send one mail that was left, unless that was done or there is nothing to say any more."""
    with hooks.as_service("relay", "mail that is due"):
        mailing = (
            Mailing.objects.select_for_update()
            .filter(pk=row.object_id, sent_at__isnull=True, dropped_at__isnull=True)
            .first()
        )
        if mailing is None:
            return
        reader = hooks.reader(mailing.recipient_id)
        told = _to_tell(mailing, reader) if reader else []
        if reader is None or not told:
            Mailing.objects.filter(pk=mailing.pk).update(dropped_at=timezone.now())
            return
        wish = DigestTime.objects.filter(person_id=mailing.recipient_id).first()
        zone = rhythms.clock_of(wish, hooks.zones([mailing.recipient_id])[mailing.recipient_id]).zone
        with timezone.override(zone), translation.override(reader.language):
            _send(mailing, reader, told, zone)
        Mailing.objects.filter(pk=mailing.pk).update(sent_at=timezone.now())


def _to_tell(mailing: Mailing, reader: hooks.Reader) -> list[Notice]:
    """The notices of a mail that the reader has not seen, still wants, and may still read."""
    unread = list(Notice.objects.filter(mailing=mailing, read_at__isnull=True).order_by("created_at", "pk"))
    wanted = rhythms.choices_of(mailing.recipient_id, {notice.kind for notice in unread})
    unread = [notice for notice in unread if wanted[notice.kind] != Rhythm.NEVER]
    readable = reader.readable({(notice.object_type, notice.object_id) for notice in unread})
    return [notice for notice in unread if (notice.object_type, notice.object_id) in readable]


def _send(mailing: Mailing, reader: hooks.Reader, told: list[Notice], zone: ZoneInfo) -> None:
    at_once = mailing.rhythm == Rhythm.AT_ONCE
    what = told[0].kind if at_once else mailing.rhythm
    stop = absolute(STOP, stop_token(mailing.recipient_id, what))
    context: dict[str, Any] = {
        "settings_url": absolute(SETTINGS),
        "stop_url": stop,
        "zone": zone.key,
    }
    if at_once:
        context |= _line(told[0]) | {"subject_of": told[0].subject, "kind_name": notices.name_of(told[0].kind)}
    else:
        shown = told[-MOST_LINES:]
        context |= {
            "records": _by_record(shown),
            "count": len(told),
            "more": len(told) - len(shown),
            "since": told[0].created_at,
            "until": told[-1].created_at,
            "weekly": mailing.rhythm == Rhythm.WEEKLY,
            "notices_url": absolute(NOTICES),
        }
    mail.send(
        "notice" if at_once else "digest",
        to=reader.address,
        language=reader.language,
        context=context,
        key=str(mailing.pk),
        headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


def _line(notice: Notice) -> dict[str, Any]:
    words = str(notices.WORDS.get(notice.kind, notice.kind))
    return {
        "words": words,
        # The first sentence is the subject of the mail.
        "heading": words.partition(". ")[0].rstrip("."),
        "at": notice.created_at,
        "url": absolute(NOTICE, notice.pk),
    }


def _by_record(told: Iterable[Notice]) -> list[dict[str, Any]]:
    """Notices under the title of what they are about; the record of the latest news first, its lines in order."""
    records: dict[UUID, list[Notice]] = {}
    for notice in told:
        records.setdefault(notice.object_id, []).append(notice)
    latest_first = sorted(records.values(), key=lambda lines: lines[-1].created_at, reverse=True)
    return [
        {"title": lines[-1].subject, "url": absolute(NOTICE, lines[-1].pk), "lines": [_line(line) for line in lines]}
        for lines in latest_first
    ]


def absolute(name: str, *args: Any) -> str:
    """The whole address of a page, in the language in use."""
    return settings.SITE_URL.rstrip("/") + reverse(name, args=args)


# --- Fewer mails, by one click ---------------------------------------------------------------

TOKEN_LIVES = timedelta(days=366)
_SALT = "enlace.mail.stop"


def stop_token(person_id: UUID, what: str) -> str:
    """A signed word that stops one person's mail of one kind (or one digest), and can do nothing else."""
    return signing.dumps([str(person_id), what], salt=_SALT)


def read_stop_token(token: str) -> tuple[UUID, str]:
    """The person and what is to stop. Raises signing.BadSignature for one that is forged or too old."""
    person, what = signing.loads(token, salt=_SALT, max_age=TOKEN_LIVES)
    return UUID(person), what
