"""Offers as anybody reads them. Everything here comes from the public plane."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render

from network_site.common.language import current_language
from network_site.organizations.actor import current
from network_site.publishing.models import OrganizationsPage, PublishedRecord
from network_site.publishing.selectors import index_paths

from .. import feeds, permissions, selectors
from ..cards import card, page_context
from ..selectors import OfferQuery

KIND = "offer"


def offers_list(request: HttpRequest, page: Any) -> HttpResponse:
    """The list of offers with its facets."""
    query = OfferQuery.from_params(request.GET)
    found = selectors.list_public_offers(query)
    base = page.get_url(request)
    kept = _without(request, "page")
    return render(
        request,
        "funders/offers_public.html",
        {
            "page": page,
            "found": found,
            "cards": [card(record, base) for record in found.page.object_list],
            "chips": _chips(request, found),
            "list_url": base,
            "query": query,
            "pagination_query": kept,
            "feed_url": f"{base}feed/{'?' if kept else ''}{kept}",
            "canonical_url": f"{settings.SITE_URL}{base}",
        },
    )


def _without(request: HttpRequest, *names: str) -> str:
    return urlencode([(name, value) for name, values in request.GET.lists() if name not in names for value in values])


def _chips(request: HttpRequest, found: Any) -> list[dict[str, str]]:
    chips = []
    if found.query.text:
        chips.append({"label": f"“{found.query.text}”", "url": f"?{_without(request, 'q', 'page')}"})
    for facet in found.facets:
        for option in facet.options:
            if option.checked:
                params = [
                    (name, value)
                    for name, values in request.GET.lists()
                    for value in values
                    if name != "page" and (name, value) != (facet.name, option.value)
                ]
                chips.append({"label": option.label, "url": f"?{urlencode(params)}"})
    return chips


def offers_feed(request: HttpRequest, page: Any) -> HttpResponse:
    """The newest offers that fit the filters of the list."""
    return feeds.offers_feed(request, page)


def offer_page(request: HttpRequest, page: Any, number: int, slug: str) -> HttpResponse:
    """An offer; 410 with the reason once it was put away or hidden."""
    if not 0 < number < 2**31:
        raise Http404
    records = PublishedRecord.objects.of_kind(KIND).select_related("owner", "country").defer("search_text")
    record = records.filter(number=number).first()
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
    actor = current()
    directory = index_paths(OrganizationsPage).get(current_language(), "")
    return render(
        request,
        "funders/offer_public.html",
        page_context(record)
        | {
            "page": page,
            "record": record,
            "offers_url": base,
            "owner_url": f"{directory}{record.owner.key}/" if directory and record.owner.listed else "",
            "canonical_url": f"{settings.SITE_URL}{base}{record.path}",
            "can_follow": permissions.can_follow(actor),
            "is_followed": record.pk in selectors.follows(actor, [record.pk]),
            "here": request.get_full_path(),
        },
    )
