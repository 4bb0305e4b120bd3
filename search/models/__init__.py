"""What search keeps in the database."""

from .entries import Entry, EntryFacet
from .words import EntryVector, Mark, VocabularyWord

__all__ = ["Entry", "EntryFacet", "EntryVector", "Mark", "VocabularyWord"]
