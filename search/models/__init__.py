"""What search keeps in the database."""

from .embedded import EmbeddedEntry
from .entries import Entry, EntryFacet
from .pages import SearchPage
from .saved import SavedSearch, SearchFollower
from .words import EntryVector, Mark, VocabularyWord

__all__ = [
    "EmbeddedEntry",
    "Entry",
    "EntryFacet",
    "EntryVector",
    "Mark",
    "SavedSearch",
    "SearchFollower",
    "SearchPage",
    "VocabularyWord",
]
