"""A kind of thing of the tests' own, as any app could add one, and the outbox in small doses."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.utils import timezone

from network_site.common import outbox
from network_site.common.models import Outbox
from network_site.organizations.actor import acting_as, service_actor
from search import indexing
from search.documents import Document
from search.kinds import kinds
from search.kinds.base import SearchKind
from search.models import Entry
from search.models.entries import entry_id

KIND = "thing"
NOW = timezone.now()


class Things(SearchKind):
    """Things that exist in memory only."""

    name = KIND
    label = "Things"
    one = "Thing"

    def __init__(self) -> None:
        self.kept: dict[str, Document] = {}

    def stamps(self) -> Iterable[tuple[str, str]]:
        return [(key, document.digest()) for key, document in self.kept.items()]

    def documents(self, keys: Collection[str]) -> Iterable[Document]:
        return [self.kept[key] for key in keys if key in self.kept]

    def links(self, entries: Sequence[Entry]) -> Mapping[UUID, str]:
        return {entry.pk: f"/things/{entry.key}/" for entry in entries}

    def put(self, key: str, *, language: str = "en", audience: str = "public", **fields: Any) -> Entry:
        """Make or change a thing and bring its entry up to date."""
        texts = fields.pop("texts", None) or {language: {"title": key, "summary": key, **fields}}
        self.kept[key] = Document(
            kind=KIND, key=key, texts=texts, source_language=next(iter(texts)), published_at=NOW, audience=audience
        )
        return self.refreshed(key)

    def remove(self, key: str) -> Entry:
        del self.kept[key]
        return self.refreshed(key)

    def refreshed(self, key: str) -> Entry:
        with acting_as(service_actor("relay"), reason="test"):
            indexing.refresh(KIND, [key])
            return entry(key)


def entry(key: str) -> Entry:
    """The entry of a thing, for whomever it is."""
    with acting_as(service_actor("relay"), reason="test"):
        found: Entry = Entry.objects.get(pk=entry_id(KIND, key))
        return found


@contextmanager
def things() -> Iterator[Things]:
    """The kind is there for as long as this lasts."""
    made = Things()
    kinds.fill(KIND, made)
    try:
        yield made
    finally:
        kinds._filled.pop(KIND)


def waiting(*names: str) -> list[Outbox]:
    return list(Outbox.objects.filter(kind__in=names, state=Outbox.State.WAITING).order_by("created_at"))


def deliver(*names: str) -> int:
    """Do what waits of these kinds, as the relay would, until nothing of them waits; how many rows."""
    done = 0
    while rows := waiting(*names):
        for row in rows:
            Outbox.objects.filter(pk=row.pk).update(state=Outbox.State.TAKEN)
            assert outbox.deliver(row.pk), Outbox.objects.get(pk=row.pk).last_error
            done += 1
    return done
