"""What `planting.py` plants and names of projects in execution."""

from __future__ import annotations

from typing import Any

PUBLIC = ("project_running",)
WORKSPACE = (
    "execution", "execution_for_lead", "execution_before", "execution_agreement", "execution_amend", "execution_report",
    "execution_report_new",
)  # fmt: skip


def plant(places: dict[str, Any]) -> None:
    """The demonstration's project in execution, and one whose agreement is not signed yet, by name."""
    from network_site.organizations.models import Organization, User
    from network_site.publishing.models import PublishedRecord
    from projects.planting_execution import TITLE, load_execution

    from ..people import People
    from ..projects.running import selected

    def person(name: str) -> User:
        return User.objects.get(email=f"{name}@demo.enlace.example")

    load_execution(lambda words: None)
    records = PublishedRecord.objects.of_kind("project").filter(is_demo=True)
    ministry = Organization.objects.get(key="demo-ministry-a")
    before = selected(People(), ministry=ministry, focal_point=person("focal"), contributor=person("contributor"))
    running = next(record.pk for record in records if record.title == TITLE)
    places |= {"execution": running, "execution_before": before.project.pk}


def addresses(code: str, places: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """The account that looks at each of these screens, and its address in the active language."""
    from django.urls import reverse

    from network_site.publishing.models import PublishedRecord
    from projects.models import ProjectsPage

    def at(name: str, *given: Any) -> str:
        return str(reverse(f"projects:{name}", args=given))

    running, before = places["execution"], places["execution_before"]
    page = ProjectsPage.objects.live().get(locale__language_code=code)
    return {
        "project_running": ("", f"{page.url}{PublishedRecord.objects.get(pk=running).path}"),
        "execution": ("focal", at("execution", running)),
        "execution_for_lead": ("operator", at("execution", running)),
        "execution_before": ("focal", at("execution", before)),
        "execution_agreement": ("focal", at("agreement", before)),
        "execution_amend": ("focal", at("amend", running)),
        "execution_report": ("focal", at("report", running, 2)),
        "execution_report_new": ("contributor", at("report", running, 3)),
    }
