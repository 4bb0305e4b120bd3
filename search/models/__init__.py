"""What search keeps in the database."""

from .embedded import EmbeddedEntry
from .entries import Entry, EntryFacet
from .saved import SavedSearch, SearchFollower

__all__ = ["EmbeddedEntry", "Entry", "EntryFacet", "SavedSearch", "SearchFollower"]
