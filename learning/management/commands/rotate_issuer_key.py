"""`manage.py rotate_issuer_key`: certificates are signed with a newer key from now on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from ...credentials import keys


class Command(BaseCommand):
    help = "Make a newer key with which certificates are signed. Those that were issued before stay valid."

    def handle(self, *args: Any, **options: Any) -> None:
        made = keys.rotate()
        self.stdout.write(f"Certificates are signed with the key {made.kid} from now on.")
        self.stdout.write(f"Put {settings.LEARNING_KEYS_DIR} into the next backup.")
