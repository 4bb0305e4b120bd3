"""The one way out for lists: CSV and XLSX that no spreadsheet runs as a formula.

A column is a name for machines and a heading for people; a row is a mapping by those names. Values are text,
numbers, dates, or None. Rule: ASVS 5.0 1.2.10 (a cell that begins with = + - @, tab, return or NUL is text).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from . import audit, idempotency, outbox
from .hooks import as_person, as_service
from .language import current_language
from .models import Export, Outbox
from .scoping import current_actor
from .slots import Slot

MAX_ROWS = 10_000
AT_ONCE = 2_000  # longer lists are written in the background
KEPT_FOR = timedelta(days=7)
TELL_EVERY = 500
MAX_CELL = 32_767  # what a cell of a spreadsheet holds
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
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


@dataclass(frozen=True)
class Source:
    """A list that can be taken away: one for each kind, filled into `sources` by the app that owns it.

    `find` answers with everything that the current actor may read and that fits the parameters of the list's own
    page; `columns` and `row` are asked in the reader's language.
    """

    title: Any
    find: Callable[[QueryDict], Any]
    columns: Callable[[], Sequence[Column]]
    rows: Callable[[Any], Iterable[Mapping[str, Any]]]
    # Lists of the workspace are for signed-in people only.
    is_private: bool = False
    back: Callable[[], str] = lambda: "/"


sources: Slot[Source] = Slot("lists that can be taken away as CSV and XLSX")


def size_of(found: Any) -> int:
    """How many rows a queryset or a sequence has."""
    return found.count() if isinstance(found, QuerySet) else len(found)


def cell(value: Any) -> Any:
    """A value as a spreadsheet may hold it: text that could be a formula gets a leading apostrophe.

    Numbers stay numbers, dates become ISO text, None an empty cell.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, (int, Decimal)):
        return value
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    # First without what a cell cannot hold, or a formula behind such a character would come out bare.
    text = ILLEGAL_CHARACTERS_RE.sub("", str(value))
    return (f"'{text}" if text.startswith(FORMULA) else text)[:MAX_CELL]


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


# --- Long lists ------------------------------------------------------------------------------


@transaction.atomic
def request_export(*, source: str, kind: str, params: QueryDict, rows: int, key: str | None = None) -> Export:
    """Leave a long list to be written for the current person; ten clicks make one file.

    Raises TooManyRows beyond MAX_ROWS. The file is written with the rights that she has when it is written.
    """
    if rows > MAX_ROWS:
        raise TooManyRows
    actor = current_actor()

    def create() -> Export:
        export = Export.objects.create(
            person_id=actor.user_id,
            organization_id=actor.organization_id,
            source=source,
            format=kind,
            language=current_language(),
            params=[[name, value] for name, values in params.lists() for value in values],
            rows_all=rows,
            expires_at=timezone.now() + KEPT_FOR,
        )
        outbox.enqueue("export.requested", subject=export)
        if actor.organization_id:
            audit.record("export.requested", tenant_id=actor.organization_id, subject=export, reason=source)
        return export

    return idempotency.once(key, "export", create, lambda pk: Export.objects.get(pk=pk))


@outbox.consumer("export.requested", slow=True)
def write_export(row: Outbox) -> None:
    """Write the file as the person who asked for it; what has expired meanwhile goes. Twice is once."""
    with as_service("relay", "exports"):
        forget_expired()
        export = Export.objects.filter(pk=row.object_id).first()
    if export is None or export.state in {Export.State.DONE, Export.State.FAILED}:
        return
    source = sources.get(export.source)
    try:
        if source is None:
            raise TooManyRows
        with translation.override(export.language):
            content = write(export.format, source.columns(), list(_rows_of(export, source)))
    except (PermissionDenied, TooManyRows):
        _finish(export.pk, Export.State.FAILED)
        return
    _finish(export.pk, Export.State.DONE, content)


def _rows_of(export: Export, source: Source) -> Iterator[Mapping[str, Any]]:
    """The rows, some hundred at a time, each time with the rights that the person has then; in between she is told."""
    given = QueryDict(mutable=True)
    for name, value in export.params:
        given.appendlist(name, value)
    with as_person(export.person_id, export.organization_id):
        found = source.find(given)
        keys = list(found.values_list("pk", flat=True)) if isinstance(found, QuerySet) else list(range(len(found)))
    for start in range(0, len(keys), TELL_EVERY):
        part = keys[start : start + TELL_EVERY]
        with as_person(export.person_id, export.organization_id):
            some = found.filter(pk__in=part) if isinstance(found, QuerySet) else found[start : start + TELL_EVERY]
            rows = list(source.rows(some))
        with as_service("relay", "exports"):
            Export.objects.filter(pk=export.pk).update(
                state=Export.State.RUNNING, rows_done=start + len(part), rows_all=len(keys)
            )
        yield from rows


def _finish(pk: UUID, state: str, content: bytes | None = None) -> None:
    with as_service("relay", "exports"):
        export = Export.objects.get(pk=pk)
        if content is not None:
            export.file.save(f"export.{export.format}", ContentFile(content), save=False)
        export.state = state
        export.done_at = timezone.now()
        export.save(update_fields=["file", "state", "done_at"])


def forget_expired() -> int:
    """Remove the exports whose days are over, with their files; how many they were."""
    gone = list(Export.objects.filter(expires_at__lte=timezone.now())[:100])
    for export in gone:
        if export.file:
            export.file.delete(save=False)
        export.delete()
    return len(gone)


def clear_expired() -> int:
    """Remove everything whose days are over, batch by batch, for the relay's clock; how many exports it was."""
    count = 0
    while True:
        with as_service("relay", "exports that expired"), transaction.atomic():
            gone = forget_expired()
        count += gone
        if not gone:
            return count


def is_private(export: Export) -> bool:
    """Whether the file holds rows that are not for everybody; so does one of a list that is offered no more."""
    source = sources.get(export.source)
    return source is None or source.is_private


def find_export(pk: UUID) -> Export | None:
    """A finished export of the current person that has not expired, for the view of private files."""
    return Export.objects.filter(pk=pk, state=Export.State.DONE, expires_at__gt=timezone.now()).first()
