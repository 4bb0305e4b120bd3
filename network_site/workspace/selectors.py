"""What a person's notices look like: under the record that they are about, the unread first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, Max, Q, Value, When

from network_site.common import notices
from network_site.common.models import Notice

RECORDS_A_PAGE = 20
LINES_A_RECORD = 8


@dataclass(frozen=True)
class Line:
    """One notice in the reader's language."""

    pk: UUID
    words: str
    subject: str
    at: datetime
    unread: bool


@dataclass
class Record:
    """What notices are about, its newest notice first."""

    total: int
    unread: int
    lines: list[Line] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.lines[0].subject

    @property
    def newest(self) -> UUID:
        return self.lines[0].pk

    @property
    def more(self) -> int:
        return self.total - len(self.lines)


def line_of(notice: Notice) -> Line:
    """A notice, worded now."""
    words = str(notices.WORDS.get(notice.kind, notice.kind))
    return Line(notice.pk, words, notice.subject, notice.created_at, notice.read_at is None)


def latest_notices(count: int) -> list[Line]:
    """The person's newest notices, one by one."""
    return [line_of(notice) for notice in Notice.objects.all()[:count]]


def newest_notice_at() -> datetime | None:
    """When the person was last told something."""
    latest: datetime | None = Notice.objects.aggregate(latest=Max("created_at"))["latest"]
    return latest


def notices_by_record(page: str | int | None) -> Page:
    """A page of records with their notices; three queries, however many there are."""
    unread = Count("pk", filter=Q(read_at__isnull=True))
    found = (
        Notice.objects.values("object_id")
        .annotate(latest=Max("created_at"), total=Count("pk"), unread=unread)
        .annotate(waits=Case(When(unread__gt=0, then=Value(1)), default=Value(0)))
        .order_by("-waits", "-latest", "object_id")
    )
    shown = Paginator(found, RECORDS_A_PAGE).get_page(page)
    records = {row["object_id"]: Record(row["total"], row["unread"]) for row in shown.object_list}
    for notice in Notice.objects.filter(object_id__in=records).order_by("-created_at", "pk").iterator():
        lines = records[notice.object_id].lines
        if len(lines) < LINES_A_RECORD:
            lines.append(line_of(notice))
    shown.object_list = list(records.values())
    return shown
