"""Files about a published project for programs: IATI and results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import content_disposition_header, quote_etag
from django.utils.translation import gettext_lazy as _

from network_site.common import exports
from network_site.common.exports import Column
from network_site.organizations.selectors import network_organization
from network_site.publishing.models import PublishedRecord

from .. import iati
from ..enums import Level
from ..states import cells_of, plain, progress

KIND = "project"
MINUTES = 5

COLUMNS = (
    Column("result", _("Number of the result")),
    Column("level", _("Level")),
    Column("statement", _("Result")),
    Column("indicator", _("Indicator")),
    Column("unit", _("Unit")),
    Column("dimension", _("Part of the whole")),
    Column("period", _("Period")),
    Column("starts_on", _("From")),
    Column("ends_on", _("To")),
    Column("due_on", _("Report due on")),
    Column("baseline", _("Baseline")),
    Column("baseline_year", _("Year of the baseline")),
    Column("target", _("Target")),
    Column("target_text", _("Target in words")),
    # The state has a column of its own: an empty value is never a zero.
    Column("state", _("Code of the state")),
    Column("state_words", _("State")),
    Column("value", _("Value")),
    Column("text", _("In words")),
    Column("not_measured", _("Not measured, because")),
    Column("source", _("Source")),
    Column("report", _("Version of the report")),
)


def iati_file(request: HttpRequest, page: Any, number: int, slug: str) -> HttpResponse:
    """The project as an IATI 2.03 activity."""
    record = _record(request, page, number, slug, "iati/")
    if isinstance(record, HttpResponse):
        return record
    today = timezone.localdate()

    def content() -> bytes:
        published_on = timezone.localdate(record.published_at)
        given = [(record.code, record.snapshot, published_on)]
        return iati.activities(given, today=today, network=network_organization())

    return _answer(request, record, content, f"{record.code}.xml", "application/xml; charset=utf-8")


def results_file(request: HttpRequest, page: Any, number: int, slug: str) -> HttpResponse:
    """Every result in every period as CSV, with its state in a column of its own."""
    record = _record(request, page, number, slug, "results/")
    if isinstance(record, HttpResponse):
        return record
    name = f"{record.code}-results.csv"
    return _answer(
        request,
        record,
        lambda: exports.write("csv", COLUMNS, result_rows(record.snapshot)),
        name,
        exports.CONTENT_TYPES["csv"],
    )


def result_rows(snapshot: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One row for each result, period and part of the whole."""
    for line, cell in cells_of(progress(snapshot, timezone.localdate())):
        fixed = {
            "result": line.code,
            "level": Level(line.level).label,
            "statement": line.statement,
            "indicator": line.indicator,
            "unit": line.unit,
            "period": cell.period.number,
            "starts_on": cell.period.starts_on,
            "ends_on": cell.period.ends_on,
            "due_on": cell.period.due_on,
            "baseline": plain(line.baseline),
            "baseline_year": line.baseline_year,
            "target": plain(cell.goal.value) if cell.goal else None,
            "target_text": cell.goal.text if cell.goal else "",
            "state": cell.state.value,
            "state_words": cell.state.label,
            "report": cell.version,
        }
        told = cell.reported
        yield fixed | {
            "value": plain(told.value) if told else None,
            "text": told.text if told else "",
            "not_measured": told.not_measured if told else "",
            "source": told.source if told else "",
        }
        for part in cell.parts:
            yield fixed | {
                "dimension": part.dimension,
                "value": plain(part.value),
                "text": part.text,
                "not_measured": part.not_measured,
                "source": part.source,
                "target": None,
                "state": "",
                "state_words": "",
            }


def _record(request: HttpRequest, page: Any, number: int, slug: str, tail: str) -> PublishedRecord | HttpResponse:
    """The record behind a file; or the answer where there is none: 404, 410 with the reason, the right address."""
    if not 0 < number < 2**31:
        raise Http404
    record = (
        PublishedRecord.objects.of_kind(KIND).select_related("owner").defer("search_text").filter(number=number).first()
    )
    if record is None:
        raise Http404
    if record.state == PublishedRecord.State.WITHDRAWN:
        context = {
            "reason": record.withdrawal_reason,
            "withdrawn_on": record.withdrawn_at,
            "record_title": record.title,
        }
        return render(request, "410.html", context, status=410)
    if slug != record.slug:
        return HttpResponsePermanentRedirect(f"{page.get_url(request)}{record.path}{tail}")
    return record


def _answer(request: HttpRequest, record: PublishedRecord, content: Any, name: str, kind: str) -> HttpResponse:
    """The file, or 304 for whoever has it. What is late depends on the day, so the mark of a file has it in it."""
    mark = quote_etag(f"{record.pk}-{record.version}-{timezone.localdate().isoformat()}-{request.LANGUAGE_CODE}")  # type: ignore[attr-defined]
    answer = get_conditional_response(request, etag=mark)
    if answer is None:
        answer = HttpResponse(content(), content_type=kind)
        answer["Content-Disposition"] = content_disposition_header(False, name) or "inline"
        answer["X-Content-Type-Options"] = "nosniff"
    answer["ETag"] = mark
    if record.is_open:
        patch_cache_control(answer, public=True, max_age=MINUTES * 60)
    else:
        patch_cache_control(answer, private=True, no_store=True)
    return answer
