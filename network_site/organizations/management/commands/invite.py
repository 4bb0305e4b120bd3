"""Bring an organisation's first administrator in: everybody else is invited by her."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from network_site.organizations import services
from network_site.organizations.enums import Role
from network_site.organizations.models import Organization


class Command(BaseCommand):
    """manage.py invite EMAIL --organization KEY [--role ROLE …] [--language CODE]."""

    help = "Invite a person to an organisation; the relay mails the letter."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--organization", required=True, help="the key of the organisation")
        parser.add_argument("--role", action="append", choices=Role.values, help="may be given several times")
        parser.add_argument("--language", default="en", choices=[code for code, _label in settings.LANGUAGES])

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(key=options["organization"]).first()
        if organization is None:
            raise CommandError(f"No organisation has the key {options['organization']}.")
        try:
            invitation = services.invite_as_operator(
                organization=organization,
                email=options["email"],
                roles=options["role"] or [Role.ADMINISTRATOR.value],
                language=options["language"],
            )
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"Invited {invitation.email}. The letter goes out with the next round of the relay.")
