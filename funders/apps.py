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
        self._open_rooms()

    def _open_rooms(self) -> None:
        """Rooms, pledges and calls for an executing agency."""
        from network_site.common import periodic
        from network_site.common.files import file_finders
        from network_site.organizations.slots import tasks
        from projects.slots import project_panels, request_actions, snapshot_parts

        from . import services
        from .selectors import agencies, rooms
        from .views import agencies as calls
        from .views import rooms as talks

        file_finders.fill("funders: rooms", rooms.find_room_file)
        file_finders.fill("funders: proposals", agencies.find_proposal_file)
        tasks.fill("funders: rooms", rooms.list_tasks)
        tasks.fill("funders: proposals", agencies.list_tasks)
        project_panels.fill("funders: rooms", talks.project_panel)
        project_panels.fill("funders: call", calls.project_panel)
        request_actions.fill("funders: rooms", talks.request_action)
        request_actions.fill("funders: proposals", calls.request_action)
        snapshot_parts.fill("funders: call", services.call_part)
        periodic.jobs.fill("funders.pledges", (3600, services.watch_pledges))
        periodic.jobs.fill("funders.calls", (60, services.close_calls))
