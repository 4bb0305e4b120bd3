"""Offers as their owner works on them, and as anybody finds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from network_site.common.language import current_language, language_name, pick
from network_site.common.models import TransitionRecord
from network_site.organizations.actor import Actor
from network_site.publishing.models import PublishedRecord, RecordTerm
from network_site.publishing.selectors import Facet, Option
from network_site.publishing.slots import Matches, record_words
from network_site.taxonomy.models import Country, Term

from ..enums import OfferForm, OfferStatus
from ..models import Follow, Offer, Profile
from ..rules import Rule, rules_of

KIND = "offer"
PAGE_SIZE = 20
MAX_WORDS = 200
MAX_CHOSEN = 50


# --- An organisation's own -----------------------------------------------------------------------


def list_offers(actor: Actor) -> QuerySet[Offer]:
    """The offers of the actor's organisation, newest first."""
    offers: QuerySet[Offer] = Offer.objects.filter(owner_id=actor.organization_id)
    return offers.order_by("-created_at")


def get_offer(pk: UUID) -> Offer:
    """An offer that the actor may read. Raises Offer.DoesNotExist."""
    offer: Offer = Offer.objects.select_related("owner").get(pk=pk)
    return offer


def open_offers(actor: Actor) -> list[tuple[Offer, list[Rule]]]:
    """The open offers of the actor's organisation with their rules: two queries."""
    offers = list_offers(actor).filter(status=OfferStatus.OPEN).prefetch_related("rules").order_by("created_at")
    return [(offer, rules_of_row(offer)) for offer in offers]


def rules_of_row(offer: Offer) -> list[Rule]:
    """The rules of an offer as they would be read from its snapshot."""
    parts = [
        {
            "kind": row.kind,
            "value": row.value,
            "sentence": row.sentence,
            "stated_on": row.stated_on.isoformat() if row.stated_on else None,
        }
        for row in offer.rules.all()
    ]
    return rules_of({"countries": offer.countries, "rules": parts})


def history_of(offer: Offer) -> QuerySet[TransitionRecord]:
    """The steps of an offer, newest first."""
    steps: QuerySet[TransitionRecord] = TransitionRecord.objects.filter(root_id=offer.pk)
    return steps.order_by("-at")


def profile_of(organization_id: UUID | None) -> Profile | None:
    """What an organisation says of itself as a partner."""
    return Profile.objects.filter(organization_id=organization_id).first() if organization_id else None


def follows(actor: Actor, records: Collection[UUID]) -> set[UUID]:
    """Which of these records the actor's organisation follows."""
    if actor.organization_id is None:
        return set()
    found = Follow.objects.filter(owner_id=actor.organization_id, record_id__in=records)
    return set(found.values_list("record_id", flat=True))


# --- Everybody's ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class OfferQuery:
    """What a reader asks of the list of offers."""

    text: str = ""
    form: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    page: int = 1

    NAMES = ("form", "theme", "country", "language", "status")

    @classmethod
    def from_params(cls, params: Any) -> OfferQuery:
        """Read a query string; what cannot be understood is left out."""
        chosen = {
            name: tuple(dict.fromkeys(value[:24] for value in params.getlist(name) if value))[:MAX_CHOSEN]
            for name in cls.NAMES
        }
        try:
            page = max(1, min(int(params.get("page", "1")), 10_000))
        except ValueError:
            page = 1
        return cls(text=params.get("q", "").strip()[:MAX_WORDS], page=page, **chosen)


@dataclass(frozen=True)
class OfferLine:
    """What the facets need of one offer."""

    pk: UUID
    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class OfferList:
    """A page of offers with its facets."""

    query: OfferQuery
    page: Page[PublishedRecord]
    facets: list[Facet]
    total: int
    total_of_all: int
    is_reduced: bool = False


ORDER = {name: place for place, name in enumerate((OfferStatus.OPEN, OfferStatus.FORECASTED, OfferStatus.PAUSED))}


def _lines(*, public_only: bool) -> list[OfferLine]:
    """All offers that can be read, without their texts: two queries. Open ones first, then the newest."""
    records = PublishedRecord.objects.live().of_kind(KIND)
    if public_only:
        records = records.filter(audience="public")
    names = ("snapshot__form", "snapshot__status", "snapshot__countries", "snapshot__languages")
    rows = list(records.values_list("pk", *names))
    rows.sort(key=lambda row: ORDER.get(row[2], len(ORDER)))
    themes: dict[UUID, list[str]] = {}
    terms = RecordTerm.objects.filter(record__in=records.order_by(), term__scheme_id="LAF")
    for record_id, code in terms.values_list("record_id", "term_id"):
        themes.setdefault(record_id, []).append(code)
    return [
        OfferLine(
            pk,
            {
                "form": (form,),
                "status": (status,),
                "country": tuple(countries or ()),
                "language": tuple(languages or ()),
                "theme": tuple(themes.get(pk, ())),
            },
        )
        for pk, form, status, countries, languages in rows
    ]


