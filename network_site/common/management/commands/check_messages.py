"""Fail when a string is not translated."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from network_site.common import catalogs


class Command(BaseCommand):
    help = "Lists strings without a translation and translations whose placeholders differ."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = catalogs.check_catalogues()
        for fault in faults:
            self.stderr.write(str(fault))
        if faults:
            raise CommandError(f"{len(faults)} strings are not right. Run make messages and translate them.")
        self.stdout.write("Every string is translated.")
