"""What search keeps in the database."""

from .entries import Entry, EntryFacet

__all__ = ["Entry", "EntryFacet"]
