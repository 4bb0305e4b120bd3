"""Life cycles of this floor, as tables."""
