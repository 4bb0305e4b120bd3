"""Users, organisations, memberships, invitations, sessions, shares, and the organisations' sign-in servers."""

from .directory import Organization
from .identity import IdentityDomain, IdentityProvider, SeenAssertion
from .invitation import Invitation
from .membership import Membership, membership_updated
from .session import SignedInSession
from .sharing import Share
from .user import User
from .verification import Verification

__all__ = [
    "IdentityDomain",
    "IdentityProvider",
    "Invitation",
    "Membership",
    "Organization",
    "SeenAssertion",
    "Share",
    "SignedInSession",
    "User",
    "Verification",
    "membership_updated",
]
