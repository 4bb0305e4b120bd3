"""Which engine answers in this profile."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from .engines.base import Engine


@cache
def reserve() -> Engine:
    """The engine on the database: the embedded profile's own, and everybody's when Elasticsearch is away."""
    from .engines.database import DatabaseEngine

    return DatabaseEngine()


@cache
def main() -> Engine | None:
    """Elasticsearch where it is set up; None where the database is all there is."""
    if not settings.ELASTICSEARCH_URL:
        return None
    from .engines.elasticsearch import ElasticsearchEngine

    return ElasticsearchEngine()
