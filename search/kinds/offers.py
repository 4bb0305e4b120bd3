"""Offers of donors, providers, experts and ministries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from funders.models import OffersPage
from network_site.common.html import to_text
from network_site.common.language import CODES, current_language
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import index_paths
from network_site.publishing.slots import record_cards
from network_site.taxonomy.models import Term

from ..documents import Document
from ..models import Entry
from .base import SearchKind

KIND = "offer"
SCHEMES = {"theme": "LAF", "group": "TG", "problem": "DI"}
# What can still be asked for comes before what has ended.
CLOSED, DEMONSTRATION = -0.3, -0.25


class OfferKind(SearchKind):
    """Published offers, from their snapshots."""

    name = KIND
    label = _("Offers")
    one = _("Offer")
    facets = ("theme", "country", "problem", "language")

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
        base = index_paths(OffersPage).get(current_language(), "")
        records = PublishedRecord.objects.live().of_kind(KIND).only("number", "slug", "kind")
        found = records.in_bulk([UUID(entry.key) for entry in entries])
        return {
            entry.pk: f"{base}{found[UUID(entry.key)].path}" for entry in entries if base and UUID(entry.key) in found
        }

    def cards(self, entries: Sequence[Entry]) -> Mapping[UUID, dict[str, Any]]:
        draw = record_cards.get(KIND)
        if draw is None:
            return {}
        records = PublishedRecord.objects.live().of_kind(KIND).select_related("owner", "country").defer("search_text")
        drawn = draw(list(records.filter(pk__in=[entry.key for entry in entries])))
        return {entry.pk: drawn[UUID(entry.key)] for entry in entries if UUID(entry.key) in drawn}


def document(record: PublishedRecord, terms: Sequence[Term]) -> Document:
    """The document of an offer with these terms (those above the given ones too)."""
    snapshot, source = record.snapshot, record.source_language
    texts: dict[str, dict[str, str]] = {code: {} for code in CODES}
    for code, given in snapshot["texts"].items():
        texts[code] = {
            "title": given["title"],
            "summary": given["summary"],
            "body": to_text(given["description"]).strip(),
        }
    rest = [part["sentence"] for part in snapshot["rules"]]
    rest += [part["evidence"] for part in snapshot["competences"]]
    rest += [snapshot["person"], str(snapshot["source"].get("offered_by") or "")]
    texts[source]["body"] = "\n".join(part for part in [texts[source].get("body", ""), *rest] if part)
    for code in CODES:
        texts[code]["keywords"] = _keywords(record, terms, code)
    facets: dict[str, tuple[str, ...]] = {
        name: tuple(term.pk for term in terms if term.scheme_id == scheme) for name, scheme in SCHEMES.items()
    }
    facets |= {"country": tuple(snapshot["countries"]), "language": tuple(snapshot["texts"])}
    return Document(
        kind=KIND,
        key=str(record.pk),
        texts=texts,
        source_language=source,
        published_at=record.first_published_at,
        facets=facets,
        audience=record.audience,
        quality=1.0 + CLOSED * (snapshot["status"] == "closed") + DEMONSTRATION * record.is_demo,
        is_demo=record.is_demo,
        stamp=f"{record.version}:{record.audience}:{record.published_at.isoformat()}",
    )


def _keywords(record: PublishedRecord, terms: Sequence[Term], code: str) -> str:
    words = [record.code] if code == record.source_language else []
    words.append(record.snapshot["owner"]["names"].get(code, ""))
    for term in terms:
        words.append(term.labels.get(code, ""))
        words += [synonyms.get(code, "") for synonyms in term.extra.get("synonyms", []) if isinstance(synonyms, dict)]
    return "\n".join(word for word in words if word)
