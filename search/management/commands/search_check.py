"""Compare things, entries and index, and repair what differs."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from network_site.common import outbox
from network_site.common.database import Busy
from network_site.common.hooks import as_service
from search import indexing
from search.reconciling import altered_entries, figures, names_of_kinds, repair_entries


class Command(BaseCommand):
    help = "Compares things with entries, and entries with the index both ways. Exit code 1 when they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="repair what differs (the exit code tells of before)")
        parser.add_argument("--deep", action="store_true", help="compare the texts too, not only stamps and versions")
        parser.add_argument("--kind", action="append", default=[], help="this kind only; may be repeated")

    def handle(self, *args: Any, **options: Any) -> None:
        names = list(names_of_kinds(options["kind"]))
        if not names:
            raise CommandError("No such kind.")
        # Every kind is looked at, whatever the one before it was like.
        differing = sum([self._entries(name, options) + self._index(name, options) for name in names])
        self.stdout.write(
            f"on their way into the index for {outbox.oldest(indexing.DUE).total_seconds():.0f} s at most"
        )
        if differing:
            sys.exit(1)

    def _entries(self, name: str, options: dict[str, Any]) -> int:
        with as_service("relay", "search: checking"):
            found = indexing.drift(name)
            keys = set(found.keys)
            line = f"{name}: things and entries: {figures(found)}"
            if options["deep"]:
                deep = altered_entries(name)
                keys |= set(deep.altered)
                line += f", {figures(deep)}"
            if keys and options["repair"]:
                line += f"; repaired {repair_entries(name, sorted(keys))}"
        self.stdout.write(line)
        return len(keys)

    def _index(self, name: str, options: dict[str, Any]) -> int:
        if not settings.ELASTICSEARCH_URL:
            return 0
        from search.engines.elasticsearch import building, comparing, writing

        try:
            with writing.reached(writing.LONG_TIMEOUT) as es:
                if not building.is_current(es, name):
                    line = f"{name}: no index of the present shape"
                    if options["repair"]:
                        line += f"; built with {building.rebuild(es, name).documents} documents"
                    self.stdout.write(line)
                    return 1
                found = comparing.differences(es, name, deep=options["deep"])
                line = f"{name}: {found.entries} entries, {found.documents} documents: {figures(found)}"
                if found and options["repair"]:
                    refused = comparing.repair(es, found)
                    line += f"; repaired, {len(refused)} refused"
        except writing.IndexAway as error:
            raise CommandError("Elasticsearch does not answer.") from error
        except Busy as error:
            raise CommandError(f"{name}: somebody else builds this index now.") from error
        except building.NotBuilt as error:
            raise CommandError(f"The index was not changed. {error}") from error
        self.stdout.write(line)
        return int(bool(found))
