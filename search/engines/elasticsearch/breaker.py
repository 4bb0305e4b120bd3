"""A circuit breaker: whoever failed three times in a row is left alone for a while, so that nobody waits in vain."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ..base import EngineUnavailable

FAILURES = 3
PAUSE = 20.0


class Failure(Exception):
    """Raised inside `passing`: it did not work, and that counts."""


class Breaker:
    """Closed: everybody passes. Open: nobody does. After the pause one may try for all; her luck decides.

    Safe among threads. `clock` gives seconds that only grow; a test moves it.
    """

    def __init__(
        self, failures: int = FAILURES, pause: float = PAUSE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.failures = failures
        self.pause = pause
        self.clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._open_until: float | None = None
        self._is_trying = False

    @property
    def is_open(self) -> bool:
        """Whether nobody would pass now."""
        with self._lock:
            return not self._may_pass()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Do something that may fail. Raises EngineUnavailable at once while open.

        A Failure is counted; any other exception says that there was an answer, whatever was wrong with the question.
        """
        self._enter()
        try:
            yield
        except Failure:
            self._count(has_failed=True)
            raise
        except Exception:
            self._count(has_failed=False)
            raise
        except BaseException:
            # Neither: the caller was stopped. Whoever tried leaves the trial to the next.
            with self._lock:
                self._is_trying = False
            raise
        self._count(has_failed=False)

    def _may_pass(self) -> bool:
        return self._open_until is None or (self.clock() >= self._open_until and not self._is_trying)

    def _enter(self) -> None:
        with self._lock:
            if not self._may_pass():
                raise EngineUnavailable("left alone for a while")
            self._is_trying = self._open_until is not None

    def _count(self, *, has_failed: bool) -> None:
        with self._lock:
            self._is_trying = False
            if not has_failed:
                self._failed, self._open_until = 0, None
                return
            self._failed += 1
            if self._open_until is not None or self._failed >= self.failures:
                self._open_until = self.clock() + self.pause
