"""Life cycles of this floor."""
