"""Projects in execution for tests: the agreement and everything after it through the services."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from network_site.organizations import services as organizations
from network_site.organizations.enums import Capacity, OrganizationKind, Role
from network_site.organizations.models import Organization, User
from projects import services
from projects.enums import UpdateStatus
from projects.models import BudgetLine, Funding, Period, Project, ProjectTerm, ResultRow, Target, Update
from projects.states import months_after

from ..people import People, acting

# Ten months ago: of four quarters three have ended, and the report on the third is late by a day.
MONTHS_AGO = 10


@dataclass
class Running:
    """A project with its people."""

    people: People
    ministry: Organization
    agency: Organization
    focal_point: User
    contributor: User
    officer: User
    specialist: User
    lead: User
    project: Project
    rows: dict[str, ResultRow]

    def fresh(self, reader: User | None = None) -> Project:
        with acting(reader or self.focal_point):
            found: Project = Project.objects.select_related("owner").get(pk=self.project.pk)
            return found

    def period(self, number: int) -> Period:
        with acting(self.focal_point):
            found: Period = Period.objects.get(project=self.project, number=number)
            return found

    def update(self, number: int) -> Update:
        with acting(self.focal_point):
            found: Update = (
                Update.objects.filter(period__project=self.project, period__number=number)
                .exclude(status=UpdateStatus.REPLACED)
                .latest("version")
            )
            return found


def start_of() -> dt.date:
    return months_after(timezone.localdate(), -MONTHS_AGO)


def selected(people: People, **fields: Any) -> Running:
    """A project whose agency is selected: matrix and budget are there, nothing is signed."""
    ministry = fields.pop("ministry", None) or people.organization(country="UY")
    agency = people.organization(OrganizationKind.PROVIDER, country="AR")
    focal_point = fields.pop("focal_point", None) or people.focal_point(ministry)
    contributor = fields.pop("contributor", None) or people.contributor(ministry)
    start = start_of()
    with acting(focal_point):
        project = Project.objects.create(
            owner=ministry,
            created_by=focal_point,
            country_id="UY",
            start_on=start,
            months=12,
            **({"status": "agency_selected", "title": "Inspection that finds more"} | fields),
        )
        for code in ("LAF1.1", "LAF2.1", "SDG8.5", "PM1", "CM07"):
            ProjectTerm.objects.create(project=project, term_id=code)
        Funding.objects.create(project=project, needed=Decimal(90000), committed=Decimal(90000))
        rows = _matrix(project, start)
        _budget(project)
        organizations.share(project, capacity=Capacity.NETWORK, organization=people.network())
    return Running(
        people=people,
        ministry=ministry,
        agency=agency,
        focal_point=focal_point,
        contributor=contributor,
        officer=people.contributor(agency),
        specialist=people.specialist(),
        lead=people.member(people.network(), Role.LEAD),
        project=project,
        rows=rows,
    )


def _matrix(project: Project, start: dt.date) -> dict[str, ResultRow]:
    rows = {
        "1": ResultRow(level="outcome", statement="Inspection reaches more firms"),
        "1.1": ResultRow(
            level="output", statement="Inspectors are trained", indicator="Inspectors trained", unit="people",
            baseline=0, baseline_year=2024, target=100,
        ),
        "1.2": ResultRow(
            level="output", statement="A guide is written", indicator="Guides published", unit="guides",
            baseline=0, baseline_year=2024, target=1,
        ),
        "1.3": ResultRow(
            level="outcome", statement="Firms are content", indicator="Firms that are content", unit="per cent",
            measure="2", baseline_missing="No survey was held before", target=Decimal("62.5"),
        ),
        "2.1": ResultRow(
            level="outcome", statement="The law is understood", indicator="How inspectors explain the law",
            measure="5", target_text="Each inspector can explain the new law", baseline_missing="Not described before",
        ),
    }  # fmt: skip
    for position, (code, row) in enumerate(rows.items()):
        row.project, row.code, row.position = project, code, position
        row.save()
    for number, value in enumerate((10, 40, 70, 100), start=1):
        ends_on = months_after(start, 3 * number) - dt.timedelta(days=1)
        Target.objects.create(result=rows["1.1"], ends_on=ends_on, value=value)
    for code in ("1.2", "1.3"):
        ends_on = months_after(start, 6) - dt.timedelta(days=1)
        Target.objects.create(result=rows[code], ends_on=ends_on, value=1 if code == "1.2" else 50)
    return rows


def _budget(project: Project) -> None:
    for position, (category, cost) in enumerate((("consultants", 60000), ("events", 30000))):
        BudgetLine.objects.create(
            project=project, position=position, component="1", category=category, description=f"What {category} cost",
            quantity=1, unit_cost=cost, currency="USD",
        )  # fmt: skip


def sign(world: Running, *, months_each: int = 3, months: int = 12, starts_on: dt.date | None = None) -> None:
    """The agreement, as the ministry writes it down."""
    start = starts_on or start_of()
    with acting(world.focal_point):
        services.sign_agreement(
            world.fresh(),
            agency_name="Agency for Work",
            agency=world.agency,
            signed_on=start,
            starts_on=start,
            ends_on=months_after(start, months) - dt.timedelta(days=1),
            months_each=months_each,
        )


def running(people: People, **fields: Any) -> Running:
    """A project in execution since ten months."""
    world = selected(people, **fields)
    sign(world)
    with acting(world.lead):
        world.project = services.begin_execution(world.fresh(world.lead), actual_start=start_of())
    return world


def entry(world: Running, code: str, value: Any = None, **more: Any) -> dict[str, Any]:
    """One value of a report."""
    return {"result": world.rows[code].pk, "value": None if value is None else Decimal(value), **more}


def write(world: Running, number: int, *values: dict[str, Any], reporter: User | None = None, **words: str) -> Update:
    """Begin a report or go on with it."""
    with acting(reporter or world.officer):
        return services.save_report(
            world.period(number),
            narrative=words.get("narrative", "Three courses were held."),
            difficulties=words.get("difficulties", "The first trainer fell ill."),
            values=values,
        )


def report(world: Running, number: int, *values: dict[str, Any], **more: Any) -> Update:
    """Write a report and send it."""
    update = write(world, number, *values, **more)
    with acting(more.get("reporter") or world.officer):
        return services.perform_report(update, "send")


def approve(world: Running, number: int, *, by: User | None = None) -> Update:
    with acting(by or world.focal_point):
        return services.perform_report(world.update(number), "approve")


def reported(world: Running, number: int, *values: dict[str, Any], **more: Any) -> Update:
    """A report, written, sent and approved."""
    report(world, number, *values, **more)
    return approve(world, number)


def two_periods(world: Running) -> None:
    """Two reports: one value reported, one zero, one not measured; the third period is late."""
    reported(world, 1, entry(world, "1.1", 12, source="Lists of participants"))
    reported(
        world,
        2,
        entry(world, "1.1", 35),
        entry(world, "1.2", 0, source="Register of publications"),
        entry(world, "1.3", not_measured="The survey was not paid for"),
        entry(world, "2.1", text="Half of them explain it well"),
    )


def all_periods(world: Running) -> None:
    """Everything is reported; the agreement ended yesterday."""
    two_periods(world)
    reported(world, 3, entry(world, "1.1", 80))
    reported(
        world,
        4,
        entry(world, "1.1", 90),
        entry(world, "1.2", 0),
        entry(world, "1.3", not_measured="The survey was not paid for"),
        entry(world, "2.1", text="Most explain it well"),
        difficulties="The guide was never written.",
    )
