"""Views of the search floor."""
