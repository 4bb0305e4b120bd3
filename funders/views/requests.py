"""Published requests, judged by an organisation's own offers; and what it follows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from network_site.organizations.actor import current
from network_site.publishing.models import PublishedRecord

from .. import permissions, selectors, services
from ..cards import public_url, request_card, request_page
from ..selectors.requests import RequestQuery


@login_required
@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    """Requests that look for funding, with the verdict of the reader's own open offers."""
    actor = current()
    if actor.organization_id is None:
        raise PermissionDenied
    query = RequestQuery.from_params(request.GET)
    found = selectors.list_requests(actor, query)
    can_follow = permissions.can_follow(actor)
    return render(
        request,
        "funders/requests.html",
        {
            "found": found,
            "query": query,
            "cards": [request_card(one, found.names) for one in found.requests],
            "chips": _chips(request, found),
            "can_follow": can_follow,
            "can_offer": permissions.can_offer(actor),
            "here": request.get_full_path(),
        },
    )


def _chips(request: HttpRequest, found: Any) -> list[dict[str, str]]:
    chips = []
    for facet in found.facets:
        for option in facet.options:
            if option.checked:
                params = [
                    (name, value)
                    for name, values in request.GET.lists()
                    for value in values
                    if (name, value) != (facet.name, option.value)
                ]
                chips.append({"label": option.label, "url": f"?{urlencode(params)}"})
    return chips


@login_required
@require_safe
def request_detail(request: HttpRequest, number: int) -> HttpResponse:
    """Why a request is eligible or not: rule by rule, for each of the reader's own open offers."""
    actor = current()
    found = selectors.get_request(actor, number) if actor.organization_id else None
    if found is None:
        raise Http404
    return render(
        request,
        "funders/request.html",
        request_page(found)
        | {
            "can_follow": permissions.can_follow(actor),
            "can_offer": permissions.can_offer(actor),
            "here": request.get_full_path(),
        },
    )


@login_required
@require_safe
def followed(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Lead from a notice to what is followed: the verdict while it seeks funding, else its public page."""
    records = PublishedRecord.objects.live().filter(kind__in=("project", "offer"))
    record = records.defer("snapshot", "search_text").filter(pk=pk).first()
    if record is None:
        raise Http404
    actor = current()
    seeks = record.kind == "project" and actor.organization_id and selectors.get_request(actor, record.number)
    return redirect(reverse("funders:request", args=[record.number]) if seeks else public_url(record) or "/")


@login_required
@require_POST
def follow(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """Follow a request or an offer, or no longer; only the reader's own organisation learns of it."""
    if kind not in ("project", "offer") or not 0 < number < 2**31:
        raise Http404
    record = PublishedRecord.objects.live().of_kind(kind).defer("snapshot", "search_text").filter(number=number).first()
    if record is None:
        raise Http404
    if "stop" in request.POST:
        services.unfollow(record)
        messages.success(request, _("Your organisation no longer follows it."))
    else:
        services.follow(record)
        messages.success(request, _("Your organisation follows it. Nobody else learns of this."))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        back = public_url(record) or reverse("funders:requests")
    return redirect(back)
