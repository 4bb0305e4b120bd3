"""Who asks, for every request; and whether this session has proved enough."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from allauth.core.internal import ratelimit
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse

from network_site.common.language import without_language

from . import sessions
from .actor import ANONYMOUS, Actor, acting_as
from .selectors import actor_for

Handler = Callable[[HttpRequest], Any]
SESSION_KEY = "acting_for"


def vouched_for_by(request: HttpRequest) -> UUID | None:
    """The organisation whose identity provider signed this session in; None where the person did it herself."""
    for record in get_authentication_records(request, request.user):  # type: ignore[arg-type]
        if record.get("method") == "socialaccount":
            return UUID(record["organization"])
    return None


def actor_of(request: HttpRequest) -> Actor:
    """The actor of a request: nobody, or the signed-in person for the organisation she chose."""
    user = request.user
    if not user.is_authenticated:
        return ANONYMOUS
    chosen = None
    with suppress(ValueError, TypeError):
        chosen = UUID(str(request.session.get(SESSION_KEY)))
    return actor_for(user, chosen, only=vouched_for_by(request))  # type: ignore[arg-type]


class ActorMiddleware:
    """Sets the actor around the whole response, rendering included.

    On PostgreSQL that opens one transaction (row-level security is told for a transaction, and
    templates query while they render); an answer of 500 or more rolls it back. On SQLite there is
    no request transaction at all: one slow page would make all writers wait.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = actor_of(request)  # type: ignore[attr-defined]
        with acting_as(request.actor):  # type: ignore[attr-defined]
            response: HttpResponse = self.get_response(request)
            if response.status_code >= 500 and connection.in_atomic_block:
                transaction.set_rollback(True)
            return response


class SeenMiddleware:
    """Notes now and then that a session is in use, for the list of one's sessions."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            sessions.note(request, request.user)  # type: ignore[arg-type]
        response: HttpResponse = self.get_response(request)
        return response


def proved_second_factor(request: HttpRequest) -> bool:
    """Whether this very session showed a second factor (not whether the person once set one up)."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def _operates_the_site(request: HttpRequest) -> bool:
    """Whether the person could enter the CMS without any membership."""
    return request.user.is_authenticated and (request.user.is_staff or request.user.is_superuser)


class RateLimitByPath:
    """Limits how often a client may ask for the addresses in RATE_LIMITED_PATHS, whatever their view does.

    For pages that open with a secret in the address (invitations) or write before anybody is known
    (answers of sign-in servers). The numbers stand in ACCOUNT_RATE_LIMITS, by the name of the action.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = without_language(request.path)
        for start, action in settings.RATE_LIMITED_PATHS.items():
            if path.startswith(start) and not ratelimit.consume(
                request, app="allauth.account", action=action, limit_get=True
            ):
                return ratelimit.respond_429(request)
        response: HttpResponse = self.get_response(request)
        return response


class SecondFactorMiddleware:
    """Network staff and administrators reach nothing but the set-up pages without a second factor."""

    OPEN_NAMES = (
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_authenticate",
        "mfa_index",
        "account_logout",
        "account_login",
        "account_reauthenticate",
    )
    # For somebody without a factor only: else a stolen password could add one beside hers.
    SET_UP_NAMES = ("mfa_activate_totp", "mfa_add_webauthn")

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if (
            (actor.needs_second_factor or _operates_the_site(request))
            and not request.path.startswith(("/static/", "/health/"))
            and request.path not in self._paths(self.OPEN_NAMES)
            and not proved_second_factor(request)
        ):
            types = set(Authenticator.objects.filter(user_id=request.user.pk).values_list("type", flat=True))
            if Authenticator.Type.TOTP in types:
                return redirect("mfa_reauthenticate")
            if Authenticator.Type.WEBAUTHN in types:
                return redirect("mfa_reauthenticate_webauthn")
            if request.path not in self._paths(self.SET_UP_NAMES):
                return redirect("mfa_activate_totp")
        response: HttpResponse = self.get_response(request)
        return response

    def _paths(self, names: tuple[str, ...]) -> set[str]:
        paths = set()
        for name in names:
            with suppress(NoReverseMatch):
                paths.add(reverse(name))
        return paths
