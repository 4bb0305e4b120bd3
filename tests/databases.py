"""Test databases: one template for each state of the code, and cheap copies of it.

A template is a migrated database with the common schemes, the countries, the directory and the
pages. It is named by a hash of everything that makes it, so a second run starts at once. On
PostgreSQL it is made as the role `owner` and used as the role `app`, so that row-level security
holds in every test.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.core import mail
from django.core.management import call_command
from django.db import connection, connections, transaction

Built = TypeVar("Built")

ROOT = Path(__file__).resolve().parents[1]
MAKES_A_TEMPLATE = (
    "**/migrations/*.py", "network_site/taxonomy/data/**/*", "network_site/**/seed/*", "network_site/common/guards.py",
    "network_site/organizations/rls.py", "network_site/organizations/tenancy.py", "**/models/*.py",
    "network_site/**/models.py", "network_site/**/seeding.py", "requirements.txt", "network_site/taxonomy/glossary.py",
)  # fmt: skip


def is_postgresql() -> bool:
    """Whether this run uses PostgreSQL."""
    return connection.vendor == "postgresql"


def _digest() -> str:
    found = hashlib.sha256()
    for pattern in MAKES_A_TEMPLATE:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file() and ".venv" not in path.parts and "var" not in path.parts:
                found.update(path.relative_to(ROOT).as_posix().encode())
                found.update(path.read_bytes())
    return found.hexdigest()[:12]


def _folder() -> Path:
    folder = Path(settings.VAR_DIR) / "databases"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _lock(name: str) -> Iterator[None]:
    with (_folder() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def _maintenance() -> Iterator[object]:
    """A cursor as the owner, outside of every transaction, to make and drop databases."""
    import psycopg

    owner = connections.databases["owner"]
    with (
        psycopg.connect(
            host=owner["HOST"],
            port=owner["PORT"],
            user=owner["USER"],
            password=owner["PASSWORD"],
            dbname="postgres",
            autocommit=True,
        ) as link,
        link.cursor() as cursor,
    ):
        yield cursor


def use(name: str) -> None:
    """Let every connection of this process go to another database."""
    for alias in connections.databases:
        connections.databases[alias]["NAME"] = name
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name


def _fill() -> None:
    from network_site.common.models import Outbox
    from network_site.organizations import seeding as organizations
    from network_site.organizations.actor import acting_as, service_actor
    from network_site.publishing import seeding as publishing
    from network_site.seeding import PAGES
    from network_site.taxonomy import services as taxonomy
    from network_site.taxonomy.glossary import load_glossary

    call_command("migrate", verbosity=0, interactive=False)
    taxonomy.load_schemes()
    taxonomy.load_countries()
    taxonomy.load_context_figures()
    load_glossary()
    with acting_as(service_actor("seeding"), reason="test template"):
        organizations.load_organizations()
        publishing.load_pages(PAGES)
    # Tests begin with nothing to do, and find what they have made themselves.
    Outbox.objects.all().delete()
    connection.close()


def make_template() -> str:
    """The template of this state of the code, made if it is not there; its name (or file)."""
    digest = _digest()
    with _lock(f"template-{connection.vendor}"):
        if is_postgresql():
            name = f"enlace_template_{digest}"
            with _maintenance() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])  # type: ignore[attr-defined]
                if cursor.fetchone():  # type: ignore[attr-defined]
                    return name
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}_half" WITH (FORCE)')  # type: ignore[attr-defined]
                cursor.execute(f'CREATE DATABASE "{name}_half"')  # type: ignore[attr-defined]
            use(f"{name}_half")
            _fill()
            with _maintenance() as cursor:
                cursor.execute(f'ALTER DATABASE "{name}_half" RENAME TO "{name}"')  # type: ignore[attr-defined]
            return name
        path = _folder() / f"template-{digest}.sqlite3"
        if not path.exists():
            half = path.with_suffix(".half")
            half.unlink(missing_ok=True)
            use(str(half))
            _fill()
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.close()
            half.rename(path)
        return str(path)


def copy(template: str, suffix: str) -> str:
    """A fresh copy of a template; its name (or file)."""
    suffix = f"{suffix}_{os.getpid()}"
    if is_postgresql():
        name = f"enlace_test_{suffix}"
        with _lock("copying"), _maintenance() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[attr-defined]
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')  # type: ignore[attr-defined]
        return name
    path = _folder() / f"test-{suffix}.sqlite3"
    drop(str(path))
    shutil.copyfile(template, path)
    return str(path)


def drop(name: str) -> None:
    """Remove a copy."""
    if is_postgresql():
        import psycopg

        # A connection that a thread left behind belongs to the role app, which the owner may not end; the
        # copy is then left to the next run, which makes its own.
        with _maintenance() as cursor, suppress(psycopg.errors.InsufficientPrivilege):
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')  # type: ignore[attr-defined]
    else:
        for ending in ("", "-wal", "-shm"):
            Path(name + ending).unlink(missing_ok=True)


class Stages:
    """Worlds that are built and committed once for a whole process, and given to each test as they were.

    A stage is named by the function that builds it; each has a copy of the template to itself.
    """

    def __init__(self, template: str, prefix: str) -> None:
        self.template = template
        self.prefix = prefix
        self.set: dict[Callable[[], Any], tuple[str, Any]] = {}

    @contextmanager
    def open(self, build: Callable[[], Built]) -> Iterator[Built]:
        """What `build` has made, in its database; everything that is done there meanwhile is rolled back."""
        before = connections.databases["default"]["NAME"]
        if build not in self.set:
            name = copy(self.template, f"{self.prefix}_stage{len(self.set)}")
            use(name)
            try:
                self.set[build] = name, build()
                getattr(mail, "outbox", []).clear()  # what building it has sent is no test's
            except BaseException:
                use(before)
                drop(name)
                raise
        name, built = self.set[build]
        use(name)
        try:
            with transaction.atomic():
                yield deepcopy(built)  # what a test does to it in memory is not undone by the database
                transaction.set_rollback(True)
        finally:
            use(before)

    def strike(self) -> None:
        """Remove them all."""
        for name, _built in self.set.values():
            drop(name)
        self.set.clear()
