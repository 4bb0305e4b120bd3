"""When an offer ends, and when nobody has confirmed it for too long."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from .enums import STALE_AFTER_MONTHS


def deadline_of(offer: Any) -> dt.datetime | None:
    """The moment at which the last day ends where the offer is made; None without a last day."""
    if offer.closes_on is None:
        return None
    return dt.datetime.combine(offer.closes_on + dt.timedelta(days=1), dt.time.min, ZoneInfo(offer.time_zone))


def has_ended(offer: Any, now: dt.datetime) -> bool:
    """Whether the last day is over."""
    deadline = deadline_of(offer)
    return deadline is not None and deadline <= now


def days_left(offer: Any, now: dt.datetime) -> int | None:
    """Days from today to the last day, both as the calendar shows them where the offer is made."""
    if offer.closes_on is None:
        return None
    today = now.astimezone(ZoneInfo(offer.time_zone)).date()
    return int((offer.closes_on - today).days)


def stale_before(today: dt.date) -> dt.date:
    """What was last confirmed before this day is hidden."""
    years, month = divmod(today.year * 12 + today.month - 1 - STALE_AFTER_MONTHS, 12)
    # 29 February has no anniversary: the day before it counts.
    return dt.date(years, month + 1, min(today.day, 28) if month == 1 else today.day)
