"""Bring the catalogues up to the code."""

from typing import Any

from django.core.management.base import BaseCommand

from network_site.common import catalogs


class Command(BaseCommand):
    help = "Collects every marked string into locale/*/LC_MESSAGES/django.po (with Babel, no gettext needed)."

    def handle(self, *args: Any, **options: Any) -> None:
        for language, missing in catalogs.update_catalogues().items():
            self.stdout.write(f"{language}: {missing} strings to translate")
