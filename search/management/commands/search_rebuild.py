"""Build the indices of Elasticsearch anew, while people search and others publish."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from network_site.common.database import Busy
from search.kinds import kinds
from search.reconciling import names_of_kinds

WIDTH = 30
SECONDS = 5.0


class Command(BaseCommand):
    help = "Builds the search indices anew from the entries and changes over to them. Searching and writing go on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--kind", action="append", default=[], help="this kind only; may be repeated")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.ELASTICSEARCH_URL:
            raise CommandError("ELASTICSEARCH_URL is not set: the database answers, and there is no index to build.")
        unknown = set(options["kind"]) - {name for name, _kind in kinds.items()}
        if unknown:
            raise CommandError(f"No such kind: {', '.join(sorted(unknown))}.")
        for name in names_of_kinds(options["kind"]):
            self._rebuild(name)

    def _rebuild(self, name: str) -> None:
        from search.engines.elasticsearch import building, writing

        began = time.monotonic()
        progress = Progress(self, name)
        try:
            with writing.reached(writing.LONG_TIMEOUT) as es:
                built = building.rebuild(es, name, progress)
        except writing.IndexAway as error:
            raise CommandError("Elasticsearch does not answer.") from error
        except Busy as error:
            raise CommandError(f"{name}: somebody else builds this index now.") from error
        except building.NotBuilt as error:
            raise CommandError(f"The index was not changed. {error}") from error
        seconds = time.monotonic() - began
        self.stdout.write(
            f"{name}: {built.documents} documents in {seconds:.1f} s "
            f"({built.documents / max(seconds, 0.001):.0f} a second), "
            f"{built.caught_up} changed meanwhile; now {built.index}"
        )


class Progress:
    """A bar on a terminal, elsewhere a line every few seconds."""

    def __init__(self, command: BaseCommand, name: str) -> None:
        self.command, self.name, self.last = command, name, time.monotonic()
        self.is_terminal = bool(command.stdout.isatty())

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self.is_terminal:
            full = WIDTH * done // max(total, 1)
            ending = "\n" if done >= total else "\r"
            bar = "#" * full + "." * (WIDTH - full)
            self.command.stdout.write(f"{self.name:<14} [{bar}] {done}/{total}", ending=ending)
            self.command.stdout.flush()
        elif now - self.last >= SECONDS:
            self.last = now
            self.command.stdout.write(f"{self.name}: {done} of {total}")
