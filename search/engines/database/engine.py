"""The engine on the database. Placeholder until its branch lands: finds by folded words, counts by SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q

from network_site.common.language import fold

from ...enums import Sort
from ...models import Entry, EntryFacet
from ..base import WINDOW, Answer, Found, Question


class DatabaseEngine:
    """Placeholder."""

    name = "database"

    def _fitting(self, question: Question, without: str = "") -> Any:
        entries = Entry.objects.live().filter(audience__in=question.audiences)
        if question.kinds and without != "kind":
            entries = entries.filter(kind__in=question.kinds)
        for name, values in question.filters.items():
            if name != without:
                entries = entries.filter(
                    pk__in=EntryFacet.objects.filter(name=name, value__in=values).values("entry_id")
                )
        for unit in question.units:
            entries = entries.filter(sort_title__contains=fold(unit.words))
        return entries

    def ask(self, question: Question) -> Answer:
        entries = self._ordered(question)
        counts = {}
        for name in question.facets:
            fitting = self._fitting(question, without=name).order_by()
            if name == "kind":
                counts[name] = dict(fitting.values_list("kind").annotate(n=Count("pk")))
            else:
                rows = EntryFacet.objects.filter(name=name, entry__in=fitting.values("pk"))
                counts[name] = dict(rows.values_list("value").annotate(n=Count("entry_id")))
        page = entries[question.offset : question.offset + question.limit]
        return Answer(entries.count(), tuple(Found(entry.pk, 1.0) for entry in page), counts)

    def _ordered(self, question: Question) -> Any:
        orders: dict[str, tuple[Any, ...]] = {
            Sort.EVIDENCE: (F("evidence_level").desc(nulls_last=True), "-published_at", "id"),
            Sort.TITLE: ("sort_title", "id"),
        }
        return self._fitting(question).order_by(*orders.get(question.sort, ("-published_at", "id")))

    def ids(self, question: Question, limit: int = WINDOW) -> list[UUID]:
        return list(self._ordered(question).values_list("pk", flat=True)[:limit])

    def complete(
        self, prefix: str, *, language: str, audiences: Sequence[str], kinds: Sequence[str] = (), limit: int = 8
    ) -> list[UUID]:
        begins = fold(prefix)
        entries = Entry.objects.live().filter(
            Q(sort_title__startswith=begins) | Q(sort_title__contains=f" {begins}"), audience__in=audiences
        )
        entries = entries.filter(kind__in=kinds) if kinds else entries
        return list(entries.order_by("sort_title", "id").values_list("pk", flat=True)[:limit])

    def similar(
        self, entry: UUID, *, audiences: Sequence[str], kinds: Sequence[str] = (), limit: int = 5
    ) -> list[Found]:
        return []
