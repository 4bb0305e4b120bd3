"""Reports on courses, and the lists on which an organisation puts its people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from network_site.common.templatetags.enlace import number
from network_site.organizations.actor import Actor, current
from network_site.publishing.models import PublishedRecord

from .. import permissions, services
from ..enums import Entry
from ..forms.proposing import PeopleForm
from ..selectors import reporting as selectors
from ..selectors.keeping import titles_of_records
from .keeping import PER_PAGE, keeper, keepers_tabs

# --- The Network -----------------------------------------------------------------------------


@login_required
@require_safe
def network_report(request: HttpRequest) -> HttpResponse:
    """All courses in numbers up to the end of a month, without those behind which fewer than five people stand."""
    actor = keeper()
    report = selectors.network_report(actor)
    context = {
        "report": report,
        "tabs": keepers_tabs(actor, "network_report"),
        "figures": _figures(report),
        "tables": [
            _table(report, "by-course", _("By course"), _("Course"), report.courses),
            _table(report, "by-country", _("By country"), _("Country"), report.countries),
            _table(report, "by-organisation", _("By organisation"), _("Organisation"), report.organizations),
            _table(report, "by-month", _("By the month in which they began"), _("Month"), report.months),
        ],
    }
    return render(request, "learning/report_network.html", context)


def _figures(report: selectors.Report) -> list[dict[str, Any]]:
    total = report.total
    given = [(total.begun, _("begun")), (total.completed, _("completed")), (total.gain, _("points gained"))]
    return [{"value": value, "label": label} for value, label in given if value is not None]


def gain(points: int | None) -> str:
    """A gain with its sign: +12."""
    if points is None:
        return ""
    return f"+{number(points)}" if points > 0 else number(points).replace("-", "\N{MINUS SIGN}")


def _table(
    report: selectors.Report, key: str, title: str, first: str, lines: Iterable[selectors.Line]
) -> dict[str, Any]:
    """Lines for components/table.html, with the sum of all below them."""
    columns = [{"label": first}, {"label": _("Begun"), "num": True}]
    if report.tells_completed:
        columns += [{"label": _("Completed"), "num": True}, {"label": _("Not completed"), "num": True}]
    if report.tells_gain:
        columns.append({"label": _("Points gained"), "num": True})
    return {
        "key": key,
        "title": title,
        "columns": columns,
        "rows": [{"cells": _cells(report, line)} for line in lines],
        "foot": {"cells": _cells(report, report.total)},
    }


def _cells(report: selectors.Report, line: selectors.Line) -> list[Any]:
    counts = [line.begun]
    if report.tells_completed:
        counts += [line.completed, line.not_completed]
    cells: list[Any] = [{"text": line.label, "small": line.below}, *(_told(count) for count in counts)]
    if report.tells_gain:
        people = ngettext("%(count)s person", "%(count)s people", line.pairs or 0) % {"count": number(line.pairs)}
        cells.append({"text": gain(line.gain), "small": people} if line.pairs else _told(None))
    return cells


def _told(count: int | None) -> Any:
    return {"text": _("not shown")} if count is None else count


# --- An organisation -------------------------------------------------------------------------


@login_required
@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """Who of one's own organisation completed what; nothing of those who are under way (for administrators)."""
    actor = current()
    if not permissions.can_read_report(actor):
        raise PermissionDenied
    courses = selectors.completed_courses(actor)
    chosen = selectors.chosen_course(request.GET.get("course", ""))
    found = selectors.list_completions(actor, chosen)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [{"completion": one, "title": courses[one.record_id]} for one in page.object_list],
        "courses": [{"pk": pk, "title": title, "chosen": pk == chosen} for pk, title in courses.items()],
        "query": f"course={chosen}" if chosen else "",
        "chosen": chosen,
    }
    return render(request, "learning/report.html", context)


def _sender() -> Actor:
    actor = current()
    if actor.organization_id is None or not permissions.can_send_people(actor):
        raise PermissionDenied
    return actor


@login_required
@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """The courses for which one's organisation can name people, and how many it has named."""
    actor = _sender()
    open_courses = PublishedRecord.objects.live().of_kind("course").values_list("pk", "snapshot__entry")
    entries = dict(open_courses)
    titles = titles_of_records(entries)
    counts = selectors.invited_counts(actor)
    rows = [
        {"pk": pk, "title": title, "entry": Entry(entries[pk]).label, "count": counts.get(pk, 0)}
        for pk, title in sorted(titles.items(), key=lambda pair: pair[1])
    ]
    return render(request, "learning/report_lists.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Put people on the list of a course; a list with a wrong line comes back as it was typed."""
    actor = _sender()
    record = PublishedRecord.objects.live().of_kind("course").filter(pk=pk).defer("search_text").first()
    if record is None:
        raise Http404
    if "take_off" in request.POST:
        if services.take_off_list(record, request.POST["take_off"]):
            messages.success(request, _("Taken off the list. Whoever is in the course already stays in it."))
        return redirect("learning:people", record.pk)
    form = PeopleForm(request.POST, request.FILES) if request.method == "POST" else PeopleForm()
    if form.is_bound and form.is_valid():
        invited = services.invite(record, form.cleaned_data["emails"])
        messages.success(request, _said(len(invited.added), len(invited.there)))
        return redirect("learning:people", record.pk)
    page = Paginator(selectors.list_invited(actor, record.pk), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "record": record,
        "entry": Entry(record.snapshot["entry"]),
        "page": page,
    }
    return render(request, "learning/report_people.html", context, status=422 if form.is_bound else 200)


def _said(added: int, there: int) -> str:
    words = ngettext("%(count)s address was put on the list.", "%(count)s addresses were put on the list.", added) % {
        "count": number(added)
    }
    if not there:
        return words
    more = ngettext("%(count)s was on it already.", "%(count)s were on it already.", there) % {"count": number(there)}
    return f"{words} {more}"
