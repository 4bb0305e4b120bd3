"""Published requests for funding, judged by an organisation's own open offers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from network_site.common.language import pick
from network_site.organizations.actor import Actor
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import Facet, Option
from network_site.taxonomy.models import Country
from projects.enums import SEEKING, ProjectStatus

from ..enums import Verdict
from ..models import Offer
from ..rules import Judgement, ProjectFacts, facts_of, judge
from .offers import follows, open_offers, theme_names

KIND = "project"
# The parts of a project's snapshot that lists and rules ask for: not its text.
PARTS = (
    "source_language", "texts", "owner", "country", "countries", "status", "terms", "currency", "months", "sums",
    "budget", "signatures", "interest_until", "source", "is_demo",
)  # fmt: skip
RANK = {Verdict.ELIGIBLE.value: 0, Verdict.CHECK.value: 1, Verdict.NOT.value: 2, "": 3}
BANDS: dict[str, tuple[int, int | None]] = {"50": (0, 50_000), "150": (50_000, 150_000), "more": (150_000, None)}
SORTS = ("fit", "deadline", "amount", "newest")


@dataclass(frozen=True)
class Judged:
    """What one of the reader's own offers says of a request."""

    offer: Offer
    judgement: Judgement


@dataclass(frozen=True)
class Request:
    """A published request as a donor's list shows it."""

    pk: UUID
    number: int
    slug: str
    code: str
    snapshot: Mapping[str, Any]
    facts: ProjectFacts
    judged: tuple[Judged, ...]
    is_followed: bool
    published_at: dt.datetime

    @property
    def best(self) -> Judged | None:
        """The offer that fits best; None for a reader without open offers."""
        return min(self.judged, key=lambda one: RANK[one.judgement.verdict], default=None)

    @property
    def verdict(self) -> str:
        return self.best.judgement.verdict if self.best else ""

    @property
    def title(self) -> str:
        texts = self.snapshot["texts"]
        return pick({code: part["title"] for code, part in texts.items()}, source=self.source_language) or ""

    @property
    def summary(self) -> str:
        texts = self.snapshot["texts"]
        return pick({code: part.get("summary") for code, part in texts.items()}, source=self.source_language) or ""

    @property
    def source_language(self) -> str:
        return str(self.snapshot["source_language"])

    @property
    def open_amount(self) -> Decimal | None:
        """What nobody has committed yet. Pledges of others are not public and not in it."""
        if self.facts.amount is None:
            return None
        return self.facts.amount - Decimal(self.snapshot["sums"].get("committed") or 0)

    @property
    def closes_on(self) -> dt.date | None:
        day = self.snapshot.get("interest_until")
        return dt.date.fromisoformat(day) if day else None

    @property
    def is_past(self) -> bool:
        return self.closes_on is not None and self.closes_on < self.facts.today


@dataclass(frozen=True)
class RequestQuery:
    """What a donor asks of the list."""

    verdict: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    amount: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    sort: str = "fit"

    NAMES = ("verdict", "status", "theme", "country", "amount", "only")

    @classmethod
    def from_params(cls, params: Any) -> RequestQuery:
        """Read a query string; what cannot be understood is left out."""
        chosen = {
            name: tuple(dict.fromkeys(value[:24] for value in params.getlist(name) if value))[:50] for name in cls.NAMES
        }
        sort = params.get("sort", "")
        return cls(sort=sort if sort in SORTS else "fit", **chosen)

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, name) for name in self.NAMES)


@dataclass(frozen=True)
class RequestList:
    """The requests that fit, with facets and the sum still open by currency."""

    query: RequestQuery
    requests: list[Request]
    facets: list[Facet]
    total_of_all: int
    has_offers: bool
    names: Mapping[str, str]

    @property
    def still_open(self) -> list[tuple[str, Decimal]]:
        """What is still open, each currency on its own: sums of different currencies are never added."""
        sums: dict[str, Decimal] = {}
        for request in self.requests:
            if request.open_amount is not None:
                currency = request.facts.currency
                sums[currency] = sums.get(currency, Decimal(0)) + request.open_amount
        return sorted(sums.items())


def _seeking(actor: Actor, today: dt.date, **narrow: Any) -> tuple[list[Request], bool]:
    """Requests that seek funding, judged, and whether the reader has open offers. Always five queries."""
    records = PublishedRecord.objects.live().of_kind(KIND).filter(snapshot__status__in=sorted(SEEKING), **narrow)
    own = ("pk", "number", "slug", "first_published_at")
    rows = list(records.values(*own, *(f"snapshot__{name}" for name in PARTS)))
    offers = open_offers(actor) if actor.organization_id else []
    known = theme_names(code for row in rows for code in (row["snapshot__terms"] or {}).get("LAF") or ())
    followed = follows(actor, [row["pk"] for row in rows])
    found = []
    for row in rows:
        snapshot = {name: row[f"snapshot__{name}"] for name in PARTS}
        facts = facts_of(snapshot, today=today)
        judged = tuple(Judged(offer, judge(rules, facts, names=known)) for offer, rules in offers)
        code = PublishedRecord(kind=KIND, number=row["number"]).code
        found.append(
            Request(
                row["pk"],
                row["number"],
                row["slug"],
                code,
                snapshot,
                facts,
                judged,
                row["pk"] in followed,
                row["first_published_at"],
            )
        )
    return found, bool(offers)


