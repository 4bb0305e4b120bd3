"""What was found, as a list, a table or a map. One GET form; everything is in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from needs.permissions import can_create as can_state_needs
from network_site.organizations.actor import current

from .. import queries
from ..asked import SearchQuery, default_sort
from ..cards import cards, table
from ..engines.base import WINDOW
from ..enums import Sort
from ..facets import FACETS
from ..kinds import kinds
from ..queries import SearchResult
from ..questions import words_of

VIEWS = ("list", "table", "map")
# Facets that stand open; the others open when something in them is chosen.
OPEN = 4
# Words that can be left out one by one when nothing has all of them.
FEWER = 5


def results(request: HttpRequest, page: Any) -> HttpResponse:
    """The search page: what fits, how it can be narrowed, and help when nothing does."""
    query = SearchQuery.from_params(request.GET)
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "list"
    result = queries.search(query)
    if not result.hits and 0 < min(result.total, WINDOW) <= (query.page - 1) * query.page_size:
        # A page beyond the last one is the last one.
        query = replace(query, page=(min(result.total, WINDOW) - 1) // query.page_size + 1)
        result = queries.search(query)
    base = page.get_url(request)
    is_mixed = len(query.kinds) != 1
    asked = query.as_params()
    return render(
        request,
        "search/results.html",
        {
            "page": page,
            "query": query,
            "result": result,
            "view": view,
            "cards": cards(result.hits, is_mixed=is_mixed) if view == "list" else [],
            "table": table(result.hits, query.kinds) if view == "table" and result.hits else None,
            "places": _places(query, result) if view == "map" else [],
            "paging": _paging(query, result),
            "is_cut": result.total > WINDOW,
            "facets": _facets(query, result),
            "tabs": _tabs(query, result, view),
            "views": _views(query, view),
            "sorts": _sorts(query),
            "chips": _chips(query, result, view),
            "clear_url": _url(replace(query, filters={}, kinds=query.kinds[:1] if not is_mixed else ()), view),
            "spelling": _spelling(query, result, view),
            "help": _help(query, result) if not result.total else None,
            "list_url": base,
            "pagination_query": asked,
            "feed_url": f"{base}feed/{'?' if asked else ''}{asked}",
            "canonical_url": f"{settings.SITE_URL}{base}",
            "title": _title(page, query),
            "description": _description(page, query, result),
        },
    )


def _url(query: SearchQuery, view: str, **changed: Any) -> str:
    """The address of a query on this page, in the view that is shown."""
    if not query.text and query.sort == Sort.RELEVANCE:
        query = replace(query, sort=default_sort(""))
    params = query.as_params(**changed, **({"view": view} if view != "list" else {}))
    return f"?{params}"


def _title(page: Any, query: SearchQuery) -> str:
    title = _("“%(words)s”, %(page)s") % {"words": query.text, "page": page.title} if query.text else page.title
    return _("%(title)s, page %(number)s") % {"title": title, "number": query.page} if query.page > 1 else title


def _description(page: Any, query: SearchQuery, result: SearchResult) -> str:
    if not query.text:
        return str(page.lead)
    return ngettext(
        "%(count)s result for “%(words)s” among the practices, institutions and pages of the Network.",
        "%(count)s results for “%(words)s” among the practices, institutions and pages of the Network.",
        result.total,
    ) % {"count": result.total, "words": query.text}


def _paging(query: SearchQuery, result: SearchResult) -> Any:
    """The page as the pager wants it; as far as the window reaches."""
    return Paginator(range(min(result.total, WINDOW)), query.page_size).get_page(query.page)


def _facets(query: SearchQuery, result: SearchResult) -> list[dict[str, Any]]:
    """The facets beside the list; kinds have tabs of their own."""
    shown = [facet for facet in result.facets if facet.name != "kind" and facet.options]
    return [
        {
            "name": facet.name,
            "title": facet.title,
            "options": facet.options,
            "is_open": place < OPEN or any(option.checked for option in facet.options),
        }
        for place, facet in enumerate(shown)
    ]


def _counts_by_kind(result: SearchResult) -> dict[str, int]:
    return {option.value: option.count for facet in result.facets if facet.name == "kind" for option in facet.options}


def _tabs(query: SearchQuery, result: SearchResult, view: str) -> list[dict[str, Any]]:
    """All kinds together, then each; words and filters stay, so that the counts are what one finds there."""
    counts = _counts_by_kind(result)
    tabs = [
        {
            "label": _("Everything"),
            "url": _url(replace(query, kinds=()), view),
            "count": sum(counts.values()),
            "current": not query.kinds,
        }
    ]
    for name, kind in kinds.items():
        tabs.append(
            {
                "label": str(kind.label),
                "url": _url(replace(query, kinds=(name,)), view),
                "count": counts.get(name, 0),
                "current": query.kinds == (name,),
            }
        )
    return tabs


def _views(query: SearchQuery, view: str) -> list[dict[str, Any]]:
    words = {"list": _("List"), "table": _("Table"), "map": _("Map")}
    return [{"label": words[name], "url": _url(query, name), "current": name == view} for name in VIEWS]


def _sorts(query: SearchQuery) -> list[dict[str, Any]]:
    return [
        {"value": value, "label": label, "chosen": value == query.sort}
        for value, label in Sort.choices
        if query.text or value != Sort.RELEVANCE
    ]


def _chips(query: SearchQuery, result: SearchResult, view: str) -> list[dict[str, str]]:
    """The filters in use, also those that this list of facets does not show; each chip takes its own away."""
    counted = {facet.name: {option.value: option.label for option in facet.options} for facet in result.facets}
    chips = []
    if len(query.kinds) > 1:
        for name in query.kinds:
            rest = tuple(kind for kind in query.kinds if kind != name)
            chips.append({"label": str(kinds.get(name).label), "url": _url(replace(query, kinds=rest), view)})  # type: ignore[union-attr]
    for name, values in query.filters.items():
        labels: Mapping[str, str] = counted[name] if name in counted else FACETS[name].labels(values)
        for value in values:
            rest = tuple(one for one in values if one != value)
            filters = {key: given for key, given in {**query.filters, name: rest}.items() if given}
            chips.append(
                {"label": labels.get(value, value), "url": _url(replace(query, filters=filters), view)},
            )
    return chips


def _places(query: SearchQuery, result: SearchResult) -> list[dict[str, Any]]:
    """Countries with their counts, as if no country were chosen; each leads to its list, other filters kept."""
    rest = {name: values for name, values in query.filters.items() if name != "country"}
    return [
        {
            "code": option.value,
            "label": option.label,
            "count": option.count,
            "said": ngettext("%(count)s result", "%(count)s results", option.count) % {"count": option.count},
            "checked": option.checked,
            "url": _url(replace(query, filters={**rest, "country": (option.value,)}), "list"),
        }
        for facet in result.facets
        if facet.name == "country"
        for option in facet.options
        if option.count
    ]


def _spelling(query: SearchQuery, result: SearchResult, view: str) -> dict[str, str] | None:
    """What was looked for instead of the typed words, or what they may have been meant to be."""
    if result.corrected:
        exact = _url(replace(query, is_exact=True), view)
        return {"shown": result.corrected, "typed": query.text, "url": exact}
    if result.suggestion:
        better = _url(replace(query, text=result.suggestion, is_exact=False), view)
        return {"suggestion": result.suggestion, "url": better}
    return None


def _help(query: SearchQuery, result: SearchResult) -> dict[str, Any]:
    """Ways on when nothing fits, those first that are known to lead somewhere."""
    ways: dict[str, Any] = {"share_url": reverse("practices:new"), "glossary_url": _glossary(query)}
    if can_state_needs(current()):
        ways["need_url"] = reverse("needs:new")
    if query.filters:
        without = replace(query, filters={})
        count = queries.count(without)
        if count:
            ways["unfiltered"] = {"url": _url(without, "list"), "count": count}
    if query.kinds:
        counts = _counts_by_kind(result)
        ways["kinds"] = [
            {"label": str(kind.label), "count": counts[name], "url": _url(replace(query, kinds=(name,)), "list")}
            for name, kind in kinds.items()
            if counts.get(name)
        ]
    words = list(dict.fromkeys(words_of(query.text)))
    if len(words) > 1:
        ways["fewer"] = [
            {"word": word, "url": _url(replace(query, text=" ".join(one for one in words if one != word)), "list")}
            for word in words[:FEWER]
        ]
    return ways


def _glossary(query: SearchQuery) -> str:
    words = f"?{urlencode({'q': query.text})}" if query.text else ""
    return f"{reverse('glossary')}{words}"
