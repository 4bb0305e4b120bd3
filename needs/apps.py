"""Floor 5: diagnostics and the register of needs."""

from django.apps import AppConfig


class NeedsConfig(AppConfig):
    name = "needs"

    def ready(self) -> None:
        from network_site.organizations.personal_data import sources
        from network_site.organizations.slots import tasks
        from network_site.organizations.trail import describers
        from network_site.publishing.slots import (
            country_counts,
            country_sections,
            organization_sections,
            record_cards,
            sitemap_sections,
        )

        from . import exporting, personal_data, receivers, trail
        from .views import sections

        tasks.fill("needs", sections.tasks)
        describers.fill("needs", trail.Describer())
        sources.fill("needs", personal_data.Source())
        organization_sections.fill("needs", sections.organization)
        country_sections.fill("needs", sections.country)
        country_counts.fill("needs", sections.per_country)
        record_cards.fill(sections.KIND, sections.cards)
        sitemap_sections.fill("needs", sections.places)
        exporting.connect()
        receivers.connect()
        self._connect_diagnostics()

    def _connect_diagnostics(self) -> None:
        from network_site.common.files import file_finders
        from network_site.organizations.personal_data import sources
        from network_site.organizations.slots import tasks
        from network_site.organizations.trail import describers

        from . import exporting_diagnostic, personal_data_diagnostic, selectors, trail_diagnostic

        file_finders.fill("needs: evidence of answers", selectors.find_answer_file)
        tasks.fill("needs: diagnostics", selectors.unfinished_diagnostics)
        describers.fill("needs: diagnostics", trail_diagnostic.Describer())
        sources.fill("needs: diagnostics", personal_data_diagnostic.Source())
        exporting_diagnostic.connect()
