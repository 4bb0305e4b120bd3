"""Floor 4: the databank of good practices."""

from django.apps import AppConfig


class PracticesConfig(AppConfig):
    name = "practices"

    def ready(self) -> None:
        from network_site.common.files import file_finders
        from network_site.publishing.slots import (
            home_sections,
            organization_feeds,
            organization_sections,
            sitemap_sections,
        )

        from . import exporting, receivers, selectors
        from .views import sections

        file_finders.fill("practices", selectors.find_evidence_file)
        home_sections.fill("practices", sections.home)
        organization_sections.fill("practices", sections.organization)
        sitemap_sections.fill("practices", sections.places)
        organization_feeds.fill("practices", sections.organization_feed)
        exporting.connect()
        receivers.connect()
