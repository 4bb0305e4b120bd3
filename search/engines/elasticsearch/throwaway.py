"""Indices for a measurement: under a prefix of their own, filled at once, removed afterwards."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.conf import settings
from elasticsearch import Elasticsearch
from elasticsearch.helpers import bulk

from network_site.common.hooks import as_service

from ...kinds import kinds
from ...models import Entry
from .indices import alias_of, document_of, index_name, index_settings, mappings, read_alias, vectors_of


@contextmanager
def throwaway_indices(filled: Collection[str]) -> Iterator[Elasticsearch]:
    """While this lasts there is an index for each kind under ELASTICSEARCH_PREFIX, those of `filled` with all their
    entries. The caller has set a prefix that nobody else uses."""
    with Elasticsearch(settings.ELASTICSEARCH_URL, request_timeout=120) as es:
        _remove(es)
        try:
            for kind in dict(kinds.items()):
                es.indices.create(
                    index=index_name(kind),
                    settings=index_settings(),
                    mappings=mappings(),
                    aliases={alias_of(kind): {}, read_alias(): {}},
                )
            for kind in filled:
                _fill(es, kind)
            yield es
        finally:
            _remove(es)


def _fill(es: Elasticsearch, kind: str) -> None:
    with as_service("relay", "search: an index for a measurement"):
        entries = list(Entry.objects.live().filter(kind=kind))
    vectors = vectors_of(entries)
    bulk(
        es,
        (
            {"_index": alias_of(kind), "_id": str(one.pk), "_source": document_of(one, vectors.get(one.pk))}
            for one in entries
        ),
        refresh=True,
    )


def _remove(es: Elasticsearch) -> None:
    names = list(es.indices.get(index=f"{settings.ELASTICSEARCH_PREFIX}-*", ignore_unavailable=True).body)
    if names:
        es.indices.delete(index=names)
