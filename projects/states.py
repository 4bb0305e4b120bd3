"""What stands where a value should be, and the progress of a project made of it.

Everything is read from a snapshot's two parts, `results` and `execution`; the workspace builds the same parts from
its rows. So entry, screen, CSV and IATI never differ. A true zero, a late value, one that is not due and one that
nobody measured are four different things, and none of them is an empty cell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from .enums import ValueState


class Measured(Protocol):
    """What was said of one result: a model's row or a part of a snapshot."""

    @property
    def value(self) -> Decimal | None: ...

    @property
    def text(self) -> str: ...

    @property
    def not_measured(self) -> str: ...


class Span(Protocol):
    """A reporting period: a model's row or a part of a snapshot."""

    @property
    def ends_on(self) -> dt.date: ...

    @property
    def due_on(self) -> dt.date: ...


@dataclass(frozen=True)
class Goal:
    """What is to be reached by the end of a period."""

    value: Decimal | None = None
    text: str = ""


@dataclass(frozen=True)
class PeriodFacts:
    """A reporting period of a snapshot."""

    number: int
    starts_on: dt.date
    ends_on: dt.date
    due_on: dt.date
    is_closed: bool = False


@dataclass(frozen=True)
class ValueFacts:
    """A reported value of a snapshot."""

    value: Decimal | None = None
    text: str = ""
    not_measured: str = ""
    source: str = ""
    dimension: str = ""


@dataclass(frozen=True)
class Cell:
    """One result in one period: the goal, what was reported, and the state."""

    period: PeriodFacts
    state: ValueState
    goal: Goal | None = None
    reported: ValueFacts | None = None
    version: int | None = None
    # Values for parts of the whole (women, a region), by dimension.
    parts: tuple[ValueFacts, ...] = ()

    @property
    def is_open(self) -> bool:
        """Nothing was reported."""
        return self.state in OPEN_STATES


@dataclass(frozen=True)
class Line:
    """One row of the results matrix with all its periods."""

    id: str
    code: str
    level: str
    statement: str
    indicator: str
    unit: str
    measure: str
    ascending: bool
    baseline: Decimal | None
    baseline_year: int | None
    baseline_missing: str
    target: Decimal | None
    target_text: str
    cells: tuple[Cell, ...] = field(default_factory=tuple)

    @property
    def newest(self) -> Cell | None:
        """What a reader wants to see first: what is late, else the latest report, else what comes next."""
        late = [cell for cell in self.cells if cell.state == ValueState.LATE]
        if late:
            return late[-1]
        told = [cell for cell in self.cells if not cell.is_open]
        due = [cell for cell in self.cells if cell.state == ValueState.DUE]
        found = due or told or list(self.cells[:1])
        return found[-1] if found else None

    @property
    def actual(self) -> ValueFacts | None:
        """The latest value that was measured."""
        told = [cell.reported for cell in self.cells if cell.reported and not cell.reported.not_measured]
        return told[-1] if told else None


OPEN_STATES = frozenset({ValueState.NOT_DUE, ValueState.DUE, ValueState.LATE})


def state_of(result_target: Any, value: Measured | None, period: Span, today: dt.date) -> ValueState:
    """The state of one value. Without a goal for the period nothing is ever due."""
    if value is not None:
        if value.not_measured:
            return ValueState.NOT_MEASURED
        if value.value is not None:
            return ValueState.ZERO if value.value == 0 else ValueState.REPORTED
        if value.text:
            return ValueState.REPORTED
    if result_target is None or today <= period.ends_on:
        return ValueState.NOT_DUE
    return ValueState.DUE if today <= period.due_on else ValueState.LATE


def is_due(result: Mapping[str, Any], period: PeriodFacts, *, is_last: bool) -> Goal | None:
    """The goal of a result in a period: a target with a date in it, or the final one in the last period.

    A target after the last period counts there; a row without an indicator has no goal.
    """
    if not result["indicator"]:
        return None
    found: Goal | None = None
    if is_last and (result["target"] is not None or result["target_text"]):
        found = Goal(number(result["target"]), result["target_text"])
    for target in result["targets"]:
        on = day(target["ends_on"])
        if period.starts_on <= on <= period.ends_on or (is_last and on > period.ends_on):
            found = Goal(number(target["value"]), target["text"])
    return found


def progress(document: Mapping[str, Any], today: dt.date) -> list[Line]:
    """All rows of a snapshot's matrix that have an indicator, each with all its periods."""
    execution = document.get("execution") or {}
    periods = [_period(entry) for entry in execution.get("periods", ())]
    said = _said(execution)
    lines = []
    for result in document["results"]:
        if not result["indicator"]:
            continue
        cells = []
        for period in periods:
            goal = is_due(result, period, is_last=period is periods[-1])
            version, values = said.get((period.number, result["id"]), (None, ()))
            whole = next((value for value in values if not value.dimension), None)
            cells.append(
                Cell(
                    period=period,
                    state=state_of(goal, whole, period, today),
                    goal=goal,
                    reported=whole,
                    version=version,
                    parts=tuple(value for value in values if value.dimension),
                )
            )
        lines.append(_line(result, tuple(cells)))
    return lines


def cells_of(lines: list[Line]) -> Iterator[tuple[Line, Cell]]:
    """Every line with each of its periods, in order."""
    for line in lines:
        for cell in line.cells:
            yield line, cell


