"""Floor 2: people, organisations, tenancy."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OrganizationsConfig(AppConfig):
    name = "network_site.organizations"
    label = "organizations"

    def ready(self) -> None:
        from network_site.common import guards, hooks

        # They register checks, consumers, receivers and the reader of shared histories.
        from . import readers, receivers, rls, sessions, tenancy  # noqa: F401
        from .actor import acting_as, service_actor
        from .proving import ask_to_prove
        from .selectors import person_at_work

        hooks.provide_service_actor(lambda name, reason: acting_as(service_actor(name), reason=reason))
        hooks.provide_person_actor(person_at_work)
        guards.guard("organizations.Verification", guards.APPEND_ONLY)
        hooks.provide_proof(ask_to_prove)
        hooks.provide_readers(readers.reader_of, readers.zones_of)
        post_migrate.connect(_install_row_level_security, dispatch_uid="organizations.install_rls")


def _install_row_level_security(sender: AppConfig, using: str, **kwargs: object) -> None:
    from . import rls

    # Once, after the last app: policies need every table.
    if sender.label == "auth":
        rls.install(using)
