"""Users, organisations, memberships, invitations, sessions and shares."""

from .directory import Organization
from .invitation import Invitation
from .membership import Membership
from .session import SignedInSession
from .sharing import Share
from .user import User

__all__ = ["Invitation", "Membership", "Organization", "Share", "SignedInSession", "User"]
