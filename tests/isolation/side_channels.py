"""Where text may go beside the page: tables, index, cache, sessions, mail, logs, file names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.db import connection

from network_site.organizations.rls import private_models

from .dump import words_in

# People's own names and addresses stand here by design; no page lists them.
PEOPLE = {"organizations_user", "account_emailaddress"}


TITLE = re.compile(r"\bzq\w+qz title\b")


def mail_text(message: Any) -> str:
    """Everything in a mail, decoded."""
    parts = [message.subject, message.body, *(str(content) for content, _type in message.alternatives)]
    return "\n".join([*parts, str(message.extra_headers), *message.to])


def open_tables() -> list[str]:
    """Every table of the database that no policy protects."""
    private = {model._meta.db_table for model in private_models()}
    return [name for name in connection.introspection.table_names() if name not in private | PEOPLE]


def table_text(table: str) -> str:
    """Everything in a table."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        return "\n".join(" | ".join(_as_text(value) for value in row) for row in cursor.fetchall())


def _as_text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return str(value)


def places(log: str) -> dict[str, str]:
    """Everything that lies open beside the private tables, by place."""
    found = {f"table {table}": table_text(table) for table in open_tables()}
    store = SessionStore()
    found["sessions"] = "\n".join(str(store.decode(row.session_data)) for row in Session.objects.all())
    found["cache"] = "\n".join(_as_text(value) for value in getattr(cache, "_cache", {}).values())
    found["cache keys"] = "\n".join(getattr(cache, "_cache", {}))
    # A mail names the record by its title, as the notice does, to those who are told: test_side_channels.py
    # looks at who they are. Beside that it says nothing of it.
    found["mail"] = "\n".join(TITLE.sub("", mail_text(message)) for message in mail.outbox)
    found["log"] = log
    found["names of private files"] = "\n".join(
        str(path.relative_to(settings.PRIVATE_ROOT)) for path in Path(settings.PRIVATE_ROOT).rglob("*")
    )
    found["public files"] = "\n".join(str(path) for path in Path(settings.MEDIA_ROOT).rglob("*"))
    return found


def side_channel_leaks(words: set[str], log: str) -> list[str]:
    """Which of the words lie where."""
    return [f"{place} holds {word}" for place, text in places(log).items() for word in words_in(text, words)]
