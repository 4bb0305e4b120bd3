"""Fixtures of search: a real Elasticsearch with an index of the test's own, and entries made on demand."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings as configured
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk

from network_site.common.hooks import as_service
from search import doors, indexing
from search.documents import Document
from search.engines.elasticsearch import client, indices
from search.kinds import kinds
from search.models import Entry
from search.models.entries import entry_id

from .samples import Samples

# Long enough for a machine that does something else at the same time; tests of the limit set their own.
PATIENCE = 15.0


def forget_engines() -> None:
    """Let the next question find out anew which engine there is, with all lines closed."""
    doors.main.cache_clear()
    doors.reserve.cache_clear()
    client.forget()


@pytest.fixture(autouse=True)
def meanings(settings: Any) -> None:
    """Here the encoder is there, where this run has one (SEARCH_ENCODER); other tests go by words alone."""
    settings.SEARCH_ENCODER = configured.TEST_SEARCH_ENCODER


@pytest.fixture
def elasticsearch(settings: Any, worker_id: str) -> Iterator[str]:
    """The address of the running node, set up as this site's, under a prefix of this process's own; no index yet.

    In CI a missing node is a failure, on a laptop a reason to skip.
    """
    url = str(configured.TEST_ELASTICSEARCH_URL)
    if not url:
        why = "needs Elasticsearch: set ELASTICSEARCH_URL, or run tools/elasticsearch_node/node.sh start"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    settings.ELASTICSEARCH_URL = url
    settings.ELASTICSEARCH_PREFIX = f"test-{worker_id}-{os.getpid()}"
    settings.ELASTICSEARCH_TIMEOUT = PATIENCE
    forget_engines()
    with node(url) as own:
        remove_indices(own)
        yield url
        remove_indices(own)
    forget_engines()


@contextmanager
def node(url: str) -> Iterator[Elasticsearch]:
    """A line to the node beside the site's own."""
    with Elasticsearch(url, request_timeout=60, max_retries=0) as own:
        yield own


def remove_indices(own: Elasticsearch) -> None:
    """Remove every index of this process by its name (a node in production refuses a pattern)."""
    names = list(own.indices.get(index=f"{configured.ELASTICSEARCH_PREFIX}-*", ignore_unavailable=True).body)
    if names:
        own.indices.delete(index=names)


@pytest.fixture
def es_indexed(elasticsearch: str) -> Iterator[Callable[..., int]]:
    """Index all entries as they are now into new indices, and show them; how many are live.

    `vectors` gives some of them another meaning than the stored one, by the entry's id.
    """
    with node(elasticsearch) as own:

        def index(vectors: Mapping[UUID, Sequence[float]] | None = None) -> int:
            remove_indices(own)
            for kind in dict(kinds.items()):
                own.indices.create(
                    index=indices.index_name(kind),
                    settings=indices.index_settings(),
                    mappings=indices.mappings(),
                    aliases={indices.alias_of(kind): {}, indices.read_alias(): {}},
                )
            with as_service("relay", "test: index"):
                entries = list(Entry.objects.all())
            meanings = {**indices.vectors_of(entries), **(vectors or {})}
            bulk(
                own,
                (
                    {
                        "_index": indices.alias_of(entry.kind),
                        "_id": str(entry.pk),
                        "_source": indices.document_of(entry, meanings.get(entry.pk)),
                        "version": entry.revision,
                        "version_type": "external",
                    }
                    for entry in entries
                ),
                refresh=True,
            )
            return sum(not entry.is_gone for entry in entries)

        yield index


@pytest.fixture
def make_entries(db: None) -> Iterator[Callable[..., list[Entry]]]:
    """Write entries for these documents (`samples.document`) the way all entries are written; they come back in order.

    Their kinds are stood in for while the test runs, so that a page finds links for them too.
    """
    before = dict(kinds.items())
    stand_ins: dict[str, Samples] = {}

    def make(*documents: Document) -> list[Entry]:
        for one in documents:
            if one.kind not in stand_ins:
                stand_ins[one.kind] = Samples(one.kind)
                kinds.fill(one.kind, stand_ins[one.kind])
            stand_ins[one.kind].things[one.key] = one
        with as_service("relay", "test: entries"):
            for name in stand_ins:
                keys = [one.key for one in documents if one.kind == name]
                for some in indexing.batches(keys):
                    indexing.refresh(name, some)
            rows = Entry.objects.in_bulk([entry_id(one.kind, one.key) for one in documents])
        return [rows[entry_id(one.kind, one.key)] for one in documents]

    yield make
    for name, kind in before.items():
        kinds.fill(name, kind)
