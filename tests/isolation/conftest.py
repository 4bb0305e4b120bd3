"""One world for all tests of this folder: built and committed once, then every test rolls back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ..databases import Stages
from ..people import People
from .population import World


def create_world() -> World:
    """Everybody, and something private of each."""
    return World(People())


@pytest.fixture
def world(stages: Stages) -> Iterator[World]:
    """The world; whatever a test does to it is undone."""
    with stages.open(create_world) as built:
        yield built
