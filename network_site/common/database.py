"""What every connection needs before the first query."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def is_postgresql(conn: BaseDatabaseWrapper | None = None) -> bool:
    """Whether the connection speaks to PostgreSQL (the other supported engine is SQLite)."""
    return (conn or connection).vendor == "postgresql"


# SQLite has no session settings, so its triggers ask this process instead (see `allow`).
_allowed: set[str] = set()


def teach_sqlite(sender: Any, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    """Give SQLite the function that guarded tables ask before they let a row be written.

    Elsewhere (the sqlite3 shell, another program) the function is unknown and the write fails.
    """
    if connection.vendor == "sqlite":
        connection.connection.create_function("enlace_allowed", 1, lambda name: int(name in _allowed))


@contextmanager
def allow(name: str) -> Iterator[None]:
    """Open a guarded table (`publishing`) for the writes inside, in this transaction only."""
    if is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, 'on', true)", [f"enlace.{name}"])
        try:
            yield
        finally:
            if not connection.needs_rollback:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config(%s, 'off', true)", [f"enlace.{name}"])
    else:
        _allowed.add(name)
        try:
            yield
        finally:
            _allowed.discard(name)


@contextmanager
def as_owner() -> Iterator[None]:
    """Let the alias "default" connect as the tables' owner inside (for migrations), where there is one."""
    if "owner" not in connections.databases:
        yield
        return
    connection = connections["default"]
    connection.close()
    site = connection.settings_dict
    connection.settings_dict = {**site, **{key: connections.databases["owner"][key] for key in ("USER", "PASSWORD")}}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = site


class Busy(Exception):
    """Somebody else is at this work now."""


@contextmanager
def exclusive(name: str) -> Iterator[None]:
    """Let nobody else do the work of this name, in any process on any machine. Raises Busy when somebody does.

    The lock ends with its holder, however that ends: on PostgreSQL with the connection, on SQLite (which is one
    machine) with the process.
    """
    if is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [name])
            if not cursor.fetchone()[0]:
                raise Busy(name)
        try:
            yield
        finally:
            if not connection.needs_rollback:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
        return
    folder = Path(settings.VAR_DIR, "locks")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(name) from error
        yield
