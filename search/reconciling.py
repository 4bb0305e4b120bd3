"""What keeps things, entries and index in step, and finds and repairs where they are not.

On the way: `push` carries each changed entry into the index. Every few seconds: `hasten` lets what
waited for a node that is back go on at once, and takes up what a dead worker held. Every quarter of an hour:
`catch_up` compares entries with things, `reconcile_index` the index with entries. Log lines hold figures and
identifiers, never a text.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from network_site.common import outbox
from network_site.common.audit import digest
from network_site.common.database import Busy
from network_site.common.hooks import as_service
from network_site.common.models import Outbox

from . import indexing
from .indexing import DUE
from .kinds import kinds
from .models import Entry

log = logging.getLogger(__name__)

# With the longest pause of a quarter of an hour this is weeks: no outage makes a dead letter.
TRIES = 2_000
# The rows whose work takes milliseconds: who has held one for so long is dead.
HELD_FOR = timedelta(seconds=20)


@outbox.consumer(DUE, slow=True, tries=TRIES)
def push(row: Outbox) -> None:
    """Bring one entry into the index."""
    if settings.ELASTICSEARCH_URL:
        from .engines.elasticsearch import pushing

        pushing.push(row)


def hasten() -> None:
    """Every few seconds, so that the index follows within a minute whatever died."""
    outbox.take_back([DUE, indexing.WANTED, *indexing.followed()], HELD_FOR)
    if not settings.ELASTICSEARCH_URL or not Outbox.objects.filter(kind=DUE, state=Outbox.State.WAITING).exists():
        return
    from .engines.elasticsearch import writing

    if writing.answers(writing.PROBE_TIMEOUT):
        outbox.hasten(DUE, writing.IndexAway.__name__)


def catch_up() -> None:
    """Every quarter of an hour: entries follow what changed without telling, and the embedded words the entries."""
    from .engines.database import texts

    with as_service("relay", "search: catching up"):
        indexing.catch_up()
        texts.catch_up()


def reconcile_index() -> None:
    """Every quarter of an hour: the index becomes what the entries are, and is built where there is none."""
    if not settings.ELASTICSEARCH_URL:
        return
    from .engines.elasticsearch.writing import IndexAway

    for name, _kind in kinds.items():
        try:
            _reconcile(name)
        except IndexAway:
            log.warning("search index: Elasticsearch does not answer")
            return
        except Busy:
            log.info("search index of %s: somebody else builds it", name)


def _reconcile(kind: str) -> None:
    from .engines.elasticsearch import building, comparing, writing

    with writing.reached(writing.LONG_TIMEOUT) as es:
        if not building.is_current(es, kind):
            try:
                built = building.rebuild(es, kind)
            except building.NotBuilt as error:
                log.error("search index not built: %s", error)
            else:
                log.info("search index of %s built: %d documents", kind, built.documents)
            return
        found = comparing.differences(es, kind)
        if found:
            refused = comparing.repair(es, found)
            log.warning("search index of %s repaired: %s; refused %d", kind, figures(found), len(refused))


def figures(found: object) -> str:
    """Differences as counts, for logs and the command."""
    names = ("missing", "old", "ahead", "altered", "left_over", "strange")
    return ", ".join(f"{name} {len(getattr(found, name))}" for name in names if hasattr(found, name))


@dataclass(frozen=True)
class Altered:
    """Entries of a kind whose body is not what their thing says, though their stamps agree."""

    kind: str
    altered: tuple[str, ...]


def altered_entries(kind: str) -> Altered:
    """Make every document anew and compare it with the entry's body. As long as making all entries."""
    source = kinds.get(kind)
    found: list[str] = []
    for some in indexing.batches(key for key, _stamp in (source.stamps() if source else ())):
        bodies = dict(Entry.objects.live().filter(kind=kind, key__in=some).values_list("key", "body"))
        for document in source.documents(some) if source else ():
            if document.key in bodies and digest(bodies[document.key]) != document.digest():
                found.append(document.key)
    return Altered(kind, tuple(found))


def repair_entries(kind: str, keys: Collection[str]) -> int:
    """Make entries what their things are, also those whose digest says that they are; how many changed."""
    changed = 0
    for some in indexing.batches(keys):
        # Whoever altered the body by hand left the digest: without one the entry is written again.
        Entry.objects.live().filter(kind=kind, key__in=some).update(digest="")
        changed += indexing.refresh(kind, some)
    return changed


def names_of_kinds(wanted: Collection[str] = ()) -> Iterator[str]:
    """The kinds that can be found, or those of them that are wanted."""
    return (name for name, _kind in kinds.items() if not wanted or name in wanted)


def health() -> dict[str, object]:
    """For /health/: how far the index is behind, and whether it answers. Nothing where there is none."""
    if not settings.ELASTICSEARCH_URL:
        return {}
    from .engines.elasticsearch import writing

    return {
        "index_lag_seconds": round(outbox.oldest(DUE).total_seconds(), 1),
        "index_answers": writing.answers(),
    }
