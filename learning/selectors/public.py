"""The catalogue as its readers see it: the public plane, narrowed and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.paginator import Page as ResultPage
from django.core.paginator import Paginator
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from network_site.common.language import CODES, current_language, fold, language_name
from network_site.publishing.models import Audience, PublishedRecord, RecordTerm
from network_site.publishing.selectors import MAX_FILTERS, MAX_QUERY, PAGE_SIZE, RELEVANCE, Facet, Option, Ranked
from network_site.publishing.slots import Matches, record_words
from network_site.taxonomy.models import Term

from ..enums import Level
from ..models import LessonPractice

KIND = "course"
SCHEME = "LAF"
SORTS: dict[str, tuple[str, ...]] = {
    "newest": ("-first_published_at", "-number"),
    "shortest": ("snapshot__hours", "number"),
    "title": ("slug", "number"),
}
# States of the texts of a course in which nothing is missing (snapshot.py).
WHOLE = frozenset({"source", "complete"})
YES, NO = "yes", "no"


class Hours(models.TextChoices):
    """How long a course takes, in bands."""

    UP_TO_2 = "up_to_2", gettext_lazy("Up to 2 hours")
    UP_TO_5 = "3_5", gettext_lazy("3 to 5 hours")
    UP_TO_10 = "6_10", gettext_lazy("6 to 10 hours")
    MORE = "over_10", gettext_lazy("More than 10 hours")


# The last hour of each band; the last band has none.
ENDS: dict[str, int] = {Hours.UP_TO_2: 2, Hours.UP_TO_5: 5, Hours.UP_TO_10: 10}
# Filters with a closed list of values, and the values.
CLOSED: dict[str, tuple[str, ...]] = {
    "level": tuple(Level.values),
    "language": CODES,
    "hours": tuple(Hours.values),
    "certificate": (YES, NO),
}
FILTERS = ("theme", *CLOSED)


def band_of(hours: int) -> str:
    """The band in which a number of hours lies."""
    return next((band for band, end in ENDS.items() if hours <= end), Hours.MORE.value)


@dataclass(frozen=True)
class CourseQuery:
    """What a reader asks of the catalogue."""

    text: str = ""
    theme: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()
    certificate: tuple[str, ...] = ()
    sort: str = "newest"
    page: int = 1
    problems: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def from_params(cls, params: Any) -> CourseQuery:
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
            values[name] = tuple(value for value in chosen if name not in CLOSED or value in CLOSED[name])
        sort = params.get("sort", "")
        if sort not in SORTS:
            sort = RELEVANCE if text else "newest"
        try:
            page = max(1, min(int(params.get("page", "1")), 10_000))
        except ValueError:
            page = 1
        return cls(text=text, sort=sort, page=page, problems=tuple(said), **values)


@dataclass(frozen=True)
class CourseList:
    """A page of the catalogue with its facets."""

    query: CourseQuery
    page: ResultPage[PublishedRecord]
    facets: list[Facet]
    total: int
    total_of_all: int
    # The search engine is away: plain search by words.
    is_reduced: bool = False


def _matches(query: CourseQuery, *, public_only: bool = False) -> Matches | None:
    if not query.text:
        return None
    look = next(iter(record_words), None)
    return look(query.text, current_language(), KIND, public_only) if look is not None else Matches()


def _live() -> QuerySet[PublishedRecord]:
    records: QuerySet[PublishedRecord] = PublishedRecord.objects.live().of_kind(KIND)
    return records


def _one_of(conditions: Iterable[Q]) -> Q:
    """Any of these; a key of a JSON document has no "in" that both databases understand alike."""
    return Q(*conditions, _connector=Q.OR)


def _in_band(band: str) -> Q:
    bands = list(Hours.values)
    before = bands.index(band) - 1
    condition = Q(snapshot__hours__gt=ENDS[bands[before]]) if before >= 0 else Q()
    return condition & Q(snapshot__hours__lte=ENDS[band]) if band in ENDS else condition


# What narrows by something else than a term, by the filter's name.
CONDITIONS: dict[str, Any] = {
    "level": lambda value: Q(snapshot__level=value),
    "language": lambda code: _one_of(Q(**{f"snapshot__texts__{code}__state": state}) for state in sorted(WHOLE)),
    "hours": _in_band,
    "certificate": lambda value: Q(snapshot__has_certificate=value == YES),
}


def _narrowed(query: CourseQuery, matches: Matches | None, *, without: str = "") -> QuerySet[PublishedRecord]:
    records = _live()
    if matches is not None:
        records = records.filter(pk__in=matches.ids)
    if query.theme and without != "theme":
        records = records.filter(pk__in=RecordTerm.objects.filter(term_id__in=query.theme).values("record_id"))
    for name, condition in CONDITIONS.items():
        chosen = getattr(query, name)
        if chosen and without != name:
            records = records.filter(_one_of(condition(value) for value in chosen))
    return records


def _in_order(
    records: QuerySet[PublishedRecord], query: CourseQuery, matches: Matches | None
) -> QuerySet[PublishedRecord] | Ranked:
    records = records.select_related("owner").defer("search_text")
    if query.sort in SORTS or matches is None:
        return records.order_by(*SORTS.get(query.sort, SORTS["newest"]))
    fitting = set(records.order_by().values_list("pk", flat=True))
    return Ranked(records, [pk for pk in matches.ids if pk in fitting])


def find_courses(query: CourseQuery, *, public_only: bool = False) -> QuerySet[PublishedRecord] | Ranked:
    """All published courses that fit; `public_only` is for what machines and caches read."""
    matches = _matches(query, public_only=public_only)
    records = _narrowed(query, matches)
    if public_only:
        records = records.filter(audience=Audience.PUBLIC)
    return _in_order(records, query, matches)


def list_catalogue(query: CourseQuery) -> CourseList:
    """The courses that fit, with each facet counted as if its own choice were not made.

    Costs the same number of queries however many courses there are.
    """
    matches = _matches(query)
    found = _narrowed(query, matches)
    totals = _live().aggregate(all=Count("pk"), found=Count("pk", filter=Q(pk__in=found.order_by().values("pk"))))
    paginator = Paginator(_in_order(found, query, matches), PAGE_SIZE)
    paginator.count = totals["found"]
    facets = [
        _theme_facet(query, matches),
        _level_facet(query, matches),
        _language_facet(query, matches),
        _hours_facet(query, matches),
        _certificate_facet(query, matches),
    ]
    is_reduced = matches is not None and matches.is_reduced
    return CourseList(query, paginator.get_page(query.page), facets, totals["found"], totals["all"], is_reduced)


def _values(query: CourseQuery, matches: Matches | None, name: str, path: str) -> Counter[Any]:
    """How many courses have each value at a place of their document, were nothing chosen of this facet."""
    return Counter(_narrowed(query, matches, without=name).order_by().values_list(path, flat=True))


def _fixed(query: CourseQuery, name: str, labels: Iterable[tuple[str, Any]], counts: Mapping[str, int]) -> list[Option]:
    """Options in an order of their own; those that nothing has are there too, and cannot be chosen."""
    chosen = getattr(query, name)
    return [Option(value, str(label), counts.get(value, 0), value in chosen) for value, label in labels]


def _theme_facet(query: CourseQuery, matches: Matches | None) -> Facet:
    records = _narrowed(query, matches, without="theme").order_by().values("pk")
    rows = (
        RecordTerm.objects.filter(term__scheme_id=SCHEME, record__in=records)
        .order_by()
        .values_list("term_id")
        .annotate(n=Count("record_id"), given=Count("record_id", filter=Q(is_given=True)))
    )
    numbers = {code: number for code, number, given in rows if given or code in query.theme}
    terms = Term.objects.of(SCHEME).in_bulk({*numbers, *query.theme})
    options = [Option(code, term.label, numbers.get(code, 0), code in query.theme) for code, term in terms.items()]
    return Facet("theme", _("Function"), sorted(options, key=lambda one: (-one.count, fold(one.label))))


def _level_facet(query: CourseQuery, matches: Matches | None) -> Facet:
    counts = _values(query, matches, "level", "snapshot__level")
    return Facet("level", _("Level"), _fixed(query, "level", Level.choices, counts))


def _language_facet(query: CourseQuery, matches: Matches | None) -> Facet:
    counts: Counter[str] = Counter()
    records = _narrowed(query, matches, without="language").order_by()
    for states in records.values_list(*[f"snapshot__texts__{code}__state" for code in CODES]):
        counts.update(code for code, state in zip(CODES, states, strict=True) if state in WHOLE)
    options = [
        Option(code, language_name(code), counts[code], code in query.language)
        for code in CODES
        if counts[code] or code in query.language
    ]
    return Facet("language", _("Complete in"), options)


def _hours_facet(query: CourseQuery, matches: Matches | None) -> Facet:
    counts: Counter[str] = Counter()
    for hours, number in _values(query, matches, "hours", "snapshot__hours").items():
        counts[band_of(hours)] += number
    return Facet("hours", _("Hours of work"), _fixed(query, "hours", Hours.choices, counts))


def _certificate_facet(query: CourseQuery, matches: Matches | None) -> Facet:
    held = _values(query, matches, "certificate", "snapshot__has_certificate")
    labels = [(YES, _("With a certificate")), (NO, _("Without a certificate"))]
    counts = {YES: held[True], NO: held[False]}
    return Facet("certificate", pgettext("of a course", "Certificate"), _fixed(query, "certificate", labels, counts))


# --- One course ------------------------------------------------------------------------------


def find_course(number: int) -> PublishedRecord | None:
    """The course with this public number, withdrawn or not; None where there is none."""
    if not 0 < number < 2**31:
        return None
    records = PublishedRecord.objects.of_kind(KIND).select_related("owner").defer("search_text")
    return records.filter(number=number).first()


def required_courses(snapshot: Mapping[str, Any]) -> list[PublishedRecord]:
    """The courses to be completed before this one, in its own order; no query where there are none."""
    wanted = [UUID(pk) for pk in snapshot["prerequisites"]]
    found = _live().defer("search_text").in_bulk(wanted) if wanted else {}
    return [found[pk] for pk in wanted if pk in found]


def lessons_about(practice: PublishedRecord) -> list[LessonPractice]:
    """Links from lessons of open courses to a practice, each with its course; one query."""
    rows = (
        LessonPractice.objects.filter(
            practice=practice, course__state=PublishedRecord.State.PUBLISHED, course__audience=Audience.PUBLIC
        )
        .select_related("course")
        .defer("course__search_text")
        .order_by("course__number", "position")
    )
    found = list(rows)
    for row in found:
        # Whether it has moved on is asked of the record that the reader looks at.
        row.practice = practice
    return found
