"""Floor 1: the common schemes."""

from django.apps import AppConfig


class TaxonomyConfig(AppConfig):
    name = "network_site.taxonomy"
    label = "taxonomy"

    def ready(self) -> None:
        from . import exporting

        exporting.connect()
