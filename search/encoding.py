"""How meanings follow the entries: after the change, in the background, a batch at a time.

A changed entry leaves "search.meaning" beside "search.changed"; its text can be found at once, by its words, and by
its meaning a moment later. What gets a new vector becomes one revision newer, so that an index that carries vectors
takes it as a change like any other. The text has not changed then, so nothing is encoded again: there is no loop.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from uuid import UUID

from django.db import transaction

from network_site.common import outbox
from network_site.common.hooks import as_service
from network_site.common.models import Outbox

from . import indexing, meaning
from .documents import Document
from .models import Entry, EntryVector

WANTED = "search.meaning"
# So many entries are encoded between two transactions: a tenth of a second of work.
BATCH = 50


def follow(changed: list[tuple[Entry, Document | None]]) -> None:
    """A companion of the index: what has gone loses its vector at once, what has changed is encoded later."""
    saying = [entry for entry, document in changed if document is not None and meaning.passages(entry.body)]
    meaning.drop({entry.pk for entry, _document in changed} - {entry.pk for entry in saying})
    if meaning.is_wanted():
        for entry in saying:
            outbox.enqueue(WANTED, subject=entry, version=entry.revision)


def consume(row: Outbox) -> None:
    """The slow consumer of WANTED. Takes others that wait along: together they cost little more than one."""
    others = Outbox.objects.filter(kind=WANTED, state=Outbox.State.WAITING).exclude(pk=row.pk).order_by("created_at")
    with as_service("relay", "search: meaning"):
        encode({row.object_id, *others.values_list("object_id", flat=True)[: BATCH - 1]})


def encode(entry_ids: Collection[UUID]) -> int:
    """Give these entries the vector of their text where they lack it; how many got a new one. Twice is once.

    The encoding happens outside of any transaction; what changed meanwhile is left to its own row.
    """
    if meaning.encoder() is None:
        return 0
    entries = list(Entry.objects.live().filter(pk__in=entry_ids))
    has = dict(EntryVector.objects.filter(entry__in=[one.pk for one in entries]).values_list("entry_id", "digest"))
    wanted = {entry.pk: meaning.digest_of(entry.body) for entry in entries}
    lacking = [entry for entry in entries if wanted[entry.pk] and has.get(entry.pk) != wanted[entry.pk]]
    if not lacking:
        return 0
    vectors = meaning.encode([entry.body for entry in lacking])
    made = {entry.pk: (wanted[entry.pk], vector) for entry, vector in zip(lacking, vectors, strict=True)}
    return _store(made)


@transaction.atomic
def _store(made: dict[UUID, tuple[str, bytes]]) -> int:
    locked = Entry.objects.live().select_for_update(of=("self",)).filter(pk__in=made).order_by("pk")
    still = [entry for entry in locked if meaning.digest_of(entry.body) == made[entry.pk][0]]
    # Of two workers that had the same entry the second finds it done.
    has = dict(EntryVector.objects.filter(entry__in=[one.pk for one in still]).values_list("entry_id", "digest"))
    still = [entry for entry in still if has.get(entry.pk) != made[entry.pk][0]]
    if still:
        meaning.store({entry.pk: made[entry.pk] for entry in still})
        indexing.touch(still)
    return len(still)


def encode_all(progress: Callable[[int, int], object] = lambda done, total: None) -> int:
    """Encode whatever lacks its vector, all of it; how many got one. For the command, and after a new encoder."""
    total = Entry.objects.live().count()
    count = done = 0
    for some in _batches():
        count += encode(some)
        done += len(some)
        progress(done, total)
    return count


def _batches() -> Iterator[list[UUID]]:
    after: UUID | None = None
    while True:
        entries = Entry.objects.live().order_by("pk")
        some = list((entries.filter(pk__gt=after) if after else entries).values_list("pk", flat=True)[:BATCH])
        if not some:
            return
        yield some
        after = some[-1]
