"""Questions to this floor; everything is filtered by who asks."""

from .profile import NeedProfile as NeedProfile
from .profile import need_profile as need_profile
from .profile import open_needs as open_needs
