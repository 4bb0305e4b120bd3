"""Needs of the register."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from needs.models import NeedsPage
from network_site.common.html import to_text
from network_site.common.language import CODES, current_language
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import index_paths
from network_site.publishing.slots import record_cards
from network_site.taxonomy.models import Term

from ..documents import Document
from ..models import Entry
from .base import SearchKind

KIND = "need"
# Facets by the scheme that fills them.
SCHEMES = {"theme": "LAF", "group": "TG", "problem": "DI"}
DEMONSTRATION = -0.25


class NeedKind(SearchKind):
    """Registered needs, from their snapshots."""

    name = KIND
    label = _("Needs")
    one = _("Need")
    facets = ("theme", "country", "problem", "group", "language")

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
        base = index_paths(NeedsPage).get(current_language(), "")
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


def document(record: PublishedRecord, terms: Sequence[Term]) -> Document:
    """The document of a need with these terms (those above the given ones too)."""
    snapshot = record.snapshot
    texts: dict[str, dict[str, str]] = {code: {} for code in CODES}
    signs = [row["statement"] for row in snapshot["measures"]]
    for code, given in snapshot["texts"].items():
        body = [given[name] for name in ("problem", "beneficiaries", "tried", "evidence", "constraints")]
        texts[code] = {
            "title": given["title"],
            "summary": given["summary"],
            "body": _joined([*body, *(signs if code == record.source_language else [])]),
        }
    for code in CODES:
        texts[code]["keywords"] = _keywords(record, terms, code)
    facets: dict[str, tuple[str, ...]] = {
        name: tuple(term.pk for term in terms if term.scheme_id == scheme) for name, scheme in SCHEMES.items()
    }
    facets |= {
        "country": (record.country_id,) if record.country_id else (),
        "language": tuple(snapshot["texts"]),
    }
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


def _keywords(record: PublishedRecord, terms: Sequence[Term], code: str) -> str:
    words = [record.code] if code == record.source_language else []
    if record.country is not None:
        words.append(record.country.names.get(code, ""))
    words.append(record.snapshot["owner"]["names"].get(code, ""))
    for term in terms:
        words.append(term.labels.get(code, ""))
        words.append(term.extra.get("lack", {}).get(code, ""))
        words += [synonyms.get(code, "") for synonyms in term.extra.get("synonyms", []) if isinstance(synonyms, dict)]
    return _joined(words)


def _joined(parts: Iterable[str | None]) -> str:
    return "\n".join(text for part in parts if part and (text := to_text(str(part)).strip()))
