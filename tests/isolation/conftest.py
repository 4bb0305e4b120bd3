"""One world for all tests of this folder: built and committed once, then every test rolls back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .. import databases
from ..people import People
from .population import World


@pytest.fixture(scope="session")
def committed_world(
    django_db_setup: None, template_database: str, django_db_blocker: Any, worker_id: str
) -> Iterator[tuple[str, World]]:
    """The database of the world, and what is in it."""
    with django_db_blocker.unblock():
        name, built = databases.filled(template_database, f"{worker_id}_world", lambda: World(People()))
    yield name, built
    with django_db_blocker.unblock():
        databases.drop(name)


@pytest.fixture
def world(committed_world: tuple[str, World], django_db_blocker: Any) -> Iterator[World]:
    """The world; whatever a test does to it is undone."""
    name, built = committed_world
    with django_db_blocker.unblock(), databases.undone_in(name):
        yield built
