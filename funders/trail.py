"""How this floor's entries in an organisation's audit trail read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .models import AgencyCall, AgencyProposal, Negotiation, Offer
from .workflow.call import CALL, PROPOSAL
from .workflow.negotiation import NEGOTIATION
from .workflow.offer import OFFER

WORDS: dict[str, Any] = {
    "offer.created": _("An offer was begun"),
    "offer.edited": _("An offer was edited"),
    "profile.edited": _("What the organisation says of itself was edited"),
    "follow.begun": _("The organisation began to follow a record"),
    "follow.ended": _("The organisation no longer follows a record"),
    # Rooms, pledges, calls.
    "negotiation.expressed": _("Interest in a project was expressed"),
    "negotiation.message": _("A message was written in a room"),
    "negotiation.file": _("A file was added to a room"),
    "pledge.made": _("A pledge was written down"),
    "receipt.recorded": _("Money was recorded as received"),
    "funding.moved": _("The sums of a project changed"),
    "call.opened": _("A call for an executing agency was opened"),
    "proposal.written": _("A proposal was written"),
    "proposal.scored": _("A proposal was scored"),
}


class Describer:
    """Words and titles for the organisations floor, which knows neither offers nor rooms."""

    def words(self, action: str) -> str:
        """Own words first, then what the workflow says of the step."""
        if action in WORDS:
            return str(WORDS[action])
        flow, _dot, name = action.partition(".")
        for workflow in (OFFER, NEGOTIATION, CALL, PROPOSAL):
            if workflow.name == flow and name in workflow.transitions:
                return str(workflow.transitions[name].past)
        return ""

    def subjects(self, object_type: str, ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
        """Titles of offers (also by the record of the same key), of proposals, of the requests that rooms are about."""
        if object_type in {"funders.offer", "publishing.publishedrecord"}:
            found = Offer.objects.filter(pk__in=ids)
            return {one.pk: (one.title, reverse("funders:offer", args=[one.pk])) for one in found}
        if object_type == Negotiation._meta.label_lower:
            rooms = Negotiation.objects.filter(pk__in=ids).select_related("record")
            return {one.pk: (one.record.title, reverse("funders:room", args=[one.pk])) for one in rooms}
        if object_type == AgencyCall._meta.label_lower:
            calls = AgencyCall.objects.filter(pk__in=ids).select_related("record")
            return {one.pk: (one.record.title, reverse("funders:call", args=[one.pk])) for one in calls}
        if object_type == AgencyProposal._meta.label_lower:
            proposals = AgencyProposal.objects.filter(pk__in=ids)
            return {one.pk: (one.title, reverse("funders:proposal", args=[one.pk])) for one in proposals}
        return {}
