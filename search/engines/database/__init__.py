"""The engine on the database: SQLite FTS5 or PostgreSQL full-text search."""

from .engine import DatabaseEngine

__all__ = ["DatabaseEngine"]
