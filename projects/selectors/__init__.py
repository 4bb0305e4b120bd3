"""Questions to this floor; everything is filtered by who asks."""

from .funding import funding_of as funding_of
