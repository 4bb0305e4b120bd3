"""The index against the entries, both ways, by identifier and version; with `deep` the documents too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from elasticsearch import Elasticsearch

from network_site.common.hooks import as_service

from ...indexing import batches
from ...models import Entry
from .indices import alias_of, document_of
from .writing import CHUNK, SAME_OR_NEWER, bulk, send

PAGE, DEEP_PAGE = 5_000, 200
KEEP_ALIVE = "2m"


@dataclass(frozen=True)
class Differences:
    """Where an index differs from the entries of a kind.

    `missing` has no document, `old` one of an earlier revision, `ahead` one of a later (the database was put back to
    an earlier state), `altered` one of the same revision that says something else; `strange` has no entry.
    """

    kind: str
    entries: int
    documents: int
    missing: tuple[UUID, ...] = ()
    old: tuple[UUID, ...] = ()
    ahead: tuple[UUID, ...] = ()
    altered: tuple[UUID, ...] = ()
    strange: tuple[UUID, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.missing or self.old or self.ahead or self.altered or self.strange)


def differences(es: Elasticsearch, kind: str, *, deep: bool = False) -> Differences:
    """Compare the index that the kind's alias names with the entries of the kind.

    The index is read first. What is written meanwhile can then look missing or old, never ahead or strange.
    """
    index = alias_of(kind)
    indexed: dict[UUID, int] = {}
    altered: list[UUID] = []
    es.indices.refresh(index=index)
    for hits in _pages(es, index, deep=deep):
        versions = {UUID(hit["_id"]): int(hit["_version"]) for hit in hits}
        indexed |= versions
        if deep:
            sources = {UUID(hit["_id"]): hit["_source"] for hit in hits}
            altered += [entry.pk for entry in _entries(list(versions)) if _is_altered(entry, versions, sources)]
    with as_service("relay", "search: comparing the index"):
        kept = dict(Entry.objects.filter(kind=kind).order_by().values_list("pk", "revision"))
    return Differences(
        kind,
        entries=len(kept),
        documents=len(indexed),
        missing=tuple(pk for pk in kept if pk not in indexed),
        old=tuple(pk for pk, revision in kept.items() if indexed.get(pk, revision) < revision),
        ahead=tuple(pk for pk, revision in kept.items() if indexed.get(pk, revision) > revision),
        altered=tuple(altered),
        strange=tuple(pk for pk in indexed if pk not in kept),
    )


def repair(es: Elasticsearch, found: Differences, *, index: str = "") -> list[str]:
    """Make the index what the entries are; the ids of entries that it refuses."""
    index = index or alias_of(found.kind)
    versions = _versions(es, index, [*found.ahead, *found.strange])
    for pk in found.ahead:
        # A revision never falls: the entry goes on above what the index has seen.
        with as_service("relay", "search: repairing the index"):
            Entry.objects.filter(pk=pk, revision__lt=versions.get(pk, 0) + 1).update(revision=versions.get(pk, 0) + 1)
    refused: list[str] = []
    for some in batches([*found.missing, *found.old, *found.ahead, *found.altered], CHUNK):
        refused += send(es, _entries(some), index=index, version_type=SAME_OR_NEWER)
    refused += bulk(
        es,
        (
            {"_op_type": "delete", "_index": index, "_id": str(pk), "version": version + 1, "version_type": "external"}
            for pk in found.strange
            if (version := versions.get(pk)) is not None
        ),
    )
    return refused


def _entries(pks: list[UUID]) -> list[Entry]:
    with as_service("relay", ""):
        return list(Entry.objects.filter(pk__in=pks))


def _is_altered(entry: Entry, versions: dict[UUID, int], sources: dict[UUID, dict[str, Any]]) -> bool:
    if entry.revision != versions[entry.pk]:
        return False
    # Newer nodes leave vectors out of the source.
    return {name: value for name, value in sources[entry.pk].items() if name != "vector"} != document_of(entry)


def _versions(es: Elasticsearch, index: str, pks: list[UUID]) -> dict[UUID, int]:
    """The versions of documents as they are at this moment, searchable or not."""
    found: dict[UUID, int] = {}
    for some in batches(pks, PAGE):
        docs = es.mget(index=index, ids=[str(pk) for pk in some], source=False)["docs"]
        found |= {UUID(doc["_id"]): int(doc["_version"]) for doc in docs if doc.get("found")}
    return found


def _pages(es: Elasticsearch, index: str, *, deep: bool) -> Iterator[list[dict[str, Any]]]:
    """All documents as of one moment, some at a time: `_id` and `_version`, with `deep` the source."""
    point = es.open_point_in_time(index=index, keep_alive=KEEP_ALIVE)["id"]
    after: list[Any] | None = None
    try:
        while True:
            answer = es.search(
                pit={"id": point, "keep_alive": KEEP_ALIVE},
                size=DEEP_PAGE if deep else PAGE,
                source=deep,
                version=True,
                sort=[{"_shard_doc": "asc"}],
                search_after=after,
                track_total_hits=False,
            )
            point, hits = answer["pit_id"], answer["hits"]["hits"]
            if not hits:
                return
            yield hits
            after = hits[-1]["sort"]
    finally:
        es.close_point_in_time(id=point)
