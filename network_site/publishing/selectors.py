"""Reads on the public plane: lists with facets, single records, counts for the front page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, overload
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.core.paginator import Page as ResultPage
from django.core.paginator import Paginator
from django.db.models import (
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    prefetch_related_objects,
)
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy
from wagtail.models import Page, PageViewRestriction, ReferenceIndex

from network_site.common.language import current_language, language_name, pick
from network_site.organizations.enums import OrganizationKind
from network_site.organizations.models import Organization
from network_site.taxonomy.models import ContextFigure, Country, Term

from .models import (
    Audience,
    CountryIndexPage,
    CountryPage,
    NewsIndexPage,
    NewsPage,
    OrganizationsPage,
    PublicationIndexPage,
    PublicationPage,
    PublishedFile,
    PublishedRecord,
    RecordTerm,
)
from .services import fold
from .slots import Matches, country_counts, record_words

PAGE_SIZE = 20
MAX_QUERY = 200
MAX_FILTERS = 50


@dataclass(frozen=True)
class Option:
    """One value of a facet."""

    value: str
    label: str
    count: int
    checked: bool


@dataclass(frozen=True)
class NamedCount:
    """How many records have one country or term, with its label."""

    value: str
    label: str
    count: int


class Labelled(Protocol):
    """A country or a term: its label is its text."""

    def __str__(self) -> str: ...


@dataclass(frozen=True)
class Facet:
    """A way to narrow a list: its parameter, its title, its values with counts."""

    name: str
    title: str
    options: list[Option]


@dataclass(frozen=True)
class RecordQuery:
    """What a reader asks of a list."""

    text: str = ""
    country: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    group: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    sort: str = "newest"
    page: int = 1
    problems: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def from_params(cls, params: Any) -> RecordQuery:
        """Read a query string. What cannot be understood is left out and named in `problems`."""
        problems = []
        text = params.get("q", "").strip()
        if len(text) > MAX_QUERY:
            text = text[:MAX_QUERY]
            problems.append(_("Only the first 200 characters of your words were used."))
        values = {}
        for name in ("country", "theme", "group", "evidence"):
            chosen = tuple(dict.fromkeys(value[:24] for value in params.getlist(name) if value))
            if len(chosen) > MAX_FILTERS:
                chosen = chosen[:MAX_FILTERS]
                problems.append(_("Only the first 50 filters were used."))
            values[name] = chosen
        levels = tuple(value for value in values["evidence"] if value in {"0", "1", "2", "3", "4", "5"})
        if levels != values["evidence"]:
            problems.append(_("Evidence levels go from 0 to 5. Other values were left out."))
        sort = params.get("sort", "")
        if sort not in SORTS:
            # The best match first, where there are words to match.
            sort = RELEVANCE if text else "newest"
        try:
            page = max(1, min(int(params.get("page", "1")), 10_000))
        except ValueError:
            page = 1
        return cls(
            text=text,
            country=values["country"],
            theme=values["theme"],
            group=values["group"],
            evidence=levels,
            sort=sort,
            page=page,
            problems=tuple(problems),
        )

    @property
    def is_empty(self) -> bool:
        return not (self.text or self.country or self.theme or self.group or self.evidence)


# The order in which the search finds them; there is none without words.
RELEVANCE = "relevance"
SORTS: dict[str, tuple[Any, ...]] = {
    "newest": ("-first_published_at", "-number"),
    "evidence": (F("evidence_level").desc(nulls_last=True), "-first_published_at", "-number"),
    "title": ("slug", "number"),
}


@dataclass(frozen=True)
class RecordList:
    """A page of results with its facets."""

    query: RecordQuery
    page: ResultPage[PublishedRecord]
    facets: list[Facet]
    total: int
    total_of_all: int
    # The search engine is away: plain search by words.
    is_reduced: bool = False


def _with_terms(records: QuerySet[PublishedRecord], codes: tuple[str, ...]) -> QuerySet[PublishedRecord]:
    if not codes:
        return records
    return records.filter(pk__in=RecordTerm.objects.filter(term_id__in=codes).values("record_id"))


class Ranked(Sequence[PublishedRecord]):
    """Records in the order of a search; they are read when a part of them is asked for."""

    AT_ONCE = 500

    def __init__(self, records: QuerySet[PublishedRecord], order: Sequence[UUID]) -> None:
        self.records, self.order = records, order

    def __len__(self) -> int:
        return len(self.order)

    @overload
    def __getitem__(self, part: int) -> PublishedRecord: ...

    @overload
    def __getitem__(self, part: slice) -> list[PublishedRecord]: ...

    def __getitem__(self, part: int | slice) -> PublishedRecord | list[PublishedRecord]:
        if isinstance(part, int):
            return self.records.get(pk=self.order[part])
        found = self.records.in_bulk(list(self.order[part]))
        return [found[pk] for pk in self.order[part] if pk in found]

    def __iter__(self) -> Iterator[PublishedRecord]:
        for start in range(0, len(self), self.AT_ONCE):
            yield from self[start : start + self.AT_ONCE]


def _matches(query: RecordQuery, kind: str, *, public_only: bool = False) -> Matches | None:
    """Where the words were found; None when there are none. Nobody to look for them finds nothing."""
    if not query.text:
        return None
    look = next(iter(record_words), None)
    return look(query.text, current_language(), kind, public_only) if look is not None else Matches()


def _in_order(
    records: QuerySet[PublishedRecord], query: RecordQuery, matches: Matches | None
) -> QuerySet[PublishedRecord] | Ranked:
    """The records in the order that is asked for."""
    if query.sort in SORTS:
        return records.order_by(*SORTS[query.sort])
    if matches is None:
        return records.order_by(*SORTS["newest"])
    fitting = set(records.order_by().values_list("pk", flat=True))
    return Ranked(records, [pk for pk in matches.ids if pk in fitting])


def _narrowed(
    query: RecordQuery, kind: str, matches: Matches | None, *, without: str = ""
) -> QuerySet[PublishedRecord]:
    records: QuerySet[PublishedRecord] = PublishedRecord.objects.live().of_kind(kind)
    if matches is not None:
        records = records.filter(pk__in=matches.ids)
    if query.country and without != "country":
        records = records.filter(country_id__in=query.country)
    if query.evidence and without != "evidence":
        records = records.filter(evidence_level__in=[int(level) for level in query.evidence])
    if without != "theme":
        records = _with_terms(records, query.theme)
    if without != "group":
        records = _with_terms(records, query.group)
    return records


def find_records(query: RecordQuery, *, kind: str, public_only: bool = False) -> QuerySet[PublishedRecord] | Ranked:
    """All records that fit, in the order that is asked for; `public_only` is for what machines and caches read.

    The best matches first are a `Ranked`, every other order is a queryset; both can be counted and cut.
    """
    matches = _matches(query, kind, public_only=public_only)
    records = _narrowed(query, kind, matches).select_related("owner", "country").defer("search_text")
    if public_only:
        records = records.filter(audience=Audience.PUBLIC)
    return _in_order(records, query, matches)


def public_records(kind: str) -> QuerySet[PublishedRecord]:
    """Records of a kind that everybody may read, withdrawn ones too: what API, feeds and sitemap are made from."""
    records: QuerySet[PublishedRecord] = PublishedRecord.objects.of_kind(kind).filter(audience=Audience.PUBLIC)
    return records.select_related("owner", "country").defer("search_text")


def list_records(query: RecordQuery, *, kind: str) -> RecordList:
    """The records that fit, with each facet counted as if its own choice were not made.

    Costs the same number of queries however many records there are.
    """
    matches = _matches(query, kind)
    found = _narrowed(query, kind, matches)
    totals = (
        PublishedRecord.objects.live()
        .of_kind(kind)
        .aggregate(all=Count("pk"), found=Count("pk", filter=Q(pk__in=found.order_by().values("pk"))))
    )
    paginator = Paginator(
        _in_order(found.select_related("owner", "country").defer("search_text"), query, matches), PAGE_SIZE
    )
    paginator.count = totals["found"]
    facets = [
        _country_facet(query, kind, matches),
        _term_facet(query, kind, matches, "theme", _("Function"), "LAF"),
        _term_facet(query, kind, matches, "group", _("People served"), "TG"),
        _evidence_facet(query, kind, matches),
    ]
    is_reduced = matches is not None and matches.is_reduced
    return RecordList(query, paginator.get_page(query.page), facets, totals["found"], totals["all"], is_reduced)


def _options(counts: list[NamedCount], chosen: tuple[str, ...], named: Mapping[str, Labelled]) -> list[Option]:
    """Counted values, then chosen ones that nothing has, by count and name."""
    options = [Option(entry.value, entry.label, entry.count, entry.value in chosen) for entry in counts]
    seen = {entry.value for entry in counts}
    options += [Option(value, str(labelled), 0, True) for value, labelled in named.items() if value not in seen]
    return options


def _country_facet(query: RecordQuery, kind: str, matches: Matches | None) -> Facet:
    counts = _by_country(_narrowed(query, kind, matches, without="country"))
    chosen = Country.objects.in_bulk(query.country) if query.country else {}
    return Facet("country", _("Country"), _options(counts, query.country, chosen))


def _term_facet(query: RecordQuery, kind: str, matches: Matches | None, name: str, title: str, scheme: str) -> Facet:
    chosen: tuple[str, ...] = getattr(query, name)
    counts = _by_term(_narrowed(query, kind, matches, without=name), scheme, chosen)
    named = Term.objects.filter(scheme_id=scheme).in_bulk(chosen) if chosen else {}
    return Facet(name, title, _options(counts, chosen, named))


def _evidence_facet(query: RecordQuery, kind: str, matches: Matches | None) -> Facet:
    counts = dict(
        _narrowed(query, kind, matches, without="evidence")
        .filter(evidence_level__isnull=False)
        .order_by()
        .values_list("evidence_level")
        .annotate(n=Count("pk"))
    )
    labels = {term.pk: term.label for term in Term.objects.of("EV")}
    options = [
        Option(
            str(level),
            f"{level} {labels.get(f'EV{level}', '')}".strip(),
            counts.get(level, 0),
            str(level) in query.evidence,
        )
        for level in range(6)
    ]
    return Facet("evidence", _("Evidence"), options)


def _by_country(records: QuerySet[PublishedRecord]) -> list[NamedCount]:
    rows = (
        records.filter(country__isnull=False)
        .order_by()
        .values_list("country_id", "country__names")
        .annotate(n=Count("pk"))
    )
    return _sorted([NamedCount(code, pick(names) or code, count) for code, names, count in rows])


def _by_term(records: QuerySet[PublishedRecord], scheme: str, chosen: tuple[str, ...] = ()) -> list[NamedCount]:
    """Terms that records were given, and chosen ones, each with all records at or below it."""
    rows = (
        RecordTerm.objects.filter(term__scheme_id=scheme, record__in=records.order_by().values("pk"))
        .order_by()
        .values_list("term_id", "term__labels")
        .annotate(n=Count("record_id"), given=Count("record_id", filter=Q(is_given=True)))
    )
    return _sorted(
        [
            NamedCount(code, pick(labels) or code, count)
            for code, labels, count, given in rows
            if given or code in chosen
        ]
    )


def _sorted(counts: list[NamedCount]) -> list[NamedCount]:
    return sorted(counts, key=lambda entry: (-entry.count, fold(entry.label)))


def latest_records(*, kind: str, limit: int = 5) -> list[PublishedRecord]:
    """The newest records of a kind."""
    records = PublishedRecord.objects.live().of_kind(kind).select_related("owner", "country").defer("search_text")
    return list(records[:limit])


def counts_by_country(*, kind: str) -> list[NamedCount]:
    """Countries with at least one record, the most first."""
    return _by_country(PublishedRecord.objects.live().of_kind(kind))


def counts_by_term(*, kind: str, scheme: str) -> list[NamedCount]:
    """Terms of a scheme with at least one record, the most first."""
    return _by_term(PublishedRecord.objects.live().of_kind(kind), scheme)


def counts_of_all_terms(*, scheme: str, kind: str = "") -> dict[str, int]:
    """For each term of a scheme the live records at or below it, of one kind if it is named. One query."""
    records = PublishedRecord.objects.live()
    records = records.of_kind(kind) if kind else records
    rows = (
        RecordTerm.objects.filter(term__scheme_id=scheme, record__in=records.order_by().values("pk"))
        .order_by()
        .values_list("term_id")
        .annotate(n=Count("record_id"))
    )
    return dict(rows)


@dataclass(frozen=True)
class Totals:
    """How many records there are; how many are real, and of these how many with a measured change (level 2 or more)."""

    all: int
    real: int
    measured: int


def totals(*, kind: str) -> Totals:
    """Counts over all live records of a kind."""
    counted = (
        PublishedRecord.objects.live()
        .of_kind(kind)
        .aggregate(
            all=Count("pk"),
            real=Count("pk", filter=Q(is_demo=False)),
            measured=Count("pk", filter=Q(is_demo=False, evidence_level__gte=2)),
        )
    )
    return Totals(counted["all"], counted["real"], counted["measured"])


def find_organizations(*, text: str = "", kind: str = "", country: str = "") -> list[Organization]:
    """Listed organisations that fit, real ones first, by place and name in the reader's language."""
    found = Organization.objects.listed().select_related("country")
    if kind in OrganizationKind.values:
        found = found.filter(kind=kind)
    if country:
        found = found.filter(country_id=country)
    wanted = fold(text.strip())
    matching = [one for one in found if wanted in fold(f"{' '.join(one.names.values())} {one.acronym} {one.place}")]
    return sorted(matching, key=lambda one: (one.is_demo, fold(one.place), fold(one.name)))


