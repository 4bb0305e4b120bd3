"""Published projects: funding requests, projects at work, projects that have ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from network_site.common.html import to_text
from network_site.common.language import CODES, current_language
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import index_paths
from network_site.publishing.slots import record_cards
from network_site.taxonomy.models import Country, Term
from projects.models import ProjectsPage

from ..documents import Document
from ..models import Entry
from .base import SearchKind

KIND = "project"
SCHEMES = {"theme": "LAF", "group": "TG", "problem": "DI"}
DEMONSTRATION = -0.25


class ProjectKind(SearchKind):
    """Published projects, from their snapshots."""

    name = KIND
    label = _("Projects")
    one = _("Project")
    facets = ("theme", "country", "group", "problem", "language")

    def stamps(self) -> Iterable[tuple[str, str]]:
        rows = PublishedRecord.objects.live().of_kind(KIND).order_by()
        for pk, version, audience, at in rows.values_list("pk", "version", "audience", "published_at").iterator():
            yield str(pk), _stamp(version, audience, at)

    def documents(self, keys: Collection[str]) -> Iterable[Document]:
        records = list(
            PublishedRecord.objects.live()
            .of_kind(KIND)
            .filter(pk__in=keys)
            .select_related("country")
            .prefetch_related("record_terms")
        )
        terms = Term.objects.in_bulk({row.term_id for record in records for row in record.record_terms.all()})
        countries = Country.objects.in_bulk({code for record in records for code in _countries(record.snapshot)})
        for record in records:
            own = [terms[row.term_id] for row in record.record_terms.all() if row.term_id in terms]
            yield document(record, own, countries)

    def links(self, entries: Sequence[Entry]) -> Mapping[UUID, str]:
        base = index_paths(ProjectsPage).get(current_language(), "")
        records = PublishedRecord.objects.live().of_kind(KIND).only("number", "slug", "kind")
        found = records.in_bulk([UUID(entry.key) for entry in entries])
        return {
            entry.pk: f"{base}{found[UUID(entry.key)].path}" for entry in entries if UUID(entry.key) in found and base
        }

    def cards(self, entries: Sequence[Entry]) -> Mapping[UUID, dict[str, Any]]:
        draw = record_cards.get(KIND)
        if draw is None:
            return {}
        records = PublishedRecord.objects.live().of_kind(KIND).select_related("owner", "country").defer("search_text")
        drawn = draw(list(records.filter(pk__in=[entry.key for entry in entries])))
        return {entry.pk: drawn[UUID(entry.key)] for entry in entries if UUID(entry.key) in drawn}


def _stamp(version: int, audience: str, at: Any) -> str:
    return f"{version}:{audience}:{at.isoformat()}"


def _countries(snapshot: Mapping[str, Any]) -> list[str]:
    codes = [snapshot.get("country"), *(snapshot.get("countries") or [])]
    return list(dict.fromkeys(code for code in codes if code))


def document(record: PublishedRecord, terms: Sequence[Term], countries: Mapping[str, Country]) -> Document:
    """The document of a record with these terms (those above the given ones too)."""
    snapshot, source = record.snapshot, record.source_language
    codes = [code for code in _countries(snapshot) if code in countries]
    texts: dict[str, dict[str, str]] = {code: {} for code in CODES}
    for code, given in snapshot["texts"].items():
        texts[code] = {"title": given.get("title", ""), "summary": given.get("summary", ""), "body": ""}
    texts[source]["body"] = _joined(_words(snapshot))
    for code in CODES:
        words = [record.code, snapshot.get("reference") or ""] if code == source else []
        words += [countries[one].names.get(code, "") for one in codes]
        words.append(snapshot["owner"]["names"].get(code, ""))
        words += [term.labels.get(code, "") for term in terms]
        texts[code]["keywords"] = _joined(words)
    facets: dict[str, tuple[str, ...]] = {
        name: tuple(term.pk for term in terms if term.scheme_id == scheme) for name, scheme in SCHEMES.items()
    }
    facets |= {"country": tuple(codes), "language": tuple(snapshot["texts"])}
    return Document(
        kind=KIND,
        key=str(record.pk),
        texts=texts,
        source_language=source,
        published_at=record.first_published_at,
        facets=facets,
        audience=record.audience,
        quality=1.0 + DEMONSTRATION * record.is_demo,
        is_demo=record.is_demo,
        stamp=_stamp(record.version, record.audience, record.published_at),
    )


def _words(snapshot: Mapping[str, Any]) -> list[str]:
    """What the source language says beside title and summary."""
    words = [item["text"] for texts in snapshot["sections"].values() for item in texts]
    for part, names in (
        ("results", ("statement", "indicator")),
        ("activities", ("title",)),
        ("risks", ("statement", "mitigation")),
        ("assignments", ("title", "objective", "tasks")),
        ("parties", ("name",)),
    ):
        words += [str(row[name]) for row in snapshot.get(part) or [] for name in names if row.get(name)]
    return words


def _joined(parts: Iterable[str | None]) -> str:
    return "\n".join(text for part in parts if part and (text := to_text(str(part)).strip()))
