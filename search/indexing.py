"""How entries follow the things that they stand for.

Every change leaves an outbox row; `refresh` reads the thing as it is now, writes its entry with the next revision
when the body differs, and leaves "search.changed" for alerts and "index.due" for the engine that keeps an index of its
own. What both missed (a change by hand, a lost row) the reconciler finds by the stamps (reliability page, section 3).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from network_site.common import outbox
from network_site.common.hooks import as_service
from network_site.common.models import Outbox

from . import vocabulary
from .documents import Document
from .kinds import kinds
from .models import Entry, EntryFacet
from .models.entries import entry_id

CHANGED = "search.changed"
WANTED = "search.wanted"
# An entry waits for the index of Elasticsearch; apart from CHANGED, so that neither's trouble is the other's.
DUE = "index.due"
BATCH = 200
TOPIC = "topic"

# What the embedded engine and others keep beside an entry is written in the same transaction.
Companion = Callable[[list[tuple[Entry, Document | None]]], None]
_companions: list[Companion] = []
# Who is told, likewise, of entries that became a revision newer though their documents are the same.
_touched: list[Callable[[Sequence[Entry]], None]] = []


def companion(function: Companion) -> Companion:
    """Register a function that is told of changed entries, in their transaction; None means the thing has gone."""
    if function not in _companions:
        _companions.append(function)
    return function


_followed: list[str] = []


def followed() -> tuple[str, ...]:
    """The kinds of outbox rows that entries follow."""
    return tuple(_followed)


def when_touched(function: Callable[[Sequence[Entry]], None]) -> None:
    """Register a function that is told of entries which got a new revision and kept their document."""
    if function not in _touched:
        _touched.append(function)


def follow(kind: str, *events: str) -> None:
    """Let the entries of a kind follow these kinds of outbox rows, whose subject is the thing itself.

    An event of another kind's thing finds neither thing nor entry here, and changes nothing.
    """
    _followed.extend(event for event in events if event not in _followed)

    @outbox.consumer(*events)
    def consume(row: Outbox) -> None:
        with as_service("relay", f"search: {row.kind}"):
            refresh(kind, [str(row.object_id)])


def want(kind: str, key: UUID) -> None:
    """Leave word that a thing has changed, in the caller's transaction. For what sends no event of its own."""
    subject = Entry(id=entry_id(kind, str(key)))
    outbox.enqueue(WANTED, subject=subject, data={"kind": kind, "key": str(key)}, repeatable=True)


@outbox.consumer(WANTED)
def _wanted(row: Outbox) -> None:
    with as_service("relay", "search: wanted"):
        refresh(row.data["kind"], [row.data["key"]])


@transaction.atomic
def refresh(kind: str, keys: Collection[str]) -> int:
    """Bring the entries of these things up to date; how many changed. Twice is once.

    The entries are locked before the things are read, so that of two at once the later one writes what is true.
    """
    source = kinds.get(kind)
    if source is None or not keys:
        return 0
    wanted = {entry_id(kind, key): key for key in keys}
    known = {entry.pk: entry for entry in Entry.objects.select_for_update(of=("self",)).filter(pk__in=wanted)}
    documents = {entry_id(kind, document.key): _with_topics(document) for document in source.documents(list(keys))}
    changed: list[tuple[Entry, Document | None]] = []
    new, old = [], []
    for pk, key in wanted.items():
        entry, document = known.get(pk), documents.get(pk)
        if entry is None and document is None:
            continue
        made = entry or Entry(id=pk, kind=kind, key=key, revision=0)
        if not _write(made, document):
            if entry is not None and document is not None and entry.stamp != document.stamp:
                Entry.objects.filter(pk=pk).update(stamp=document.stamp)
            continue
        (old if entry is not None else new).append(made)
        changed.append((made, document))
    if not changed:
        return 0
    # Two that meet at a new thing: the second fails on the primary key and is tried again by the outbox.
    Entry.objects.bulk_create(new)
    Entry.objects.bulk_update(old, WRITTEN)
    _write_facets(changed)
    for tell in _companions:
        tell(changed)
    announce([entry for entry, _document in changed])
    return len(changed)


