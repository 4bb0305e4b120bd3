"""Announcements: written in the console, shown at the top of every frame.

Each page asks for them, so what is on (or will be) is kept in the cache for a minute: a page costs no
query for them while the cache is warm. A change empties the cache; where another process filled it
between the change and its commit, the old list stands for a minute at most.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import audit, staff
from .html import plain
from .language import CODES, pick
from .models import Announcement
from .staleness import mark_of, refuse_stale

KEY = "announcements"
KEPT_SECONDS = 60
# The session's list of those that the reader put away.
PUT_AWAY = "announcements_put_away"
MAX_TEXT = 300
SHOWN = 3


@dataclass(frozen=True)
class Shown:
    """One announcement as the frames show it."""

    id: str
    text: str
    is_warning: bool


def running() -> list[dict[str, Any]]:
    """What is on or will be, warnings first; from the cache while it is warm."""
    known: list[dict[str, Any]] | None = cache.get(KEY)
    if known is None:
        rows = Announcement.objects.filter(models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=timezone.now()))
        known = [
            {
                "id": str(row.pk),
                "texts": row.texts,
                "audience": row.audience,
                "level": row.level,
                "starts_at": row.starts_at,
                "ends_at": row.ends_at,
            }
            for row in rows
        ]
        known.sort(key=lambda row: row["level"] != Announcement.Level.WARNING)
        remember(known)
    return known


def remember(rows: list[dict[str, Any]]) -> None:
    """Keep what is on for a minute."""
    cache.set(KEY, rows, KEPT_SECONDS)


def for_reader(*, audiences: Collection[str], session: Mapping[str, Any]) -> list[Shown]:
    """What somebody of these audiences sees now, in her language: the three that matter most.

    The session is asked only when there is something to show: a page without announcements reads none.
    """
    now = timezone.now()
    on = [
        row
        for row in running()
        if row["audience"] in audiences and row["starts_at"] <= now and (row["ends_at"] is None or row["ends_at"] > now)
    ]
    away = session.get(PUT_AWAY, []) if on else []
    return [
        Shown(row["id"], pick(row["texts"]) or "", row["level"] == Announcement.Level.WARNING)
        for row in on
        if row["id"] not in away
    ][:SHOWN]


@transaction.atomic
def save_announcement(
    *,
    announcement: Announcement | None = None,
    texts: Mapping[str, str],
    audience: str,
    level: str,
    starts_at: datetime,
    ends_at: datetime | None = None,
    seen: str | None = None,
) -> Announcement:
    """Write a new announcement or change one.

    Raises ValidationError, with the field of each fault, and StaleVersion when it is no longer as it was `seen`
    (`mark`).
    """
    house = staff.require(staff.ANNOUNCEMENTS)
    cleaned = {code: plain(texts.get(code, "")).strip() for code in CODES}
    faults: dict[str, Any] = {}
    for code, text in cleaned.items():
        if not text:
            faults[f"text_{code}"] = _("Write it in this language too: every reader sees it in her own.")
        elif len(text) > MAX_TEXT:
            faults[f"text_{code}"] = _("Keep it under 300 characters.")
    if ends_at is not None and ends_at <= starts_at:
        faults["ends_at"] = _("The end comes after the beginning.")
    if audience not in Announcement.Audience.values:
        faults["audience"] = _("Choose who sees it.")
    if level not in Announcement.Level.values:
        faults["level"] = _("Choose how it looks.")
    if faults:
        raise ValidationError(faults)
    wanted = {"texts": cleaned, "audience": audience, "level": level, "starts_at": starts_at, "ends_at": ends_at}
    before = None
    if announcement is None:
        announcement = Announcement()
    else:
        announcement = Announcement.objects.select_for_update().get(pk=announcement.pk)
        before = _told(announcement)
        if wanted == before:
            return announcement
        refuse_stale(announcement, seen=seen, now=before)
    for name, value in wanted.items():
        setattr(announcement, name, value)
    announcement.save()
    audit.record(
        "announcement.written" if before is None else "announcement.changed",
        tenant_id=house,
        subject=announcement,
        before=before,
        after=_told(announcement),
    )
    cache.delete(KEY)
    return announcement


@transaction.atomic
def end_announcement(*, announcement: Announcement) -> Announcement:
    """Take an announcement down now; one that has not begun never appears. Ending it twice changes nothing."""
    house = staff.require(staff.ANNOUNCEMENTS)
    locked = Announcement.objects.select_for_update().get(pk=announcement.pk)
    now = timezone.now()
    if locked.ends_at is not None and locked.ends_at <= now:
        return locked
    before = _told(locked)
    locked.starts_at = min(locked.starts_at, now - timedelta(seconds=1))
    locked.ends_at = now
    locked.save(update_fields=["starts_at", "ends_at"])
    audit.record("announcement.ended", tenant_id=house, subject=locked, before=before, after=_told(locked))
    cache.delete(KEY)
    return locked


def mark(announcement: Announcement) -> str:
    """What a form carries of the announcement that it shows."""
    return mark_of(_told(announcement))


def _told(announcement: Announcement) -> dict[str, Any]:
    return {name: getattr(announcement, name) for name in ("texts", "audience", "level", "starts_at", "ends_at")}
