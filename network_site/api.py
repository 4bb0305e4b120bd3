"""The public API, put together: one django-ninja application under /api/v1/, described by OpenAPI 3.1."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import get_language
from ninja import NinjaAPI
from ninja.errors import ValidationError

from funders.api import router as offers
from learning.api import router as courses
from needs.api import router as needs
from network_site.common import api as shared
from network_site.publishing.api import router as organizations
from network_site.taxonomy.api import router as taxonomy
from practices.api import router as practices
from projects.api import router as projects
from search.api import router as search

VERSION = "1.0.0"
DESCRIPTION = (
    "What the Network of ministries of labour has published, for machines: a search, practices, organisations and the "
    "common schemes. Reading only, no key, nothing that is not public. Texts under the licence that each record names "
    "(CC BY 4.0 unless stated)."
)

api = NinjaAPI(
    title="Enlace", version=VERSION, description=DESCRIPTION, docs_url=None, openapi_url=None, urls_namespace="api"
)
for _router in (search, practices, needs, projects, offers, courses, organizations, taxonomy):
    api.add_router("", _router)
api.add_exception_handler(shared.Refusal, shared.refused)
api.add_exception_handler(Http404, shared.not_found)
api.add_exception_handler(ValidationError, shared.not_understood)

_RATE = {
    "RateLimit": {"description": "What is left of the limit, and for how long.", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "The limit itself.", "schema": {"type": "string"}},
}
_TAGS = {
    "ETag": {"description": "Send it back in If-None-Match.", "schema": {"type": "string"}},
    "Content-Language": {"description": "Language of labels and texts.", "schema": {"type": "string"}},
}
_REFUSALS = {
    "400": "The address holds characters that nobody can read.",
    "404": "There is nothing at this address.",
    "405": "Reading only.",
    "422": "A parameter is not known or cannot be used; `errors` names it.",
    "429": "Too many requests from this address; Retry-After says when to ask again.",
}


@cache
def description() -> dict[str, Any]:
    """The OpenAPI document: what ninja says of the operations, and what the envelope adds to each."""
    document = json.loads(json.dumps(api.get_openapi_schema(path_prefix=shared.ROOT)))
    document["servers"] = [{"url": settings.SITE_URL}]
    document["components"]["schemas"]["Problem"] = shared.Problem.model_json_schema(
        ref_template="#/components/schemas/{model}"
    )
    document["components"]["schemas"] |= document["components"]["schemas"]["Problem"].pop("$defs", {})
    content = {shared.PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in document["paths"].values():
        answers = operations["get"]["responses"]
        answers["200"]["headers"] = _RATE | _TAGS
        answers["304"] = {"description": "Not changed since the answer with this tag or date.", "headers": _RATE}
        for status, words in _REFUSALS.items():
            answers[status] = {"description": words, "content": content}
        if "number" in {entry["name"] for entry in operations["get"]["parameters"]}:
            answers["410"] = {"description": "Withdrawn; `detail` gives the reason.", "content": content}
    return document


@cache
def _parameters() -> dict[str, frozenset[str]]:
    """The parameters that each operation takes in its query."""
    return {
        operations["get"]["operationId"]: frozenset(
            entry["name"] for entry in operations["get"]["parameters"] if entry["in"] == "query"
        )
        for operations in description()["paths"].values()
    }


def _known(request: HttpRequest) -> frozenset[str]:
    match = request.resolver_match
    return _parameters().get(match.url_name if match else "", frozenset({"lang"}))  # type: ignore[arg-type]


def openapi(request: HttpRequest) -> HttpResponse:
    """The description for programs."""
    return HttpResponse(json.dumps(description(), ensure_ascii=False, indent=1), content_type="application/json")


def front(request: HttpRequest) -> HttpResponse:
    """The description for people: a plain page, without any script of others."""
    document = description()
    operations = [
        {"path": where} | given["get"] | {"query": [one for one in given["get"]["parameters"] if one["in"] == "query"]}
        for where, given in document["paths"].items()
    ]
    context = {
        "operations": operations,
        "limit": settings.API_REQUESTS_PER_MINUTE,
        "site_url": settings.SITE_URL,
        "largest_page": shared.MAX_PAGE_SIZE,
        "window": shared.WINDOW,
        "language_links": [
            {"code": code, "label": label, "url": f"?lang={code}", "current": code == get_language()}
            for code, label in settings.LANGUAGES
        ],
    }
    return render(request, "api/front.html", context)


def missing(request: HttpRequest, rest: str = "") -> HttpResponse:
    """An address below /api/v1/ that is none: problem JSON too, or the way to the one with its slash."""
    if not rest.endswith("/") and any(entry.resolve(f"{rest}/") for entry in _operations):
        query = request.META.get("QUERY_STRING", "")
        return HttpResponsePermanentRedirect(f"{request.path}/{'?' if query else ''}{query}")
    return shared.not_found(request, Http404())


def _wrap(callback: Callable[..., Any]) -> Callable[..., HttpResponse]:
    return shared.envelope(callback, _known)


_operations: list[URLPattern] = [
    entry for entry in api.urls[0] if isinstance(entry, URLPattern) and entry.name != "api-root"
]
for _entry in _operations:
    _entry.callback = _wrap(_entry.callback)

urlpatterns = [
    path("", _wrap(front), name="front"),
    path("openapi.json", _wrap(openapi), name="openapi"),
    *_operations,
    # It takes every parameter: there is nothing here to be wrong about.
    path("<path:rest>", shared.envelope(missing, lambda request: frozenset(request.GET)), name="missing"),
]
app_name = "api"
