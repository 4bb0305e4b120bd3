"""Diagnostics in the workspace."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common.idempotency import new_key
from network_site.common.language import current_language
from network_site.common.templatetags.enlace import number
from network_site.common.workflow import StaleVersion, TransitionRefused
from network_site.organizations.actor import current
from network_site.publishing.selectors import index_paths
from practices import permissions as practice_permissions
from practices.models import DatabankPage

from .. import permissions, services
from ..forms import AreaPage, StartForm
from ..guides import anchors
from ..models import Answer, Diagnostic
from ..selectors import diagnostic as selectors
from ..services.diagnostic import Given, Stale
from ..workflow import DIAGNOSTIC

STEPS = {"finish": services.finish_diagnostic, "reopen": services.reopen_diagnostic}


def get_diagnostic_or_404(pk: UUID) -> Diagnostic:
    """A diagnostic that the actor may read; foreign and missing are the same 404."""
    try:
        return selectors.get_diagnostic(pk)
    except Diagnostic.DoesNotExist:
        raise Http404 from None


@login_required
@require_safe
def diagnostics(request: HttpRequest) -> HttpResponse:
    """The ministry's diagnostics, the newest first."""
    actor = current()
    found = list(selectors.list_diagnostics(actor)) if actor.organization_id else []
    return render(
        request,
        "needs/diagnostics.html",
        {
            "diagnostics": found,
            "can_start": permissions.can_start_diagnostic(actor) and not any(one.is_open for one in found),
            "is_writer": permissions.can_start_diagnostic(actor),
        },
    )


@login_required
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Begin a diagnostic."""
    if not permissions.can_start_diagnostic(current()):
        raise PermissionDenied
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.start_diagnostic(**form.cleaned_data, key=request.POST.get("key"))
        except TransitionRefused as refused:
            form.add_error(None, refused.messages[0])
        else:
            return redirect("needs:diagnostic_area", made.pk, "D1")
    context = {"form": form, "key": request.POST.get("key") or new_key()}
    return render(request, "needs/diagnostic_start.html", context, status=422 if form.is_bound else 200)


# --- Answering -------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def area(request: HttpRequest, pk: UUID, area: str) -> HttpResponse:
    """The items of one area; what is sent is saved item by item."""
    diagnostic = get_diagnostic_or_404(pk)
    items = selectors.list_items()
    areas = selectors.by_area(items)
    if area not in areas:
        raise Http404
    if not permissions.can_work_on_diagnostic(current(), diagnostic):
        raise PermissionDenied
    if not permissions.can_answer_diagnostic(current(), diagnostic):
        messages.info(request, _("This diagnostic is finished. Open it again to change an answer."))
        return redirect("needs:diagnostic", diagnostic.pk)
    answers = selectors.answers_of(diagnostic, [item.code for item in areas[area]])
    if request.method != "POST":
        return _area_page(request, diagnostic, items, area, AreaPage(areas[area], answers))
    page = AreaPage(areas[area], answers, request.POST, request.FILES)
    if not page.is_valid():
        return _area_page(request, diagnostic, items, area, page, status=422)
    try:
        saved = services.save_answers(diagnostic, given=page.given)
    except TransitionRefused as refused:
        messages.error(request, refused.messages[0])
        return redirect("needs:diagnostic", diagnostic.pk)
    if saved.stale:
        return _conflict(request, diagnostic, area, saved.stale)
    return _after_saving(request, diagnostic, list(areas), area)


def _after_saving(request: HttpRequest, diagnostic: Diagnostic, areas: list[str], area: str) -> HttpResponse:
    following = areas[areas.index(area) + 1 :]
    if "leave" in request.POST or not following:
        messages.success(request, _("Saved. You can go on whenever you like."))
        return redirect("needs:diagnostic", diagnostic.pk)
    return redirect("needs:diagnostic_area", diagnostic.pk, following[0])


def _area_page(
    request: HttpRequest, diagnostic: Diagnostic, items: Any, area: str, page: AreaPage, status: int = 200
) -> HttpResponse:
    progress = selectors.progress_of(diagnostic, items)
    codes = [one.area.code for one in progress]
    place = codes.index(area)
    return render(
        request,
        "needs/diagnostic_area.html",
        {
            "diagnostic": diagnostic,
            "area": progress[place].area,
            "page": page,
            "number": place + 1,
            "count": len(progress),
            "steps": [
                {
                    "label": one.area.label,
                    "url": reverse("needs:diagnostic_area", args=[diagnostic.pk, one.area.code]),
                    "state": "here" if one.area.code == area else "done" if one.is_complete else "todo",
                    "note": _("%(answered)d of %(total)d") % {"answered": one.answered, "total": one.total},
                }
                for one in progress
            ],
        },
        status=status,
    )


def _shown(item: str, score: int | None, note: str) -> str:
    chosen = pgettext("score", "Not answered") if score is None else f"{score} · {anchors(item)[score]}"
    return f"{chosen}\n\n{note}".strip()


def _conflict(request: HttpRequest, diagnostic: Diagnostic, area: str, stale: list[Stale]) -> HttpResponse:
    """Both answers of every item that somebody else was faster with; a second try sends only these."""
    url = reverse("needs:diagnostic_area", args=[diagnostic.pk, area])
    hidden = [{"name": "leave", "value": "1"}] if "leave" in request.POST else []
    for one in stale:
        hidden += _again(one.given, one.current)
    latest = max(stale, key=lambda one: one.current.answered_at or diagnostic.created_at).current
    if any(one.given.upload for one in stale):
        messages.warning(request, _("Your file was not kept. Attach it again after choosing an answer."))
    return render(
        request,
        "409.html",
        {
            "record_title": diagnostic.title,
            "fields": [
                {
                    "label": f"{one.given.item} · {one.current.item.statement}",
                    "mine": _shown(one.given.item, one.given.score, one.given.note),
                    "theirs": _shown(one.given.item, one.current.score, one.current.note),
                }
                for one in stale
            ],
            "changed_at": latest.answered_at,
            "changed_by": latest.answered_by.get_full_name() if latest.answered_by else "",
            "keep_url": url,
            "resend_url": url,
            "hidden": hidden,
        },
        status=409,
    )


def _again(given: Given, current: Answer) -> list[dict[str, Any]]:
    prefix = given.item.replace(".", "-")
    values = {
        "score": "" if given.score is None else given.score,
        "note": given.note,
        "version": current.lock_version,
        **({"drop_file": "on"} if given.drop_file else {}),
    }
    return [{"name": f"{prefix}-{name}", "value": value} for name, value in values.items()]


# --- The result ------------------------------------------------------------------------------


@login_required
@require_safe
def result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where the ministry stands, and what to do next."""
    return _result_page(request, get_diagnostic_or_404(pk))


