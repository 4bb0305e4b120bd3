"""What courses show on pages of floors below: cards, a practice's lessons, the sitemap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from network_site.common.language import current_language
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import index_paths, public_records
from network_site.publishing.sitemap import Place

from ..cards import PRACTICE, card, courses_url, lessons_of, shown_text
from ..models import CoursesPage
from ..outline import Outline
from ..selectors.public import KIND, lessons_about


def cards(records: list[PublishedRecord]) -> dict[UUID, dict[str, Any]]:
    """Courses as cards on a page of the CMS and in the search."""
    base = courses_url()
    return {record.pk: card(record, base) for record in records}


def practice_lessons(record: PublishedRecord) -> tuple[str, dict[str, Any]] | None:
    """The lessons that are about a practice, each with whether it speaks of an older version; None where none is."""
    if record.kind != PRACTICE:
        return None
    links = lessons_about(record)
    if not links:
        return None
    base, language = courses_url(), current_language()
    outlines: dict[UUID, Outline] = {}
    rows = []
    for link in links:
        outline = outlines.setdefault(link.course_id, Outline(link.course.snapshot))
        item = outline.find(link.item)
        if item is None:
            continue
        text, lang = shown_text(link.course.snapshot)
        url = f"{base}{link.course.path}"
        rows.append(
            {
                "words": outline.words(item.document["texts"], language),
                # A quiz or a case opens in the course only.
                "url": f"{url}{item.id}/" if item.is_open_to_all else url,
                "course": text["title"],
                "course_lang": lang,
                "is_stale": link.is_stale,
                "version": link.practice_version,
            }
        )
    return ("learning/practice_section.html", {"lessons_about": rows}) if rows else None


def places() -> list[Place]:
    """Every course that everybody may read, and its lessons, for the sitemap."""
    return list(_places(index_paths(CoursesPage)))


def _places(bases: dict[str, str]) -> Iterator[Place]:
    records = public_records(KIND).filter(state=PublishedRecord.State.PUBLISHED)
    records = records.only("number", "slug", "published_at", "snapshot").select_related(None)
    for record in records:
        yield Place({code: f"{base}{record.path}" for code, base in bases.items()}, record.published_at)
        for item in lessons_of(Outline(record.snapshot)):
            # A lesson stands in the languages into which it was translated.
            written = {code for code, text in item.document["texts"].items() if text["body"]}
            paths = {code: f"{base}{record.path}{item.id}/" for code, base in bases.items() if code in written}
            if paths:
                yield Place(paths, record.published_at)
