"""The one way out for lists: CSV and XLSX that no spreadsheet runs as a formula.

A column is a name for machines and a heading for people; a row is a mapping by those names. Values are text,
numbers, dates, or None. Rule: ASVS 5.0 1.2.10 (a cell that begins with = + - @, tab, return or NUL is text).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

MAX_ROWS = 10_000
MAX_CELL = 32_767  # what a cell of a spreadsheet holds
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\0")
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class TooManyRows(Exception):
    """More rows than one file may hold (MAX_ROWS)."""


@dataclass(frozen=True)
class Column:
    """A column: the key of its values, and the heading in the reader's language."""

    key: str
    heading: Any


def cell(value: Any) -> Any:
    """A value as a spreadsheet may hold it: text that could be a formula gets a leading apostrophe.

    Numbers stay numbers, dates become ISO text, None an empty cell.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, Decimal)):
        return value
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    text = str(value)
    guarded = f"'{text}" if text.startswith(FORMULA) else text
    return ILLEGAL_CHARACTERS_RE.sub("", guarded)[:MAX_CELL]


def write(kind: str, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> bytes:
    """The file as bytes; `kind` is csv or xlsx.

    Raises TooManyRows beyond MAX_ROWS, and ValueError for another kind.
    """
    table = _limited(rows, [column.key for column in columns])
    headings = [str(column.heading) for column in columns]
    if kind == "csv":
        return _csv(headings, table)
    if kind == "xlsx":
        return _xlsx(headings, table)
    raise ValueError(kind)


def respond(kind: str, name: str, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> HttpResponse:
    """The file as a download called `name`.csv or `name`.xlsx."""
    answer = HttpResponse(write(kind, columns, rows), content_type=CONTENT_TYPES[kind])
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.{kind}") or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _limited(rows: Iterable[Mapping[str, Any]], keys: Sequence[str]) -> Iterable[list[Any]]:
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise TooManyRows
        yield [cell(row.get(key)) for key in keys]


def _csv(headings: Sequence[str], table: Iterable[Sequence[Any]]) -> bytes:
    # With a byte-order mark, or Excel reads the accents wrongly.
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(headings)
    writer.writerows(table)
    return out.getvalue().encode("utf-8-sig")


def _xlsx(headings: Sequence[str], table: Iterable[Sequence[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"

    def plain(value: Any, *, bold: bool = False) -> WriteOnlyCell:
        made = WriteOnlyCell(sheet, value=value)
        if isinstance(value, str):
            made.data_type = "s"
        if bold:
            made.font = Font(bold=True)
        return made

    sheet.append([plain(heading, bold=True) for heading in headings])
    for line in table:
        sheet.append([plain(value) for value in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