def _result_page(request: HttpRequest, diagnostic: Diagnostic, error: str = "", status: int = 200) -> HttpResponse:
    actor = current()
    found = selectors.result_of(diagnostic, selectors.list_items())
    needs = selectors.items_with_needs(diagnostic)
    practices = selectors.practices_for([row.item.code for row in found.middling])
    base = index_paths(DatabankPage).get(current_language(), "/") if practices else ""
    options = DIAGNOSTIC.options(diagnostic, actor)
    return render(
        request,
        "needs/diagnostic.html",
        {
            "diagnostic": diagnostic,
            "result": found,
            "bars": [
                {
                    "label": one.area.label,
                    "value": one.mean,
                    "previous": one.previous,
                }
                for one in found.areas
            ],
            "table": _area_table(diagnostic, found),
            "history": _history_table(diagnostic, found),
            "heat": [
                {
                    "area": one.area,
                    "rows": [
                        {"row": row, "words": anchors(row.item.code)[row.score] if row.score is not None else ""}
                        for row in one.rows
                    ],
                }
                for one in found.areas
            ],
            "lacking": [{"row": row, "need": needs.get(row.item.code)} for row in found.lacking],
            "can_draft": permissions.can_draft_from_diagnostic(actor, diagnostic)
            and any(row.item.code not in needs for row in found.lacking),
            "middling": [
                {
                    "row": row,
                    "practices": [
                        {"title": record.title, "url": f"{base}{record.path}", "record": record}
                        for record in practices.get(row.item.code, [])
                    ],
                }
                for row in found.middling
            ],
            "strong": [{"row": row, "url": _share_url(row)} for row in found.strong],
            "can_share": practice_permissions.can_create(actor),
            "can_answer": permissions.can_answer_diagnostic(actor, diagnostic),
            "options": options,
            "next_area": _next_area(found),
            "query": urlencode({"diagnostic": diagnostic.pk}),
            "error": error,
        },
        status=status,
    )


