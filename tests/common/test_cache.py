"""The file cache of the embedded profile, used by several processes at once."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache.backends.filebased import FileBasedCache

from network_site.common.cache import CLEAN_UP_EVERY, SharedFileCache

pytestmark = pytest.mark.embedded

KEYS = 200
PROCESSES = 4


def win(make: Callable[..., Any], folder: str, begin: float) -> int:
    """How many keys this process got for itself."""
    cache = make(folder, {})
    while time.time() < begin:
        pass
    return sum(cache.add(f"key-{number}", True, 60) for number in range(KEYS))


def won_by_all(make: Callable[..., Any], folder: Path) -> int:
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        return sum(pool.starmap(win, [(make, str(folder), time.time() + 0.5)] * PROCESSES, chunksize=1))


def test_one_process_wins_each_key(tmp_path: Path) -> None:
    assert won_by_all(SharedFileCache, tmp_path) == KEYS


def test_the_measure_finds_what_djangos_own_cache_does(tmp_path: Path) -> None:
    """The reason for ours. Several rounds, because a race is not lost each time."""
    assert max(won_by_all(FileBasedCache, tmp_path / str(number)) for number in range(8)) > KEYS


def test_what_lives_is_kept_and_what_has_expired_makes_room(tmp_path: Path) -> None:
    cache = SharedFileCache(str(tmp_path), {"OPTIONS": {"MAX_ENTRIES": 10_000}})
    for number in range(CLEAN_UP_EVERY // 2):
        cache.set(f"gone-{number}", 1, 0.001)
    for number in range(400):
        cache.set(f"kept-{number}", number, 60)
    assert [cache.get(f"kept-{number}") for number in range(400)] == list(range(400))
    assert len(list(tmp_path.glob("*.djcache"))) == 400


def test_a_key_that_expired_can_be_won_again(tmp_path: Path) -> None:
    cache = SharedFileCache(str(tmp_path), {})
    assert (cache.add("key", 1, -1), cache.add("key", 2, 60), cache.add("key", 3, 60)) == (True, True, False)
    assert cache.get("key") == 2
