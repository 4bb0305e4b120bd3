"""Fill the site with real content."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from network_site.common import outbox, periodic
from network_site.seeding import seed


class Command(BaseCommand):
    help = "Loads schemes, countries, organisations, pages and, in a demonstration, accounts and practices."

    def handle(self, *args: Any, **options: Any) -> None:
        def progress(line: str) -> None:
            self.stdout.write(line)
            self.stdout.flush()

        seed(progress)
        done = outbox.drain()
        # What the relay would do within its first minutes: a new site is whole when it opens.
        periodic.Clock().tick()
        progress(f"{done + outbox.drain()} notices and other follow-ups done")
