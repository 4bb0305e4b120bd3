"""Practices of the databank."""

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
from network_site.taxonomy.models import Term
from practices.models import DatabankPage

from ..documents import Document
from ..models import Entry
from .base import SearchKind

KIND = "practice"
# Facets by the scheme that fills them.
SCHEMES = {"theme": "LAF", "group": "TG", "measure": "IN", "sector": "SEC", "problem": "DI"}
# How much more than an undocumented practice one counts that was tested, reviewed, and says how to adapt it. A
# practice without effect is as good to know as one with it, so the direction of the evidence does not count.
PER_LEVEL, REVIEWED, ADAPTABLE, DEMONSTRATION = 0.06, 0.12, 0.05, -0.25


class PracticeKind(SearchKind):
    """Published practices, from their snapshots."""

    name = KIND
    label = _("Practices")
    one = _("Practice")
    facets = ("theme", "country", "group", "evidence", "measure", "sector", "provenance", "language")

    def stamps(self) -> Iterable[tuple[str, str]]:
        rows = PublishedRecord.objects.live().of_kind(KIND).order_by()
        for pk, version, audience, at in rows.values_list("pk", "version", "audience", "published_at").iterator():
            yield str(pk), f"{version}:{audience}:{at.isoformat()}"

    def documents(self, keys: Collection[str]) -> Iterable[Document]:
        records = list(
            PublishedRecord.objects.live()
            .of_kind(KIND)
            .filter(pk__in=keys)
            .select_related("country")
            .prefetch_related("record_terms")
        )
        terms = Term.objects.in_bulk({row.term_id for record in records for row in record.record_terms.all()})
        for record in records:
            yield document(record, [terms[row.term_id] for row in record.record_terms.all() if row.term_id in terms])

    def links(self, entries: Sequence[Entry]) -> Mapping[UUID, str]:
        base = _base()
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


def _base() -> str:
    return index_paths(DatabankPage).get(current_language(), "")


def document(record: PublishedRecord, terms: Sequence[Term]) -> Document:
    """The document of a record with these terms (those above the given ones too)."""
    snapshot, source = record.snapshot, record.source_language
    texts: dict[str, dict[str, str]] = {code: {} for code in CODES}
    for code, given in snapshot["texts"].items():
        texts[code] = {
            "title": given.get("title", ""),
            "summary": given.get("one_line", ""),
            "body": _joined([given.get("problem"), given.get("description")]),
        }
    texts[source]["body"] = _joined([texts[source]["body"], *_rest(snapshot)])
    for code in CODES:
        texts[code]["keywords"] = _keywords(record, terms, code)
    facets: dict[str, tuple[str, ...]] = {
        name: tuple(term.pk for term in terms if term.scheme_id == scheme) for name, scheme in SCHEMES.items()
    }
    facets |= {
        "country": (record.country_id,) if record.country_id else (),
        "evidence": () if record.evidence_level is None else (str(record.evidence_level),),
        "provenance": (record.provenance,) if record.provenance else (),
        "language": tuple(snapshot["texts"]),
    }
    return Document(
        kind=KIND,
        key=str(record.pk),
        texts=texts,
        source_language=source,
        published_at=record.first_published_at,
        facets=facets,
        audience=record.audience,
        evidence_level=record.evidence_level,
        quality=_quality(record),
        is_demo=record.is_demo,
        stamp=f"{record.version}:{record.audience}:{record.published_at.isoformat()}",
    )


def _rest(snapshot: Mapping[str, Any]) -> list[str]:
    """What the source language says beside the four translated texts."""
    rows = [*snapshot["building_blocks"], *snapshot["preconditions"], *snapshot["outcomes"]]
    names = ("title", "text", "statement", "indicator")
    words = [str(row[name]) for row in rows for name in names if row.get(name)]
    words += [str(snapshot.get(name) or "") for name in ("risks_if_copied", "negative_effects", "region")]
    return words + [row["name"] for row in snapshot["contributions"]]


def _keywords(record: PublishedRecord, terms: Sequence[Term], code: str) -> str:
    words = [record.code] if code == record.source_language else []
    if record.country is not None:
        words.append(record.country.names.get(code, ""))
    words.append(record.snapshot["owner"]["names"].get(code, ""))
    for term in terms:
        words.append(term.labels.get(code, ""))
        words += [synonyms.get(code, "") for synonyms in term.extra.get("synonyms", []) if isinstance(synonyms, dict)]
    return _joined(words)


def _joined(parts: Iterable[str | None]) -> str:
    return "\n".join(text for part in parts if part and (text := to_text(str(part)).strip()))


def _quality(record: PublishedRecord) -> float:
    marks = record.snapshot["marks"]
    quality = 1.0 + PER_LEVEL * (record.evidence_level or 0)
    quality += REVIEWED * (record.provenance == "PV04") + ADAPTABLE * (
        marks["completeness"].get("implementation") == "full"
    )
    return quality + DEMONSTRATION * record.is_demo
