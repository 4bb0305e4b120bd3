"""Questions to this floor; everything is filtered by who asks."""
