"""Bring third-party records into the databank."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from network_site.organizations.models import User
from practices.seeding import import_lines


class Command(BaseCommand):
    help = (
        "Imports practices that a publication describes (JSON Lines, see docs/import_documented.md). "
        "The writer and the publisher are two people of the Network."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="the JSON Lines file, or - for standard input")
        parser.add_argument("--writer", required=True, help="e-mail of the specialist who writes the records down")
        parser.add_argument("--publisher", help="e-mail of the publisher; without it the records stay drafts")

    def handle(self, *args: Any, **options: Any) -> None:
        writer = self._user(options["writer"])
        publisher = self._user(options["publisher"]) if options["publisher"] else None
        try:
            text = sys.stdin.read() if options["file"] == "-" else Path(options["file"]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']} cannot be read: {error}") from error
        result = import_lines(text.splitlines(), writer=writer, publisher=publisher, progress=self.stdout.write)
        self.stdout.write(f"{result.written} written, {result.unchanged} unchanged, {result.published} published.")
        for error in result.errors:
            self.stderr.write(str(error))
        if result.errors:
            lines = len({error.line for error in result.errors})
            raise CommandError(f"{lines} lines were not taken. Mend them and run the same file again.")

    def _user(self, email: str) -> User:
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"Nobody has the address {email}.")
        return user
