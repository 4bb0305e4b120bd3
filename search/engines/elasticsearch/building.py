"""Building the index of a kind anew while people search and others publish.

A new index is filled from the entries, what changed meanwhile is brought up, it is counted, and the aliases change
over in one call. Pushes go to whatever the alias names: those that went to the old index during the filling are
found by comparing what was sent with the entries, revision by revision, so that no clock decides what is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

from elasticsearch import Elasticsearch

from network_site.common.audit import digest
from network_site.common.database import exclusive
from network_site.common.hooks import as_service

from ...models import Entry
from .comparing import Differences, repair
from .indices import alias_of, index_name, index_settings, indices_of, mappings, read_alias, vectors_of
from .writing import CHUNK, NEWER, actions, bulk

THREADS, PENDING = 2, 4
KEPT = 2

Tell = Callable[[int, int], None]


class NotBuilt(Exception):
    """The new index is not what the entries are; the old one stays. Names figures and identifiers only."""


@dataclass(frozen=True)
class Built:
    """A new index in its place."""

    index: str
    documents: int
    # Brought up because they changed while the index was filled.
    caught_up: int


def shape() -> str:
    """What an index must have been made with to be written by this version of the site."""
    return digest({"mappings": mappings(), "settings": index_settings()})[:16]


def is_current(es: Elasticsearch, kind: str) -> bool:
    """Whether the kind has an index, of the present shape."""
    alias = alias_of(kind)
    if not es.indices.exists_alias(name=alias):
        return False
    found = es.indices.get_mapping(index=alias).body
    return len(found) == 1 and all(one["mappings"].get("_meta", {}).get("shape") == shape() for one in found.values())


def rebuild(es: Elasticsearch, kind: str, tell: Tell = lambda done, total: None) -> Built:
    """A new index of a kind in the place of the old one. `tell` hears how far it is.

    Raises Busy when somebody else builds it now, NotBuilt when something of it is missing: then nothing has changed.
    """
    with exclusive(f"search-{alias_of(kind)}"):
        name = index_name(kind)
        es.indices.create(
            index=name,
            settings=index_settings(is_filling=True),
            mappings={**mappings(), "_meta": {"shape": shape()}},
        )
        try:
            sent, caught_up = _fill(es, kind, name, tell)
        except BaseException:
            es.indices.delete(index=name, ignore_unavailable=True)
            raise
        before = _change_over(es, kind, name)
        # What was pushed to the old index while the new one was being filled. The new one stays, also when it refuses
        # something of that: whoever reconciles finds it.
        late, _refused = _bring_up(es, kind, name, sent)
        _remove_old(es, kind, {name, *sorted(before)[-(KEPT - 1) :]})
    return Built(name, len(sent), caught_up + late)


def build_missing(es: Elasticsearch, kind: str) -> None:
    """The index of a kind whose alias names none; nothing when it is there by now. Raises like `rebuild`."""
    if not es.indices.exists_alias(name=alias_of(kind)):
        rebuild(es, kind)


def _fill(es: Elasticsearch, kind: str, name: str, tell: Tell) -> tuple[dict[UUID, int], int]:
    """Fill a new index and be sure of it; the revision of each entry in it, and how many changed meanwhile."""
    sent, refused = _send_all(es, kind, name, tell)
    caught_up = 0
    if not refused:
        caught_up, refused = _bring_up(es, kind, name, sent)
    es.indices.put_settings(index=name, settings={"refresh_interval": index_settings()["refresh_interval"]})
    es.indices.refresh(index=name)
    counted = int(es.count(index=name)["count"])
    if refused or counted != len(sent):
        raise NotBuilt(
            f"{kind}: {len(sent)} entries, {counted} documents, {len(refused)} refused: {' '.join(refused[:5])}"
        )
    return sent, caught_up


def _bring_up(es: Elasticsearch, kind: str, name: str, sent: dict[UUID, int]) -> tuple[int, list[str]]:
    """Send once more what has changed since it was sent; how many that were, and the ids of those that were refused.

    Revisions are compared, no clock is asked; the index itself need not be read, because it acknowledged each document.
    `sent` is kept up to date.
    """
    with as_service("relay", "search: what changed during the building"):
        kept = Entry.objects.filter(kind=kind).order_by().values_list("pk", "revision")
        late = {pk: revision for pk, revision in kept.iterator(chunk_size=5_000) if sent.get(pk, 0) < revision}
    refused = repair(es, Differences(kind, entries=len(late), documents=0, old=tuple(late)), index=name)
    sent |= late
    return len(late), refused


def _send_all(es: Elasticsearch, kind: str, name: str, tell: Tell) -> tuple[dict[UUID, int], list[str]]:
    """Send every entry once; the revision of each that was sent, and the ids of those that were refused.

    The database is read here, the sending waits in other threads, and only so many batches are on their way that
    memory stays flat.
    """
    with as_service("relay", f"search: building {kind}"):
        total = Entry.objects.filter(kind=kind).count()
    sent, refused = dict[UUID, int](), list[str]()
    waiting: deque[tuple[dict[UUID, int], Future[list[str]]]] = deque()

    def settle(most: int) -> None:
        while len(waiting) > most:
            revisions, future = waiting.popleft()
            refused.extend(future.result())
            sent.update(revisions)
            tell(len(sent), max(total, len(sent)))

    with ThreadPoolExecutor(THREADS, thread_name_prefix="search-build") as threads:
        for entries in _walk(kind):
            wanted = list(actions(entries, vectors_of(entries), index=name, version_type=NEWER))
            waiting.append(({entry.pk: entry.revision for entry in entries}, threads.submit(bulk, es, wanted)))
            settle(PENDING)
        settle(0)
    return sent, refused


def _walk(kind: str) -> Iterator[list[Entry]]:
    """All entries of a kind, tombstones too, in the order of their keys, in short reads.

    By key and not by id: for kind and key there is one index, so that a read begins where the last one ended. By id
    SQLite sorted the whole kind for each of them (seen: 100,000 entries at 1,754 a second).
    """
    last = ""
    while True:
        with as_service("relay", ""):
            some = list(Entry.objects.filter(kind=kind, key__gt=last).order_by("key")[:CHUNK])
        if not some:
            return
        yield some
        last = some[-1].key


def _change_over(es: Elasticsearch, kind: str, name: str) -> set[str]:
    """Let the aliases name the new index, in one call; what they named before."""
    alias, everything = alias_of(kind), read_alias()
    before: set[str] = set()
    wanted: list[dict[str, object]] = []
    if es.indices.exists_alias(name=alias):
        before = set(es.indices.get_alias(name=alias).body)
        wanted = [{"remove": {"index": index, "aliases": [alias, everything]}} for index in sorted(before)]
    elif es.indices.exists(index=alias):
        # Somebody wrote by a name that was no alias yet, and the cluster made an index of it.
        wanted = [{"remove_index": {"index": alias}}]
    es.indices.update_aliases(actions=[*wanted, {"add": {"index": name, "aliases": [alias, everything]}}])
    return before


def _remove_old(es: Elasticsearch, kind: str, kept: set[str]) -> None:
    """Of the indices of a kind keep these; others are older ones, or halves of a building that was killed."""
    names = es.indices.get(index=f"{alias_of(kind)}-*", features="settings").body
    gone = [name for name in indices_of(kind, names) if name not in kept]
    if gone:
        es.indices.delete(index=gone, ignore_unavailable=True)