def _fits(line: OfferLine, query: OfferQuery, *, without: str = "") -> bool:
    """Values of one filter widen, different filters narrow. An offer for no named country is for any."""
    for name in OfferQuery.NAMES:
        chosen = getattr(query, name)
        if not chosen or name == without:
            continue
        own = line.values[name]
        if not (set(own) & set(chosen) or (name == "country" and not own)):
            return False
    return True


def _words(query: OfferQuery, *, public_only: bool) -> Matches | None:
    if not query.text:
        return None
    look = next(iter(record_words), None)
    return look(query.text, current_language(), KIND, public_only) if look is not None else Matches()


def find_offers(query: OfferQuery, *, public_only: bool = False) -> list[PublishedRecord]:
    """All offers that fit, open ones first; with words, the best match first."""
    matches = _words(query, public_only=public_only)
    lines = _lines(public_only=public_only)
    return _records(_ordered([line for line in lines if _fits(line, query)], matches))


def _ordered(lines: Iterable[OfferLine], matches: Matches | None) -> list[UUID]:
    keys = [line.pk for line in lines]
    if matches is None:
        return keys
    fitting = set(keys)
    return [pk for pk in matches.ids if pk in fitting]


def _records(keys: list[UUID]) -> list[PublishedRecord]:
    found = PublishedRecord.objects.select_related("owner", "country").defer("search_text").in_bulk(keys)
    return [found[pk] for pk in keys if pk in found]


def list_public_offers(query: OfferQuery) -> OfferList:
    """The offers that fit, each facet counted as if its own choice were not made; always the same number of queries."""
    matches = _words(query, public_only=False)
    lines = _lines(public_only=False)
    spoken = lines if matches is None else [line for line in lines if line.pk in set(matches.ids)]
    keys = _ordered([line for line in spoken if _fits(line, query)], matches)
    page: Page[Any] = Paginator(keys, PAGE_SIZE).get_page(query.page)
    page.object_list = _records(list(page.object_list))
    counts = {
        name: Counter(value for line in spoken if _fits(line, query, without=name) for value in set(line.values[name]))
        for name in OfferQuery.NAMES
    }
    return OfferList(
        query,
        page,
        _facets(query, counts),
        len(keys),
        len(lines),
        is_reduced=matches is not None and matches.is_reduced,
    )


def _facets(query: OfferQuery, counts: Mapping[str, Mapping[str, int]]) -> list[Facet]:
    countries = Country.objects.in_bulk([*counts["country"], *query.country])
    themes = Term.objects.filter(scheme_id="LAF").in_bulk([*counts["theme"], *query.theme])
    # Areas stand with the functions of which they consist: a record carries both.
    names: dict[str, Mapping[str, str]] = {
        "form": {value: str(label) for value, label in OfferForm.choices},
        "status": {value: str(label) for value, label in OfferStatus.choices},
        "theme": {code: term.label for code, term in themes.items()},
        "country": {code: country.name for code, country in countries.items()},
        "language": {code: language_name(code) for code in [*counts["language"], *query.language]},
    }
    titles = {
        "form": _("What is offered"),
        "status": _("State"),
        "theme": _("Function"),
        "country": _("For which country"),
        "language": _("Language"),
    }
    return [
        Facet(
            name,
            titles[name],
            sorted(
                [
                    Option(value, label, counts[name].get(value, 0), value in getattr(query, name))
                    for value, label in names[name].items()
                    if counts[name].get(value) or value in getattr(query, name)
                ],
                key=lambda option: (-option.count, option.label),
            ),
        )
        for name in ("form", "status", "theme", "country", "language")
    ]


def offers_of(organization_id: UUID, *, limit: int = 50) -> list[PublishedRecord]:
    """The published offers of one organisation, newest first."""
    records = PublishedRecord.objects.live().of_kind(KIND).filter(owner_id=organization_id)
    return list(records.select_related("owner", "country").defer("search_text")[:limit])


def offers_for(country: Country, *, limit: int = 20) -> tuple[list[PublishedRecord], int]:
    """Open and announced offers for a country (by name, or for any), and how many there are."""
    query = OfferQuery(country=(country.pk,), status=(OfferStatus.OPEN, OfferStatus.FORECASTED))
    keys = [line.pk for line in _lines(public_only=True) if _fits(line, query)]
    return _records(keys[:limit]), len(keys)


def theme_names(codes: Iterable[str]) -> dict[str, str]:
    """Labels of terms by code, in the reader's language; one query."""
    return {code: term.label for code, term in Term.objects.in_bulk(set(codes)).items()}


def owner_name(snapshot: Mapping[str, Any]) -> str:
    """The owner's name in the reader's language, from the snapshot."""
    return pick(snapshot["owner"]["names"]) or ""
