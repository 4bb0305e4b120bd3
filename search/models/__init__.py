"""What search keeps in the database."""

from .embedded import EmbeddedEntry
from .entries import Entry, EntryFacet
from .matching import Family, Match, MatchNote, Opinion, Standing
from .pages import SearchPage
from .saved import SavedSearch, SearchFollower
from .words import EntryVector, Mark, VocabularyWord

__all__ = [
    "EmbeddedEntry",
    "Entry",
    "EntryFacet",
    "EntryVector",
    "Family",
    "Mark",
    "Match",
    "MatchNote",
    "Opinion",
    "SavedSearch",
    "SearchFollower",
    "SearchPage",
    "Standing",
    "VocabularyWord",
]
