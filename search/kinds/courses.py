"""Courses, with the words of their lessons."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from learning.models import CoursesPage
from learning.snapshot import open_document
from network_site.common.html import to_text
from network_site.common.language import CODES, current_language
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import index_paths
from network_site.publishing.slots import record_cards
from network_site.taxonomy.models import Term

from ..documents import Document
from ..models import Entry
from .base import SearchKind

KIND = "course"
SCHEMES = {"theme": "LAF", "group": "TG", "problem": "DI"}
DEMONSTRATION = -0.25


class CourseKind(SearchKind):
    """Published courses, from their snapshots."""

    name = KIND
    label = _("Courses")
    one = _("Course")
    facets = ("theme", "group", "problem", "language")

    def stamps(self) -> Iterable[tuple[str, str]]:
        rows = PublishedRecord.objects.live().of_kind(KIND).order_by()
        for pk, version, audience, at in rows.values_list("pk", "version", "audience", "published_at").iterator():
            yield str(pk), f"{version}:{audience}:{at.isoformat()}"

    def documents(self, keys: Collection[str]) -> Iterable[Document]:
        records = list(
            PublishedRecord.objects.live().of_kind(KIND).filter(pk__in=keys).prefetch_related("record_terms")
        )
        terms = Term.objects.in_bulk({row.term_id for record in records for row in record.record_terms.all()})
        for record in records:
            yield document(record, [terms[row.term_id] for row in record.record_terms.all() if row.term_id in terms])

    def links(self, entries: Sequence[Entry]) -> Mapping[UUID, str]:
        base = index_paths(CoursesPage).get(current_language(), "")
        records = PublishedRecord.objects.live().of_kind(KIND).only("number", "slug", "kind")
        found = records.in_bulk([UUID(entry.key) for entry in entries])
        return {
            entry.pk: f"{base}{found[UUID(entry.key)].path}" for entry in entries if base and UUID(entry.key) in found
        }

    def cards(self, entries: Sequence[Entry]) -> Mapping[UUID, dict[str, Any]]:
        draw = record_cards.get(KIND)
        if draw is None:
            return {}
        records = PublishedRecord.objects.live().of_kind(KIND).select_related("owner").defer("search_text")
        drawn = draw(list(records.filter(pk__in=[entry.key for entry in entries])))
        return {entry.pk: drawn[UUID(entry.key)] for entry in entries if UUID(entry.key) in drawn}


def document(record: PublishedRecord, terms: Sequence[Term]) -> Document:
    """The document of a course with these terms (those above the given ones too)."""
    snapshot = open_document(record.snapshot)
    texts: dict[str, dict[str, str]] = {code: {} for code in CODES}
    for code, given in snapshot["texts"].items():
        texts[code] = {
            "title": given["title"],
            "summary": given["summary"],
            # What is said of the course stands first: where it is long, the end of its lessons is left out.
            "body": _joined(
                [
                    given["audience"],
                    *given["outcomes"],
                    *_titles(snapshot, code),
                    *_lessons(snapshot, code),
                ]
            ),
        }
    for code in CODES:
        texts[code]["keywords"] = _keywords(record, terms, code)
    facets: dict[str, tuple[str, ...]] = {
        name: tuple(term.pk for term in terms if term.scheme_id == scheme) for name, scheme in SCHEMES.items()
    }
    facets["language"] = tuple(code for code, given in snapshot["texts"].items() if given["state"] != "part")
    return Document(
        kind=KIND,
        key=str(record.pk),
        texts=texts,
        source_language=record.source_language,
        published_at=record.first_published_at,
        facets=facets,
        audience=record.audience,
        quality=1.0 + DEMONSTRATION * record.is_demo,
        is_demo=record.is_demo,
        stamp=f"{record.version}:{record.audience}:{record.published_at.isoformat()}",
    )


def _texts(snapshot: Mapping[str, Any], code: str) -> Iterator[Mapping[str, Any]]:
    """The texts of modules and items in one language, in their order."""
    for module in snapshot["modules"]:
        yield from (part["texts"][code] for part in (module, *module["items"]) if code in part["texts"])


def _titles(snapshot: Mapping[str, Any], code: str) -> Iterator[str]:
    for text in _texts(snapshot, code):
        yield from (text["title"], text["summary"])


def _lessons(snapshot: Mapping[str, Any], code: str) -> Iterator[str]:
    for text in _texts(snapshot, code):
        for block in text.get("body", ()):
            yield from _words(block["type"], block["value"])


def _words(kind: str, value: Any) -> Iterator[str]:
    """What a block of a lesson says; where a picture or a practice comes from stands in neither."""
    if isinstance(value, str):
        yield to_text(value) if kind == "text" else value
    elif kind == "steps":
        yield from value
    elif kind == "figures":
        yield from (f"{figure['value']} {figure['label']}" for figure in value)
    elif kind == "table":
        yield from (value["caption"], " ".join(value["head"]), *(" ".join(row) for row in value["rows"]))
    else:
        yield from (str(value[name]) for name in ("title", "text", "caption", "transcript", "why") if value.get(name))


def _keywords(record: PublishedRecord, terms: Sequence[Term], code: str) -> str:
    words = [record.code] if code == record.source_language else []
    words.append(record.snapshot["owner"]["names"].get(code, ""))
    for term in terms:
        words.append(term.labels.get(code, ""))
        words.append(term.extra.get("lack", {}).get(code, ""))
        words += [synonyms.get(code, "") for synonyms in term.extra.get("synonyms", []) if isinstance(synonyms, dict)]
    return _joined(words)


def _joined(parts: Iterable[str | None]) -> str:
    return "\n".join(text for part in parts if part and (text := part.strip()))
