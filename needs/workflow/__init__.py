"""Life cycles of this floor, one table each."""