def index_paths(model: Any) -> dict[str, str]:
    """The path of an index page in each language in which it is live; one query."""
    return {
        page.locale.language_code: page.get_url_parts()[2] or "/"
        for page in model.objects.live().select_related("locale")
    }


# --- Pages of the CMS ------------------------------------------------------------------------

NEWS_SIZE = 10
PUBLICATIONS_SIZE = 20
# What a context figure counts is said by its term; income groups and languages are codes in the data.
INCOME_GROUPS = {
    "H": pgettext_lazy("income group", "high"),
    "U": pgettext_lazy("income group", "upper middle"),
    # As the data set spells them: L is lower middle, and LL low.
    "L": pgettext_lazy("income group", "lower middle"),
    "LL": pgettext_lazy("income group", "low"),
}


def _page_of(pages: Any, number: str, size: int) -> ResultPage[Any]:
    try:
        wanted = max(1, min(int(number), 1000))
    except ValueError:
        wanted = 1
    return Paginator(pages, size).get_page(wanted)


def list_news(index: NewsIndexPage, *, number: str) -> ResultPage[NewsPage]:
    """News below an index, the newest first."""
    news = NewsPage.objects.live().child_of(index).select_related("image").order_by("-date", "-pk")
    shown = _page_of(news, number, NEWS_SIZE)
    _with_renditions(shown.object_list)
    return shown


