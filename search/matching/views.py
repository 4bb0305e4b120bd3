"""Pages of matches: why, why not, what is missing; and the same as JSON."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from needs.enums import OPEN
from needs.models import Need
from network_site.organizations.actor import current
from projects.models import Project

from ..models import Family, Match
from . import permissions, selectors, services
from .describing import address


def _need(pk: UUID) -> Need:
    found = Need.objects.select_related("owner", "country").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _project(pk: UUID) -> Project:
    found = Project.objects.select_related("owner", "country").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@login_required
@require_safe
def need(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who could help with a need, and why."""
    return _need_page(request, _need(pk))


@login_required
@require_safe
def project(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Which offers of funding fit a project, and why."""
    return _project_page(request, _project(pk))


def _need_page(request: HttpRequest, found: Need, *, kind: str = "", **more: Any) -> HttpResponse:
    page = selectors.page_of_need(found)
    if request.GET.get("format") == "json":
        return JsonResponse({"need": str(found.pk), **selectors.as_json(page)})
    asked = kind or request.GET.get("kind", "")
    family = asked if asked in Family.values else next((value for value, _label, n in page.counts if n), "practice")
    base = reverse("matching:need", args=[found.pk])
    tabs = [
        {"label": label, "url": f"{base}?kind={value}", "count": count, "current": value == family}
        for value, label, count in page.counts
    ]
    is_open = found.status in OPEN
    return _page(request, found, page, family, tabs=tabs, is_open=is_open, again="matching:need_again", **more)


def _project_page(request: HttpRequest, found: Project, **more: Any) -> HttpResponse:
    page = selectors.page_of_project(found)
    if request.GET.get("format") == "json":
        return JsonResponse({"project": str(found.pk), **selectors.as_json(page)})
    return _page(
        request, found, page, Family.FUNDING.value, tabs=[], is_open=True, again="matching:project_again", **more
    )


def _page(
    request: HttpRequest, owner: Need | Project, page: selectors.Page, family: str, *, status: int = 200, **more: Any
) -> HttpResponse:
    actor = current()
    matches = page.of(family)
    is_need = isinstance(owner, Need)
    partners = page.partners() if family == Family.HELP else None
    return render(
        request,
        "search/matches.html",
        {
            "owner": owner,
            "is_need": is_need,
            "owner_url": _address("needs:need" if is_need else "projects:project", owner.pk),
            "page": page,
            "family": family,
            "matches": [
                {"one": one, "opinion": one.opinion_of(actor), "fit_url": _fit_url(owner, one) if is_need else ""}
                for one in matches
            ],
            "together": page.together(matches[:2]) if family == Family.PRACTICE and len(matches) > 1 else None,
            "partners": partners,
            "gaps": page.gaps() if is_need else [],
            "why_not": page.why_not(),
            "hidden": page.hidden,
            "may_judge": permissions.can_judge(actor, owner),
            "json_url": f"{request.path}?format=json",
            **more,
        },
        status=status,
    )


def _address(name: str, pk: UUID) -> str:
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""


def _fit_url(owner: Any, one: selectors.Shown) -> str:
    """Where the fit check of a practice for a need begins."""
    base = _address("needs:fit_start", owner.pk) if one.match.family == Family.PRACTICE else ""
    return f"{base}?practice={one.match.record_id}" if base else ""


@login_required
@require_POST
def need_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Compare a need anew, now."""
    found = _need(pk)
    if not permissions.can_compare(current(), found):
        raise Http404
    services.compare_need(found.pk)
    messages.success(request, _("Everything was compared anew."))
    return redirect("matching:need", pk=found.pk)


@login_required
@require_POST
def project_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Compare a project anew, now; so a draft finds the offers that fit it."""
    found = _project(pk)
    if not permissions.can_compare(current(), found):
        raise Http404
    services.compare_project(found.pk)
    messages.success(request, _("Everything was compared anew."))
    return redirect("matching:project", pk=found.pk)


@login_required
@require_POST
def judge(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Pin, hide, call useful or not, or take that back. What was typed stays when something is wrong."""
    match = Match.objects.filter(pk=pk).first()
    if match is None:
        raise Http404
    opinion, note = request.POST.get("opinion", ""), request.POST.get("note", "")
    try:
        if request.POST.get("back"):
            services.take_back(match, opinion=request.POST["back"])
        else:
            services.note(match, opinion=opinion, note=note)
    except PermissionDenied:
        raise Http404 from None
    except ValidationError as fault:
        wrong = {"match": match.pk, "note": note, "error": " ".join(fault.messages)}
        if match.need_id:
            return _need_page(request, _need(match.need_id), kind=match.family, wrong=wrong, status=422)
        return _project_page(request, _project(match.project_id), wrong=wrong, status=422)
    messages.success(request, _("Noted."))
    return redirect(address(match))


@login_required
@require_safe
def help_i_could_give(request: HttpRequest) -> HttpResponse:
    """Published needs that the offers of one's own organisation fit."""
    actor = current()
    if not permissions.can_help(actor):
        raise Http404
    return render(request, "search/match_help.html", {"found": selectors.help_i_could_give(actor)})
