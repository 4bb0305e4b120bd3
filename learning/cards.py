"""How a course looks in a list and on its public page, and a lesson with its practices: from the snapshot alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from network_site.common.language import CODES, current_language, language_name, pick
from network_site.publishing.models import Audience, PublishedRecord
from network_site.publishing.selectors import index_paths
from network_site.publishing.slots import record_cards
from network_site.taxonomy.models import Term

from .enums import Entry, ItemKind, Level
from .models import CoursesPage
from .outline import Item, Outline, Words
from .selectors.public import WHOLE, required_courses

PRACTICE = "practice"


def courses_url() -> str:
    """Address of the catalogue in the interface language; empty before its page exists."""
    return index_paths(CoursesPage).get(current_language(), "")


def counted_hours(count: int) -> str:
    """Hours in the reader's language."""
    return ngettext("%(count)s hour", "%(count)s hours", count) % {"count": count}


def counted_minutes(count: int) -> str:
    """Minutes in the reader's language."""
    return ngettext("%(count)s minute", "%(count)s minutes", count) % {"count": count}


def level_name(snapshot: Mapping[str, Any]) -> str:
    """What the course asks of those who begin it."""
    return str(Level(snapshot["level"]).label)


def shown_text(snapshot: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The texts in the reader's language where there are some, else in the source's; and the language to mark up."""
    wanted, source = current_language(), snapshot["source_language"]
    if wanted in snapshot["texts"]:
        return snapshot["texts"][wanted], ""
    return snapshot["texts"][source], source


@dataclass(frozen=True)
class CourseLanguage:
    """A language in which a course can be taken: whole, or in part."""

    code: str
    name: str
    is_part: bool

    def __str__(self) -> str:
        return _("%(language)s (in part)") % {"language": self.name} if self.is_part else self.name


def languages_of(snapshot: Mapping[str, Any]) -> list[CourseLanguage]:
    """The languages of a course, those in which it is whole first."""
    texts = snapshot["texts"]
    found = [
        CourseLanguage(code, language_name(code), texts[code]["state"] not in WHOLE) for code in CODES if code in texts
    ]
    return sorted(found, key=lambda one: one.is_part)


def language_line(snapshot: Mapping[str, Any]) -> str:
    """What a reader has to know of the language in which she would read a course; empty where it is hers."""
    text, lang = shown_text(snapshot)
    if lang:
        return _("Shown in %(language)s.") % {"language": language_name(lang)}
    if text["state"] not in WHOLE:
        return _("Some of its texts are in %(language)s.") % {"language": language_name(snapshot["source_language"])}
    return ""


def card(record: PublishedRecord, base_url: str) -> dict[str, Any]:
    """A course as a line of a list."""
    snapshot = record.snapshot
    text, lang = shown_text(snapshot)
    facts = [_("with a certificate") if snapshot["has_certificate"] else _("without a certificate")]
    facts.append(", ".join(str(one) for one in languages_of(snapshot)))
    return {
        "title": text["title"],
        "url": f"{base_url}{record.path}",
        "from_line": " · ".join([level_name(snapshot), counted_hours(snapshot["hours"])]),
        "one_line": text["summary"],
        "facts": " · ".join(facts),
        "demo": record.is_demo,
        "lang": lang,
        "notice": language_line(snapshot),
        "code": record.code,
    }


# --- The page of a course --------------------------------------------------------------------


def page_context(record: PublishedRecord, base_url: str) -> dict[str, Any]:
    """Everything that the public page of a course shows; one query, and one more where others come first."""
    snapshot = record.snapshot
    text, lang = shown_text(snapshot)
    terms = Term.objects.in_bulk(snapshot["terms"])
    by_scheme: dict[str, list[dict[str, str]]] = {}
    for code in snapshot["terms"]:
        if code in terms:
            term = terms[code]
            label = term.lack if term.scheme_id == "DI" else term.label
            by_scheme.setdefault(term.scheme_id, []).append({"code": code, "label": label})
    outline = Outline(snapshot)
    return {
        "text": text,
        "lang": lang,
        "is_part": not lang and text["state"] not in WHOLE,
        "source_language": language_name(snapshot["source_language"]),
        "languages": languages_of(snapshot),
        "level": level_name(snapshot),
        "hours": counted_hours(snapshot["hours"]),
        "minutes": outline.minutes,
        "entry": str(Entry(snapshot["entry"]).label),
        "terms": by_scheme,
        "owner_name": pick(snapshot["owner"]["names"]) or "",
        "modules": _modules(outline, f"{base_url}{record.path}"),
        "lesson_count": outline.count(ItemKind.LESSON),
        "counts": bool(outline.counted),
        "required": [_required(one, base_url) for one in required_courses(snapshot)],
        "source": snapshot["source"],
        "source_line": source_line(snapshot["source"]),
    }


def _modules(outline: Outline, record_url: str) -> list[dict[str, Any]]:
    """The outline; a lesson leads to its open page, and what waits, quizzes and cases nowhere before one is in it."""
    language = current_language()
    modules: list[dict[str, Any]] = [
        {"words": outline.words(module["texts"], language), "minutes": 0, "items": []}
        for module in outline.snapshot["modules"]
    ]
    for item in outline.items:
        module = modules[item.module_place]
        module["minutes"] += item.minutes
        module["items"].append(
            {
                "words": outline.words(item.document["texts"], language),
                "kind": item.kind,
                "kind_label": str(ItemKind(item.kind).label),
                "minutes": counted_minutes(item.minutes),
                "is_required": item.is_required,
                "url": f"{record_url}{item.id}/" if item.is_open_to_all else "",
            }
        )
    for module in modules:
        module["minutes"] = counted_minutes(module["minutes"])
    return modules


def _required(record: PublishedRecord, base_url: str) -> dict[str, str]:
    text, lang = shown_text(record.snapshot)
    return {"title": text["title"], "lang": lang, "url": f"{base_url}{record.path}"}


def source_line(source: Mapping[str, Any]) -> str:
    """The publication from which a course was made, and where in it; empty where it names none."""
    if not source.get("title"):
        return ""
    return ", ".join(str(part) for part in (source["title"], source.get("place")) if part)


# --- A lesson --------------------------------------------------------------------------------


@dataclass(frozen=True)
class LessonText:
    """What a reader sees of an item: its title in her language, its text in hers or the source's."""

    words: Words
    body: list[dict[str, Any]]
    # The language of the text: a title may be there in a language in which the text is not.
    language: str

    @property
    def is_foreign(self) -> bool:
        return self.language != current_language()


def lesson_text(outline: Outline, item: Item) -> LessonText:
    """The texts of an item for the reader."""
    words = outline.words(item.document["texts"], current_language())
    written = item.document["texts"][outline.source]["body"]
    if words["body"] or not written:
        return LessonText(words, words["body"], words.language)
    return LessonText(words, written, outline.source)


def lessons_of(outline: Outline) -> list[Item]:
    """The lessons among the items: what can be read without an account."""
    return [item for item in outline.items if item.is_open_to_all]


def cards_of(blocks: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Cards of the practices that blocks of a lesson name, by their keys; those that are no longer public have none.

    The same queries however many they are, and none where no block names one. `level` of a card is that of its title:
    2 before the first heading of the text, so that no step is missing, and 3 after it.
    """
    levels: dict[str, int] = {}
    level = 2
    for block in blocks:
        if block["type"] == "heading":
            level = 3
        elif block["type"] == PRACTICE:
            levels.setdefault(block["value"]["record"], level)
    draw = record_cards.get(PRACTICE)
    if not levels or draw is None:
        return {}
    records = (
        PublishedRecord.objects.live()
        .of_kind(PRACTICE)
        .filter(pk__in=[UUID(key) for key in levels], audience=Audience.PUBLIC)
        .select_related("owner", "country")
        .defer("search_text")
    )
    drawn = draw(list(records))
    return {str(pk): drawn[pk] | {"level": levels[str(pk)]} for pk in drawn}
