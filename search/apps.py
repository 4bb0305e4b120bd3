"""Floor 8: search and matching."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"
