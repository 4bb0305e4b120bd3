"""Fixtures of the whole suite. Nothing of ours is ever mocked: databases, Redis and browser are real."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from . import databases
from .people import People, prove_second_factor


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Every test begins in English: a page read in another language leaves its language in the thread."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def warm_cache() -> None:
    """The cache outlives the test's transaction: every test begins warm, with nothing announced."""
    from django.core.cache import cache

    from network_site.common.announcements import remember
    from search import selectors

    remember([])
    # Where the search is, which every frame asks: the seeded addresses.
    paths = {"en": "/en/search/", "es": "/es/buscar/", "fr": "/fr/recherche/", "pt-br": "/pt-br/busca/"}
    cache.set(selectors.PATHS, paths, selectors.KEPT_SECONDS)


@pytest.fixture(scope="session")
def template_database(django_db_blocker: Any) -> str:
    """The name of the migrated and filled template."""
    with django_db_blocker.unblock():
        return databases.make_template()


@pytest.fixture(scope="session")
def django_db_setup(template_database: str, django_db_blocker: Any, worker_id: str) -> Iterator[None]:
    """One copy of the template for this process; tests roll back inside it."""
    with django_db_blocker.unblock():
        name = databases.copy(template_database, worker_id)
        databases.use(name)
    yield
    with django_db_blocker.unblock():
        databases.use(name)
        databases.drop(name)


@pytest.fixture(scope="session")
def worker_id(request: Any) -> str:
    """The worker of pytest-xdist, or "main"."""
    return str(getattr(request.config, "workerinput", {}).get("workerid", "main"))


@pytest.fixture
def committed_db(
    django_db_setup: None, template_database: str, django_db_blocker: Any, worker_id: str
) -> Iterator[str]:
    """A database of the test's own, where transactions really commit: for threads, processes, browsers."""
    from django.db import connections

    with django_db_blocker.unblock():
        before = connections.databases["default"]["NAME"]
        name = databases.copy(template_database, f"{worker_id}_own")
        databases.use(name)
        try:
            yield name
        finally:
            databases.use(before)
            databases.drop(name)


@pytest.fixture(scope="session")
def all_stages(
    django_db_setup: None, template_database: str, django_db_blocker: Any, worker_id: str
) -> Iterator[databases.Stages]:
    """The stages of this process."""
    stages = databases.Stages(template_database, worker_id)
    yield stages
    with django_db_blocker.unblock():
        stages.strike()


@pytest.fixture
def stages(all_stages: databases.Stages, django_db_blocker: Any) -> Iterator[databases.Stages]:
    """For tests that share an expensive world: `with stages.open(build) as world`."""
    with django_db_blocker.unblock():
        yield all_stages


@pytest.fixture
def people(db: None) -> People:
    """Organisations and people made on demand."""
    return People()


@pytest.fixture
def committed_people(committed_db: str) -> People:
    """The same in a database of the test's own."""
    return People()


@pytest.fixture
def sign_in(client: Client) -> Callable[[Any], Client]:
    """Sign a user in with everything that her session must prove."""

    def enter(user: Any) -> Client:
        client.force_login(user)
        prove_second_factor(client, user)
        return client

    return enter


def pytest_collection_finish() -> None:
    """What is loaded by now never goes away: the collector of garbage, which looked at it for a tenth of the suite's
    time, may leave it alone."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that need a service fail in CI when it is missing; on a laptop they skip and say why."""
    if os.environ.get("CI"):
        return
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        skip = pytest.mark.skip(
            reason="needs PostgreSQL: set DATABASE_URL and DATABASE_OWNER_URL, or run make test-postgres"
        )
        for item in items:
            if item.get_closest_marker("postgresql"):
                item.add_marker(skip)
    if not os.path.exists("/usr/bin/chromium"):
        skip = pytest.mark.skip(reason="needs Chromium at /usr/bin/chromium")
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(skip)
