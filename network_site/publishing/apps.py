"""Floor 3: the public plane and the pages that serve it."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "network_site.publishing"
    label = "publishing"

    def ready(self) -> None:
        from network_site.common import guards, periodic
        from network_site.common.files import file_finders

        from . import exporting, receivers, selectors

        exporting.connect()
        for model in ("PublishedFile", "PublishedRecord", "PublishedVersion", "RecordTerm"):
            guards.guard(f"publishing.{model}", guards.PUBLISHING_ONLY)
        file_finders.fill("publishing", selectors.find_published_file)
        receivers.connect()
        periodic.jobs.fill("publishing.scheduled", (60, receivers.publish_scheduled))
        periodic.jobs.fill("publishing.staff", (300, receivers.follow_staff))
