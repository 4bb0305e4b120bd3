"""The list of offers as it leaves for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from network_site.common.exports import Column, Source, sources
from network_site.common.language import language_name
from network_site.publishing.models import PublishedRecord
from network_site.taxonomy.models import Term

from .cards import languages_words, offers_url, shown_texts, verified_on
from .enums import OfferForm, OfferStatus
from .rules import country_names
from .selectors import OfferQuery, find_offers


def _columns() -> list[Column]:
    return [
        Column("code", _("Number")),
        Column("title", _("Title")),
        Column("summary", _("In one sentence")),
        Column("language", _("Language of the text")),
        Column("form", _("What is offered")),
        Column("status", pgettext("of a record", "State")),
        Column("owner", _("Owner")),
        Column("least", _("Smallest amount")),
        Column("most", _("Largest amount")),
        Column("currency", _("Currency")),
        Column("countries", _("For which country")),
        Column("languages", _("Languages")),
        Column("themes", _("Function")),
        Column("competences", _("What can be done")),
        Column("rules", _("Rules")),
        Column("closes_on", _("Last day")),
        Column("time_zone", _("Time zone")),
        Column("verified_on", _("Last confirmed")),
        Column("is_demo", _("Demonstration")),
        Column("url", _("Address")),
    ]


def _rows(found: Iterable[PublishedRecord]) -> Iterator[Mapping[str, Any]]:
    records = list(found)
    base = offers_url()
    codes = {code for record in records for code in record.snapshot["terms"]}
    codes |= {part["term"] for record in records for part in record.snapshot["competences"]}
    terms = Term.objects.in_bulk(codes)
    for record in records:
        snapshot = record.snapshot
        language, texts = shown_texts(snapshot)
        competences = [part["term"] for part in snapshot["competences"]]
        yield {
            "code": record.code,
            "title": texts["title"],
            "summary": texts["summary"],
            "language": language_name(language),
            "form": OfferForm(snapshot["form"]).label,
            "status": OfferStatus(snapshot["status"]).label,
            "owner": record.owner.name,
            "least": snapshot["least"],
            "most": snapshot["most"],
            "currency": snapshot["currency"],
            "countries": country_names(snapshot["countries"]),
            "languages": languages_words(snapshot["languages"]),
            "themes": "; ".join(terms[code].label for code in snapshot["terms"] if code in terms),
            "competences": "; ".join(terms[code].label for code in competences if code in terms),
            "rules": "\n".join(part["sentence"] for part in snapshot["rules"]),
            "closes_on": snapshot["closes_on"],
            "time_zone": snapshot["time_zone"] if snapshot["closes_on"] else "",
            "verified_on": verified_on(record),
            "is_demo": record.is_demo,
            "url": f"{settings.SITE_URL}{base}{record.path}",
        }


def _find(params: QueryDict) -> Any:
    return find_offers(OfferQuery.from_params(params))


def connect() -> None:
    """Offer the list (called when the app is ready)."""
    sources.fill("offers", Source(gettext_lazy("Offers"), _find, _columns, _rows, back=offers_url))
