"""The cache of the embedded profile: files, shared by all worker processes, that count right.

Django's file cache answers `add` with "yes" to several processes at once, and makes room by throwing
away whatever it meets. Limits on sign-in are counted under a lock that is an `add`, so both would let
somebody guess on (decision 0019). In production the cache is Redis.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache

CLEAN_UP_EVERY = 200


class SharedFileCache(FileBasedCache):
    """Files in one folder; `add` lets one process win, and only what has expired makes room."""

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(location, params)
        self._writes = 0

    @contextmanager
    def _alone(self) -> Iterator[None]:
        self._createdir()
        with open(os.path.join(self._dir, "lock"), "w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        with self._alone():
            return bool(super().add(key, value, timeout, version))

    def _cull(self) -> None:
        """Now and then remove what has expired; living entries only when the folder is really full."""
        self._writes += 1
        if self._writes % CLEAN_UP_EVERY:
            return
        for name in self._list_cache_files():
            # Another process may have been faster.
            with suppress(FileNotFoundError), open(name, "rb") as file:
                self._is_expired(file)
        super()._cull()
