"""The databank in the public API: the public plane and nothing else, whoever asks."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from pydantic import WithJsonSchema

from network_site.common.api import InLanguage, Page, Paged, Refusal, absolute, changed, paged
from network_site.common.language import current_language, pick
from network_site.publishing.models import PublishedRecord, PublishedVersion
from network_site.publishing.selectors import (
    MAX_FILTERS,
    MAX_QUERY,
    RELEVANCE,
    RecordQuery,
    find_records,
    index_paths,
)
from network_site.publishing.selectors import public_records as records_of

from .cards import marks, provenance_words, shown_text
from .enums import Direction, Label
from .models import DatabankPage
from .snapshot import JSON_SCHEMA

KIND = "practice"

router = Router(tags=["Practices"])


class NamedOut(Schema):
    """Something with a stable key and a name in the reader's language."""

    key: str
    name: str


class MarksOut(Schema):
    """How strong the evidence is, which way it points, and how fully the practice is described."""

    evidence_level: int | None = Field(
        description="0 to 5 (scheme EV); null when the evidence is too old to show a level."
    )
    direction: str = Field(description="What the evidence says about the effect.", examples=["positive"])
    direction_label: str
    label: str = Field(description="The Network's label; `none` when there is none.")
    label_words: str
    completeness: dict[str, str] = Field(description="Five aspects, each described in full, in part or not.")
    is_dated: bool = Field(description="Whether the newest evidence is more than five years old.")


class PracticeOut(Schema):
    """A practice as lists show it."""

    id: str = Field(description="Stable identifier (UUID).")
    number: int = Field(description="Public number, part of addresses.", examples=[18])
    code: str = Field(description="What people quote.", examples=["P-0018"])
    version: int = Field(description="The current version.", examples=[1])
    title: str = Field(description="In the language named by `language`.")
    one_line: str
    language: str = Field(
        description="Language of title and line: the reader's where there is a text, else the source."
    )
    languages: list[str] = Field(description="Languages in which there are texts.")
    country: NamedOut | None = Field(description="Country (key is ISO 3166-1, two letters).")
    owner: NamedOut = Field(description="The organisation on record as its owner.")
    terms: dict[str, list[str]] = Field(description="Codes of its terms, by scheme.")
    marks: MarksOut
    provenance: str = Field(description="Where the record comes from (scheme PV).", examples=["PV04"])
    provenance_label: str
    first_published_at: dt.datetime
    published_at: dt.datetime = Field(description="When the current version was published.")
    last_confirmed: dt.date | None = Field(description="When the owner last said that it still holds.")
    is_demo: bool = Field(description="Invented to show how the site works.")
    url: str = Field(description="Its page in the reader's language.")
    api_url: str = Field(description="Its address here.")


class Practices(Page):
    results: list[PracticeOut]


class PracticeDetail(PracticeOut):
    """A practice, whole."""

    permanent_url: str = Field(description="The page of this very version; it never changes.")
    document: Annotated[dict[str, Any], WithJsonSchema(JSON_SCHEMA)] = Field(
        description="The published document: language-neutral, with the texts of all languages."
    )


class VersionOut(Schema):
    """One version of a practice."""

    version: int
    published_at: dt.datetime
    digest: str = Field(description="SHA-256 of the document, as recorded in the audit trail.")
    is_current: bool
    url: str
    api_url: str


class Versions(Page):
    results: list[VersionOut]


class VersionDetail(VersionOut):
    """One version of a practice, whole. It never changes."""

    document: Annotated[dict[str, Any], WithJsonSchema(JSON_SCHEMA)] = Field(
        description="The published document: language-neutral, with the texts of all languages."
    )


Code = Annotated[str, Field(max_length=24)]
Level = Annotated[int, Field(ge=0, le=5)]


class PracticeFilters(Paged):
    """The filters of the databank. Values of one filter widen the result, different filters narrow it."""

    q: str = Field(
        "",
        max_length=MAX_QUERY,
        description="Words, found as the search of the site finds them, in all languages.",
        examples=["inspection"],
    )
    country: list[Code] = Field([], max_length=MAX_FILTERS, description="Codes of countries, ISO 3166-1.")
    theme: list[Code] = Field([], max_length=MAX_FILTERS, description="Codes of functions (scheme LAF) and above.")
    group: list[Code] = Field([], max_length=MAX_FILTERS, description="Codes of people served (scheme TG).")
    evidence: list[Level] = Field([], max_length=MAX_FILTERS, description="Evidence levels, 0 to 5.")
    sort: Literal["relevance", "newest", "evidence", "title"] | None = Field(
        None,
        description="Order of the list. Without it: the best matches first where there are words, else the newest.",
    )

    def as_query(self) -> RecordQuery:
        """The same question as the databank's page asks it."""
        text = self.q.strip()
        return RecordQuery(
            text=text,
            country=tuple(self.country),
            theme=tuple(self.theme),
            group=tuple(self.group),
            evidence=tuple(str(level) for level in self.evidence),
            sort=self.sort or (RELEVANCE if text else "newest"),
        )


