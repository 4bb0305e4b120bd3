"""Floor 8: search and matching."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        from network_site.common import periodic
        from network_site.publishing.slots import record_words

        from . import exporting, receivers
        from .kinds import kinds
        from .kinds.organizations import OrganizationSearchKind
        from .kinds.pages import PageKind
        from .kinds.practices import PracticeKind
        from .reconciling import catch_up
        from .selectors import words_in_records

        for kind in (PracticeKind(), OrganizationSearchKind(), PageKind()):
            kinds.fill(kind.name, kind)
        receivers.connect()
        exporting.connect()
        record_words.fill("search", words_in_records)
        periodic.jobs.fill("search.catch_up", (900, catch_up))