def latest_news(*, locale_id: int, limit: int) -> list[NewsPage]:
    """The newest news of a language that everybody may read."""
    # Wagtail's own `public()` asks for all restrictions first; this is the same in one query.
    path = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    above = PageViewRestriction.objects.annotate(below=path).filter(below__startswith=F("page__path"))
    news = NewsPage.objects.live().filter(~Exists(above), locale=locale_id).defer("content")
    return list(news.order_by("-date", "-pk")[:limit])


def _with_renditions(news: Any) -> None:
    """Read the pictures of a list in one query."""
    images = [one.image for one in news if one.image_id]
    if images:
        prefetch_related_objects(images, "renditions")


def list_publications(index: PublicationIndexPage, *, number: str) -> ResultPage[PublicationPage]:
    """Publications below an index, the newest first; undated ones at the end."""
    found = PublicationPage.objects.live().child_of(index).order_by(F("year").desc(nulls_last=True), "title", "pk")
    return _page_of(found, number, PUBLICATIONS_SIZE)


def list_countries(index: CountryIndexPage, request: Any) -> list[dict[str, Any]]:
    """Countries below an index by name, each with how many records it has."""
    counts: dict[str, int] = {}
    for count in country_counts:
        for code, number in count().items():
            counts[code] = counts.get(code, 0) + number
    pages = CountryPage.objects.live().child_of(index).select_related("country").defer("content")
    rows = [
        {"name": page.title, "url": page.get_url(request), "count": counts.get(page.country_id, 0)} for page in pages
    ]
    return sorted(rows, key=lambda row: fold(str(row["name"])))


