"""manage.py identity_provider: let an organisation's own server sign its people in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from network_site.organizations import services
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import IdentityProvider
from network_site.organizations.sso import configuring
from network_site.organizations.sso.proof import site_address


class Command(BaseCommand):
    help = "Save, list or remove the sign-in server of an organisation (docs/single_sign_on.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        save = actions.add_parser("save", help="make or change one from a YAML file; - reads standard input")
        save.add_argument("file")
        actions.add_parser("list", help="show them all")
        remove = actions.add_parser("remove", help="take its word no longer; its people stay members")
        remove.add_argument("key")

    def handle(self, *args: Any, **options: Any) -> None:
        with acting_as(service_actor("sign_in"), reason=f"identity_provider {options['action']}"):
            try:
                getattr(self, f"_{options['action']}")(options)
            except ValidationError as fault:
                raise CommandError(" ".join(fault.messages)) from fault
            except IdentityProvider.DoesNotExist:
                raise CommandError(f"No identity provider is called {options['key']}.") from None

    def _save(self, options: dict[str, Any]) -> None:
        name = options["file"]
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        provider = configuring.load(text)
        self.stdout.write(f"{provider.key} signs in for {provider.organization.key}. Register at its server:")
        if provider.is_saml:
            self.stdout.write(f"  entity id and metadata  {site_address('sso_saml_metadata', provider.key)}")
            self.stdout.write(f"  reply (ACS) address     {site_address('sso_saml', provider.key)}")
        else:
            self.stdout.write(f"  redirect address        {site_address('sso_openid', provider.key)}")

    def _list(self, options: dict[str, Any]) -> None:
        for provider in IdentityProvider.objects.select_related("app", "organization").prefetch_related("domains"):
            domains = " ".join(one.domain for one in provider.domains.all())
            state = "" if provider.is_active else " (switched off)"
            role = provider.role or "nobody new"
            protocol = "saml" if provider.is_saml else "oidc"
            self.stdout.write(f"{provider.key}{state}  {provider.organization.key}  {protocol}  {role}  {domains}")

    def _remove(self, options: dict[str, Any]) -> None:
        services.remove_identity_provider(key=options["key"])
        self.stdout.write(f"{options['key']} is removed.")