# --- Answers ---------------------------------------------------------------------------------


def _base() -> str:
    return index_paths(DatabankPage).get(current_language(), "/")


def _marks(record: PublishedRecord, snapshot: dict[str, Any]) -> dict[str, Any]:
    given = snapshot["marks"]
    return {
        "evidence_level": None
        if marks(snapshot, record.last_confirmed)["evidence_hidden"]
        else given["evidence_level"],
        "direction": given["direction"],
        "direction_label": str(Direction(given["direction"]).label),
        "label": given["label"],
        "label_words": str(Label(given["label"]).label),
        "completeness": given["completeness"],
        "is_dated": given.get("is_dated", False),
    }


def _practice(record: PublishedRecord, base: str) -> dict[str, Any]:
    snapshot = record.snapshot
    shown = shown_text(snapshot)
    country = record.country
    return {
        "id": str(record.pk),
        "number": record.number,
        "code": record.code,
        "version": record.version,
        "title": shown.texts["title"],
        "one_line": shown.texts["one_line"],
        "language": shown.language,
        "languages": sorted(snapshot["texts"]),
        "country": {"key": country.pk, "name": country.name} if country else None,
        "owner": {"key": snapshot["owner"]["key"], "name": pick(snapshot["owner"]["names"]) or ""},
        "terms": snapshot["terms"],
        "marks": _marks(record, snapshot),
        "provenance": record.provenance,
        "provenance_label": str(provenance_words(snapshot)),
        "first_published_at": record.first_published_at,
        "published_at": record.published_at,
        "last_confirmed": record.last_confirmed,
        "is_demo": record.is_demo,
        "url": absolute(f"{base}{record.path}"),
        "api_url": absolute(f"/api/v1/practices/{record.number}/"),
    }


def _version(record: PublishedRecord, version: PublishedVersion, base: str) -> dict[str, Any]:
    return {
        "version": version.version,
        "published_at": version.published_at,
        "digest": version.digest,
        "is_current": version.version == record.version,
        "url": absolute(f"{base}{record.path}v{version.version}/"),
        "api_url": absolute(f"/api/v1/practices/{record.number}/versions/{version.version}/"),
    }


def _found(number: int) -> PublishedRecord:
    """The record of a public number. Raises Http404, and Refusal (410) once it was withdrawn."""
    record = records_of(KIND).filter(number=number).first() if 0 < number < 2**31 else None
    if record is None:
        raise Http404
    if record.state == PublishedRecord.State.WITHDRAWN:
        raise Refusal(410, _("This practice was withdrawn."), record.withdrawal_reason)
    return record


def last_change(record: PublishedRecord) -> dt.datetime:
    """When what a record shows last changed: its publication, or the day of a later confirmation."""
    if record.last_confirmed is None:
        return record.published_at
    confirmed = timezone.make_aware(dt.datetime.combine(record.last_confirmed, dt.time.min))
    return max(record.published_at, confirmed)


@router.get("practices/", response=Practices, operation_id="list_practices", url_name="list_practices")
def list_practices(request: HttpRequest, asked: Query[PracticeFilters]) -> dict[str, Any]:
    """Published practices, with the filters and orders of the databank."""
    base = _base()
    found = find_records(asked.as_query(), kind=KIND, public_only=True)
    return paged(request, asked, found, lambda record: _practice(record, base))


@router.get("practices/{int:number}/", response=PracticeDetail, operation_id="get_practice", url_name="get_practice")
def get_practice(request: HttpRequest, number: int, asked: Query[InLanguage]) -> dict[str, Any]:
    """One practice by its public number, with its whole document; 410 with the reason once withdrawn."""
    record = _found(number)
    base = _base()
    changed(request, last_change(record))
    return _practice(record, base) | {
        "permanent_url": absolute(f"{base}{record.path}v{record.version}/"),
        "document": record.snapshot,
    }


@router.get(
    "practices/{int:number}/versions/",
    response=Versions,
    operation_id="list_practice_versions",
    url_name="list_practice_versions",
)
def list_practice_versions(request: HttpRequest, number: int, asked: Query[Paged]) -> dict[str, Any]:
    """The versions of a practice, newest first."""
    record = _found(number)
    base = _base()
    changed(request, record.published_at)
    versions = PublishedVersion.objects.filter(record_id=record.pk).defer("snapshot")
    return paged(request, asked, versions, lambda version: _version(record, version, base))


@router.get(
    "practices/{int:number}/versions/{int:version}/",
    response=VersionDetail,
    operation_id="get_practice_version",
    url_name="get_practice_version",
)
def get_practice_version(request: HttpRequest, number: int, version: int, asked: Query[InLanguage]) -> dict[str, Any]:
    """One version of a practice, as it was published."""
    record = _found(number)
    found = (
        PublishedVersion.objects.filter(record_id=record.pk, version=version).first() if 0 < version < 2**15 else None
    )
    if found is None:
        raise Http404
    changed(request, max(found.published_at, record.published_at))
    return _version(record, found, _base()) | {"document": found.snapshot}
