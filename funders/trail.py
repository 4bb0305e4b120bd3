"""How this floor's entries in an organisation's audit trail read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .models import Offer
from .workflow.offer import OFFER

WORDS: dict[str, Any] = {
    "offer.created": _("An offer was begun"),
    "offer.edited": _("An offer was edited"),
    "profile.edited": _("What the organisation says of itself was edited"),
    "follow.begun": _("The organisation began to follow a record"),
    "follow.ended": _("The organisation no longer follows a record"),
}


class Describer:
    """Words and titles for the organisations floor, which knows no offer."""

    def words(self, action: str) -> str:
        """Own words first, then what the workflow says of the step."""
        if action in WORDS:
            return str(WORDS[action])
        flow, _dot, name = action.partition(".")
        if flow == OFFER.name and name in OFFER.transitions:
            return str(OFFER.transitions[name].past)
        return ""

    def subjects(self, object_type: str, ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
        """Titles of offers, also by the record of the same key."""
        if object_type in {"funders.offer", "publishing.publishedrecord"}:
            found = Offer.objects.filter(pk__in=ids)
            return {one.pk: (one.title, reverse("funders:offer", args=[one.pk])) for one in found}
        return {}
