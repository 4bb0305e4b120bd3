"""The register as its readers see it: the public plane, narrowed and counted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page as ResultPage
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from network_site.common.language import current_language, fold, pick
from network_site.publishing.models import Audience, PublishedRecord, RecordTerm
from network_site.publishing.selectors import MAX_FILTERS, MAX_QUERY, PAGE_SIZE, RELEVANCE, Facet, Option, Ranked
from network_site.publishing.slots import Matches, record_words
from network_site.taxonomy.models import Country, Term

from ..enums import PUBLIC, NeedStatus, UnmetReason

KIND = "need"
# Facets that are terms, by the scheme that fills them.
SCHEMES = {"theme": "LAF", "problem": "DI", "group": "TG"}
FILTERS = ("country", *SCHEMES, "state")
SORTS: dict[str, tuple[str, ...]] = {
    "newest": ("-first_published_at", "-number"),
    "oldest": ("first_published_at", "number"),
    "title": ("slug", "number"),
}


@dataclass(frozen=True)
class NeedQuery:
    """What a reader asks of the register."""

    text: str = ""
    country: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    problem: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    sort: str = "newest"
    page: int = 1
    problems: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def from_params(cls, params: Any) -> NeedQuery:
        """Read a query string. What cannot be understood is left out and named in `problems`."""
        said = []
        text = params.get("q", "").strip()
        if len(text) > MAX_QUERY:
            text = text[:MAX_QUERY]
            said.append(_("Only the first 200 characters of your words were used."))
        values: dict[str, Any] = {}
        for name in FILTERS:
            chosen = tuple(dict.fromkeys(value[:24] for value in params.getlist(name) if value))
            if len(chosen) > MAX_FILTERS:
                chosen = chosen[:MAX_FILTERS]
                said.append(_("Only the first 50 filters were used."))
            values[name] = chosen
        values["state"] = tuple(value for value in values["state"] if value in PUBLIC)
        sort = params.get("sort", "")
        if sort not in SORTS:
            sort = RELEVANCE if text else "newest"
        try:
            page = max(1, min(int(params.get("page", "1")), 10_000))
        except ValueError:
            page = 1
        return cls(text=text, sort=sort, page=page, problems=tuple(said), **values)


@dataclass(frozen=True)
class NeedList:
    """A page of needs with its facets."""

    query: NeedQuery
    page: ResultPage[PublishedRecord]
    facets: list[Facet]
    total: int
    total_of_all: int
    # The search engine is away: plain search by words.
    is_reduced: bool = False


def _matches(query: NeedQuery, *, public_only: bool = False) -> Matches | None:
    if not query.text:
        return None
    look = next(iter(record_words), None)
    return look(query.text, current_language(), KIND, public_only) if look is not None else Matches()


def _live() -> QuerySet[PublishedRecord]:
    records: QuerySet[PublishedRecord] = PublishedRecord.objects.live().of_kind(KIND)
    return records


def _narrowed(query: NeedQuery, matches: Matches | None, *, without: str = "") -> QuerySet[PublishedRecord]:
    records = _live()
    if matches is not None:
        records = records.filter(pk__in=matches.ids)
    if query.country and without != "country":
        records = records.filter(country_id__in=query.country)
    if query.state and without != "state":
        # One by one: a key of a JSON document has no "in" that both databases understand alike.
        records = records.filter(Q(*[("snapshot__status", state) for state in query.state], _connector=Q.OR))
    for name in SCHEMES:
        codes = getattr(query, name)
        if codes and without != name:
            records = records.filter(pk__in=RecordTerm.objects.filter(term_id__in=codes).values("record_id"))
    return records


def _in_order(
    records: QuerySet[PublishedRecord], query: NeedQuery, matches: Matches | None
) -> QuerySet[PublishedRecord] | Ranked:
    records = records.select_related("owner", "country").defer("search_text")
    if query.sort in SORTS or matches is None:
        return records.order_by(*SORTS.get(query.sort, SORTS["newest"]))
    fitting = set(records.order_by().values_list("pk", flat=True))
    return Ranked(records, [pk for pk in matches.ids if pk in fitting])


def find_needs(query: NeedQuery, *, public_only: bool = False) -> QuerySet[PublishedRecord] | Ranked:
    """All registered needs that fit; `public_only` is for what machines and caches read."""
    matches = _matches(query, public_only=public_only)
    records = _narrowed(query, matches)
    if public_only:
        records = records.filter(audience=Audience.PUBLIC)
    return _in_order(records, query, matches)


def list_registered(query: NeedQuery) -> NeedList:
    """The needs that fit, with each facet counted as if its own choice were not made.

    Costs the same number of queries however many needs there are.
    """
    matches = _matches(query)
    found = _narrowed(query, matches)
    totals = _live().aggregate(all=Count("pk"), found=Count("pk", filter=Q(pk__in=found.order_by().values("pk"))))
    paginator = Paginator(_in_order(found, query, matches), PAGE_SIZE)
    paginator.count = totals["found"]
    facets = [
        _country_facet(query, matches),
        _term_facet(query, matches, "theme", _("Function")),
        _term_facet(query, matches, "problem", _("Problem")),
        _term_facet(query, matches, "group", _("People served")),
        _state_facet(query, matches),
    ]
    is_reduced = matches is not None and matches.is_reduced
    return NeedList(query, paginator.get_page(query.page), facets, totals["found"], totals["all"], is_reduced)


def _options(counts: Mapping[str, tuple[str, int]], chosen: tuple[str, ...]) -> list[Option]:
    options = [Option(value, label, count, value in chosen) for value, (label, count) in counts.items()]
    return sorted(options, key=lambda one: (-one.count, fold(one.label)))


def _country_facet(query: NeedQuery, matches: Matches | None) -> Facet:
    rows = (
        _narrowed(query, matches, without="country")
        .filter(country__isnull=False)
        .order_by()
        .values_list("country_id", "country__names")
        .annotate(n=Count("pk"))
    )
    counts = {code: (pick(names) or code, number) for code, names, number in rows}
    for code, country in Country.objects.in_bulk([one for one in query.country if one not in counts]).items():
        counts[code] = (country.name, 0)
    return Facet("country", _("Country"), _options(counts, query.country))


def _term_facet(query: NeedQuery, matches: Matches | None, name: str, title: str) -> Facet:
    scheme, chosen = SCHEMES[name], getattr(query, name)
    records = _narrowed(query, matches, without=name).order_by().values("pk")
    rows = (
        RecordTerm.objects.filter(term__scheme_id=scheme, record__in=records)
        .order_by()
        .values_list("term_id")
        .annotate(n=Count("record_id"), given=Count("record_id", filter=Q(is_given=True)))
    )
    numbers = {code: number for code, number, given in rows if given or code in chosen}
    terms = Term.objects.of(scheme).in_bulk({*numbers, *chosen})
    # A problem is named by what is lacking.
    counts = {code: (term.lack if scheme == "DI" else term.label, numbers.get(code, 0)) for code, term in terms.items()}
    return Facet(name, title, _options(counts, chosen))


def _state_facet(query: NeedQuery, matches: Matches | None) -> Facet:
    states = Counter(_narrowed(query, matches, without="state").order_by().values_list("snapshot__status", flat=True))
    options = [
        Option(state.value, str(state.label), states.get(state.value, 0), state.value in query.state)
        for state in NeedStatus
        if state.value in PUBLIC and (states.get(state.value) or state.value in query.state)
    ]
    return Facet("state", pgettext("of a record", "State"), options)


# --- Needs that nobody met -------------------------------------------------------------------------


@dataclass(frozen=True)
class Unmet:
    """A need that nobody met: since when, and why."""

    record: PublishedRecord
    reason: str
    registered_on: dt.date
    unmet_on: dt.date | None
    days: int


@dataclass(frozen=True)
class Tally:
    """How many there are of one sort."""

    label: str
    count: int


@dataclass(frozen=True)
class UnmetReport:
    """Needs that nobody met, the oldest first, and how many by reason and country."""

    rows: list[Unmet]
    by_reason: list[Tally]
    by_country: list[Tally]
    open_total: int


def unmet_report() -> UnmetReport:
    """Everything that the current actor may read of what nobody met; two queries."""
    today = timezone.localdate()
    records = (
        _live().filter(snapshot__status=NeedStatus.UNMET.value).select_related("owner", "country").defer("search_text")
    )
    rows = sorted((_unmet(record, today) for record in records), key=lambda one: (-one.days, one.record.number))
    reasons = Counter(one.record.snapshot["unmet_reason"] for one in rows)
    countries = Counter(one.record.country.name for one in rows if one.record.country)
    return UnmetReport(
        rows=rows,
        by_reason=[
            Tally(str(reason.label), reasons[reason.value]) for reason in UnmetReason if reasons.get(reason.value)
        ],
        by_country=[Tally(name, count) for name, count in sorted(countries.items(), key=lambda one: (-one[1], one[0]))],
        open_total=_live().count(),
    )


def _unmet(record: PublishedRecord, today: dt.date) -> Unmet:
    snapshot = record.snapshot
    registered = dt.date.fromisoformat(snapshot["registered_on"])
    return Unmet(
        record=record,
        reason=str(UnmetReason(snapshot["unmet_reason"]).label),
        registered_on=registered,
        unmet_on=dt.date.fromisoformat(snapshot["unmet_on"]) if snapshot["unmet_on"] else None,
        days=(today - registered).days,
    )
