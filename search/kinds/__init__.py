"""The kinds of things that can be found."""

from .base import SearchKind, kinds

__all__ = ["SearchKind", "kinds"]
