"""The common schemes at stable addresses: a page for people, SKOS for programs, by content negotiation."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from network_site.common.api import conditional
from network_site.common.language import CODES, language_name, pick

from . import skos
from .models import Scheme, Term

TYPES = {"text/html": "", "text/turtle": "ttl", "application/ld+json": "jsonld"}


def _wanted(request: HttpRequest, given: str) -> str:
    """The kind that is named, else the one that the reader's program likes best; a page where it does not care."""
    if given:
        return given
    return TYPES.get(request.get_preferred_type(list(TYPES)) or "", "")


def _answer(request: HttpRequest, kind: str, schemes: list[Scheme], terms: list[Term]) -> HttpResponse:
    response = HttpResponse(skos.serialize(schemes, terms, kind), content_type=skos.FORMATS[kind][1])
    response = conditional(request, response)
    response["Access-Control-Allow-Origin"] = "*"
    patch_vary_headers(response, ["Accept"])
    return response


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A page in the language of the parameter `lang`, else the reader's own."""
    given = request.GET.get("lang", "")
    language = given if given in CODES else translation.get_language() or "en"
    with translation.override(language):
        links = [
            {"code": code, "label": label, "url": f"?lang={code}", "current": code == language}
            for code, label in settings.LANGUAGES
        ]
        frame = {"language_links": links, "tail": f"?lang={language}" if given else ""}
        response = render(request, template, context | frame)
    response["Content-Language"] = language
    patch_vary_headers(response, ["Accept", "Accept-Language", "Cookie"])
    return response


@require_safe
def index(request: HttpRequest, kind: str = "") -> HttpResponse:
    """All schemes."""
    wanted = _wanted(request, kind)
    if wanted:
        return _answer(request, wanted, list(Scheme.objects.all()), [])
    return _page(request, "taxonomy/index.html", {"schemes": Scheme.objects.annotate(term_count=Count("terms"))})


@require_safe
def scheme(request: HttpRequest, code: str, kind: str = "") -> HttpResponse:
    """One scheme with its terms."""
    found = Scheme.objects.filter(pk=code).first()
    if found is None:
        raise Http404
    terms = list(Term.objects.of(code))
    wanted = _wanted(request, kind)
    if wanted:
        return _answer(request, wanted, [found], terms)
    depth: dict[str, int] = {}
    rows = []
    for term in _in_tree_order(terms):
        depth[term.code] = depth.get(term.parent_id or "", -1) + 1
        rows.append({"term": term, "level": min(depth[term.code], 3)})
    return _page(request, "taxonomy/scheme.html", {"scheme": found, "rows": rows, "uri": skos.scheme_uri(code)})


def _in_tree_order(terms: list[Term]) -> list[Term]:
    """Each term right after the one above it, in the scheme's order."""
    below: dict[str | None, list[Term]] = {}
    for term in terms:
        below.setdefault(term.parent_id, []).append(term)

    def walk(above: str | None) -> list[Term]:
        return [one for term in below.get(above, []) for one in (term, *walk(term.code))]

    return walk(None)


@require_safe
def term(request: HttpRequest, scheme: str, code: str) -> HttpResponse:
    """One term: its labels in four languages, what is above and below, what took its place."""
    kind = next((name for name in skos.FORMATS if code.endswith(f".{name}")), "")
    code = code.removesuffix(f".{kind}") if kind else code
    found = Term.objects.select_related("scheme", "parent", "replaced_by").filter(scheme_id=scheme, pk=code).first()
    if found is None:
        raise Http404
    narrower = list(Term.objects.filter(parent=found))
    wanted = _wanted(request, kind)
    if wanted:
        return _answer(request, wanted, [], [found])
    return _page(
        request,
        "taxonomy/term.html",
        {
            "term": found,
            "narrower": narrower,
            "replaces": list(Term.objects.filter(Q(replaced_by=found))),
            "texts": [
                {
                    "code": language,
                    "language": language_name(language),
                    "label": found.labels.get(language, ""),
                    "definition": found.definition.get(language, ""),
                }
                for language in CODES
            ],
            "links": found.extra.get("links", {}),
            "source": found.extra.get("source") or found.scheme.source,
            "definition": pick(found.definition) or "",
            "uri": skos.term_uri(found),
        },
    )
