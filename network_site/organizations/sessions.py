"""Notes where people are signed in: at the sign-in, and every ten minutes while they work.

Not at each request: a row written for every page would make all writers wait on SQLite. What stands in the
session itself says when the row was last written, so that most requests ask the database nothing.
"""

from __future__ import annotations

import re
import time
from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from network_site.common.scoping import actor_or_none

from . import services
from .actor import ANONYMOUS, acting_as
from .models import User

NOTED = "session_noted"
EVERY = 600

# The order decides: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari.
BROWSERS = (
    ("Edge", r"\bEdg(e|A|iOS)?/"),
    ("Opera", r"\b(OPR|Opera)/"),
    ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("Chrome", r"\b(Chrome|Chromium|CriOS|HeadlessChrome)/"),
    ("Safari", r"\bSafari/"),
)
SYSTEMS = (
    ("Android", r"\bAndroid\b"),
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMac OS X\b"),
    ("Linux", r"\bLinux\b"),
)


def device_of(request: HttpRequest) -> tuple[str, str]:
    """Browser and system in words; empty where the request does not say."""
    told = request.META.get("HTTP_USER_AGENT", "")[:400]

    def first(known: tuple[tuple[str, str], ...]) -> str:
        return next((name for name, pattern in known if re.search(pattern, told)), "")

    return first(BROWSERS), first(SYSTEMS)


def note(request: HttpRequest, user: User) -> None:
    """Write the row of this session, if that was not done within the last ten minutes."""
    key = request.session.session_key
    known = request.session.get(NOTED) or {}
    if not key or (known.get("key") == key and time.time() - known.get("at", 0) < EVERY):
        return
    browser, system = device_of(request)
    services.note_session(user_id=user.pk, session_key=key, browser=browser, system=system)
    request.session[NOTED] = {"key": key, "at": time.time()}


@receiver(user_logged_in)
def note_at_sign_in(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """A session is known from its first moment."""
    if request is not None:
        note(request, user)


@receiver([password_changed, password_set, password_reset])
def a_new_password_ends_other_sessions(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Whoever knew the old one is out (Django refuses those sessions anyway; the list says so too)."""
    with acting_as(actor_or_none() or ANONYMOUS):  # type: ignore[arg-type]
        services.end_other_sessions(user_id=user.pk, but=request.session.session_key)
