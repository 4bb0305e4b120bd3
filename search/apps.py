"""Floor 8: search and matching."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        from network_site.common import periodic
        from network_site.publishing.slots import record_sections

        from . import beside, receivers, spelling
        from .kinds import kinds
        from .kinds.organizations import OrganizationSearchKind
        from .kinds.pages import PageKind
        from .kinds.practices import PracticeKind
        from .reconciling import catch_up

        for kind in (PracticeKind(), OrganizationSearchKind(), PageKind()):
            kinds.fill(kind.name, kind)
        receivers.connect()
        record_sections.fill("search: similar", beside.similar_practices)
        periodic.jobs.fill("search.catch_up", (900, catch_up))
        periodic.jobs.fill("search.words", (600, spelling.look_after))
