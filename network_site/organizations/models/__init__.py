"""Users, organisations, memberships and shares."""

from .directory import Organization
from .membership import Membership
from .sharing import Share
from .user import User

__all__ = ["Membership", "Organization", "Share", "User"]
