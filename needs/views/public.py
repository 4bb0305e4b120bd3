"""The register of needs as anybody reads it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def needs_list(request: HttpRequest, page: Any) -> HttpResponse:
    raise Http404


def needs_feed(request: HttpRequest, page: Any) -> HttpResponse:
    raise Http404


def unmet_report(request: HttpRequest, page: Any) -> HttpResponse:
    raise Http404


def need_page(request: HttpRequest, page: Any, number: int, slug: str) -> HttpResponse:
    raise Http404
