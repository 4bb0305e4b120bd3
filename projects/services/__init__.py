"""Verbs of this floor. Each is atomic, and told in order."""
