"""Who may do what with a project in execution, and with a report: every state, every action, everybody.

Whatever the tables do not name is refused and writes nothing. Nothing here asks the permission functions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.utils import timezone

from network_site.common.models import Outbox, TransitionRecord
from network_site.common.workflow import TransitionRefused
from network_site.organizations.actor import Actor, acting_as
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.selectors import actor_for
from projects import services
from projects.enums import ProjectStatus, UpdateStatus
from projects.models import Period, Project, Update
from projects.workflow.execution import STEPS
from projects.workflow.update import UPDATE

from ..people import People, acting
from .running import Running, all_periods, entry, reported, running, selected, sign, start_of, write

pytestmark = pytest.mark.django_db

REFUSALS = (TransitionRefused, PermissionDenied, ObjectDoesNotExist)

FOCAL_POINT = {"focal point of the owner"}
WRITERS = FOCAL_POINT | {"contributor of the owner"}
LEAD = {"lead"}
STAFF = LEAD | {"specialist"}
REPORTERS = WRITERS | {"reporter of the agency", "focal point of the agency"}

PROJECT_TABLE: dict[str, dict[str, set[str]]] = {
    **{state: {} for state in ("concept", "drafting_tor", "quality_review", "ministry_validation")},
    **{state: {} for state in ("published", "negotiating")},
    "funding_secured": {"agreement": FOCAL_POINT | STAFF},
    "agency_selected": {"agreement": FOCAL_POINT | STAFF, "start": LEAD},
    "in_execution": {"suspend": FOCAL_POINT | LEAD, "amend": FOCAL_POINT | STAFF, "complete": LEAD},
    "suspended": {"resume": FOCAL_POINT | LEAD},
    "completed": {"evaluate": LEAD, "candidate": WRITERS},
    "evaluated": {"close": LEAD, "candidate": WRITERS},
    "closed": {"candidate": WRITERS},
    "cancelled": {"candidate": WRITERS},
}
REPORT_TABLE: dict[str, dict[str, set[str]]] = {
    "none": {"save": REPORTERS},
    "draft": {"save": {"reporter of the agency"}, "send": {"reporter of the agency"}},
    "pending": {"return": FOCAL_POINT | STAFF, "approve": FOCAL_POINT | STAFF},
    "returned": {"save": {"reporter of the agency"}, "send": {"reporter of the agency"}},
    "approved": {"correct": REPORTERS},
    "replaced": {},
}


def test_the_tables_name_every_state_and_every_step() -> None:
    assert sorted(PROJECT_TABLE) == sorted(ProjectStatus.values)
    assert sorted(REPORT_TABLE) == sorted(["none", *UpdateStatus.values])
    assert set(STEPS) == {step for row in PROJECT_TABLE.values() for step in row} - {"agreement", "candidate"}
    assert set(UPDATE.transitions) - {"replace"} == {"send", "return", "approve"}


def actors_of(world: Running) -> dict[str, Actor]:
    people = world.people
    actors = {
        "contributor of the owner": actor_for(world.contributor),
        "focal point of the owner": actor_for(world.focal_point),
        "reporter of the agency": actor_for(world.officer),
        "focal point of the agency": actor_for(people.focal_point(world.agency)),
        "specialist": actor_for(world.specialist),
        "lead": actor_for(world.lead),
        "publisher": actor_for(people.publisher()),
        "focal point of another ministry": actor_for(people.focal_point(people.organization(country="UY"))),
        "superuser without membership": actor_for(people.user(is_superuser=True, is_staff=True)),
        "anonymous": Actor(),
    }
    for kind in (OrganizationKind.PROVIDER, OrganizationKind.DONOR, OrganizationKind.INTERNATIONAL):
        actors[f"focal point of another {kind}"] = actor_for(people.focal_point(people.organization(kind)))
    for role in (Role.LEARNER, Role.ADMINISTRATOR):
        actors[f"{role} of the owner"] = actor_for(people.member(world.ministry, role))
        actors[f"{role} of the agency"] = actor_for(people.member(world.agency, role))
    return actors


def written(world: Running) -> tuple[Any, ...]:
    """What a refused step must leave as it was."""
    project = world.fresh()
    with acting(world.focal_point):
        updates = sorted(Update.objects.filter(project=project).values_list("pk", "status", "lock_version"))
        periods = list(Period.objects.filter(project=project).values_list("number", "ends_on", "closed_at"))
        return (
            project.status, project.lock_version, project.edition, updates, periods,
            TransitionRecord.objects.count(), Outbox.objects.count(),
        )  # fmt: skip


def is_done(act: Callable[[], Any]) -> bool:
    """Whether the current actor may; what was done is undone, what was refused keeps whatever it wrote."""
    before = transaction.savepoint()
    try:
        act()
    except REFUSALS:
        transaction.savepoint_commit(before)
        return False
    transaction.savepoint_rollback(before)
    return True


def deviations(world: Running, table: dict[str, set[str]], acts: dict[str, Callable[[], Any]]) -> list[str]:
    """Every cell that is not as the table says."""
    found = []
    actors = actors_of(world)
    before = written(world)
    for name, actor in actors.items():
        with acting_as(actor):
            for action, act in acts.items():
                expected = name in table.get(action, set())
                if is_done(act) != expected:
                    found.append(f"{name} {'cannot do' if expected else 'does'} {action}")
        if written(world) != before:
            found.append(f"{name} was refused and wrote all the same")
            before = written(world)
    return found


def actions(world: Running) -> dict[str, Callable[[], Any]]:
    """What could be done with the project."""
    today, start = timezone.localdate(), start_of()

    def seen() -> Project:
        project: Project = Project.objects.get(pk=world.project.pk)
        return project

    return {
        "agreement": lambda: services.sign_agreement(
            seen(), agency_name="Another", signed_on=start, starts_on=start, ends_on=today, months_each=3
        ),
        "start": lambda: services.begin_execution(seen(), actual_start=today),
        "amend": lambda: services.amend_project(
            seen(), reason="There is one.", targets={world.rows["2.1"].pk: (None, "Each second one")}
        ),
        "complete": lambda: services.complete_project(seen(), actual_end=today),
        "candidate": lambda: services.open_candidate(seen()),
        **{
            name: lambda name=name: services.perform_execution(seen(), name, note="There is one.")
            for name in ("suspend", "resume", "evaluate", "close")
        },
        # The verb of drafting must not open a way around those above.
        **{
            f"{name} as a plain step": lambda name=name: services.perform(seen(), name, note="There is one.")
            for name in STEPS
        },
    }


@pytest.mark.parametrize("state", ProjectStatus.values)
def test_everybody_does_with_a_project_what_the_table_says_and_nothing_else(people: People, state: str) -> None:
    if state in {"in_execution", "suspended", "completed", "evaluated", "closed", "cancelled"}:
        world = running(people)
        all_periods(world)
    else:
        world = selected(people)
        sign(world)
    with acting(world.focal_point):
        Project.objects.filter(pk=world.project.pk).update(status=state)
    assert deviations(world, PROJECT_TABLE[state], actions(world)) == []


@pytest.mark.parametrize("state", REPORT_TABLE)
def test_everybody_does_with_a_report_what_the_table_says_and_nothing_else(people: People, state: str) -> None:
    world = running(people)
    if state in {"approved", "replaced"}:
        reported(world, 1, entry(world, "1.1", 12))
    elif state != "none":
        write(world, 1, entry(world, "1.1", 12))
        with acting(world.officer):
            Update.objects.filter(project=world.project).update(status=state)
    period = world.period(1)
    if state == "replaced":
        with acting(world.focal_point):
            Update.objects.filter(project=world.project).update(status=state)

    def update() -> Update:
        found: Update = Update.objects.get(period=period)
        return found

    acts: dict[str, Callable[[], Any]] = {
        "save": lambda: services.save_report(
            period, narrative="Done.", difficulties="", values=[entry(world, "1.1", 3)]
        ),
        "correct": lambda: services.open_correction(period, reason="Counted twice."),
        **{
            name: lambda name=name: services.perform_report(update(), name, note="There is one.")
            for name in ("send", "return", "approve")
        },
    }
    assert deviations(world, REPORT_TABLE[state], acts) == []
