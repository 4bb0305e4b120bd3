"""How results and reports look on a page: from a snapshot alone, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from network_site.common.language import current_language
from network_site.common.templatetags.enlace import format_day, number

from .enums import Level, ValueState
from .states import Cell, Goal, Line, ValueFacts, day, progress

# Sign and colour of each state; the word stands first.
SIGNS: dict[ValueState, tuple[str, str]] = {
    ValueState.NOT_DUE: ("", "clock"),
    ValueState.DUE: ("info", "clock"),
    ValueState.LATE: ("stop", "warn"),
    ValueState.REPORTED: ("ok", "ok"),
    ValueState.ZERO: ("info", "dot"),
    ValueState.NOT_MEASURED: ("", "dash"),
}
FIELDS = {
    "ends_on": lambda: _("Last day of the agreement"),
    "target": lambda: _("Final target"),
    "budget": lambda: _("Budget"),
}


def state_cell(cell: Cell) -> dict[str, Any]:
    """A state as a cell of a table: word, sign, colour, and what belongs to it."""
    kind, icon = SIGNS[cell.state]
    small = ""
    if cell.state == ValueState.NOT_MEASURED and cell.reported:
        small = cell.reported.not_measured
    elif cell.state == ValueState.LATE:
        small = _("was due on %(day)s") % {"day": format_day(cell.period.due_on)}
    elif cell.state == ValueState.DUE or (cell.state == ValueState.NOT_DUE and cell.goal):
        small = _("until %(day)s") % {"day": format_day(cell.period.due_on)}
    text = str(cell.state.label)
    return {"tag": {"kind": kind, "icon": icon, "text": text[:1].upper() + text[1:]}, "small": small}


def value_cell(value: ValueFacts | None, *, lang: str = "", small: str = "") -> dict[str, Any]:
    """A reported value; nothing reads "no value", a zero is shown as one."""
    if value is None or value.not_measured:
        return {"text": _("no value")}
    small = " · ".join(part for part in (value.source, small) if part)
    if value.value is not None:
        shown = {"state": "zero"} if value.value == 0 else {"text": number(value.value)}
        return shown | {"small": " · ".join(part for part in (value.text, small) if part)}
    return {"text": value.text, "lang": lang, "small": small}


def goal_cell(goal: Goal | None, *, lang: str = "") -> dict[str, Any]:
    """A target; a row without one says so."""
    if goal is None or (goal.value is None and not goal.text):
        return {"text": _("not set")}
    if goal.value is None:
        return {"text": goal.text, "lang": lang}
    return {"state": "zero"} if goal.value == 0 else {"text": number(goal.value)}


def lines_for_page(lines: Iterable[Line], *, period: int | None = None, lang: str = "") -> dict[str, Any]:
    """The table of results: baseline, reported, target, state; of one period, or the newest of each result."""
    rows = []
    for line in lines:
        cell = next((one for one in line.cells if one.period.number == period), None) if period else line.newest
        told = cell.reported if cell and period else line.actual
        goal = cell.goal if cell and period else Goal(line.target, line.target_text)
        name = {"text": f"{line.code} {line.indicator}", "lang": lang, "small": line.unit}
        baseline: Any = {"text": line.baseline_missing or _("not reported"), "lang": lang}
        if line.baseline is not None:
            baseline = value_cell(ValueFacts(line.baseline), small=str(line.baseline_year or ""))
        when = "" if period or not told else _told_when(line, told)
        state: dict[str, Any] = state_cell(cell) if cell else {"text": "–"}
        rows.append(
            {"cells": [name, baseline, value_cell(told, lang=lang, small=when), goal_cell(goal, lang=lang), state]}
        )
    return {"columns": _columns(rows), "rows": rows}


def _columns(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Figures stand at the right where a column has nothing but figures; words would not wrap there."""
    labels = (_("Indicator"), _("Baseline"), _("Reported"), _("Target"), _("State"))
    return [
        {"label": label, "num": place in (1, 3) and all(_is_figure(row["cells"][place]) for row in rows)}
        for place, label in enumerate(labels)
    ]


def _is_figure(cell: Mapping[str, Any]) -> bool:
    return cell.get("state") == "zero" or str(cell.get("text", ""))[:1].isdigit()


def _told_when(line: Line, told: ValueFacts) -> str:
    cell = next(one for one in reversed(line.cells) if one.reported is told)
    return _("to %(day)s") % {"day": format_day(cell.period.ends_on)}


def by_period(line: Line, *, lang: str = "") -> dict[str, Any]:
    """One result over all periods."""
    return {
        "title": f"{line.code} {line.indicator}",
        "columns": [
            {"label": _("Period")},
            {"label": _("Target")},
            {"label": _("Reported")},
            {"label": _("State")},
        ],
        "rows": [
            {
                "cells": [
                    _span(cell.period.starts_on, cell.period.ends_on),
                    goal_cell(cell.goal, lang=lang),
                    value_cell(cell.reported, lang=lang),
                    state_cell(cell),
                ]
            }
            for cell in line.cells
        ],
    }


def _span(first: Any, last: Any) -> str:
    return f"{format_day(day(first), 'short')} – {format_day(day(last), 'short')}"


def progress_context(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """What `projects/progress.html` shows, under the one name `progress`; empty without an agreement."""
    execution = snapshot.get("execution") or {}
    if not execution:
        return {"progress": None}
    lang = "" if snapshot["source_language"] == current_language() else snapshot["source_language"]
    lines = progress(snapshot, timezone.localdate())
    agreement = execution["agreement"]
    spans = {entry["number"]: _span(entry["starts_on"], entry["ends_on"]) for entry in execution["periods"]}
    states = [cell.state for line in lines for cell in line.cells]
    return {
        "progress": {
            "lang": lang,
            "table": lines_for_page(lines, lang=lang),
            "levels": [str(label) for _value, label in Level.choices],
            "results": [by_period(line, lang=lang) for line in lines if line.cells],
            "figures": [
                {"value": states.count(ValueState.LATE), "label": _("late")},
                {"value": states.count(ValueState.ZERO), "label": _("reported as zero")},
                {"value": states.count(ValueState.NOT_MEASURED), "label": _("not measured")},
            ],
            "reports": [
                report
                | {"span": spans[report["period"]], "on": day(report["approved_at"]) if report["approved_at"] else None}
                for report in reversed(execution["reports"])
            ],
            "amendments": [amendment_for_page(entry) for entry in reversed(execution["amendments"])],
            "agreement": agreement
            | {name: day(agreement[name]) for name in ("signed_on", "starts_on", "ends_on") if agreement[name]},
        }
    }


def amendment_for_page(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An amendment as a table of before and after."""
    return {
        "edition": entry["edition"],
        "reason": entry["reason"],
        "at": day(entry["at"]),
        "columns": [{"label": _("What")}, {"label": _("Before")}, {"label": _("After")}],
        "rows": [
            {
                "cells": [
                    {"text": FIELDS[change["field"]](), "small": change["what"]},
                    {"text": _shown(change["field"], change["before"])},
                    {"text": _shown(change["field"], change["after"])},
                ]
            }
            for change in entry["changes"]
        ],
    }


def _shown(field: str, value: str) -> str:
    if not value:
        return _("not set")
    return format_day(day(value)) if field == "ends_on" else value
