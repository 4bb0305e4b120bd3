"""Users, organisations, memberships and shares."""

from .directory import Organization
from .membership import Membership
from .sharing import Share
from .user import User
from .verification import Verification

__all__ = ["Membership", "Organization", "Share", "User", "Verification"]
