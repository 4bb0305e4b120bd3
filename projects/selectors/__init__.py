"""Questions to this floor; everything is filtered by who asks."""

from .execution import execution_part as execution_part
