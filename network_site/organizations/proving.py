"""Who it is, once more: before publishing, exports of private data, and changes of roles.

A session may lie open on a desk. Whoever signed in, or proved again who she is, within the last fifteen minutes
goes on; everybody else is asked, and then finds what she did, done: allauth keeps the POST in the session and
repeats it (only its fields: a form with files asks before it is filled in).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core.exceptions import ReauthenticationRequired
from django.conf import settings
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]
METHODS = frozenset({"password", "mfa", "socialaccount", "code"})


def has_recently_proved(request: HttpRequest) -> bool:
    """Whether this session showed who it is within ACCOUNT_REAUTHENTICATION_TIMEOUT."""
    records = get_authentication_records(request, request.user)
    moments = [record.get("at", 0) for record in records if record.get("method") in METHODS]
    return bool(moments) and time.time() - max(moments) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def ask_to_prove(request: HttpRequest) -> None:
    """Lead to "Is it you?" unless that was shown recently. Raises ReauthenticationRequired, which the site answers.

    An account with neither password nor second factor (single sign-on alone) has nothing to show here; it is let
    pass, and its own provider is the one who asks.
    """
    if not has_recently_proved(request) and get_reauthentication_flows(request.user):
        raise ReauthenticationRequired


def recently_proved(*methods: str) -> Callable[[View], View]:
    """Decorate a view that somebody must be recent for: `@recently_proved("POST")`, or all methods without names."""

    def decorate(view: View) -> View:
        @wraps(view)
        def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not methods or request.method in methods:
                ask_to_prove(request)
            return view(request, *args, **kwargs)

        return asked

    return decorate
