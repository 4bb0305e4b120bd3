"""Entries on their way into the index: each change is one outbox row of its own, pushed by the relay's workers.

Not by "search.changed" itself, to which alerts listen too: an index that is away for hours must not keep people from
being told, nor may their trouble keep a document from the index (decision 0031).
"""

from __future__ import annotations

import logging

from elasticsearch import ConflictError, NotFoundError

from network_site.common.hooks import as_service
from network_site.common.models import Outbox

from ...models import Entry
from .building import build_missing
from .indices import vectors_of
from .writing import LONG_TIMEOUT, index_entry, reached

log = logging.getLogger(__name__)


def push(row: Outbox) -> None:
    """Index an entry as it is now, whatever it was when the row was written.

    A later revision that is there already is as good. Raises IndexAway when Elasticsearch does not answer.
    """
    with as_service("relay", "search: pushing"):
        entry = Entry.objects.filter(pk=row.object_id).first()
        vectors = vectors_of([entry]) if entry is not None else {}
    if entry is None:
        return
    try:
        with reached() as es:
            index_entry(es, entry, vectors.get(entry.pk))
    except ConflictError:
        return
    except NotFoundError:
        # No index yet, or somebody deleted it. One that held this entry alone would answer as if there were no other.
        with reached(LONG_TIMEOUT) as es:
            build_missing(es, entry.kind)
