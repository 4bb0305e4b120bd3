"""What holds for every request, whoever asks for whatever."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from .language import without_language

Handler = Callable[[HttpRequest], Any]


class RefuseUnreadableRequests:
    """Answer 400, with a page that says so, to addresses that no database can read (NUL characters).

    Line breaks in the path of the API are refused too: its routes do not see them, and Wagtail would answer.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        values = [value for values in request.GET.lists() for value in (values[0], *values[1])]
        is_broken = request.path.startswith("/api/") and not {"\n", "\r"}.isdisjoint(request.path)
        if is_broken or "\x00" in request.path or any("\x00" in value for value in values):
            # Nobody has chosen a language yet: without this it would be that of the thread's last reader.
            with translation.override(translation.get_language_from_request(request, check_path=True)):
                return self._refuse(request)
        response: HttpResponse = self.get_response(request)
        return response

    def _refuse(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/"):
            from .api import problem

            return problem(400, _("This address cannot be read."))
        return render(request, "400.html", status=400)


class LanguageOfReader(LocaleMiddleware):
    """Django's own, but machines' addresses have no language in front, and a missing one of them is missing.

    Elsewhere Wagtail takes every path, so that a 404 without a language becomes a redirect to one with it.
    """

    MACHINES = ("/api/", "/vocab/", "/sitemap", "/robots.txt", "/health/", "/credentials/")

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path_info.startswith(self.MACHINES):
            return response
        return super().process_response(request, response)


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