def _share_url(row: selectors.ItemResult) -> str:
    """The first page of a practice, with the function of the item chosen already."""
    function = row.item.extra.get("links", {}).get("laf", "")
    return f"{reverse('practices:new')}?{urlencode({'function': function})}"


def _next_area(found: selectors.Result) -> str:
    """The first area with an open item, else the first."""
    open_ones = [one.area.code for one in found.areas if one.answered < len(one.rows)]
    return (open_ones or [found.areas[0].area.code])[0]


def _mean_cell(value: Decimal | None) -> Any:
    return value if value is not None else pgettext("score", "not answered")


def _change_cell(value: Decimal | None) -> str:
    if value is None:
        return ""
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return f"{sign}{number(abs(value))}"


def _area_table(diagnostic: Diagnostic, found: selectors.Result) -> dict[str, Any]:
    """The numbers behind the bars."""
    before = found.previous
    columns = [
        {"label": _("Area")},
        {"label": diagnostic.title, "num": True},
        *([{"label": before.title, "num": True}, {"label": _("Change"), "num": True}] if before else []),
        {"label": _("Items answered"), "num": True},
    ]
    rows = []
    for one in found.areas:
        past = [_mean_cell(one.previous), _change_cell(one.change)] if before else []
        answered = _("%(answered)d of %(total)d") % {"answered": one.answered, "total": len(one.rows)}
        rows.append({"cells": [one.area.label, _mean_cell(one.mean), *past, answered]})
    return {"columns": columns, "rows": rows}


def _history_table(diagnostic: Diagnostic, found: selectors.Result) -> dict[str, Any] | None:
    """The ministry's own rounds side by side, once there are three; two stand in the table above."""
    if len(found.rounds) < 2:
        return None
    columns = [
        {"label": _("Area")},
        *({"label": one.diagnostic.title, "num": True} for one in found.rounds),
        {"label": diagnostic.title, "num": True},
    ]
    rows = [
        {
            "cells": [
                one.area.label,
                *(_mean_cell(past.means[one.area.code]) for past in found.rounds),
                _mean_cell(one.mean),
            ]
        }
        for one in found.areas
    ]
    return {"columns": columns, "rows": rows}


# --- Steps -----------------------------------------------------------------------------------


@login_required
@require_POST
def step(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Finish a diagnostic, or open it again."""
    diagnostic = get_diagnostic_or_404(pk)
    if name not in STEPS:
        raise Http404
    try:
        done = STEPS[name](diagnostic, lock_version=_posted_version(request))
    except StaleVersion:
        messages.error(request, _("Somebody else was faster. This is how it stands now."))
    except TransitionRefused as refused:
        if any(unmet.code == "permission" for unmet in refused.unmet):
            raise PermissionDenied from None
        messages.error(request, refused.messages[0])
    else:
        past = DIAGNOSTIC.transitions[name].past
        messages.success(request, f"{done.title}: {past}.")
    return redirect("needs:diagnostic", diagnostic.pk)


def _posted_version(request: HttpRequest) -> int:
    try:
        return int(request.POST.get("version", ""))
    except ValueError:
        return 0


@login_required
@require_POST
def draft(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Draft a need for each chosen item."""
    diagnostic = get_diagnostic_or_404(pk)
    chosen = request.POST.getlist("items")
    if not chosen:
        return _result_page(request, diagnostic, error=_("Choose at least one item."), status=422)
    try:
        made = services.draft_needs(diagnostic, chosen)
    except (TransitionRefused, ValidationError) as refused:
        return _result_page(request, diagnostic, error=refused.messages[0], status=422)
    if made:
        words = ngettext("%(count)d need was drafted.", "%(count)d needs were drafted.", len(made))
        messages.success(request, words % {"count": len(made)})
    else:
        messages.info(request, _("These needs were drafted already."))
    return redirect("needs:list")
