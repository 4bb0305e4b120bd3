"""Published projects in the public API: the public plane and nothing else, whoever asks."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from pydantic import WithJsonSchema

from network_site.common.api import InLanguage, Page, Paged, Refusal, absolute, changed, paged
from network_site.common.language import current_language, pick
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import MAX_FILTERS, MAX_QUERY, RELEVANCE, index_paths
from network_site.publishing.selectors import public_records as records_of
from network_site.taxonomy.models import Country

from .cards import codes_of, country_names, money_of, shown_text
from .enums import ProjectStatus
from .models import ProjectsPage
from .selectors.published import KIND, ProjectQuery, find_projects
from .snapshot import JSON_SCHEMA

router = Router(tags=["Projects"])

Amount = Annotated[str, Field(description="A decimal number as text, so that no cent is lost.", examples=["150000.00"])]


class NamedPlace(Schema):
    """Something with a stable key and a name in the reader's language."""

    key: str
    name: str


class SumsOut(Schema):
    """What the project costs, asks for and has, in its own currency. Pledges are not public."""

    currency: str = Field(description="ISO 4217.", examples=["USD"])
    total: Amount
    needed: Amount
    counterpart: Amount
    committed: Amount
    received: Amount
    open: Amount


class ProjectOut(Schema):
    """A project as lists show it."""

    id: str = Field(description="Stable identifier (UUID).")
    number: int = Field(description="Public number, part of addresses.", examples=[3])
    code: str = Field(description="What people quote.", examples=["PR-0003"])
    version: int = Field(description="The current version.", examples=[1])
    title: str = Field(description="In the language named by `language`.")
    summary: str
    language: str = Field(
        description="Language of title and summary: the reader's where there is a text, else the source."
    )
    countries: list[NamedPlace] = Field(description="Countries that take part (key is ISO 3166-1, two letters).")
    owner: NamedPlace = Field(description="The organisation that asks.")
    status: str = Field(description="Where it stands.", examples=["published"])
    status_label: str
    iati_status: str = Field(description="The same in IATI's list ActivityStatus.", examples=["1"])
    terms: dict[str, list[str]] = Field(description="Codes of its terms, by scheme.")
    sums: SumsOut
    months: int | None
    interest_until: dt.date | None = Field(description="Until when donors may show interest.")
    first_published_at: dt.datetime
    published_at: dt.datetime = Field(description="When the current version was published.")
    is_demo: bool = Field(description="Invented to show how the site works.")
    url: str = Field(description="Its page in the reader's language.")
    api_url: str = Field(description="Its address here.")


class Projects(Page):
    results: list[ProjectOut]


class ProjectDetail(ProjectOut):
    """A project, whole."""

    permanent_url: str = Field(description="The page of this very version; it never changes.")
    word_url: str = Field(description="The Terms of Reference as a Word file.")
    iati_url: str = Field(description="The activity in IATI 2.03.")
    document: Annotated[dict[str, Any], WithJsonSchema(JSON_SCHEMA)] = Field(
        description="The published document: language-neutral, with the texts of all languages."
    )


Code = Annotated[str, Field(max_length=24)]
Band = Literal["to-50", "to-150", "to-500", "to-2000", "more", "other"]


class ProjectFilters(Paged):
    """The filters of the list. Values of one filter widen the result, different filters narrow it."""

    q: str = Field("", max_length=MAX_QUERY, description="Words, found as the search of the site finds them.")
    stage: Literal["seeking", "running", "ended"] | None = Field(
        None, description="Seeking funding, in execution, or ended."
    )
    country: list[Code] = Field([], max_length=MAX_FILTERS, description="Codes of countries, ISO 3166-1.")
    theme: list[Code] = Field([], max_length=MAX_FILTERS, description="Codes of functions (scheme LAF) and above.")
    amount: list[Band] = Field(
        [],
        max_length=MAX_FILTERS,
        description="What is asked for, in thousands of US dollars; `other` are requests in another currency.",
    )
    sort: Literal["relevance", "newest", "deadline", "amount", "title"] | None = Field(
        None,
        description="Order of the list. Without it: the best matches first where there are words, else the newest.",
    )

    def as_query(self) -> ProjectQuery:
        """The same question as the list's page asks it."""
        text = self.q.strip()
        return ProjectQuery(
            text=text,
            stage=self.stage or "",
            country=tuple(self.country),
            theme=tuple(self.theme),
            amount=tuple(self.amount),
            sort=self.sort or (RELEVANCE if text else "newest"),
        )


# --- Answers ---------------------------------------------------------------------------------


def _base() -> str:
    return index_paths(ProjectsPage).get(current_language(), "/")


def _project(record: PublishedRecord, base: str, names: dict[str, str]) -> dict[str, Any]:
    snapshot = record.snapshot
    shown, money = shown_text(snapshot), money_of(snapshot)
    return {
        "id": str(record.pk),
        "number": record.number,
        "code": record.code,
        "version": record.version,
        "title": shown.texts["title"],
        "summary": shown.texts.get("summary", ""),
        "language": shown.language,
        "countries": [{"key": code, "name": names.get(code, code)} for code in codes_of(snapshot)],
        "owner": {"key": snapshot["owner"]["key"], "name": pick(snapshot["owner"]["names"]) or ""},
        "status": snapshot["status"],
        "status_label": str(ProjectStatus(snapshot["status"]).label),
        "iati_status": snapshot["iati_status"],
        "terms": snapshot["terms"],
        "sums": {
            "currency": money.currency,
            "total": str(money.total),
            "needed": str(money.needed),
            "counterpart": str(money.counterpart),
            "committed": str(money.committed),
            "received": str(money.received),
            "open": str(money.open),
        },
        "months": snapshot.get("months"),
        "interest_until": snapshot.get("interest_until"),
        "first_published_at": record.first_published_at,
        "published_at": record.published_at,
        "is_demo": record.is_demo,
        "url": absolute(f"{base}{record.path}"),
        "api_url": absolute(f"/api/v1/projects/{record.number}/"),
    }


@router.get("projects/", response=Projects, operation_id="list_projects", url_name="list_projects")
def list_projects(request: HttpRequest, asked: Query[ProjectFilters]) -> dict[str, Any]:
    """Published projects, with the filters and orders of the list."""
    base, names = _base(), {country.pk: country.name for country in Country.objects.all()}
    found = find_projects(asked.as_query(), public_only=True)
    return paged(request, asked, found, lambda record: _project(record, base, names))


@router.get("projects/{int:number}/", response=ProjectDetail, operation_id="get_project", url_name="get_project")
def get_project(request: HttpRequest, number: int, asked: Query[InLanguage]) -> dict[str, Any]:
    """One project by its public number, with its whole document; 410 with the reason once withdrawn."""
    record = records_of(KIND).filter(number=number).first() if 0 < number < 2**31 else None
    if record is None:
        raise Http404
    if record.state == PublishedRecord.State.WITHDRAWN:
        raise Refusal(410, _("This project was withdrawn."), record.withdrawal_reason)
    base = _base()
    changed(request, record.published_at)
    return _project(record, base, country_names(codes_of(record.snapshot))) | {
        "permanent_url": absolute(f"{base}{record.path}v{record.version}/"),
        "word_url": absolute(f"{base}{record.path}word/"),
        "iati_url": absolute(f"{base}{record.path}iati/"),
        "document": record.snapshot,
    }
