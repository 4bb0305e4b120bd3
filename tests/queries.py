"""How many questions a page asks the database: the same number on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

# On PostgreSQL a request also opens its transaction and tells the database who asks.
NOT_ASKED = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "SELECT set_config")


@contextmanager
def asking(number: int) -> Iterator[None]:
    """Expect exactly so many questions."""
    with CaptureQueriesContext(connection) as context:
        yield
    asked = [query["sql"] for query in context.captured_queries if not query["sql"].startswith(NOT_ASKED)]
    assert len(asked) == number, "\n".join(asked)
