"""What search keeps in the database."""

from .embedded import EmbeddedEntry
from .entries import Entry, EntryFacet

__all__ = ["EmbeddedEntry", "Entry", "EntryFacet"]
