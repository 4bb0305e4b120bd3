"""The catalogue in the public API: the public plane and nothing else, whoever asks."""

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

from .cards import courses_url, languages_of, level_name, shown_text
from .enums import Entry, ItemKind
from .outline import Outline
from .selectors.public import KIND, CourseQuery, find_courses
from .snapshot import JSON_SCHEMA, open_document

router = Router(tags=["Courses"])


class ProviderOut(Schema):
    """Something with a stable key and a name in the reader's language."""

    key: str
    name: str


class CourseOut(Schema):
    """A course as lists show it."""

    id: str = Field(description="Stable identifier (UUID).")
    number: int = Field(description="Public number, part of addresses.", examples=[2])
    code: str = Field(description="What people quote.", examples=["C-0002"])
    version: int = Field(description="The current version.", examples=[1])
    title: str = Field(description="In the language named by `language`.")
    summary: str
    audience: str = Field(description="For whom it is.")
    outcomes: list[str] = Field(description="What one can do afterwards.")
    language: str = Field(
        description="Language of title and texts: the reader's where there is a text, else the source."
    )
    languages: list[str] = Field(description="Languages in which every text of it is there.")
    languages_in_part: list[str] = Field(description="Languages in which some of its texts are missing.")
    owner: ProviderOut = Field(description="Whoever wrote it.")
    level: str = Field(description="What it asks of those who begin it.", examples=["introductory"])
    level_label: str
    hours: int = Field(description="Hours of work.")
    lessons: int = Field(description="How many lessons it has.")
    quizzes: int = Field(description="How many quizzes it has.")
    cases: int = Field(description="How many case studies it has.")
    entry: str = Field(description="Who may take it.", examples=["open"])
    entry_label: str
    has_certificate: bool
    pass_mark: int = Field(description="Result in percent from which one passes.")
    honours_mark: int = Field(description="Result in percent from which one passes with honours.")
    terms: list[str] = Field(description="Codes of its terms (schemes LAF, DI, TG).")
    licence: str = Field(examples=["CC-BY-4.0"])
    published_at: dt.datetime = Field(description="When the current version was published.")
    is_demo: bool = Field(description="Invented to show how the site works.")
    url: str = Field(description="Its page in the reader's language.")
    api_url: str = Field(description="Its address here.")


class Courses(Page):
    results: list[CourseOut]


class CourseDetail(CourseOut):
    """A course, whole. Right answers and what came of a case are no part of it."""

    document: Annotated[dict[str, Any], WithJsonSchema(JSON_SCHEMA)] = Field(
        description="The published document: language-neutral, with the texts of all languages. "
        "Parts that open only when others are done are without theirs."
    )


Code = Annotated[str, Field(max_length=24)]


class CourseFilters(Paged):
    """The filters of the catalogue. Values of one filter widen the result, different filters narrow it."""

    q: str = Field(
        "",
        max_length=MAX_QUERY,
        description="Words, found as the search of the site finds them, in all languages.",
        examples=["incentives"],
    )
    theme: list[Code] = Field([], max_length=MAX_FILTERS, description="Codes of functions (scheme LAF) and above.")
    level: list[Literal["introductory", "intermediate", "advanced"]] = Field(
        [], max_length=MAX_FILTERS, description="What it asks of those who begin it."
    )
    language: list[Literal["en", "es", "fr", "pt-br"]] = Field(
        [], max_length=MAX_FILTERS, description="A language in which every text is there."
    )
    hours: list[Literal["up_to_2", "3_5", "6_10", "over_10"]] = Field(
        [], max_length=MAX_FILTERS, description="Hours of work, in bands."
    )
    certificate: list[Literal["yes", "no"]] = Field(
        [], max_length=MAX_FILTERS, description="Whether it ends with a certificate."
    )
    sort: Literal["relevance", "newest", "shortest", "title"] | None = Field(
        None,
        description="Order of the list. Without it: the best matches first where there are words, else the newest.",
    )

    def as_query(self) -> CourseQuery:
        """The same question as the page of the catalogue asks it."""
        text = self.q.strip()
        return CourseQuery(
            text=text,
            theme=tuple(self.theme),
            level=tuple(self.level),
            language=tuple(self.language),
            hours=tuple(self.hours),
            certificate=tuple(self.certificate),
            sort=self.sort or (RELEVANCE if text else "newest"),
        )


def _course(record: PublishedRecord, base: str) -> dict[str, Any]:
    snapshot = record.snapshot
    text, lang = shown_text(snapshot)
    languages, outline = languages_of(snapshot), Outline(snapshot)
    return {
        "id": str(record.pk),
        "number": record.number,
        "code": record.code,
        "version": record.version,
        "title": text["title"],
        "summary": text["summary"],
        "audience": text["audience"],
        "outcomes": text["outcomes"],
        "language": lang or current_language(),
        "languages": [one.code for one in languages if not one.is_part],
        "languages_in_part": [one.code for one in languages if one.is_part],
        "owner": {"key": snapshot["owner"]["key"], "name": pick(snapshot["owner"]["names"]) or ""},
        "level": snapshot["level"],
        "level_label": level_name(snapshot),
        "hours": snapshot["hours"],
        "lessons": outline.count(ItemKind.LESSON),
        "quizzes": outline.count(ItemKind.QUIZ),
        "cases": outline.count(ItemKind.CASE),
        "entry": snapshot["entry"],
        "entry_label": str(Entry(snapshot["entry"]).label),
        "has_certificate": snapshot["has_certificate"],
        "pass_mark": snapshot["pass_mark"],
        "honours_mark": snapshot["honours_mark"],
        "terms": snapshot["terms"],
        "licence": snapshot["licence"],
        "published_at": record.published_at,
        "is_demo": record.is_demo,
        "url": absolute(f"{base}{record.path}"),
        "api_url": absolute(f"/api/v1/courses/{record.number}/"),
    }


@router.get("courses/", response=Courses, operation_id="list_courses", url_name="list_courses")
def list_courses(request: HttpRequest, asked: Query[CourseFilters]) -> dict[str, Any]:
    """Published courses, with the filters and orders of the catalogue."""
    base = courses_url()
    found = find_courses(asked.as_query(), public_only=True)
    return paged(request, asked, found, lambda record: _course(record, base))


@router.get("courses/{int:number}/", response=CourseDetail, operation_id="get_course", url_name="get_course")
def get_course(request: HttpRequest, number: int, asked: Query[InLanguage]) -> dict[str, Any]:
    """One course by its public number, with its whole document; 410 with the reason once withdrawn."""
    record = records_of(KIND).filter(number=number).first() if 0 < number < 2**31 else None
    if record is None:
        raise Http404
    if record.state == PublishedRecord.State.WITHDRAWN:
        raise Refusal(410, _("This course was withdrawn."), record.withdrawal_reason)
    changed(request, record.published_at)
    return _course(record, courses_url()) | {"document": open_document(record.snapshot)}
