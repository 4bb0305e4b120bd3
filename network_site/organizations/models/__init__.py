"""Users, organisations, memberships, shares, and the organisations' sign-in servers."""

from .directory import Organization
from .identity import IdentityDomain, IdentityProvider, SeenAssertion

"""Users, organisations, memberships, invitations, sessions and shares."""

from .invitation import Invitation
from .membership import Membership
from .session import SignedInSession
from .sharing import Share
from .user import User
from .verification import Verification

__all__ = [
    "IdentityDomain",
    "IdentityProvider",
    "Membership",
    "Organization",
    "SeenAssertion",
    "Share",
    "User",
    "Verification",
]
__all__ = ["Invitation", "Membership", "Organization", "Share", "SignedInSession", "User"]
