"""Users, organisations, memberships, shares, and the organisations' sign-in servers."""

from .directory import Organization
from .identity import IdentityDomain, IdentityProvider, SeenAssertion
from .membership import Membership
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
