"""Counts the words from which corrections of spelling come; by itself that happens every ten minutes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from network_site.common.hooks import as_service
from search import spelling


class Command(BaseCommand):
    help = "Counts the words of what everybody may read, for suggestions of spelling."

    def handle(self, *args: Any, **options: Any) -> None:
        with as_service("relay", "search: words"):
            self.stdout.write(f"{spelling.count_words()} words")
