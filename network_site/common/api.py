"""What all parts of the public API share: its language, its limits, its errors, its pages, its conditional answers.

The routers stand in each app's `api.py`; the roof (`network_site/api.py`) puts them together and wraps every
address into `envelope`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, Literal
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja import Field, Schema
from ninja.errors import ValidationError
from pydantic import ConfigDict

from . import limits
from .language import CODES

ROOT = "/api/v1/"
WINDOW = 10_000
MAX_PAGE_SIZE = 100
PROBLEM = "application/problem+json"
Language = Literal["en", "es", "fr", "pt-br"]

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Content-Language, ETag, Last-Modified, RateLimit, RateLimit-Policy, Retry-After"
    ),
}
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept-Language, If-Modified-Since, If-None-Match",
    "Access-Control-Max-Age": "86400",
}


# --- Schemas ---------------------------------------------------------------------------------


class Wrong(Schema):
    """One parameter that could not be used."""

    parameter: str = Field(description="Its name.", examples=["page"])
    detail: str = Field(description="What is wrong with it, in the reader's language.")


class Problem(Schema):
    """An error, after RFC 9457."""

    model_config = ConfigDict(title="Problem")

    type: str = Field(description="An address that says what kind of problem this is.")
    title: str = Field(description="The kind of problem, in the reader's language.")
    status: int = Field(description="The HTTP status, once more.")
    detail: str = Field("", description="This very problem, in the reader's language.")
    errors: list[Wrong] = Field([], description="The parameters that could not be used.")


class InLanguage(Schema):
    """Every address takes this parameter."""

    lang: Language | None = Field(
        None, description="Language of labels and texts. Without it, the header Accept-Language decides; else English."
    )


class Paged(InLanguage):
    """Lists are given in pages. Beyond 10,000 entries narrow the list, or take an export."""

    page: int = Field(1, ge=1, le=WINDOW, description="Which page, from 1.")
    page_size: int = Field(20, ge=1, le=MAX_PAGE_SIZE, description="Entries on a page, 100 at most.")


class Page(Schema):
    """A page of a list."""

    count: int = Field(description="How many entries the whole list has.", examples=[59])
    page: int = Field(description="The number of this page.", examples=[1])
    page_size: int = Field(description="Entries on a page.", examples=[20])
    next: str | None = Field(description="Address of the next page.")
    previous: str | None = Field(description="Address of the page before.")


# --- Refusals --------------------------------------------------------------------------------


class Refusal(Exception):
    """An answer that is not what was asked for; becomes problem JSON."""

    def __init__(self, status: int, title: str, detail: str = "", errors: Iterable[Mapping[str, str]] = ()) -> None:
        super().__init__(title)
        self.code, self.title, self.detail, self.errors = status, title, detail, list(errors)


KINDS = {
    400: "unreadable", 404: "not-found", 405: "method", 410: "withdrawn", 422: "parameters", 429: "too-often",
}  # fmt: skip


def problem(status: int, title: str, detail: str = "", errors: Sequence[Mapping[str, str]] = ()) -> HttpResponse:
    """Problem JSON (RFC 9457)."""
    document: dict[str, Any] = {
        "type": f"{settings.SITE_URL}{ROOT}#{KINDS.get(status, 'problem')}",
        "title": title,
        "status": status,
        "detail": detail,
        "errors": list(errors),
    }
    return HttpResponse(json.dumps(document, ensure_ascii=False), status=status, content_type=PROBLEM)


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """For NinjaAPI: a refusal in words."""
    return problem(refusal.code, refusal.title, refusal.detail, refusal.errors)


def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    """For NinjaAPI: nothing here, or nothing that is public; both look the same."""
    return problem(404, _("There is nothing at this address."))


def not_understood(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """For NinjaAPI: each parameter that cannot be used is named, with what is wanted."""
    wrong = []
    for entry in error.errors:
        names = [part for part in entry["loc"] if isinstance(part, str)]
        wrong.append({"parameter": names[-1], "detail": _in_words(entry["type"], entry.get("ctx", {}))})
    return problem(422, _("A parameter cannot be used."), _("Nothing was looked up. Mend what is named here."), wrong)


def _in_words(kind: str, given: Mapping[str, Any]) -> str:
    if kind.startswith("int"):
        return _("This takes a whole number.")
    if kind == "greater_than_equal":
        return _("This takes a number from %(least)s.") % {"least": given["ge"]}
    if kind == "less_than_equal":
        return _("This takes a number up to %(most)s.") % {"most": given["le"]}
    if kind == "literal_error":
        return _("This takes one of: %(values)s.") % {"values": str(given["expected"]).replace("'", "")}
    if kind == "string_too_long":
        return _("This takes %(most)s characters at most.") % {"most": given["max_length"]}
    if kind == "too_long":
        return _("This can be given %(most)s times at most.") % {"most": given["max_length"]}
    if kind.startswith("bool"):
        return _("This takes true or false.")
    return _("This value does not have the form that is wanted.")


# --- Pages -----------------------------------------------------------------------------------


def paged(request: HttpRequest, asked: Paged, found: Any, render: Callable[[Any], Any]) -> dict[str, Any]:
    """One page of a queryset or sequence as `Page` with `results`. Raises Refusal beyond the window of 10,000."""
    within_window(asked)
    total = found.count() if isinstance(found, QuerySet) else len(found)
    first = (asked.page - 1) * asked.page_size
    return {
        "count": total,
        **whereabouts(request, asked, total),
        "results": [render(entry) for entry in found[first : first + asked.page_size]],
    }


def within_window(asked: Paged) -> None:
    """Raise Refusal for a page beyond entry 10,000."""
    if asked.page * asked.page_size > WINDOW:
        raise Refusal(
            422,
            _("A parameter cannot be used."),
            errors=[
                {
                    "parameter": "page",
                    "detail": _("Pages reach as far as entry 10,000. Narrow the list, or take an export."),
                }
            ],
        )


def whereabouts(request: HttpRequest, asked: Paged, total: int) -> dict[str, Any]:
    """Which page of so many entries this is, and the addresses of the pages beside it."""
    return {
        "page": asked.page,
        "page_size": asked.page_size,
        "next": _page_url(request, asked.page + 1) if asked.page * asked.page_size < min(total, WINDOW) else None,
        "previous": _page_url(request, asked.page - 1) if asked.page > 1 else None,
    }


def _page_url(request: HttpRequest, number: int) -> str:
    pairs = [(name, value) for name, values in request.GET.lists() for value in values if name != "page"]
    return f"{settings.SITE_URL}{request.path}?{urlencode([*pairs, ('page', str(number))])}"


def absolute(path: str) -> str:
    """The stable address of a path of ours, whoever asks through whatever host."""
    return f"{settings.SITE_URL}{path}"


# --- The envelope ----------------------------------------------------------------------------


def changed(request: HttpRequest, at: datetime | None) -> None:
    """Tell the envelope when what is answered last changed."""
    request.api_changed_at = at  # type: ignore[attr-defined]


def language_of(request: HttpRequest) -> str:
    """The parameter `lang`, else the header Accept-Language, else English. Cookies do not count: answers are shared."""
    given = request.GET.get("lang", "")
    if given in CODES:
        return given
    for code, _quality in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            variant = translation.get_supported_language_variant(code)
        except LookupError:
            continue
        return variant
    return "en"


def envelope(view: Callable[..., Any], known: Callable[[HttpRequest], frozenset[str]]) -> Callable[..., HttpResponse]:
    """A view of the API with everything around it.

    In order: the preflight of browsers, the limit for the address that asks, the reader's language, parameters that
    nobody knows (422), the answer; then its tag and 304 for those who have it already.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        standing = limits.count("api", limits.address_of(request), limit=settings.API_REQUESTS_PER_MINUTE, window=60)
        with translation.override(language_of(request)):
            response = _answer(view, request, known(request), standing, *args, **kwargs)
            response["Content-Language"] = translation.get_language() or "en"
        for name, value in (CORS | standing.headers()).items():
            response[name] = value
        patch_vary_headers(response, ("Accept-Language",))
        return response

    wrapped.csrf_exempt = True  # type: ignore[attr-defined]
    return wrapped


