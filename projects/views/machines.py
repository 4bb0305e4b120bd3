"""Files about a published project for programs: IATI and results."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def iati_file(request: HttpRequest, page: Any, number: int, slug: str) -> HttpResponse:
    raise Http404


def results_file(request: HttpRequest, page: Any, number: int, slug: str) -> HttpResponse:
    raise Http404
