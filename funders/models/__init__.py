"""Models of floor 7: who offers what, who talks with whom, who pays."""

from .agencies import AgencyCall, AgencyProposal, ProposalScore
from .negotiation import Message, Negotiation, Pledge, Receipt, RoomFile
from .offers import Follow, Offer, OfferCompetence, OfferRule, OfferTerm, Profile
from .pages import OffersPage

__all__ = [
    "AgencyCall",
    "AgencyProposal",
    "Follow",
    "Message",
    "Negotiation",
    "Offer",
    "OfferCompetence",
    "OfferRule",
    "OfferTerm",
    "OffersPage",
    "Pledge",
    "Profile",
    "ProposalScore",
    "Receipt",
    "RoomFile",
]
