"""The line on which indices are written: patient where searching is hasty, but never patient again and again."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.conf import settings
from elasticsearch import ApiError, BadRequestError, Elasticsearch, TransportError, helpers

from ...models import Entry
from .indices import alias_of, document_of, vectors_of

# Seconds: for one document, for a bulk or a count, to find out whether anybody is there.
TIMEOUT, LONG_TIMEOUT, PROBE_TIMEOUT = 10.0, 60.0, 1.5
# After a failure nobody asks for so long, and then somebody asks briefly: a node that hangs must not hold up the
# relay, which has other work to do.
REST = 8.0
CHUNK, CHUNK_BYTES = 500, 10 * 1024 * 1024
# How a version is compared: what comes late is refused; a repair also writes the same version again.
NEWER, SAME_OR_NEWER = "external", "external_gte"
# Answers that mean "not now", beside all from 500 up.
BUSY = (408, 429)


class IndexAway(Exception):
    """Elasticsearch does not answer now. It says nothing of what was sent."""


class IndexRefused(Exception):
    """Elasticsearch refuses a document; the status says why, and nothing of the document."""


_clients: dict[tuple[int, str], Elasticsearch] = {}
# By address: until when nobody asks, in the time that only grows.
_quiet: dict[str, float] = {}


def client() -> Elasticsearch:
    """This process's client (a fork makes its own) for the address of the settings."""
    key = (os.getpid(), settings.ELASTICSEARCH_URL)
    if key not in _clients:
        _clients.setdefault(
            key,
            Elasticsearch(
                settings.ELASTICSEARCH_URL, request_timeout=TIMEOUT, max_retries=0, retry_on_timeout=False,
                http_compress=True,
            ),
        )  # fmt: skip
    return _clients[key]


@contextmanager
def reached(timeout: float = TIMEOUT) -> Iterator[Elasticsearch]:
    """A client for the work inside. Raises IndexAway when there is no answer, and at once soon after there was none."""
    url = settings.ELASTICSEARCH_URL
    until = _quiet.get(url)
    if until is not None and time.monotonic() < until:
        raise IndexAway
    try:
        if until is not None:
            client().options(request_timeout=PROBE_TIMEOUT).info()
        yield client().options(request_timeout=timeout)
    except TransportError:
        _quiet[url] = time.monotonic() + REST
        raise IndexAway from None
    except ApiError as error:
        if error.status_code in BUSY or error.status_code >= 500:
            _quiet[url] = time.monotonic() + REST
            # What is behind it may quote the document, and is not for a log.
            raise IndexAway from None
        raise
    _quiet.pop(url, None)


def answers(timeout: float = 0.5) -> bool:
    """Whether Elasticsearch answers now."""
    try:
        with reached(timeout) as es:
            es.info()
    except (IndexAway, ApiError):
        return False
    return True


def index_entry(es: Elasticsearch, entry: Entry, vector: Sequence[float] | None) -> None:
    """Index one entry under its revision.

    Raises ConflictError for an older one, NotFoundError without an alias, IndexRefused for a document that does not
    suit its index.
    """
    try:
        _index(es, entry, vector)
    except BadRequestError as error:
        raise IndexRefused(error.status_code) from None


def _index(es: Elasticsearch, entry: Entry, vector: Sequence[float] | None) -> None:
    es.index(
        index=alias_of(entry.kind),
        id=str(entry.pk),
        document=document_of(entry, vector),
        version=entry.revision,
        version_type=NEWER,
        require_alias=True,
    )


def actions(
    entries: Iterable[Entry], vectors: Mapping[UUID, Sequence[float]], *, index: str, version_type: str
) -> Iterator[dict[str, Any]]:
    """What a bulk is told of these entries."""
    for entry in entries:
        yield {
            "_op_type": "index",
            "_index": index,
            "_id": str(entry.pk),
            "_source": document_of(entry, vectors.get(entry.pk)),
            "version": entry.revision,
            "version_type": version_type,
        }


def send(es: Elasticsearch, entries: Sequence[Entry], *, index: str, version_type: str = NEWER) -> list[str]:
    """Index entries together; the ids of those that were refused. One refused as too old is not among them."""
    is_alias = any(index == alias_of(entry.kind) for entry in entries)
    wanted = actions(entries, vectors_of(entries), index=index, version_type=version_type)
    return bulk(es, wanted, require_alias=is_alias)


def bulk(es: Elasticsearch, wanted: Iterable[Mapping[str, Any]], *, require_alias: bool = False) -> list[str]:
    """Do a bulk; the ids of what was refused. With `require_alias` no index is made by mistake of a missing alias."""
    refused = []
    for is_done, answer in helpers.streaming_bulk(
        es,
        wanted,
        chunk_size=CHUNK,
        max_chunk_bytes=CHUNK_BYTES,
        raise_on_error=False,
        max_retries=3,
        initial_backoff=1,
        require_alias=require_alias,
    ):
        (result,) = answer.values()
        if not is_done and result["status"] != 409:
            refused.append(str(result["_id"]))
    return refused