def _answer(
    view: Callable[..., Any],
    request: HttpRequest,
    known: frozenset[str],
    standing: limits.Standing,
    *args: Any,
    **kwargs: Any,
) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=PREFLIGHT | {"Allow": "GET, HEAD, OPTIONS"})
    if standing.is_over:
        return problem(
            429,
            _("Too many requests from this address."),
            _("Ask again in %(seconds)s seconds.") % {"seconds": standing.seconds_left},
        )
    if request.method not in {"GET", "HEAD"}:
        response = problem(405, _("This address is for reading only."), _("Use GET."))
        response["Allow"] = "GET, HEAD, OPTIONS"
        return response
    unknown = [name for name in request.GET if name not in known]
    if unknown:
        names = ", ".join(sorted(known))
        return problem(
            422,
            _("A parameter is not known here."),
            _("Nothing was looked up. Mend what is named here."),
            [{"parameter": name, "detail": _("This address takes: %(names)s.") % {"names": names}} for name in unknown],
        )
    method, request.method = request.method, "GET"
    try:
        return conditional(request, view(request, *args, **kwargs))
    finally:
        # HEAD is GET without the body, which the server takes off when it sees the method.
        request.method = method


def conditional(request: HttpRequest, response: HttpResponse, *, seconds: int = 60) -> HttpResponse:
    """The answer with its tag, or 304 for those who have it already."""
    if response.status_code != 200 or response.get("Content-Type", "").startswith("text/html"):
        # Pages for people say who is signed in.
        return response
    response["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["Cache-Control"] = f"public, max-age={seconds}"
    at: datetime | None = getattr(request, "api_changed_at", None)
    if at is not None:
        response["Last-Modified"] = http_date(at.timestamp())
    return get_conditional_response(  # type: ignore[return-value]
        request, response["ETag"], int(at.timestamp()) if at is not None else None, response
    )
