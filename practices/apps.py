"""Floor 4: the databank of good practices."""

from django.apps import AppConfig


class PracticesConfig(AppConfig):
    name = "practices"

    def ready(self) -> None:
        from network_site.common import guards
        from network_site.common.files import file_finders
        from network_site.organizations.handover import workplaces
        from network_site.organizations.personal_data import sources
        from network_site.organizations.trail import describers
        from network_site.publishing.slots import (
            country_counts,
            country_sections,
            home_sections,
            organization_feeds,
            organization_sections,
            record_cards,
            record_sections,
            sitemap_sections,
        )

        from . import exporting, leaving, personal_data, receivers, selectors, trail
        from .views import sections

        file_finders.fill("practices", selectors.find_evidence_file)
        workplaces.fill("practices", leaving.Workplace())
        sources.fill("practices", personal_data.Source())
        describers.fill("practices", trail.Describer())
        file_finders.fill("practices: attachments", selectors.find_attachment)
        home_sections.fill("practices", sections.home)
        organization_sections.fill("practices", sections.organization)
        sitemap_sections.fill("practices", sections.places)
        organization_feeds.fill("practices", sections.organization_feed)
        exporting.connect()
        country_sections.fill("practices", sections.country)
        country_counts.fill("practices", sections.per_country)
        record_cards.fill(sections.KIND, sections.cards)
        record_sections.fill("practices: adaptations", sections.adaptations)
        guards.guard("practices.Adaptation", guards.PUBLISHING_ONLY)
        receivers.connect()
