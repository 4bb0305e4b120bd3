"""Offers in the public API: the public plane and nothing else, whoever asks.

The shape is close to that of CommonGrants where the words mean the same: `opportunity`'s title, description, status,
funding and key dates.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema
from pydantic import WithJsonSchema

from network_site.common.api import InLanguage, Page, Paged, Refusal, absolute, changed, paged
from network_site.common.language import pick
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import public_records

from .cards import offers_url, shown_texts, verified_on
from .enums import OfferForm, OfferStatus
from .selectors import OfferQuery, find_offers
from .snapshot import JSON_SCHEMA

KIND = "offer"
MAX_FILTERS = 50

router = Router(tags=["Offers"])


class Labelled(Schema):
    """A code and what it means in the reader's language."""

    value: str
    label: str


class Owner(Schema):
    """The organisation on record as the owner of an offer."""

    key: str
    name: str


class Funding(Schema):
    """How much one request may get; null where nothing is said."""

    min_award_amount: str | None = Field(
        description="Smallest amount, a decimal number as text.", examples=["10000.00"]
    )
    max_award_amount: str | None = Field(
        description="Largest amount, a decimal number as text.", examples=["150000.00"]
    )
    currency: str = Field(description="ISO 4217; empty where no amount is given.", examples=["USD"])


class KeyDates(Schema):
    """When the offer ends, and when it was last confirmed."""

    close_date: dt.date | None = Field(description="The last day, to its end in `time_zone`.")
    time_zone: str = Field(description="Name in the IANA time zone database.", examples=["America/New_York"])
    verified_on: dt.date | None = Field(description="When its owner, or the Network, last made sure that it is so.")


class OfferOut(Schema):
    """An offer as lists show it."""

    id: str = Field(description="Stable identifier (UUID).")
    number: int = Field(description="Public number, part of addresses.", examples=[7])
    code: str = Field(description="What people quote.", examples=["O-0007"])
    version: int = Field(description="The current edition.")
    title: str = Field(description="In the language named by `language`.")
    summary: str
    language: str = Field(description="Language of title and summary.")
    form: Labelled = Field(description="Funding, assistance, an expert, or a visit.")
    status: Labelled = Field(description="`forecasted`, `open`, `paused` or `closed`.")
    owner: Owner
    funding: Funding
    key_dates: KeyDates
    countries: list[str] = Field(description="ISO 3166-1 codes; empty means any country.")
    languages: list[str] = Field(description="Languages in which one can ask.")
    terms: list[str] = Field(description="Codes of its terms.")
    is_demo: bool = Field(description="Invented to show how the site works.")
    first_published_at: dt.datetime
    published_at: dt.datetime
    url: str = Field(description="Its page in the reader's language.")
    api_url: str = Field(description="Its address here.")


class Offers(Page):
    results: list[OfferOut]


class OfferDetail(OfferOut):
    """An offer, whole: with its rules as data and in the words of whoever offers it."""

    description: str
    document: Annotated[dict[str, Any], WithJsonSchema(JSON_SCHEMA)] = Field(
        description="The published document: language-neutral, with the rules as data."
    )


Code = Annotated[str, Field(max_length=24)]


class OfferFilters(Paged):
    """The filters of the list. Values of one filter widen the result, different filters narrow it."""

    q: str = Field("", max_length=200, description="Words, found as the search of the site finds them.")
    form: list[Code] = Field([], max_length=MAX_FILTERS, description="`funding`, `advice`, `expert` or `visit`.")
    status: list[Code] = Field([], max_length=MAX_FILTERS, description="States.")
    theme: list[Code] = Field([], max_length=MAX_FILTERS, description="Codes of functions (scheme LAF).")
    country: list[Code] = Field(
        [], max_length=MAX_FILTERS, description="Codes of countries, ISO 3166-1; offers for any country fit too."
    )
    language: list[Code] = Field([], max_length=MAX_FILTERS, description="Languages in which one can ask.")


def _offer(record: PublishedRecord, base: str) -> dict[str, Any]:
    snapshot = record.snapshot
    language, texts = shown_texts(snapshot)
    return {
        "id": str(record.pk),
        "number": record.number,
        "code": record.code,
        "version": record.version,
        "title": texts["title"],
        "summary": texts["summary"],
        "language": language,
        "form": {"value": snapshot["form"], "label": str(OfferForm(snapshot["form"]).label)},
        "status": {"value": snapshot["status"], "label": str(OfferStatus(snapshot["status"]).label)},
        "owner": {"key": snapshot["owner"]["key"], "name": pick(snapshot["owner"]["names"]) or ""},
        "funding": {
            "min_award_amount": snapshot["least"],
            "max_award_amount": snapshot["most"],
            "currency": snapshot["currency"],
        },
        "key_dates": {
            "close_date": snapshot["closes_on"],
            "time_zone": snapshot["time_zone"],
            "verified_on": verified_on(record),
        },
        "countries": snapshot["countries"],
        "languages": snapshot["languages"],
        "terms": snapshot["terms"],
        "is_demo": record.is_demo,
        "first_published_at": record.first_published_at,
        "published_at": record.published_at,
        "url": absolute(f"{base}{record.path}"),
        "api_url": absolute(f"/api/v1/offers/{record.number}/"),
    }


@router.get("offers/", response=Offers, operation_id="list_offers", url_name="list_offers")
def list_offers(request: HttpRequest, asked: Query[OfferFilters]) -> dict[str, Any]:
    """Published offers, with the filters of the list; open ones first."""
    base = offers_url()
    query = OfferQuery(
        text=asked.q.strip(),
        form=tuple(asked.form),
        theme=tuple(asked.theme),
        country=tuple(asked.country),
        language=tuple(asked.language),
        status=tuple(asked.status),
    )
    return paged(request, asked, find_offers(query, public_only=True), lambda record: _offer(record, base))


@router.get("offers/{int:number}/", response=OfferDetail, operation_id="get_offer", url_name="get_offer")
def get_offer(request: HttpRequest, number: int, asked: Query[InLanguage]) -> dict[str, Any]:
    """One offer by its public number, with its rules; 410 with the reason once it was put away or hidden."""
    record = public_records(KIND).filter(number=number).first() if 0 < number < 2**31 else None
    if record is None:
        raise Http404
    if record.state == PublishedRecord.State.WITHDRAWN:
        raise Refusal(410, _("This offer is no longer shown."), record.withdrawal_reason)
    changed(request, record.published_at)
    _language, texts = shown_texts(record.snapshot)
    return _offer(record, offers_url()) | {"description": texts["description"], "document": record.snapshot}
