"""Life cycles of this floor, as data."""
