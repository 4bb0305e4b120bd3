"""Floor 8: search and matching."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        from network_site.common import hooks, periodic

        from . import receivers
        from .kinds import kinds
        from .kinds.organizations import OrganizationSearchKind
        from .kinds.pages import PageKind
        from .kinds.practices import PracticeKind
        from .reconciling import catch_up, hasten, health, reconcile_index

        for kind in (PracticeKind(), OrganizationSearchKind(), PageKind()):
            kinds.fill(kind.name, kind)
        receivers.connect()
        periodic.jobs.fill("search.hasten", (5, hasten))
        periodic.jobs.fill("search.catch_up", (900, catch_up))
        periodic.jobs.fill("search.reconcile_index", (900, reconcile_index))
        hooks.health_facts.fill("search", health)
