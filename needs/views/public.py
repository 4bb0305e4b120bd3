"""The register of needs as anybody reads it. Everything here comes from the public plane."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from network_site.common.language import current_language
from network_site.organizations.actor import current
from network_site.publishing.models import OrganizationsPage, PublishedRecord
from network_site.publishing.slots import record_sections

from .. import feeds, permissions
from ..cards import card, page_context
from ..selectors import NeedQuery, list_registered, unmet_report

KIND = "need"


def needs_list(request: HttpRequest, page: Any) -> HttpResponse:
    """The list of needs with its facets."""
    query = NeedQuery.from_params(request.GET)
    found = list_registered(query)
    base = page.get_url(request)
    narrowed = _without(request, "page", "sort")
    return render(
        request,
        "needs/needs.html",
        {
            "page": page,
            "found": found,
            "cards": [card(record, base) for record in found.page],
            "chips": _chips(request, found),
            "list_url": base,
            "unmet_url": f"{base}unmet/",
            "query": query,
            "pagination_query": _without(request, "page"),
            "feed_url": f"{base}feed/{'?' if narrowed else ''}{narrowed}",
            "canonical_url": f"{settings.SITE_URL}{base}",
            "can_state": permissions.can_create(current()),
        },
    )


def needs_feed(request: HttpRequest, page: Any) -> HttpResponse:
    """The newest needs as a feed."""
    return feeds.register_feed(request, page)


def _without(request: HttpRequest, *names: str) -> str:
    params = [(name, value) for name, values in request.GET.lists() if name not in names for value in values]
    return urlencode(params)


def _chips(request: HttpRequest, found: Any) -> list[dict[str, str]]:
    """Filters in use, each with the address of the list without it."""
    given = [(name, value) for name, values in request.GET.lists() for value in values if name != "page"]
    chips = [
        {
            "label": option.label,
            "url": f"?{urlencode([pair for pair in given if pair != (facet.name, option.value)])}",
        }
        for facet in found.facets
        for option in facet.options
        if option.checked
    ]
    if found.query.text:
        chips.insert(0, {"label": f"“{found.query.text}”", "url": f"?{_without(request, 'q', 'page')}"})
    return chips


def unmet_report_page(request: HttpRequest, page: Any) -> HttpResponse:
    """Needs that nobody met: why, how long, where."""
    base = page.get_url(request)
    report = unmet_report()
    rows = [{"unmet": row, "card": card(row.record, base)} for row in report.rows]
    return render(request, "needs/unmet.html", {"page": page, "report": report, "rows": rows, "list_url": base})


def need_page(request: HttpRequest, page: Any, number: int, slug: str) -> HttpResponse:
    """A need; 410 with the reason once withdrawn."""
    if not 0 < number < 2**31:
        raise Http404
    record = (
        PublishedRecord.objects.of_kind(KIND)
        .select_related("owner", "country")
        .defer("search_text")
        .filter(number=number)
        .first()
    )
    if record is None:
        raise Http404
    if record.state == PublishedRecord.State.WITHDRAWN:
        gone = {
            "reason": record.withdrawal_reason,
            "withdrawn_on": record.withdrawn_at,
            "record_title": record.title,
        }
        return render(request, "410.html", gone, status=410)
    base = page.get_url(request)
    if slug != record.slug:
        return HttpResponsePermanentRedirect(f"{base}{record.path}")
    context = page_context(record)
    filled = [section for fill in record_sections if (section := fill(record))]
    for _template, more in filled:
        context |= more
    mine = current().organization_id == record.owner_id or current().is_network
    return render(
        request,
        "needs/need_public.html",
        context
        | {
            "page": page,
            "record": record,
            "snapshot": record.snapshot,
            "record_url": f"{base}{record.path}",
            "list_url": base,
            "owner_url": _owner_url(record),
            "workspace_url": reverse("needs:need", args=[record.pk]) if mine else "",
            "citation": _citation(record, context, f"{settings.SITE_URL}{base}{record.path}"),
            "sections": [template for template, _more in filled],
        },
    )


def _owner_url(record: PublishedRecord) -> str:
    """The owner's page in the directory, in the interface language; empty when it is not listed."""
    if not record.owner.listed:
        return ""
    page = OrganizationsPage.objects.live().filter(locale__language_code=current_language()).first()
    return f"{page.url}{record.owner.key}/" if page else ""


def _citation(record: PublishedRecord, context: dict[str, Any], url: str) -> str:
    day = record.published_at.date().isoformat()
    return f"{context['owner_name']}: {context['text']['title']}. Enlace {record.code}, v{record.version}, {day}. {url}"
