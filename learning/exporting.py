"""Reports on courses as they leave for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network_site.common.exports import Column, Source, sources
from network_site.organizations.actor import current

from . import permissions
from .models import Completion
from .selectors.keeping import titles_of_records
from .selectors.reporting import Line, chosen_course, list_completions, network_report


def _completion_columns() -> Sequence[Column]:
    return [
        Column("name", _("Name")),
        Column("email", _("E-mail address")),
        Column("course", _("Course")),
        Column("version", _("Version")),
        Column("completed_on", _("Completed on")),
    ]


def _completion_rows(found: Iterable[Completion]) -> Iterator[Mapping[str, Any]]:
    completions = list(found)
    titles = titles_of_records(one.record_id for one in completions)
    for one in completions:
        yield {
            "name": one.person.get_full_name(),
            "email": one.person.email,
            "course": titles[one.record_id],
            "version": one.version,
            "completed_on": one.completed_on,
        }


def _find_completions(params: QueryDict) -> Any:
    actor = current()
    if not permissions.can_read_report(actor):
        return Completion.objects.none()
    return list_completions(actor, chosen_course(params.get("course", "")))


def _report_columns() -> Sequence[Column]:
    return [
        Column("table", _("Table")),
        Column("label", _("Line")),
        Column("below", _("Country")),
        Column("begun", _("Begun")),
        Column("completed", _("Completed")),
        Column("not_completed", _("Not completed")),
        Column("gain", _("Points gained")),
        Column("pairs", _("People who took both quizzes")),
        Column("up_to", _("Up to")),
    ]


def _find_report(_params: QueryDict) -> list[tuple[date, str, Line]]:
    actor = current()
    if not permissions.can_write_courses(actor):
        return []
    report = network_report(actor)
    tables = [
        (_("All courses"), [report.total]),
        (_("By course"), report.courses),
        (_("By country"), report.countries),
        (_("By organisation"), report.organizations),
        (_("By the month in which they began"), report.months),
    ]
    return [(report.up_to, title, line) for title, lines in tables for line in lines]


def _report_rows(found: Iterable[tuple[date, str, Line]]) -> Iterator[Mapping[str, Any]]:
    """What is not shown on the page is an empty cell here."""
    for up_to, title, line in found:
        names = ("label", "below", "begun", "completed", "not_completed", "gain", "pairs")
        yield {"table": title, "up_to": up_to} | {name: getattr(line, name) for name in names}


def connect() -> None:
    """Offer the lists (called when the app is ready)."""
    sources.fill(
        "completions",
        Source(
            gettext_lazy("Who completed what"), _find_completions, _completion_columns, _completion_rows,
            is_private=True, back=lambda: reverse("learning:report"),
        ),
    )  # fmt: skip
    sources.fill(
        "course-report",
        Source(
            gettext_lazy("Report on courses"), _find_report, _report_columns, _report_rows, is_private=True,
            back=lambda: reverse("learning:network_report"),
        ),
    )  # fmt: skip