def about_country(country: Country) -> dict[str, Any]:
    """A country's institutions, ministries first, and its context figures, each with its year and source."""
    institutions = Organization.objects.listed().filter(country=country).select_related("country")
    figures = ContextFigure.objects.filter(country=country).select_related("item").order_by("item", "-year")
    return {
        "institutions": sorted(
            institutions, key=lambda one: (one.kind != OrganizationKind.MINISTRY, fold(one.name), one.key)
        ),
        "figures": [
            {
                "label": figure.item.label,
                "value": figure_value(figure.item_id, figure.value, figure.unit),
                "year": figure.year,
                "source": ", ".join(part for part in (figure.source, figure.place) if part),
            }
            for figure in figures
        ],
    }


def figure_value(item: str, value: str, unit: str) -> str:
    """A context figure in words: names of groups and languages, else the number with its unit."""
    if item == "CTX01":
        return str(INCOME_GROUPS.get(value, value))
    if item == "CTX17":
        return ", ".join(language_name(code) for code in value.split())
    return f"{value} {unit}".strip()


def directory_url(locale_id: int) -> str:
    """Address of the directory of institutions in a language; empty before the pages exist."""
    page = OrganizationsPage.objects.live().filter(locale=locale_id).first()
    return page.url if page else ""


@dataclass(frozen=True)
class FallenCard:
    """A page with the card of a record that readers no longer see."""

    page: Any
    record: PublishedRecord


