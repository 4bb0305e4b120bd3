"""Everything private that is in the database, as text: to see what changed, and who met whose words."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Container, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.db import connection, models

from needs.models import Need
from network_site.common.scoping import unscoped
from network_site.organizations.actor import Actor, acting_as, service_actor
from network_site.organizations.models import Share
from network_site.organizations.rls import private_models

from .population import SERVICES

Key = tuple[str, str]
Rows = dict[Key, str]


def text_of(row: dict[str, Any]) -> str:
    """One row in one canonical form."""
    return json.dumps(row, sort_keys=True, default=str, ensure_ascii=False)


def rows_of(query: models.QuerySet[Any]) -> Rows:
    """Rows by model and key."""
    return {(query.model._meta.label, str(row["id"])): text_of(row) for row in query.order_by().values()}


def private_rows(tables: Container[str] | None = None) -> Rows:
    """Every row of every private table (or of these). Under row-level security the services, the sides of proposals
    and those who looked at themselves read all."""
    asked = [model for model in private_models() if tables is None or model._meta.db_table in tables]
    found: Rows = {}
    for actor in [*(service_actor(name) for name in SERVICES), *_sides_of_proposals(), *_ministries()]:
        with acting_as(actor):
            for model in asked:
                found |= rows_of(unscoped(model))
        if connection.vendor != "postgresql":
            break
    return found


def _sides_of_proposals() -> Iterator[Actor]:
    """No service reads what agencies propose, nor its points: those who wrote it do, and those who judge it."""
    with acting_as(service_actor("relay")):
        shares = list(unscoped(Share).filter(object_type="funders.agencyproposal"))
    sides = {side for share in shares for side in (share.owner_id, share.organization_id)}
    yield from (Actor(user_id=uuid4(), organization_id=side) for side in sorted(sides, key=str))


def _ministries() -> Iterator[Actor]:
    """No service reads a diagnostic: only the ministry does that made it."""
    with acting_as(service_actor("relay")):
        owners = sorted(set(unscoped(Need).values_list("owner_id", flat=True)), key=str)
    yield from (Actor(user_id=uuid4(), organization_id=owner) for owner in owners)


def changes_in(tables: Collection[str], before: Rows) -> dict[Key, str]:
    """What was changed, added or removed in these tables since all rows were written down."""
    labels = {model._meta.label for model in private_models() if model._meta.db_table in tables}
    return changes({key: text for key, text in before.items() if key[0] in labels}, private_rows(tables))


def changes(before: Rows, after: Rows) -> dict[Key, str]:
    """What was changed, added or removed (an empty text), by model and key."""
    return {key: after.get(key, "") for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def words_in(text: str, words: Iterable[str]) -> list[str]:
    """Which of the words stand in a text, whatever its case."""
    lower = text.lower()
    return sorted(word for word in words if word in lower)


class WriteWatch:
    """Notes which private tables are written, so that the expensive comparison is made only then."""

    def __init__(self) -> None:
        self.tables = {model._meta.db_table for model in private_models()}
        self.written: set[str] = set()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = re.match(r'\s*(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM)\s+"?(\w+)"?', sql, re.IGNORECASE)
        if found and found.group(1) in self.tables:
            self.written.add(found.group(1))
        return execute(sql, params, many, context)


@contextmanager
def watching_writes() -> Iterator[WriteWatch]:
    """Watch the statements of the connection inside."""
    watch = WriteWatch()
    with connection.execute_wrapper(watch):
        yield watch
