"""Life cycles of this floor."""

from .diagnostic import DIAGNOSTIC as DIAGNOSTIC
