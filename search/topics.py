"""How a change of the glossary reaches the topics of the entries: in the background, some entries at a time.

In questions an edit counts at once. The topics of the entries follow: one walk over all of them in steps, which writes
only where the topics differ. Of several edits the last one walks; a walk that a new edit has overtaken ends.
"""

from __future__ import annotations

import zlib
from uuid import UUID

from network_site.common import outbox
from network_site.common.hooks import as_service
from network_site.common.models import Outbox
from network_site.taxonomy.models import GlossaryConcept

from . import indexing, vocabulary
from .models import Entry, Mark
from .models.words import GLOSSARY

GLOSSARY_CHANGED = "search.glossary"
# Entries looked at in one step: a few seconds at most, far below the lease of an outbox row.
STEP, BATCH = 2_000, 200


def glossary_changed(concept: GlossaryConcept) -> None:
    """In the transaction that wrote a concept's words: what processes hold is old, and the topics are to follow."""
    Mark.objects.move(GLOSSARY)
    outbox.enqueue(GLOSSARY_CHANGED, subject=concept, repeatable=True)


def consume(row: Outbox) -> None:
    """The slow consumer of GLOSSARY_CHANGED: one step of the walk; the next one is another row."""
    mark = Mark.objects.now().get(GLOSSARY, "")
    later = Outbox.objects.filter(
        kind=GLOSSARY_CHANGED, state__in=[Outbox.State.WAITING, Outbox.State.TAKEN], created_at__gt=row.created_at
    )
    # A row of a walk says for which state of the glossary it goes; the row of an edit goes for the present one.
    if row.data.get("mark", mark) != mark or (not row.data and later.filter(data={}).exists()):
        return
    with as_service("relay", "search: topics"):
        after = walk(UUID(row.data["after"]) if row.data else None)
    if after is not None:
        step = zlib.crc32(f"{mark}:{after}".encode()) & 0x7FFFFFFF
        outbox.enqueue(
            GLOSSARY_CHANGED, subject=Entry(pk=after), version=step, data={"after": str(after), "mark": mark}
        )


def walk(after: UUID | None = None, limit: int = STEP) -> UUID | None:
    """Refresh the entries beyond `after` whose topics are others now; where to go on, None at the end."""
    entries = Entry.objects.live().order_by("pk")
    if after is not None:
        entries = entries.filter(pk__gt=after)
    pks = list(entries.values_list("pk", flat=True)[:limit])
    known = vocabulary.current()
    for some in indexing.batches(pks, BATCH):
        changed: dict[str, list[str]] = {}
        for kind, key, body in Entry.objects.live().filter(pk__in=some).values_list("kind", "key", "body"):
            if tuple(body["facets"].get(indexing.TOPIC, ())) != vocabulary.topics_of(body["texts"], known):
                changed.setdefault(kind, []).append(key)
        for kind, keys in changed.items():
            indexing.refresh(kind, keys)
    return pks[-1] if len(pks) == limit else None
