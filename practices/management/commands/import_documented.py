"""Bring third-party records into the databank, and take them out again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from network_site.organizations.models import User
from practices.importing import RowError
from practices.seeding import import_lines, remove_lines

REMOVED = "The set of records that this one belongs to was taken out of the databank."


class Command(BaseCommand):
    help = (
        "Imports practices that a publication describes (JSON Lines, see docs/import_documented.md). "
        "The writer and the publisher are two people of the Network. With --remove it takes them out again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the JSON Lines file, or - for standard input")
        parser.add_argument("--writer", help="e-mail of the specialist who writes the records down")
        parser.add_argument("--publisher", help="e-mail of the publisher; without it the records stay drafts")
        parser.add_argument(
            "--remove", action="store_true", help="take the records of the file out (the publisher does)"
        )
        parser.add_argument("--note", default=REMOVED, help="why they are taken out, in words that the public reads")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = "publisher" if options["remove"] else "writer"
        if not options[wanted]:
            raise CommandError(f"Who does it? Give --{wanted}.")
        if options["remove"] and not options["note"].strip():
            raise CommandError("Why? Give --note: it stands at the addresses of what was public.")
        writer = self._user(options["writer"]) if options["writer"] else None
        publisher = self._user(options["publisher"]) if options["publisher"] else None
        try:
            text = sys.stdin.read() if options["file"] == "-" else Path(options["file"]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']} cannot be read: {error}") from error
        lines = text.splitlines()
        if options["remove"]:
            assert publisher is not None
            removed = remove_lines(lines, publisher=publisher, note=options["note"])
            self.stdout.write(f"{removed.withdrawn} withdrawn, {removed.deleted} deleted, {removed.absent} not there.")
            self._complain(removed.errors)
            return
        assert writer is not None
        result = import_lines(lines, writer=writer, publisher=publisher, progress=self.stdout.write)
        self.stdout.write(f"{result.written} written, {result.unchanged} unchanged, {result.published} published.")
        self._complain(result.errors)

    def _complain(self, errors: Sequence[RowError]) -> None:
        for error in errors:
            self.stderr.write(str(error))
        if errors:
            lines = len({error.line for error in errors})
            raise CommandError(f"{lines} lines were not taken. Mend them and run the same file again.")

    def _user(self, email: str) -> User:
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"Nobody has the address {email}.")
        return user