def _line(result: Mapping[str, Any], cells: tuple[Cell, ...]) -> Line:
    return Line(
        id=result["id"],
        code=result["code"],
        level=result["level"],
        statement=result["statement"],
        indicator=result["indicator"],
        unit=result["unit"],
        measure=result["measure"],
        ascending=result["ascending"],
        baseline=number(result["baseline"]),
        baseline_year=result["baseline_year"],
        baseline_missing=result["baseline_missing"],
        target=number(result["target"]),
        target_text=result["target_text"],
        cells=cells,
    )


def _period(entry: Mapping[str, Any]) -> PeriodFacts:
    return PeriodFacts(
        number=entry["number"],
        starts_on=day(entry["starts_on"]),
        ends_on=day(entry["ends_on"]),
        due_on=day(entry["due_on"]),
        is_closed=bool(entry.get("closed_at")),
    )


def _said(execution: Mapping[str, Any]) -> dict[tuple[int, str], tuple[int, list[ValueFacts]]]:
    """Reported values by period and result; of two versions of a report the later one counts."""
    found: dict[tuple[int, str], tuple[int, list[ValueFacts]]] = {}
    for report in sorted(execution.get("reports", ()), key=lambda entry: entry["version"]):
        told: dict[str, list[ValueFacts]] = {}
        for value in report["values"]:
            told.setdefault(value["result"], []).append(
                ValueFacts(
                    value=number(value["value"]),
                    text=value["text"],
                    not_measured=value["not_measured"],
                    source=value["source"],
                    dimension=value["dimension"],
                )
            )
        # A correction replaces the whole report, also what it leaves out.
        found = {key: known for key, known in found.items() if key[0] != report["period"]}
        found |= {(report["period"], result): (report["version"], values) for result, values in told.items()}
    return found


def number(value: Any) -> Decimal | None:
    """A number of a snapshot (text) or of a row; an empty one stays empty and never turns into 0."""
    return None if value is None or value == "" else Decimal(value)


def shown(value: Decimal | None) -> str | None:
    """A number as a snapshot keeps it: "0" for a zero, no trailing zeros, no exponent."""
    if value is None:
        return None
    return "0" if value == 0 else format(value.normalize(), "f")


def plain(value: Decimal | None) -> Decimal | None:
    """A number without trailing zeros and exponent; it stays a number."""
    words = shown(value)
    return None if words is None else Decimal(words)


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last day of a shorter month."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    first = dt.date(years, month + 1, 1)
    following = dt.date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first.replace(day=min(day.day, (following - first).days))


def day(value: Any) -> dt.date:
    """A date of a snapshot (ISO text) or of a row."""
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(value)


# --- The same parts, made from rows -------------------------------------------------------------


def matrix_of(project: Any) -> list[dict[str, Any]]:
    """The rows of the results matrix with their targets, as a snapshot holds them; two questions."""
    return [
        {
            "id": str(row.pk),
            "code": row.code,
            "level": row.level,
            "parent": str(row.parent_id) if row.parent_id else None,
            "statement": row.statement,
            "indicator": row.indicator,
            "unit": row.unit,
            "measure": row.measure,
            "ascending": row.ascending,
            "baseline": shown(row.baseline),
            "baseline_year": row.baseline_year,
            "baseline_source": row.baseline_source,
            "baseline_missing": row.baseline_missing,
            "target": shown(row.target),
            "target_text": row.target_text,
            "verification": row.verification,
            "assumption": row.assumption,
            "targets": [
                {"ends_on": target.ends_on.isoformat(), "value": shown(target.value), "text": target.text}
                for target in row.targets.all()
            ],
        }
        for row in project.results.prefetch_related("targets")
    ]


def periods_of(project: Any) -> list[dict[str, Any]]:
    """The reporting periods, as a snapshot holds them."""
    return [
        {
            "number": period.number,
            "starts_on": period.starts_on.isoformat(),
            "ends_on": period.ends_on.isoformat(),
            "due_on": period.due_on.isoformat(),
            "closed_at": period.closed_at.date().isoformat() if period.closed_at else None,
        }
        for period in project.periods.all()
    ]


def report_of(update: Any, *, period: int) -> dict[str, Any]:
    """A report with its values, as a snapshot holds it (uses prefetched `values`); nobody's name."""
    return {
        "period": period,
        "version": update.version,
        "approved_at": update.approved_at.date().isoformat() if update.approved_at else None,
        "narrative": update.narrative,
        "difficulties": update.difficulties,
        "reason": update.reason,
        "values": [
            {
                "result": str(value.result_id),
                "dimension": value.dimension,
                "value": shown(value.value),
                "text": value.text,
                "not_measured": value.not_measured,
                "source": value.source,
                "state": state_of(None, value, FOREVER, dt.date.max).value,
            }
            for value in update.values.all()
        ],
    }


FOREVER = PeriodFacts(0, dt.date.min, dt.date.max, dt.date.max)


def approved_reports(project: Any) -> list[dict[str, Any]]:
    """The reports that were approved and not replaced, in the order of their periods; two questions."""
    updates = (
        project.updates.filter(status="approved")
        .select_related("period")
        .prefetch_related("values")
        .order_by("period__number")
    )
    return [report_of(update, period=update.period.number) for update in updates]
