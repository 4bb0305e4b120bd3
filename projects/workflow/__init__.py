"""Life cycles of this floor."""

from .project import PROJECT as PROJECT
