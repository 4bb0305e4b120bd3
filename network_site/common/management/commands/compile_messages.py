"""Compile the catalogues."""

from typing import Any

from django.core.management.base import BaseCommand

from network_site.common import catalogs


class Command(BaseCommand):
    help = "Compiles locale/*/LC_MESSAGES/django.po with Babel."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{catalogs.compile_catalogues()} catalogues compiled")
