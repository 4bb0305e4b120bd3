"""Life cycles of this floor, as data."""

"""Life cycles of this floor."""
