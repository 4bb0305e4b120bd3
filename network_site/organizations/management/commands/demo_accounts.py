"""The table of demonstration accounts."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from network_site.organizations import seeding


class Command(BaseCommand):
    help = "Prints the demonstration accounts, their password and how to get a second factor's code."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            seeding.require_demo()
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Demonstration accounts, all with the password {seeding.DEMO_PASSWORD}")
        for account in seeding.DEMO_ACCOUNTS:
            secret = f"  second factor {account.secret}" if account.secret else ""
            self.stdout.write(f"  {account.email:<36} {account.purpose}{secret}")
        self.stdout.write("Code of a second factor: .venv/bin/python manage.py demo_code specialist")
