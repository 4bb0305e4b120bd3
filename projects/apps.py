"""Floor 6: draft projects, Terms of Reference, execution."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "projects"

    def ready(self) -> None:
        from network_site.common.files import file_finders
        from network_site.organizations.personal_data import sources
        from network_site.organizations.slots import tasks
        from network_site.organizations.trail import describers

        from . import personal_data, receivers, selectors, trail
        from .views import sections

        file_finders.fill("projects: annexes", selectors.find_annex)
        sources.fill("projects", personal_data.Source())
        describers.fill("projects", trail.Describer())
        tasks.fill("projects", selectors.list_tasks)
        tasks.fill("projects: execution", selectors.execution.list_tasks)
        receivers.connect()
        sections.connect()
