"""What search puts on pages of the floors below."""

from __future__ import annotations

from typing import Any

from network_site.publishing.models import PublishedRecord

from . import cards, queries
from .kinds import practices

SHOWN = 4


def similar_practices(record: PublishedRecord) -> tuple[str, dict[str, Any]] | None:
    """Practices near to this one, in whatever language; None where there are none."""
    if record.kind != practices.KIND:
        return None
    found = queries.similar(record.kind, str(record.pk), only=(practices.KIND,), limit=SHOWN)
    return ("search/similar.html", {"similar": cards.cards(found, is_mixed=False)}) if found else None