def _with_topics(document: Document) -> Document:
    """The document with the concepts that it is about, as a facet that no page offers."""
    topics = (*document.facets.get(TOPIC, ()), *vocabulary.topics_of(document.texts))
    return replace(document, facets={**document.facets, TOPIC: topics})


@transaction.atomic
def touch(entries: Sequence[Entry]) -> None:
    """Make these entries (locked by the caller) one revision newer: something that goes with them has changed."""
    for entry in entries:
        entry.revision += 1
        entry.changed_at = timezone.now()
    Entry.objects.bulk_update(entries, ["revision", "changed_at"])
    for tell in _touched:
        tell(entries)
    announce(entries)


def announce(entries: Iterable[Entry]) -> None:
    """Leave word of new revisions, in the transaction in which they were written. Whoever raises one calls this."""
    for entry in entries:
        outbox.enqueue(CHANGED, subject=entry, version=entry.revision)
        if settings.ELASTICSEARCH_URL:
            outbox.enqueue(DUE, subject=entry, version=entry.revision)


WRITTEN = [
    "revision", "is_gone", "audience", "stamp", "digest", "body", "source_language", "evidence_level", "quality",
    "sort_title", "published_at", "changed_at",
]  # fmt: skip


def _write(entry: Entry, document: Document | None) -> bool:
    """Fill an entry from its document (None: the thing has gone); False when nothing changed."""
    if document is None:
        if entry.is_gone:
            return False
        # Nothing of what was withdrawn stays behind.
        entry.is_gone, entry.body, entry.digest, entry.stamp, entry.sort_title = True, {}, "", "", ""
    else:
        digest = document.digest()
        if not entry.is_gone and entry.digest == digest:
            return False
        entry.is_gone, entry.body, entry.digest, entry.stamp = False, document.body(), digest, document.stamp
        entry.audience, entry.source_language = str(document.audience), document.source_language
        entry.evidence_level, entry.quality = document.evidence_level, round(document.quality, 3)
        entry.sort_title, entry.published_at = document.sort_title, document.published_at
    entry.revision += 1
    entry.changed_at = timezone.now()
    return True


def _write_facets(changed: Iterable[tuple[Entry, Document | None]]) -> None:
    changed = list(changed)
    EntryFacet.objects.filter(entry__in=[entry.pk for entry, _document in changed]).delete()
    EntryFacet.objects.bulk_create(
        EntryFacet(entry_id=entry.pk, name=name, value=value)
        for entry, document in changed
        if document is not None
        for name, values in entry.body["facets"].items()
        for value in values
    )


@dataclass(frozen=True)
class Drift:
    """Where entries and things differ: keys of a kind whose entry is missing, old, or stands for nothing."""

    kind: str
    missing: tuple[str, ...]
    old: tuple[str, ...]
    left_over: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return self.missing + self.old + self.left_over


def drift(kind: str) -> Drift:
    """Compare the stamps of the things of a kind with those of their entries. Two queries."""
    source = kinds.get(kind)
    now = dict(source.stamps()) if source is not None else {}
    kept = dict(Entry.objects.live().filter(kind=kind).order_by().values_list("key", "stamp"))
    return Drift(
        kind,
        missing=tuple(key for key in now if key not in kept),
        old=tuple(key for key, stamp in now.items() if key in kept and kept[key] != stamp),
        left_over=tuple(key for key in kept if key not in now),
    )


def catch_up(*, kinds_wanted: Collection[str] = (), everything: bool = False) -> int:
    """Refresh what has drifted (with `everything` all there is, as after a change of the schemes); how many changed."""
    changed = 0
    for name, source in kinds.items():
        if kinds_wanted and name not in kinds_wanted:
            continue
        found = drift(name)
        keys: Iterable[str] = [*found.keys]
        if everything:
            keys = [*(key for key, _stamp in source.stamps()), *found.left_over]
        for some in batches(keys):
            changed += refresh(name, some)
    return changed


def batches(keys: Iterable[Any], size: int = BATCH) -> Iterator[list[Any]]:
    """The keys some at a time."""
    walk = iter(keys)
    while some := list(islice(walk, size)):
        yield some
