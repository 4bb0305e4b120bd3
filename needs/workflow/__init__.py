"""Life cycles of this floor, one table each."""

from .diagnostic import DIAGNOSTIC as DIAGNOSTIC
