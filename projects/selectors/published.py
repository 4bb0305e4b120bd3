"""Reads of published projects: the list with its facets, for page, feed, export and API alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.paginator import Page as ResultPage
from django.core.paginator import Paginator
from django.db.models import Count, DecimalField, F, Q, QuerySet, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network_site.common.language import current_language, fold, pick
from network_site.publishing.models import Audience, PublishedRecord, RecordTerm
from network_site.publishing.selectors import MAX_FILTERS, MAX_QUERY, RELEVANCE, Facet, Option, Ranked
from network_site.publishing.slots import Matches, record_words
from network_site.taxonomy.models import Country, Term

from ..enums import SEEKING
from ..enums import ProjectStatus as S

KIND = "project"
PAGE_SIZE = 20

# Where a published project stands, in the three words that readers look for.
STAGES: dict[str, frozenset[str]] = {
    "seeking": SEEKING,
    "running": frozenset({S.SECURED.value, S.AGENCY.value, S.EXECUTION.value, S.SUSPENDED.value}),
    "ended": frozenset({S.COMPLETED.value, S.EVALUATED.value, S.CLOSED.value, S.CANCELLED.value}),
}
STAGE_WORDS = {
    "seeking": gettext_lazy("Seeking funding"),
    "running": gettext_lazy("In execution"),
    "ended": gettext_lazy("Ended"),
}

# Bands of what is asked of donors. Sums in other currencies are not compared: no rate is right for every day.
BAND_CURRENCY = "USD"
BANDS: dict[str, tuple[Decimal | None, Decimal | None]] = {
    "to-50": (None, Decimal(50_000)),
    "to-150": (Decimal(50_000), Decimal(150_000)),
    "to-500": (Decimal(150_000), Decimal(500_000)),
    "to-2000": (Decimal(500_000), Decimal(2_000_000)),
    "more": (Decimal(2_000_000), None),
}
OTHER = "other"


def band_label(band: str) -> str:
    """A band in words, with its currency."""
    from network_site.common.templatetags.enlace import format_money

    if band == OTHER:
        return _("in another currency")
    low, high = BANDS[band]
    if low is None:
        return _("up to %(amount)s") % {"amount": format_money(high, BAND_CURRENCY)}
    if high is None:
        return _("more than %(amount)s") % {"amount": format_money(low, BAND_CURRENCY)}
    return _("%(least)s to %(most)s") % {
        "least": format_money(low, BAND_CURRENCY),
        "most": format_money(high, BAND_CURRENCY),
    }


@dataclass(frozen=True)
class ProjectQuery:
    """What a reader asks of the list of projects."""

    text: str = ""
    stage: str = ""
    country: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    amount: tuple[str, ...] = ()
    sort: str = "newest"
    page: int = 1
    problems: tuple[str, ...] = ()

    @classmethod
    def from_params(cls, params: Any) -> ProjectQuery:
        """Read a query string. What cannot be understood is left out and named in `problems`."""
        problems = []
        text = params.get("q", "").strip()
        if len(text) > MAX_QUERY:
            text = text[:MAX_QUERY]
            problems.append(_("Only the first 200 characters of your words were used."))
        values = {}
        for name in ("country", "theme", "amount"):
            chosen = tuple(dict.fromkeys(value[:24] for value in params.getlist(name) if value))
            if len(chosen) > MAX_FILTERS:
                chosen = chosen[:MAX_FILTERS]
                problems.append(_("Only the first 50 filters were used."))
            values[name] = chosen
        values["amount"] = tuple(value for value in values["amount"] if value in BANDS or value == OTHER)
        stage = params.get("stage", "")
        sort = params.get("sort", "")
        if sort not in SORTS:
            sort = RELEVANCE if text else "newest"
        try:
            page = max(1, min(int(params.get("page", "1")), 10_000))
        except ValueError:
            page = 1
        return cls(text, stage if stage in STAGES else "", **values, sort=sort, page=page, problems=tuple(problems))


# A date as text sorts as itself; a project without one comes last on both databases.
SORTS: dict[str, tuple[Any, ...]] = {
    "newest": ("-first_published_at", "-number"),
    "deadline": (KT("snapshot__interest_until").asc(nulls_last=True), "-number"),
    "amount": (F("needed").desc(nulls_last=True), "-number"),
    "title": ("slug", "number"),
}


@dataclass(frozen=True)
class StageCount:
    """How many projects stand in one of the three stages; "" counts all."""

    stage: str
    label: str
    count: int


@dataclass(frozen=True)
class ProjectList:
    """A page of results with its facets and the three stages."""

    query: ProjectQuery
    page: ResultPage[PublishedRecord]
    facets: list[Facet]
    stages: list[StageCount]
    total: int
    total_of_all: int
    is_reduced: bool = False


def _matches(query: ProjectQuery, *, public_only: bool) -> Matches | None:
    if not query.text:
        return None
    look = next(iter(record_words), None)
    return look(query.text, current_language(), KIND, public_only) if look is not None else Matches()


def _all(matches: Matches | None, *, public_only: bool = False) -> QuerySet[PublishedRecord]:
    records: QuerySet[PublishedRecord] = PublishedRecord.objects.live().of_kind(KIND)
    if public_only:
        records = records.filter(audience=Audience.PUBLIC)
    if matches is not None:
        records = records.filter(pk__in=matches.ids)
    amount = Cast(KT("snapshot__sums__needed"), DecimalField(max_digits=18, decimal_places=2))
    # The list of codes as text: only PostgreSQL can look inside of a list.
    codes = Cast(KT("snapshot__countries"), TextField())
    return records.annotate(needed=amount, codes=codes)


def _band(band: str) -> Q:
    if band == OTHER:
        return ~Q(snapshot__currency=BAND_CURRENCY)
    low, high = BANDS[band]
    found = Q(snapshot__currency=BAND_CURRENCY)
    if low is not None:
        found &= Q(needed__gt=low)
    return found & Q(needed__lte=high) if high is not None else found


def _in_stage(stage: str) -> Q:
    return Q(snapshot__status__in=sorted(STAGES[stage]))


def _narrowed(records: QuerySet[PublishedRecord], query: ProjectQuery, *, without: str = "") -> QuerySet[Any]:
    if query.stage and without != "stage":
        records = records.filter(_in_stage(query.stage))
    if query.country and without != "country":
        # A project may belong to several countries: each finds it.
        several = Q(country_id__in=query.country)
        for code in query.country:
            several |= Q(codes__contains=f'"{code}"')
        records = records.filter(several)
    if query.theme and without != "theme":
        records = records.filter(pk__in=RecordTerm.objects.filter(term_id__in=query.theme).values("record_id"))
    if query.amount and without != "amount":
        wanted = Q()
        for band in query.amount:
            wanted |= _band(band)
        records = records.filter(wanted)
    return records


def _in_order(
    records: QuerySet[PublishedRecord], query: ProjectQuery, matches: Matches | None
) -> QuerySet[PublishedRecord] | Ranked:
    if query.sort in SORTS or matches is None:
        return records.order_by(*SORTS.get(query.sort, SORTS["newest"]))
    fitting = set(records.order_by().values_list("pk", flat=True))
    return Ranked(records, [pk for pk in matches.ids if pk in fitting])


def _for_lists(records: QuerySet[PublishedRecord]) -> QuerySet[PublishedRecord]:
    return records.select_related("owner", "country").defer("search_text")


def find_projects(query: ProjectQuery, *, public_only: bool = False) -> QuerySet[PublishedRecord] | Ranked:
    """All published projects that fit, in the order that is asked for."""
    matches = _matches(query, public_only=public_only)
    found = _narrowed(_all(matches, public_only=public_only), query)
    return _in_order(_for_lists(found), query, matches)


def list_published(query: ProjectQuery) -> ProjectList:
    """The projects that fit, with each facet counted as if its own choice were not made.

    Costs the same number of queries however many projects there are.
    """
    matches = _matches(query, public_only=False)
    records = _all(matches)
    found = _narrowed(records, query)
    by_stage = {stage: Count("pk", filter=_in_stage(stage)) for stage in STAGES}
    stages = _narrowed(records, query, without="stage").order_by().aggregate(every=Count("pk"), **by_stage)
    total_of_all = PublishedRecord.objects.live().of_kind(KIND).count()
    paginator = Paginator(_in_order(_for_lists(found), query, matches), PAGE_SIZE)
    paginator.count = stages[query.stage or "every"]
    return ProjectList(
        query=query,
        page=paginator.get_page(query.page),
        facets=[
            _country_facet(_narrowed(records, query, without="country"), query.country),
            _theme_facet(_narrowed(records, query, without="theme"), query.theme),
            _amount_facet(_narrowed(records, query, without="amount"), query.amount),
        ],
        stages=[
            StageCount("", _("All"), stages["every"]),
            *(StageCount(stage, str(STAGE_WORDS[stage]), stages[stage]) for stage in STAGES),
        ],
        total=paginator.count,
        total_of_all=total_of_all,
        is_reduced=matches is not None and matches.is_reduced,
    )


def _options(counts: Mapping[str, int], names: Mapping[str, str], chosen: Sequence[str]) -> list[Option]:
    options = [Option(value, names[value], counts.get(value, 0), value in chosen) for value in names]
    return sorted(options, key=lambda option: (-option.count, fold(option.label)))


def _country_facet(records: QuerySet[Any], chosen: tuple[str, ...]) -> Facet:
    counts: dict[str, int] = {}
    for country, several in records.order_by().values_list("country_id", "snapshot__countries"):
        for code in {country, *(several or [])} - {None}:
            counts[code] = counts.get(code, 0) + 1
    names = {country.pk: country.name for country in Country.objects.filter(pk__in={*counts, *chosen})}
    return Facet("country", _("Country"), _options(counts, names, chosen))


def _theme_facet(records: QuerySet[Any], chosen: tuple[str, ...]) -> Facet:
    rows = list(
        RecordTerm.objects.filter(term__scheme_id="LAF", record__in=records.order_by().values("pk"))
        .order_by()
        .values_list("term_id", "term__labels")
        .annotate(n=Count("record_id"), given=Count("record_id", filter=Q(is_given=True)))
    )
    # Broader terms are offered only when chosen.
    counts = {code: count for code, _labels, count, given in rows if given or code in chosen}
    names = {code: pick(labels) or code for code, labels, _count, _given in rows if code in counts}
    missing = set(chosen) - set(names)
    if missing:
        names |= {term.pk: term.label for term in Term.objects.filter(pk__in=missing, scheme_id="LAF")}
    return Facet("theme", _("Function"), _options(counts, names, chosen))


def _amount_facet(records: QuerySet[Any], chosen: tuple[str, ...]) -> Facet:
    bands = [*BANDS, OTHER]
    places = {f"band_{place}": Count("pk", filter=_band(band)) for place, band in enumerate(bands)}
    counts = records.order_by().aggregate(**places)
    options = [
        Option(band, band_label(band), counts[f"band_{place}"], band in chosen) for place, band in enumerate(bands)
    ]
    return Facet("amount", _("Amount asked for"), options)


def projects_of_country(code: str) -> QuerySet[PublishedRecord]:
    """Published projects in which a country takes part, the newest first."""
    query = ProjectQuery(country=(code,))
    found: QuerySet[PublishedRecord] = _for_lists(_narrowed(_all(None), query)).order_by(*SORTS["newest"])
    return found


def counts_of_countries() -> dict[str, int]:
    """How many published projects each country takes part in; one query."""
    counts: dict[str, int] = {}
    for country, several in (
        PublishedRecord.objects.live().of_kind(KIND).order_by().values_list("country_id", "snapshot__countries")
    ):
        for code in {country, *(several or [])} - {None}:
            counts[code] = counts.get(code, 0) + 1
    return counts


def projects_of_owner(owner_id: Any) -> QuerySet[PublishedRecord]:
    """What an organisation asked for, the newest first."""
    return _for_lists(PublishedRecord.objects.live().of_kind(KIND).filter(owner_id=owner_id))
