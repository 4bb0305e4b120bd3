"""Floor 6: draft projects, Terms of Reference, execution."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"

    def ready(self) -> None:
        from .views import sections

        sections.connect()
