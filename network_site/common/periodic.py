"""What the relay does every so often, besides handing out work. Each function must be harmless to repeat.

periodic.jobs.fill("publishing.scheduled", (60, publish_scheduled))
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from .slots import Slot

log = logging.getLogger(__name__)

Job = tuple[float, Callable[[], object]]
# Under a name: seconds between two runs, and the function.
jobs: Slot[Job] = Slot("what the relay does every so often")


class Clock:
    """Knows when each job ran last; one in each relay."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def tick(self, now: float | None = None) -> list[str]:
        """Run what is due (at first everything); the names of what ran. A job that fails waits for its next turn."""
        now = time.monotonic() if now is None else now
        ran = []
        for name, (every, function) in jobs.items():
            if name in self._last and now - self._last[name] < every:
                continue
            self._last[name] = now
            try:
                function()
            except Exception:
                log.exception("periodic job %s failed", name)
            ran.append(name)
        return ran
