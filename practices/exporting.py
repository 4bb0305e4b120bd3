"""Lists of practices as they leave for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from network_site.common.exports import Column, Source, sources
from network_site.common.language import current_language, language_name
from network_site.organizations.actor import current
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import RecordQuery, find_records, index_paths
from network_site.taxonomy.models import Term

from .cards import provenance_words, shown_text
from .enums import Direction, Label, Stage
from .models import DatabankPage, PracticeVersion
from .selectors import list_versions

KIND = "practice"
# Schemes whose terms fill a column of their own.
SCHEMES = ("LAF", "IN", "TG", "SEC", "SC")


def _base() -> str:
    return index_paths(DatabankPage).get(current_language(), "/")


def _public_columns() -> list[Column]:
    return [
        Column("code", _("Number")),
        Column("title", _("Title")),
        Column("one_line", _("In one sentence")),
        Column("language", _("Language of the text")),
        Column("country_code", _("Country code")),
        Column("country", _("Country")),
        Column("region", _("Region")),
        Column("owner", _("Owner")),
        Column("start_year", _("First year")),
        Column("end_year", _("Last year")),
        Column("stage", _("Stage")),
        Column("LAF", _("Function")),
        Column("IN", _("Kind of measure")),
        Column("TG", _("People served")),
        Column("SEC", _("Sector")),
        Column("SC", _("Scale")),
        Column("evidence_level", _("Evidence level")),
        Column("direction", _("Direction")),
        Column("label", pgettext("mark of a practice", "Label")),
        Column("provenance", _("Where it comes from")),
        Column("version", _("Version")),
        Column("published_on", _("Published on")),
        Column("last_confirmed", _("Last confirmed by the owner")),
        Column("is_demo", _("Demonstration")),
        Column("url", _("Address")),
    ]


def _public_rows(found: Iterable[PublishedRecord]) -> Iterator[Mapping[str, Any]]:
    records = list(found)
    base = _base()
    codes = {code for record in records for name in SCHEMES for code in record.snapshot["terms"].get(name, [])}
    terms = Term.objects.in_bulk(codes)
    for record in records:
        snapshot = record.snapshot
        shown = shown_text(snapshot)
        yield {
            "code": record.code,
            "title": shown.texts["title"],
            "one_line": shown.texts["one_line"],
            "language": language_name(shown.language),
            "country_code": record.country_id,
            "country": record.country.name if record.country else "",
            "region": snapshot["region"],
            "owner": record.owner.name,
            "start_year": snapshot["start_year"],
            "end_year": snapshot["end_year"],
            "stage": Stage(snapshot["stage"]).label if snapshot["stage"] else "",
            "evidence_level": record.evidence_level,
            "direction": Direction(snapshot["marks"]["direction"]).label,
            "label": Label(snapshot["marks"]["label"]).label,
            "provenance": provenance_words(snapshot),
            "version": record.version,
            "published_on": record.published_at.date(),
            "last_confirmed": record.last_confirmed,
            "is_demo": record.is_demo,
            "url": f"{settings.SITE_URL}{base}{record.path}",
        } | {
            name: "; ".join(terms[code].label for code in snapshot["terms"].get(name, []) if code in terms)
            for name in SCHEMES
        }


def _find_public(params: QueryDict) -> Any:
    return find_records(RecordQuery.from_params(params), kind=KIND)


def _own_columns() -> Sequence[Column]:
    return [
        Column("id", _("Identifier")),
        Column("title", _("Title")),
        Column("one_line", _("In one sentence")),
        Column("language", _("Language of the text")),
        Column("owner", _("Owner")),
        Column("status", pgettext("of a record", "State")),
        Column("number", _("Version")),
        Column("start_year", _("First year")),
        Column("end_year", _("Last year")),
        Column("changed_at", _("Last change")),
        Column("url", _("Address")),
    ]


def _own_rows(found: Iterable[PracticeVersion]) -> Iterator[Mapping[str, Any]]:
    for version in found:
        yield {
            "id": str(version.pk),
            "title": version.title,
            "one_line": version.one_line,
            "language": language_name(version.source_language),
            "owner": version.practice.owner.name,
            "status": version.get_status_display(),
            "number": version.number,
            "start_year": version.start_year,
            "end_year": version.end_year,
            "changed_at": version.changed_at,
            "url": f"{settings.SITE_URL}{reverse('practices:version', args=[version.pk])}",
        }


def _find_own(params: QueryDict) -> Any:
    actor = current()
    return list_versions(actor) if actor.organization_id else PracticeVersion.objects.none()


def connect() -> None:
    """Offer the lists (called when the app is ready)."""
    sources.fill(
        "practices", Source(gettext_lazy("Practices"), _find_public, _public_columns, _public_rows, back=_base)
    )
    sources.fill(
        "our-practices",
        Source(
            gettext_lazy("Our practices"),
            _find_own,
            _own_columns,
            _own_rows,
            is_private=True,
            back=lambda: reverse("practices:list"),
        ),
    )
