"""Edits of rows without a `lock_version`: the form carries a mark of what its writer saw.

The mark is a digest of what the form shows, so that loading a file again, which changes nothing that was seen,
refuses nobody.
"""

from __future__ import annotations

from typing import Any

from django.db import models

from .audit import digest
from .workflow import StaleVersion


def mark_of(content: Any) -> str:
    """The mark of what a form shows."""
    return digest(content)


def refuse_stale(row: models.Model, *, seen: str | None, now: Any) -> None:
    """Raise StaleVersion when the row is no longer what was `seen` (None: nobody read a form first).

    Ask only where the row is to become something else: a second click on the same form loses nothing.
    """
    if seen is not None and mark_of(now) != seen:
        raise StaleVersion(row)
