"""Django's migrate, run as the tables' owner where the site's own role may not."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as DjangoMigrate


class Command(DjangoMigrate):
    """`manage.py migrate` uses the connection `owner` when DATABASE_OWNER_URL is set."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        if "owner" in settings.DATABASES:
            parser.set_defaults(database="owner")

    def check(self, *args: Any, **kwargs: Any) -> Any:
        # Migrating is what puts guards and policies back, so their absence must not stop it.
        databases = kwargs.pop("databases", None)
        return super().check(*args, **kwargs) if databases is None else None
