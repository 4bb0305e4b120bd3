"""Things that the ground floor needs and a floor above provides."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

_service: Callable[[str, str], AbstractContextManager[object]] | None = None


def provide_service_actor(factory: Callable[[str, str], AbstractContextManager[object]]) -> None:
    """Let the organizations floor say how a named service acts."""
    global _service
    _service = factory


def as_service(name: str, reason: str) -> AbstractContextManager[object]:
    """Act as a named service (relay, auditor) for a reason that goes into the log."""
    if _service is None:
        raise RuntimeError("No floor provides service actors.")
    return _service(name, reason)
