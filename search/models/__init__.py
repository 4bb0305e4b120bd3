"""What search keeps in the database."""

from .entries import Entry, EntryFacet
from .pages import SearchPage

__all__ = ["Entry", "EntryFacet", "SearchPage"]