def _values(request: Request, smaller: set[str]) -> dict[str, tuple[str, ...]]:
    themes = set(request.facts.themes) | {code.split(".")[0] for code in request.facts.themes}
    only = ["followed"] if request.is_followed else []
    if smaller & set(request.facts.countries):
        only.append("smaller")
    return {
        "verdict": (request.verdict,),
        "status": (request.snapshot["status"],),
        "theme": tuple(sorted(themes)),
        "country": request.facts.countries,
        "amount": (_band(request.facts.usd),),
        "only": tuple(only),
    }


def _band(usd: Decimal | None) -> str:
    if usd is None:
        return "unknown"
    return next(name for name, (_low, high) in BANDS.items() if high is None or usd <= high)


def list_requests(actor: Actor, query: RequestQuery, *, today: dt.date | None = None) -> RequestList:
    """The requests that fit, each facet counted as if its own choice were not made."""
    today = today or timezone.localdate()
    everything, has_offers = _seeking(actor, today)
    codes = {code for request in everything for code in request.facts.countries} | set(query.country)
    countries = Country.objects.in_bulk(codes)
    smaller = {code for code, country in countries.items() if country.smaller_economy}
    valued = [(request, _values(request, smaller)) for request in everything]

    def fits(values: Mapping[str, tuple[str, ...]], without: str = "") -> bool:
        return all(
            name == without or not getattr(query, name) or set(values[name]) & set(getattr(query, name))
            for name in RequestQuery.NAMES
        )

    counts: dict[str, dict[str, int]] = {name: {} for name in RequestQuery.NAMES}
    for _request, values in valued:
        for name in RequestQuery.NAMES:
            if fits(values, without=name):
                for value in values[name]:
                    counts[name][value] = counts[name].get(value, 0) + 1
    themes = theme_names([*counts["theme"], *query.theme])
    labels: dict[str, Mapping[str, str]] = {
        "verdict": {value: str(label) for value, label in Verdict.choices},
        "status": {value: str(ProjectStatus(value).label) for value in sorted(SEEKING, reverse=True)},
        "theme": themes,
        "country": {code: country.name for code, country in countries.items()},
        "amount": {
            "50": _("up to USD 50,000"),
            "150": _("USD 50,000 to 150,000"),
            "more": _("above USD 150,000"),
            "unknown": _("not known in USD"),
        },
        "only": {"followed": _("Only what we follow"), "smaller": _("Only smaller economies")},
    }
    titles = {
        "verdict": _("Against your rules"),
        "status": _("Stage"),
        "theme": _("Function"),
        "country": _("Country"),
        "amount": _("Asked for, in USD"),
        "only": _("Narrow further"),
    }
    # States, amounts and verdicts keep their order and show a true zero; long lists show what there is.
    fixed = {"verdict", "status", "amount", "only"}
    facets = [
        Facet(
            name,
            titles[name],
            [
                Option(value, label, counts[name].get(value, 0), value in getattr(query, name))
                for value, label in labels[name].items()
                if name in fixed or counts[name].get(value) or value in getattr(query, name)
            ],
        )
        for name in RequestQuery.NAMES
    ]
    chosen = [request for request, values in valued if fits(values)]
    return RequestList(
        query,
        sorted(chosen, key=_order(query.sort)),
        facets,
        len(everything),
        has_offers=has_offers,
        names=themes,
    )


def _order(sort: str) -> Any:
    far = dt.date.max
    newest = {"newest": lambda request: (-request.published_at.timestamp(),)}
    orders: dict[str, Any] = newest | {
        "fit": lambda request: (RANK[request.verdict], request.closes_on or far, -request.published_at.timestamp()),
        "deadline": lambda request: (request.is_past, request.closes_on or far, -request.published_at.timestamp()),
        "amount": lambda request: (request.facts.usd is None, request.facts.usd or Decimal(0), request.number),
    }
    return orders[sort]


def get_request(actor: Actor, number: int, *, today: dt.date | None = None) -> Request | None:
    """One request that seeks funding, judged; None where there is none that the actor may read."""
    if not 0 < number < 2**31:
        return None
    found, _has_offers = _seeking(actor, today or timezone.localdate(), number=number)
    return next(iter(found), None)