def fallen_cards() -> list[FallenCard]:
    """Pages that still name a record which was withdrawn or is no longer public."""
    # The reference index keeps what the blocks of each page name.
    kind = ContentType.objects.get_for_model(PublishedRecord)
    base = ContentType.objects.get_for_model(Page)
    named = ReferenceIndex.objects.filter(to_content_type=kind, base_content_type=base)
    pairs = {(page, UUID(record)) for page, record in named.values_list("object_id", "to_object_id")}
    shown = set(open_records().filter(pk__in={record for _page, record in pairs}).values_list("pk", flat=True))
    lost = {(int(page), record) for page, record in pairs if record not in shown}
    records = PublishedRecord.objects.defer("search_text").in_bulk([record for _page, record in lost])
    pages = Page.objects.live().select_related("locale").in_bulk([page for page, _record in lost])
    return [
        FallenCard(pages[page], records[record])
        for page, record in sorted(lost, key=str)
        if page in pages and record in records
    ]


def open_records() -> QuerySet[PublishedRecord]:
    """Records that may stand on a public page, whoever asks."""
    records: QuerySet[PublishedRecord] = PublishedRecord.objects.live().filter(audience=Audience.PUBLIC)
    return records.defer("search_text")


def find_published_file(pk: UUID) -> PublishedFile | None:
    """A file of a record that is published and that the current actor may read, else None."""
    return PublishedFile.objects.filter(pk=pk, record__in=PublishedRecord.objects.live()).first()


def offered_files(record: PublishedRecord) -> set[UUID]:
    """The ids under which a record's files can be had today."""
    return set(PublishedFile.objects.filter(record=record).values_list("pk", flat=True))
