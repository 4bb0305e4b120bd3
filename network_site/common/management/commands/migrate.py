"""Django's migrate, run as the tables' owner where the site's own role may not."""

from typing import Any

from django.core.management.commands.migrate import Command as DjangoMigrate

from network_site.common.database import as_owner


class Command(DjangoMigrate):
    """`manage.py migrate` connects as the role `owner` when DATABASE_OWNER_URL is set.

    The alias stays "default", because Wagtail's own data migrations write to no other.
    """

    def check(self, *args: Any, **kwargs: Any) -> Any:
        # Migrating is what puts guards and policies back, so their absence must not stop it.
        databases = kwargs.pop("databases", None)
        return super().check(*args, **kwargs) if databases is None else None

    def handle(self, *args: Any, **options: Any) -> None:
        with as_owner():
            super().handle(*args, **options)
