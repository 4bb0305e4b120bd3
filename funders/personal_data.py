"""What this floor knows about a person, for herself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from network_site.organizations.models import User

from .models import (
    AgencyCall,
    AgencyProposal,
    Follow,
    Message,
    Negotiation,
    Offer,
    Pledge,
    ProposalScore,
    RoomFile,
)  # fmt: skip


class Source:
    """For the organisations floor, which makes the copy."""

    fields: Mapping[str, str] = {
        "funders.Offer.created_by": "offers",
        "funders.Offer.person": "none: an expert's name in an offer; she agreed, and her organisation corrects it",
        "funders.Follow.created_by": "follows",
        "funders.Negotiation.created_by": "negotiations",
        "funders.Message.author": "messages",
        "funders.RoomFile.author": "room_files",
        "funders.Pledge.made_by": "pledges",
        "funders.RoomFile.file_name": "none: the name of an organisation's file",
        "funders.AgencyProposal.file_name": "none: the name of an organisation's file",
        "funders.Receipt.recorded_by": "none: the books of a project; who wrote is in its audit trail",
        "funders.AgencyCall.created_by": "calls",
        "funders.AgencyProposal.created_by": "proposals",
        "funders.ProposalScore.scorer": "proposal_scores",
        "funders.Profile.contact_email": "none: the address of an office",
        **{
            f"funders.OffersPage.{name}": "none: the history of staff in the CMS; kept as long as the page"
            for name in ("locked_by", "owner")
        },
    }

    def parts(self, user: User) -> Mapping[str, Any]:
        """Offers that she began, what her organisation follows because of her, and what she wrote in its talks."""
        return {
            "offers": [
                {"id": one.pk, "title": one.title, "began_at": one.created_at}
                for one in Offer.objects.filter(created_by=user)
            ],
            "follows": [
                {"record": one.record_id, "since": one.created_at} for one in Follow.objects.filter(created_by=user)
            ],
            "negotiations": [
                {"id": one.pk, "status": one.status, "began_at": one.created_at}
                for one in Negotiation.objects.filter(created_by=user)
            ],
            "messages": [
                {"room": one.negotiation_id, "text": one.text, "at": one.at}
                for one in Message.objects.filter(author=user)
            ],
            "room_files": [
                {"room": one.negotiation_id, "title": one.title, "name": one.file_name, "at": one.at}
                for one in RoomFile.objects.filter(author=user)
            ],
            "pledges": [
                {"room": one.negotiation_id, "amount": str(one.amount), "currency": one.currency, "at": one.at}
                for one in Pledge.objects.filter(made_by=user)
            ],
            "calls": [{"id": one.pk, "began_at": one.created_at} for one in AgencyCall.objects.filter(created_by=user)],
            "proposals": [
                {"id": one.pk, "title": one.title, "status": one.status, "began_at": one.created_at}
                for one in AgencyProposal.objects.filter(created_by=user)
            ],
            "proposal_scores": [
                {"proposal": one.proposal_id, "criterion": one.criterion, "points": one.points}
                for one in ProposalScore.objects.filter(scorer=user)
            ],
        }
