"""Verbs of this floor. Each is atomic, and told in order."""

from .funding import OverFunded as OverFunded
from .funding import move_sums as move_sums
from .funding import open_talks as open_talks
