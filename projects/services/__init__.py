"""Verbs of this floor. Each is atomic, and told in order."""

from .funding import OverFunded as OverFunded
from .funding import choose_agency as choose_agency
from .funding import move_sums as move_sums
from .funding import open_talks as open_talks
from .funding import show_sums as show_sums
