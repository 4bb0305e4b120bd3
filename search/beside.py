"""What search puts on pages of the floors below."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.cache import cache

from network_site.publishing.models import PublishedRecord

from . import cards, queries
from .kinds import practices
from .viewers import viewer

SHOWN = 4
# Without vectors the neighbours of a thing are looked for among all things; nobody waits twice for that.
KEPT_SECONDS = 600


def similar_practices(record: PublishedRecord) -> tuple[str, dict[str, Any]] | None:
    """Practices near to this one, in whatever language; None where there are none."""
    if record.kind != practices.KIND:
        return None
    who = viewer()
    name = f"similar:{record.pk}:{record.version}:{'-'.join(who.audiences)}"
    known: list[UUID] | None = cache.get(name)
    if known is None:
        near = queries.similar(record.kind, str(record.pk), viewer=who, only=(practices.KIND,), limit=SHOWN)
        known = [one.id for one in near]
        cache.set(name, known, KEPT_SECONDS)
    found = queries.shown(known, who)
    return ("search/similar.html", {"similar": cards.cards(found, is_mixed=False)}) if found else None
