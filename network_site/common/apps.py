"""The ground floor."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class CommonConfig(AppConfig):
    name = "network_site.common"
    label = "common"

    def ready(self) -> None:
        from . import (
            exports,
            guards,
            letters,  # noqa: F401  (letters registers its consumer)
            mailings,
            periodic,
        )
        from .database import teach_sqlite
        from .files import file_finders

        connection_created.connect(teach_sqlite, dispatch_uid="common.teach_sqlite")
        file_finders.fill("exports", exports.find_export)
        periodic.jobs.fill("exports", (3600, exports.clear_expired))
        periodic.jobs.fill("digests", (60, mailings.schedule_due_digests))
        guards.guard("common.TransitionRecord", guards.APPEND_ONLY)
        guards.guard("common.AuditEntry", guards.APPEND_ONLY)
        post_migrate.connect(_install_guards, dispatch_uid="common.install_guards")


def _install_guards(sender: AppConfig, using: str, **kwargs: object) -> None:
    from . import guards

    # Once, after the last app: a guard needs its table.
    if sender.label == "auth":
        guards.install_guards(using)
