"""Triggers that keep the promises of tables which code alone could break.

They are reinstalled after every migration (an `AlterField` on SQLite rebuilds the table and
silently drops its triggers) and checked by `manage.py check --database default`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, register
from django.db import DatabaseError, connections

APPEND_ONLY = "append-only"
PUBLISHING_ONLY = "publishing-only"


@dataclass(frozen=True)
class Guard:
    """A promise about one model's table."""

    model: str
    promise: str

    @property
    def table(self) -> str:
        return apps.get_model(self.model)._meta.db_table

    @property
    def name(self) -> str:
        return f"guard_{self.table}"

    @property
    def events(self) -> list[str]:
        """What the guard refuses."""
        return ["UPDATE", "DELETE"] if self.promise == APPEND_ONLY else ["INSERT", "UPDATE", "DELETE"]

    def trigger_names(self, vendor: str) -> set[str]:
        """The triggers that have to be in the database."""
        return {self.name} if vendor == "postgresql" else {f"{self.name}_{event.lower()}" for event in self.events}

    def sqlite(self) -> list[str]:
        """The statements that install the guard on SQLite."""
        when = "" if self.promise == APPEND_ONLY else "WHEN enlace_allowed('publishing') = 0"
        statements = []
        for event in self.events:
            name = f"{self.name}_{event.lower()}"
            statements.append(f"DROP TRIGGER IF EXISTS {name}")
            statements.append(
                f'CREATE TRIGGER {name} BEFORE {event} ON "{self.table}" {when} '
                f"BEGIN SELECT RAISE(ABORT, '{self.table} is {self.promise}'); END"
            )
        return statements

    def postgresql(self) -> list[str]:
        """The statements that install the guard on PostgreSQL."""
        events = " OR ".join(self.events)
        when = (
            ""
            if self.promise == APPEND_ONLY
            else "WHEN (coalesce(current_setting('enlace.publishing', true), 'off') <> 'on')"
        )
        return [
            f'DROP TRIGGER IF EXISTS {self.name} ON "{self.table}"',
            f'CREATE TRIGGER {self.name} BEFORE {events} ON "{self.table}" FOR EACH ROW {when} '
            f"EXECUTE FUNCTION enlace_refuse('{self.promise}')",
        ]


GUARDS: list[Guard] = []


def guard(model: str, promise: str) -> None:
    """Ask for a guard on a model ("app_label.Model"), from an AppConfig's `ready`."""
    entry = Guard(model, promise)
    if entry not in GUARDS:
        GUARDS.append(entry)


REFUSE_FUNCTION = """
CREATE OR REPLACE FUNCTION enlace_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is %', TG_TABLE_NAME, TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END $$
"""


def install_guards(using: str) -> None:
    """(Re)install every guard whose table exists. Runs after each migrate, as the tables' owner."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(REFUSE_FUNCTION)
        for entry in GUARDS:
            if entry.table in tables:
                for statement in getattr(entry, connection.vendor)():
                    cursor.execute(statement)


def missing_guards(using: str) -> list[str]:
    """Names of the tables whose guard is not in the database."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        present = {row[0] for row in cursor.fetchall()}
    return [entry.table for entry in GUARDS if not entry.trigger_names(connection.vendor) <= present]


@register("database")
def check_guards(*, databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """`manage.py check --database default` fails when a guard was lost."""
    errors: list[CheckMessage] = []
    for alias in databases or []:
        try:
            missing = missing_guards(alias)
        except DatabaseError:
            continue
        errors += [
            Error(f"The table {table} has lost its guard.", hint="Run manage.py migrate.", id="enlace.E001")
            for table in missing
        ]
    return errors
