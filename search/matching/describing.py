"""How entries about matches read in an organisation's audit trail."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..models import Match

WORDS: dict[str, Any] = {
    "match.pin": _("A match was pinned"),
    "match.hide": _("A match was hidden"),
    "match.useful": _("A match was called useful"),
    "match.useless": _("A match was called not useful"),
    "match.taken_back": _("What was said of a match was taken back"),
}


class Describer:
    """Words and titles for the organisations floor, which knows no matches."""

    def words(self, action: str) -> str:
        return str(WORDS.get(action, ""))

    def subjects(self, object_type: str, ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
        """Titles of what was matched, and the page where it stands."""
        if object_type != Match._meta.label_lower:
            return {}
        rows = Match.objects.filter(pk__in=ids).select_related("record")
        return {row.pk: (row.record.title, address(row)) for row in rows}


def address(match: Match) -> str:
    """The page on which a match stands, at its place."""
    if match.need_id:
        page = reverse("matching:need", args=[match.need_id])
        return f"{page}?kind={match.family}#match-{match.pk}"
    return f"{reverse('matching:project', args=[match.project_id])}#match-{match.pk}"
