"""Lists of needs as they leave for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from network_site.common.exports import Column, Source, sources
from network_site.common.language import language_name
from network_site.organizations.actor import current
from network_site.publishing.models import PublishedRecord
from network_site.taxonomy.models import Term

from .cards import needs_url, shown_text
from .enums import BudgetBand, NeedStatus
from .models import Need
from .selectors import NeedQuery, find_needs, list_needs, unmet_report

SCHEMES = ("LAF", "DI", "TG", "CM")


def _columns() -> list[Column]:
    return [
        Column("code", _("Number")),
        Column("title", _("Title")),
        Column("summary", _("In one sentence")),
        Column("country_code", _("Country code")),
        Column("country", _("Country")),
        Column("owner", _("Owner")),
        Column("status", pgettext("of a record", "State")),
        Column("LAF", _("Function")),
        Column("DI", _("Problem")),
        Column("TG", _("People served")),
        Column("CM", _("Help that is sought")),
        Column("budget_band", _("Rough size")),
        Column("languages", _("Languages of help")),
        Column("registered_on", _("Registered on")),
        Column("version", _("Version")),
        Column("is_demo", _("Demonstration")),
        Column("url", _("Address")),
    ]


def _rows(found: Iterable[PublishedRecord]) -> Iterator[Mapping[str, Any]]:
    records = list(found)
    base = needs_url()
    terms = Term.objects.in_bulk({code for record in records for code in record.snapshot["terms"]})
    for record in records:
        snapshot = record.snapshot
        text, _lang = shown_text(snapshot)
        given = [terms[code] for code in snapshot["terms"] if code in terms]
        yield {
            "code": record.code,
            "title": text["title"],
            "summary": text["summary"],
            "country_code": record.country_id or "",
            "country": record.country.name if record.country else "",
            "owner": record.owner.name,
            "status": NeedStatus(snapshot["status"]).label,
            "budget_band": BudgetBand(snapshot["budget_band"]).label,
            "languages": "; ".join(language_name(code) for code in snapshot["languages"]),
            "registered_on": snapshot["registered_on"],
            "version": record.version,
            "is_demo": record.is_demo,
            "url": f"{settings.SITE_URL}{base}{record.path}",
        } | {name: "; ".join(term.label for term in given if term.scheme_id == name) for name in SCHEMES}


def _find(params: QueryDict) -> Any:
    return find_needs(NeedQuery.from_params(params))


def _unmet_columns() -> Sequence[Column]:
    return [
        Column("code", _("Number")),
        Column("title", _("Title")),
        Column("country_code", _("Country code")),
        Column("country", _("Country")),
        Column("owner", _("Owner")),
        Column("reason", _("Reason")),
        Column("registered_on", _("Registered on")),
        Column("unmet_on", _("Unmet since")),
        Column("days", _("Days since registration")),
        Column("is_demo", _("Demonstration")),
        Column("url", _("Address")),
    ]


def _unmet_rows(found: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    base = needs_url()
    for row in found:
        record = row.record
        text, _lang = shown_text(record.snapshot)
        yield {
            "code": record.code,
            "title": text["title"],
            "country_code": record.country_id or "",
            "country": record.country.name if record.country else "",
            "owner": record.owner.name,
            "reason": row.reason,
            "registered_on": row.registered_on,
            "unmet_on": row.unmet_on,
            "days": row.days,
            "is_demo": record.is_demo,
            "url": f"{settings.SITE_URL}{base}{record.path}",
        }


def _own_columns() -> Sequence[Column]:
    return [
        Column("id", _("Identifier")),
        Column("title", _("Title")),
        Column("summary", _("In one sentence")),
        Column("status", pgettext("of a record", "State")),
        Column("audience", _("Who may read it")),
        Column("changed_at", _("Last change")),
        Column("url", _("Address")),
    ]


def _own_rows(found: Iterable[Need]) -> Iterator[Mapping[str, Any]]:
    for need in found:
        yield {
            "id": str(need.pk),
            "title": need.title,
            "summary": need.summary,
            "status": need.get_status_display(),
            "audience": need.get_audience_display(),
            "changed_at": need.changed_at,
            "url": f"{settings.SITE_URL}{reverse('needs:need', args=[need.pk])}",
        }


def _find_own(params: QueryDict) -> Any:
    actor = current()
    return list_needs(actor) if actor.organization_id else Need.objects.none()


def connect() -> None:
    """Offer the lists (called when the app is ready)."""
    sources.fill("needs", Source(gettext_lazy("Needs"), _find, _columns, _rows, back=needs_url))
    sources.fill(
        "unmet-needs",
        Source(
            gettext_lazy("Needs that nobody met"),
            lambda params: unmet_report().rows,
            _unmet_columns,
            _unmet_rows,
            back=lambda: f"{needs_url()}unmet/",
        ),
    )
    sources.fill(
        "our-needs",
        Source(
            gettext_lazy("Our needs"), _find_own, _own_columns, _own_rows, is_private=True,
            back=lambda: reverse("needs:list"),
        ),
    )  # fmt: skip
