"""Floor 3: the public plane and the pages that serve it."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "network_site.publishing"
    label = "publishing"

    def ready(self) -> None:
        from network_site.common import guards, periodic

        from . import exporting, receivers

        exporting.connect()
        for model in ("PublishedRecord", "PublishedVersion", "RecordTerm"):
            guards.guard(f"publishing.{model}", guards.PUBLISHING_ONLY)
        receivers.connect()
        periodic.jobs.fill("publishing.scheduled", (60, receivers.publish_scheduled))
        periodic.jobs.fill("publishing.staff", (300, receivers.follow_staff))
