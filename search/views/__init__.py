"""The pages of search."""

from .results import results
from .suggestions import suggestions

__all__ = ["results", "suggestions"]
