"""Floor 8: search and matching."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        from network_site.common import hooks, notices, periodic
        from network_site.organizations import personal_data, trail
        from network_site.publishing.slots import record_sections, record_words

        from . import alerts, beside, exporting, indexing, receivers, services, spelling
        from . import personal_data as own_data
        from .engines.database import texts
        from .kinds import kinds
        from .kinds.courses import CourseKind
        from .kinds.needs import NeedKind
        from .kinds.offers import OfferKind
        from .kinds.organizations import OrganizationSearchKind
        from .kinds.pages import PageKind
        from .kinds.practices import PracticeKind
        from .kinds.projects import ProjectKind
        from .matching import apps as matching
        from .reconciling import catch_up, hasten, health, reconcile_index
        from .selectors import words_in_records

        for kind in (
            PracticeKind(),
            NeedKind(),
            ProjectKind(),
            OfferKind(),
            CourseKind(),
            OrganizationSearchKind(),
            PageKind(),
        ):
            kinds.fill(kind.name, kind)
        receivers.connect()
        matching.ready()
        notices.own_rhythms.fill(alerts.FOUND, services.stop_mail)
        personal_data.sources.fill("search", own_data.Source())
        trail.describers.fill("search", own_data.Describer())
        indexing.companion(texts.follow)
        indexing.when_touched(texts.keep_step)
        exporting.connect()
        record_words.fill("search", words_in_records)
        periodic.jobs.fill("search.hasten", (5, hasten))
        periodic.jobs.fill("search.catch_up", (900, catch_up))
        periodic.jobs.fill("search.reconcile_index", (900, reconcile_index))
        hooks.health_facts.fill("search", health)
        record_sections.fill("search: similar", beside.similar_practices)
        periodic.jobs.fill("search.words", (600, spelling.look_after))
