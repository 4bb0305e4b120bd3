"""A fictional project in execution for the demonstration: one value zero, one late, one not measured, one amendment.

Everything in it is invented and marked so. The agreement and all that follows goes through the services, as people do
it; the draft before it is written as rows, because no donor of the demonstration has gone the whole way with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from django.utils import timezone

from network_site.organizations import services as organizations
from network_site.organizations.actor import acting_as
from network_site.organizations.enums import Capacity
from network_site.organizations.models import Organization, User
from network_site.organizations.seeding import demo_account
from network_site.organizations.selectors import actor_for, network_organization
from network_site.publishing.models import PublishedRecord

from . import services
from .models import BudgetLine, Funding, Party, Period, Project, ProjectTerm, ResultRow, Risk, Target, Text
from .states import months_after

TITLE = "One desk for jobseekers in three towns"
TERMS = ("LAF3.1", "TG03", "CM05", "SDG8.5", "PM1")
TEXTS = (
    ("objective", "objective", "Jobseekers in three towns find advice, benefits and vacancies at one desk."),
    (
        "context",
        "context",
        "Today they go to three offices in three streets, and each office asks for the same papers.",
    ),
    ("beneficiaries", "beneficiaries", "About 9,000 registered jobseekers of the three towns."),
)
# Code, level, result, indicator, unit, measure, baseline, year, why none, target, target in words.
RESULTS: tuple[tuple[Any, ...], ...] = (
    ("1", "outcome", "Jobseekers are helped at one desk", "", "", "1", None, None, "", None, ""),
    ("1.1", "output", "Desks are opened", "Desks open to the public", "desks", "1", 0, 2024, "", 3, ""),
    ("1.2", "output", "Staff can advise on all three matters", "Advisers trained", "people", "1", 0, 2024, "", 24, ""),
    ("1.3", "output", "One file for each person", "Offices that share one file", "offices", "1", 0, 2024, "", 3, ""),
    (
        "1.4", "outcome", "Visits end with an answer", "Visitors who left with an answer", "per cent", "2", None, None,
        "No survey was held before", 80, "",
    ),
    (
        "1.5", "outcome", "Offices work together", "How the three offices describe their work together", "", "5", None,
        None, "Not described before", None, "The offices plan their week together",
    ),
)  # fmt: skip
# What is to be reached by the end of each quarter.
TARGETS = {"1.1": (0, 1, 2, 3), "1.2": (6, 12, 18, 24), "1.3": (None, 1, 2, 3), "1.4": (None, 70, None, 80)}
BUDGET = (
    ("consultants", "Advice on the common file", 1, 38000, "requested"),
    ("events", "Courses for advisers", 4, 6500, "requested"),
    ("equipment", "Desks and computers", 3, 5200, "requested"),
    ("staff", "Coordinator", 12, 900, "counterpart_in_kind"),
)


def load_execution(progress: Callable[[str], object]) -> int:
    """Plant it where it is missing; running it again changes nothing. Returns how many projects are new."""
    with _as("focal"):
        if Project.objects.filter(title=TITLE).exists():
            return 0
        project = _drafted()
    _signed_and_started(project)
    _reported(project)
    progress(f"  project in execution: {TITLE}")
    return 1


@contextmanager
def _as(name: str) -> Iterator[User]:
    person = User.objects.get(email=demo_account(name).email)
    with acting_as(actor_for(person), reason="demonstration content"):
        yield person


def _start() -> dt.date:
    """Ten months ago, on the first of a month: of four quarters three have ended, and the third is late."""
    return months_after(timezone.localdate().replace(day=1), -10)


def _drafted() -> Project:
    ministry = Organization.objects.get(key="demo-ministry-a")
    start = _start()
    project = Project.objects.create(
        owner=ministry,
        created_by=User.objects.get(email=demo_account("focal").email),
        status="agency_selected",
        title=TITLE,
        start_on=start,
        months=12,
        is_demo=True,
        **_origin(ministry),
    )
    for code in TERMS:
        ProjectTerm.objects.create(project=project, term_id=code)
    for position, (section, key, text) in enumerate(TEXTS):
        Text.objects.create(project=project, section=section, key=key, text=text, position=position)
    parent = None
    for position, (code, level, statement, indicator, unit, measure, before, year, why, target, words) in enumerate(
        RESULTS
    ):
        row = ResultRow.objects.create(
            project=project, position=position, parent=parent, code=code, level=level, statement=statement,
            indicator=indicator, unit=unit, measure=measure, baseline=before, baseline_year=year,
            baseline_missing=why, target=target, target_text=words,
        )  # fmt: skip
        parent = parent or row
        for number, value in enumerate(TARGETS.get(code, ()), start=1):
            if value is not None:
                ends_on = months_after(start, 3 * number) - dt.timedelta(days=1)
                Target.objects.create(result=row, ends_on=ends_on, value=value)
    for position, (category, description, quantity, cost, source) in enumerate(BUDGET):
        BudgetLine.objects.create(
            project=project, position=position, component="1", category=category, description=description, unit="",
            quantity=quantity, unit_cost=cost, currency="USD", source=source,
        )  # fmt: skip
    Risk.objects.create(
        project=project, statement="The three offices do not agree on one file.", mitigation="The minister signs it."
    )
    Party.objects.create(project=project, role="funder", name="Lantern Foundation for Decent Work (demonstration)")
    asked = sum((line.converted for line in project.budget.filter(source="requested")), Decimal(0))
    Funding.objects.create(project=project, needed=asked, committed=asked, received=Decimal(40000))
    organizations.share(project, capacity=Capacity.NETWORK, organization=network_organization())
    return project


def _origin(ministry: Organization) -> dict[str, Any]:
    """A published practice of somebody else that the project takes over, where the demonstration has one."""
    record = PublishedRecord.objects.of_kind("practice").filter(is_demo=True).exclude(owner=ministry).first()
    return {"practice_id": record.pk, "practice_version": record.version} if record else {}


def _signed_and_started(project: Project) -> None:
    start = _start()
    with _as("focal"):
        services.sign_agreement(
            project,
            agency=Organization.objects.get(key="demo-provider"),
            agency_name="Bridgewell Technical Services (demonstration)",
            signed_on=months_after(start, -1),
            starts_on=start,
            ends_on=months_after(start, 12) - dt.timedelta(days=1),
            months_each=3,
        )
    with _as("operator"):
        services.begin_execution(Project.objects.get(pk=project.pk), actual_start=start)


def _reported(project: Project) -> None:
    first: dict[str, dict[str, Any]] = {
        "1.1": {"value": Decimal(0)},
        "1.2": {"value": Decimal(8), "source": "Lists of participants"},
    }
    second: dict[str, dict[str, Any]] = {
        "1.1": {"value": Decimal(1)},
        "1.2": {"value": Decimal(14), "source": "Lists of participants"},
        "1.3": {"value": Decimal(0), "source": "Register of the ministry"},
        "1.4": {"not_measured": "The survey could not be held: the room was flooded"},
        "1.5": {"text": "Two offices plan together; the third sends a note"},
    }
    _report(project, 1, first, "The room for the first desk was found. Eight advisers were trained.", "")
    _report(
        project,
        2,
        second,
        "The first desk opened.",
        "The three offices have not agreed on one file, so none is shared. The survey was not held.",
    )
    with _as("focal"):
        row = ResultRow.objects.get(project=project, code="1.3")
        services.amend_project(
            Project.objects.get(pk=project.pk),
            reason="One town moves its office next year and takes part without the common file.",
            targets={row.pk: (Decimal(2), "")},
        )


def _report(
    project: Project, number: int, values: dict[str, dict[str, Any]], narrative: str, difficulties: str
) -> None:
    """Written by the ministry's contributor, approved by its focal point."""
    with _as("contributor"):
        rows = {row.code: row.pk for row in ResultRow.objects.filter(project=project)}
        update = services.save_report(
            Period.objects.get(project=project, number=number),
            narrative=narrative,
            difficulties=difficulties,
            values=[{"result": rows[code], **said} for code, said in values.items()],
        )
        services.perform_report(update, "send")
    with _as("focal"):
        services.perform_report(update, "approve")
