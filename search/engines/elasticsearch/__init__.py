"""The engine on Elasticsearch."""

from .engine import ElasticsearchEngine

__all__ = ["ElasticsearchEngine"]
