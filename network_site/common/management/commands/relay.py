"""The outbox relay: one supervised process beside the server."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError, close_old_connections

from network_site.common import outbox, periodic
from network_site.common.tasks import deliver

POLL_SECONDS = 1.0


class Command(BaseCommand):
    help = "Hands outbox rows to the workers until it is told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="deliver what is due, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            periodic.Clock().tick()
            self.stdout.write(f"{outbox.drain()} delivered")
            return
        stop = threading.Event()

        def ask_to_stop(number: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, ask_to_stop)
        signal.signal(signal.SIGINT, ask_to_stop)
        self.stdout.write("relay: waiting for work")
        clock = periodic.Clock()
        while not stop.is_set():
            close_old_connections()
            clock.tick()
            try:
                ids = outbox.claim()
            except OperationalError as error:
                self.stderr.write(f"relay: the database does not answer ({type(error).__name__}); trying again")
                stop.wait(POLL_SECONDS * 5)
                continue
            for pk in ids:
                try:
                    deliver.delay(str(pk))
                except OperationalError as error:
                    # Even the failure could not be written down (a busy SQLite): the row comes again with its lease.
                    self.stderr.write(f"relay: the database does not answer ({type(error).__name__}); going on")
            if not ids:
                stop.wait(POLL_SECONDS)
        self.stdout.write("relay: stopped")
