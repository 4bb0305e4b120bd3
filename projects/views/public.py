"""Published projects as anybody reads them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def projects_list(request: HttpRequest, page: Any) -> HttpResponse:
    raise Http404


def projects_feed(request: HttpRequest, page: Any) -> HttpResponse:
    raise Http404


def project_page(request: HttpRequest, page: Any, number: int, slug: str, version: int | None = None) -> HttpResponse:
    raise Http404
