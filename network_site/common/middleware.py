"""What holds for every request, whoever asks for whatever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .language import without_language

Handler = Callable[[HttpRequest], Any]


class RefuseUnreadableRequests:
    """Answer 400, with a page that says so, to addresses that no database can read (NUL characters)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        values = [value for values in request.GET.lists() for value in (values[0], *values[1])]
        if "\x00" in request.path or any("\x00" in value for value in values):
            return render(request, "400.html", status=400)
        response: HttpResponse = self.get_response(request)
        return response


class ContentSecurityByArea:
    """Public pages allow scripts from the site only; the workspace adds a nonce; the admin inline code."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: Any = self.get_response(request)
        path = without_language(request.path)
        if path.startswith("/admin/"):
            response._csp_replace = settings.CONTENT_SECURITY_POLICY_ADMIN
            # The editor's preview is a frame of the admin itself.
            response["X-Frame-Options"] = "SAMEORIGIN"
            # What it shows is a public page with the policy of one, but for who may frame it.
            if policy := response.get("Content-Security-Policy"):
                response["Content-Security-Policy"] = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
        elif path.startswith("/workspace/"):
            response._csp_replace = settings.CONTENT_SECURITY_POLICY_WORKSPACE
        return response


class PrivateByDefault:
    """What a signed-in person sees is stored by nobody on the way."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = self.get_response(request)
        private = request.user.is_authenticated or without_language(request.path).startswith(
            ("/workspace/", "/accounts/")
        )
        if private and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response
