"""The current code of a demonstration account's second factor."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from network_site.organizations import seeding


class Command(BaseCommand):
    help = "Prints the code that a demonstration account must type after its password."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="for example specialist")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            seeding.require_demo()
            self.stdout.write(seeding.current_code(seeding.demo_account(options["account"])))
        except (LookupError, ImproperlyConfigured) as error:
            raise CommandError(str(error)) from error
