"""The list of published projects as it leaves for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from network_site.common.exports import Column, Source, sources
from network_site.common.language import current_language, language_name, pick
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import index_paths
from network_site.taxonomy.models import Term

from .cards import codes_of, country_names, money_of, shown_text
from .enums import ProjectStatus
from .models import ProjectsPage
from .selectors.published import ProjectQuery, find_projects


def _base() -> str:
    return index_paths(ProjectsPage).get(current_language(), "/")


def _columns() -> list[Column]:
    return [
        Column("code", _("Number")),
        Column("title", _("Title")),
        Column("summary", _("In short")),
        Column("language", _("Language of the text")),
        Column("country_codes", _("Country codes")),
        Column("countries", _("Countries")),
        Column("owner", _("Owner")),
        Column("status", pgettext("of a record", "State")),
        Column("functions", _("Function")),
        Column("currency", _("Currency")),
        Column("total", _("Whole cost")),
        Column("needed", _("Amount asked for")),
        Column("counterpart", _("Counterpart")),
        Column("committed", _("Committed")),
        Column("received", _("Received")),
        Column("open", _("Still open")),
        Column("months", _("Months")),
        Column("start_on", _("Planned start")),
        Column("interest_until", _("Interest is taken until")),
        Column("version", _("Version")),
        Column("published_on", _("Published on")),
        Column("is_demo", _("Demonstration")),
        Column("url", _("Address")),
    ]


def _rows(found: Iterable[PublishedRecord]) -> Iterator[Mapping[str, Any]]:
    records = list(found)
    base = _base()
    names = country_names({code for record in records for code in codes_of(record.snapshot)})
    terms = Term.objects.filter(scheme_id="LAF").in_bulk(
        {code for record in records for code in record.snapshot["terms"].get("LAF", [])}
    )
    for record in records:
        snapshot = record.snapshot
        shown, money = shown_text(snapshot), money_of(snapshot)
        yield {
            "code": record.code,
            "title": shown.texts["title"],
            "summary": shown.texts.get("summary", ""),
            "language": language_name(shown.language),
            "country_codes": "; ".join(codes_of(snapshot)),
            "countries": "; ".join(names.get(code, code) for code in codes_of(snapshot)),
            "owner": pick(snapshot["owner"]["names"]) or "",
            "status": ProjectStatus(snapshot["status"]).label,
            "functions": "; ".join(terms[code].label for code in snapshot["terms"].get("LAF", []) if code in terms),
            "currency": money.currency,
            "total": money.total,
            "needed": money.needed,
            "counterpart": money.counterpart,
            "committed": money.committed,
            "received": money.received,
            "open": money.open,
            "months": snapshot.get("months"),
            "start_on": snapshot.get("start_on"),
            "interest_until": snapshot.get("interest_until"),
            "version": record.version,
            "published_on": record.published_at.date(),
            "is_demo": record.is_demo,
            "url": f"{settings.SITE_URL}{base}{record.path}",
        }


def _find(params: QueryDict) -> Any:
    return find_projects(ProjectQuery.from_params(params))


def connect() -> None:
    """Offer the list (called when the app is ready)."""
    sources.fill("projects", Source(gettext_lazy("Projects"), _find, _columns, _rows, back=_base))
