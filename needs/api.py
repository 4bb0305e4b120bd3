"""The register in the public API: the public plane and nothing else, whoever asks."""

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
from network_site.publishing.selectors import MAX_FILTERS, MAX_QUERY, RELEVANCE
from network_site.publishing.selectors import public_records as records_of

from .cards import needs_url, shown_text
from .enums import BudgetBand, NeedStatus
from .selectors import NeedQuery, find_needs
from .snapshot import JSON_SCHEMA

KIND = "need"

router = Router(tags=["Needs"])


class PartyOut(Schema):
    """Something with a stable key and a name in the reader's language."""

    key: str
    name: str


class NeedOut(Schema):
    """A need as lists show it."""

    id: str = Field(description="Stable identifier (UUID).")
    number: int = Field(description="Public number, part of addresses.", examples=[7])
    code: str = Field(description="What people quote.", examples=["N-0007"])
    version: int = Field(description="The current version.", examples=[1])
    title: str = Field(description="In the language named by `language`.")
    summary: str
    language: str = Field(
        description="Language of title and summary: the reader's where there is a text, else the source."
    )
    country: PartyOut | None = Field(description="Country (key is ISO 3166-1, two letters).")
    owner: PartyOut = Field(description="The ministry that stated it.")
    status: str = Field(description="Where it stands.", examples=["registered"])
    status_label: str
    terms: list[str] = Field(description="Codes of its terms (schemes LAF, DI, TG, CM).")
    budget_band: str = Field(description="Rough size in US dollars; empty when not known.", examples=["50_150"])
    budget_band_label: str
    unmet_reason: str = Field(description="Why nobody met it; empty unless its status is `unmet`.")
    registered_on: dt.date
    smaller_economy: bool = Field(description="Whether its country counts as a smaller economy.")
    published_at: dt.datetime = Field(description="When the current version was published.")
    is_demo: bool = Field(description="Invented to show how the site works.")
    url: str = Field(description="Its page in the reader's language.")
    api_url: str = Field(description="Its address here.")


class Needs(Page):
    results: list[NeedOut]


class NeedDetail(NeedOut):
    """A need, whole."""

    document: Annotated[dict[str, Any], WithJsonSchema(JSON_SCHEMA)] = Field(
        description="The published document: language-neutral, with the texts of all languages."
    )


Code = Annotated[str, Field(max_length=24)]
State = Literal["registered", "in_diagnosis", "in_drafting", "advertised", "in_execution", "met", "partly_met", "unmet"]


class NeedFilters(Paged):
    """The filters of the register. Values of one filter widen the result, different filters narrow it."""

    q: str = Field(
        "",
        max_length=MAX_QUERY,
        description="Words, found as the search of the site finds them, in all languages.",
        examples=["complaints"],
    )
    country: list[Code] = Field([], max_length=MAX_FILTERS, description="Codes of countries, ISO 3166-1.")
    theme: list[Code] = Field([], max_length=MAX_FILTERS, description="Codes of functions (scheme LAF) and above.")
    problem: list[Code] = Field([], max_length=MAX_FILTERS, description="Codes of problems (scheme DI) and above.")
    group: list[Code] = Field([], max_length=MAX_FILTERS, description="Codes of people served (scheme TG).")
    state: list[State] = Field([], max_length=MAX_FILTERS, description="Where a need stands.")
    sort: Literal["relevance", "newest", "oldest", "title"] | None = Field(
        None,
        description="Order of the list. Without it: the best matches first where there are words, else the newest.",
    )

    def as_query(self) -> NeedQuery:
        """The same question as the page of the register asks it."""
        text = self.q.strip()
        return NeedQuery(
            text=text,
            country=tuple(self.country),
            theme=tuple(self.theme),
            problem=tuple(self.problem),
            group=tuple(self.group),
            state=tuple(self.state),
            sort=self.sort or (RELEVANCE if text else "newest"),
        )


def _need(record: PublishedRecord, base: str) -> dict[str, Any]:
    snapshot = record.snapshot
    text, lang = shown_text(snapshot)
    country = record.country
    return {
        "id": str(record.pk),
        "number": record.number,
        "code": record.code,
        "version": record.version,
        "title": text["title"],
        "summary": text["summary"],
        "language": lang or current_language(),
        "country": {"key": country.pk, "name": country.name} if country else None,
        "owner": {"key": snapshot["owner"]["key"], "name": pick(snapshot["owner"]["names"]) or ""},
        "status": snapshot["status"],
        "status_label": str(NeedStatus(snapshot["status"]).label),
        "terms": snapshot["terms"],
        "budget_band": snapshot["budget_band"],
        "budget_band_label": str(BudgetBand(snapshot["budget_band"]).label),
        "unmet_reason": snapshot["unmet_reason"],
        "registered_on": snapshot["registered_on"],
        "smaller_economy": snapshot["smaller_economy"],
        "published_at": record.published_at,
        "is_demo": record.is_demo,
        "url": absolute(f"{base}{record.path}"),
        "api_url": absolute(f"/api/v1/needs/{record.number}/"),
    }


@router.get("needs/", response=Needs, operation_id="list_needs", url_name="list_needs")
def list_needs(request: HttpRequest, asked: Query[NeedFilters]) -> dict[str, Any]:
    """Registered needs that everybody may read, with the filters and orders of the register."""
    base = needs_url()
    found = find_needs(asked.as_query(), public_only=True)
    return paged(request, asked, found, lambda record: _need(record, base))


@router.get("needs/{int:number}/", response=NeedDetail, operation_id="get_need", url_name="get_need")
def get_need(request: HttpRequest, number: int, asked: Query[InLanguage]) -> dict[str, Any]:
    """One need by its public number, with its whole document; 410 with the reason once withdrawn."""
    record = records_of(KIND).filter(number=number).first() if 0 < number < 2**31 else None
    if record is None:
        raise Http404
    if record.state == PublishedRecord.State.WITHDRAWN:
        raise Refusal(410, _("This need was withdrawn."), record.withdrawal_reason)
    changed(request, record.published_at)
    return _need(record, needs_url()) | {"document": record.snapshot}
