"""Vectors for what lacks them: after the encoder was set up or changed, or to see what meaning costs here."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from network_site.common.hooks import as_service
from search import encoding, meaning
from search.models import Entry, EntryVector

QUESTION = "how do I help young people find a first job"
ROUNDS = 50


class Command(BaseCommand):
    help = "Encodes what lacks its vector, with progress; with --cost, says what meaning costs on this machine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--cost", action="store_true", help="measure and print the cost; encode nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if meaning.encoder() is None:
            raise CommandError("There is no encoder: SEARCH_ENCODER is empty, or its package is not installed.")
        with as_service("relay", "search: encoding"):
            if options["cost"]:
                self._cost()
            else:
                count = encoding.encode_all(lambda done, total: self.stdout.write(f"{done} of {total}"))
                self.stdout.write(f"{count} got a new vector, {EntryVector.objects.count()} have one.")

    def _cost(self) -> None:
        before = _memory()
        begun = time.perf_counter()
        meaning.vector_of(QUESTION)
        loaded = time.perf_counter() - begun
        after = _memory()
        begun = time.perf_counter()
        for _round in range(ROUNDS):
            vector = meaning.vector_of(QUESTION) or ()
        asked = (time.perf_counter() - begun) / ROUNDS
        bodies = [body for body in Entry.objects.live().values_list("body", flat=True)[:200] if meaning.passages(body)]
        if not bodies:
            raise CommandError("There are no entries to measure with.")
        begun = time.perf_counter()
        meaning.encode(bodies)
        encoded = (time.perf_counter() - begun) / len(bodies) * 1000
        meaning.nearest(vector, ["public"])
        begun = time.perf_counter()
        for _round in range(ROUNDS):
            meaning.nearest(vector, ["public"])
        sought = (time.perf_counter() - begun) / ROUNDS
        self.stdout.write(f"loading, once in a process: {loaded:.2f} s, {after - before:.0f} MB")
        self.stdout.write(f"a question: {asked * 1000:.2f} ms")
        self.stdout.write(f"1,000 records: {encoded:.1f} s, {meaning.DIMENSIONS * 2 / 1000:.1f} MB in the database")
        self.stdout.write(f"the nearest of {EntryVector.objects.count()}: {sought * 1000:.2f} ms")


def _memory() -> float:
    """Resident memory of this process in MB; 0 where the system does not tell."""
    try:
        with open("/proc/self/status", encoding="ascii") as lines:
            return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)
    except OSError:
        return 0.0
