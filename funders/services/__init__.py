"""Verbs of this floor. Each is atomic, and told in order."""

from .offers import close_ended as close_ended
from .offers import create_offer as create_offer
from .offers import follow as follow
from .offers import hide_stale as hide_stale
from .offers import look_after_offers as look_after_offers
from .offers import perform as perform_offer  # noqa: F401  other life cycles have their own
from .offers import remind_of_ends as remind_of_ends
from .offers import remove_rule as remove_rule
from .offers import save_offer as save_offer
from .offers import save_profile as save_profile
from .offers import save_rule as save_rule
from .offers import unfollow as unfollow
