"""How the register's entries in an organisation's audit trail read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .models import Need
from .workflow.need import NEED

WORDS: dict[str, Any] = {
    "need.created": _("A need was begun"),
    "need.edited": _("A need was edited"),
    "need.overlaps_answered": _("Possible duplicates of a need were answered"),
    "need.merge_asked": _("The Network asked to join two needs"),
    "need.merge_refused": _("A ministry said that its need is another matter"),
    "need.results_stated": _("A ministry said what was reached"),
}


class Describer:
    """Words and titles for the organisations floor, which knows no need."""

    def words(self, action: str) -> str:
        """Own words first, then what the workflow says of the step."""
        if action in WORDS:
            return str(WORDS[action])
        flow, _dot, name = action.partition(".")
        if flow == NEED.name and name in NEED.transitions:
            return str(NEED.transitions[name].past)
        return ""

    def subjects(self, object_type: str, ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
        """Titles of needs, by their own id or by that of their public record, which is the same."""
        if object_type not in {Need._meta.label_lower, "publishing.publishedrecord"}:
            return {}
        return {one.pk: (one.title, reverse("needs:need", args=[one.pk])) for one in Need.objects.filter(pk__in=ids)}
