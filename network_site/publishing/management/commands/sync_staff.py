"""Bring the editors' groups in step with the roles in the Network."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from network_site.common import hooks
from network_site.publishing import staff


class Command(BaseCommand):
    help = "Gives the Network's people the groups of their roles and takes every other group away."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say what is out of step; fails if anything is")

    def handle(self, *args: Any, **options: Any) -> None:
        with hooks.as_service("relay", "groups of the staff"):
            if options["check"]:
                wrong = staff.out_of_step()
                if wrong:
                    raise CommandError("\n".join(wrong))
                self.stdout.write("All groups are those of the roles.")
                return
            staff.make_groups()
            self.stdout.write(f"{staff.follow_all()} people changed")
