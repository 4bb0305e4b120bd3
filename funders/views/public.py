"""Offers as anybody reads them."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def offers_list(request: HttpRequest, page: Any) -> HttpResponse:
    raise Http404


def offers_feed(request: HttpRequest, page: Any) -> HttpResponse:
    raise Http404


def offer_page(request: HttpRequest, page: Any, number: int, slug: str) -> HttpResponse:
    raise Http404
