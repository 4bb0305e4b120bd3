"""Floor 7: offers, interest, pledges."""

from django.apps import AppConfig


class FundersConfig(AppConfig):
    name = "funders"

    def ready(self) -> None:
        from network_site.common import periodic
        from network_site.organizations import personal_data, trail
        from network_site.publishing.slots import (
            country_sections,
            organization_sections,
            record_cards,
            sitemap_sections,
        )
        from projects.slots import request_actions

        from . import exporting, receivers
        from . import personal_data as own_data
        from . import trail as own_trail
        from .services import look_after_offers
        from .views import sections

        organization_sections.fill("funders", sections.organization)
        country_sections.fill("funders", sections.country)
        record_cards.fill(sections.KIND, sections.cards)
        sitemap_sections.fill("funders", sections.places)
        request_actions.fill("funders: follow", sections.request_action)
        trail.describers.fill("funders", own_trail.Describer())
        personal_data.sources.fill("funders", own_data.Source())
        periodic.jobs.fill("funders.offers", (900, look_after_offers))
        exporting.connect()
        receivers.connect()
