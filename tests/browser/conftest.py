"""A real site, a real Chromium. Every module gets a site of its own, on a copy of the seeded database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from .site import Seeded, Site, make_seeded, serving
from .visitors import Visitors

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip


@pytest.fixture(scope="session")
def seeded(template_database: str) -> Seeded:
    """The seeded database, its static files and its addresses."""
    return make_seeded(template_database)


@pytest.fixture(scope="module")
def site(seeded: Seeded, worker_id: str, request: pytest.FixtureRequest) -> Iterator[Site]:
    """A running site; what one module does in it no other module sees."""
    with serving(seeded, f"{worker_id}_{request.module.__name__.rpartition('.')[2][5:13]}") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium. Not for the whole session: Playwright's loop must be gone before other tests use the database."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def crowd(browser: Any, site: Site) -> Iterator[Visitors]:
    """Everybody who signs in during this module."""
    everybody = Visitors(browser, site)
    yield everybody
    everybody.close()


@pytest.fixture
def visitors(crowd: Visitors) -> Iterator[Visitors]:
    """The same, with every window shut after the test."""
    yield crowd
    crowd.close()
