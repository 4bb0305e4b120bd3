"""What search keeps in the database."""

from .entries import Entry, EntryFacet
from .saved import SavedSearch, SearchFollower

__all__ = ["Entry", "EntryFacet", "SavedSearch", "SearchFollower"]
