"""What finds and repairs differences between things, entries and index."""

from __future__ import annotations

from network_site.common.hooks import as_service

from . import indexing


def catch_up() -> None:
    """Every quarter of an hour: entries follow what changed without telling."""
    with as_service("relay", "search: catching up"):
        indexing.catch_up()
