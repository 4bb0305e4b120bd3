"""Choosing for whom one acts, and the doors that lead to the one sign-in page."""

from __future__ import annotations

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from .. import services
from ..actor import acting_as
from ..middleware import SESSION_KEY, vouched_for_by
from ..selectors import actor_for


@login_required
@require_POST
def switch_organization(request: HttpRequest) -> HttpResponse:
    """Act for another of one's organisations; 404 for one that one does not belong to."""
    try:
        wanted = UUID(request.POST.get("membership", ""))
    except ValueError:
        raise Http404 from None
    actor = actor_for(request.user, wanted, only=vouched_for_by(request))  # type: ignore[arg-type]
    if actor.organization_id != wanted:
        raise Http404
    request.session[SESSION_KEY] = str(wanted)
    with acting_as(actor):
        services.note_switch(organization_id=wanted)
    return redirect("workspace:home")


@require_safe
def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Wagtail's and Django's own login addresses would bypass the second factor; they lead here instead."""
    target = reverse("account_login")
    following = request.GET.get("next")
    return redirect(f"{target}?{urlencode({'next': following})}" if following else target)
