"""Who may do what with a project: every state, every action, everybody.

The tables say it in plain words, after section 2 of the page on needs, projects and funding. Whatever they do not name
is refused and writes nothing. States of a project at work are told beside its execution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction

from network_site.common.models import Outbox, TransitionRecord
from network_site.common.workflow import TransitionRefused
from network_site.organizations.actor import Actor, acting_as, service_actor
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import User
from network_site.organizations.selectors import actor_for
from projects import services
from projects.enums import ProjectStatus
from projects.models import Funding, Project, QualityReview, SignOff, Text
from projects.services.reviewing import BY_OWN_VERB
from projects.workflow import PROJECT
from projects.workflow.execution import STEPS

from ..people import People, acting, organization_of
from .drafts import Team, begun, completed, got, judged, signed, stepped, team

pytestmark = pytest.mark.django_db

REFUSALS = (TransitionRefused, PermissionDenied, ObjectDoesNotExist)

WRITERS = {"contributor of the owner", "focal point of the owner", "focal point who wrote"}
FOCAL_POINTS = {"focal point of the owner", "focal point who wrote"}
STAFF = {"specialist", "lead", "specialist who wrote", "specialist who judged"}
NOT_WRITERS = STAFF - {"specialist who wrote"}
CANCEL = FOCAL_POINTS | {"lead"}
EDIT = {"write": WRITERS | STAFF, "fill_in": WRITERS | STAFF, "accept": WRITERS | STAFF, "cancel": CANCEL}

TABLE: dict[str, dict[str, set[str]]] = {
    "concept": EDIT | {"start_drafting": FOCAL_POINTS | STAFF},
    "drafting_tor": EDIT | {"send_to_review": FOCAL_POINTS | STAFF},
    "quality_review": {
        "judge": {"specialist", "lead", "partner who was asked"},
        "ask_reviewer": STAFF,
        "pass_to_ministry": NOT_WRITERS,
        "return_to_drafting": FOCAL_POINTS | STAFF,
        "cancel": CANCEL,
    },
    "ministry_validation": {
        "sign": {"focal point of the owner"},
        "return_to_drafting": FOCAL_POINTS | STAFF,
        "cancel": CANCEL,
    },
    "published": {"open_negotiation": {"service of funding"}, "cancel": CANCEL},
    "negotiating": {"secure": {"lead", "service of funding"}, "cancel": CANCEL},
    "funding_secured": {"select_agency": {"lead", "service of funding"}, "cancel": CANCEL},
    "agency_selected": {"cancel": CANCEL},
    "cancelled": {},
}
DOCUMENTED: dict[str, dict[str, set[str]]] = {
    "concept": {
        "write": STAFF,
        "fill_in": STAFF,
        "accept": STAFF,
        "publish_documented": {"publisher"},
    },
    "agency_selected": {},
}
ACTIONS = [name for name in PROJECT.transitions if name not in STEPS]
ACTIONS += ["write", "fill_in", "accept", "judge", "ask_reviewer", "sign"]


def test_the_table_names_every_state_until_the_work_begins() -> None:
    at_work = {"in_execution", "suspended", "completed", "evaluated", "closed"}
    assert sorted(TABLE) == sorted(set(ProjectStatus.values) - at_work)


@dataclass
class World:
    """A ministry's project, and everybody who could want something of it."""

    crew: Team
    spare_judge: User
    second_focal_point: User
    writing_specialist: User
    publisher: User
    asked: User
    actors: dict[str, Actor] = field(default_factory=dict)


def make_world(people: People) -> World:
    crew = team(people)
    network, another = people.network(), people.organization(country="PY")
    world = World(
        crew,
        spare_judge=people.reviewer(OrganizationKind.INTERNATIONAL),
        second_focal_point=people.focal_point(crew.ministry),
        writing_specialist=people.specialist(),
        publisher=people.publisher(),
        asked=people.reviewer(OrganizationKind.ACADEMIC),
    )
    for role in (Role.CONTRIBUTOR, Role.FOCAL_POINT, Role.ADMINISTRATOR, Role.LEARNER):
        words = role.value.replace("_", " ")
        world.actors[f"{words} of another ministry"] = actor_for(people.member(another, role))
    for role in (Role.ADMINISTRATOR, Role.LEARNER):
        world.actors[f"{role.value} of the owner"] = actor_for(people.member(crew.ministry, role))
    for role in (Role.WEB_EDITOR, Role.ADMINISTRATOR):
        world.actors[f"{role.value} of the Network"] = actor_for(people.member(network, role))
    world.actors |= {
        "contributor of the owner": actor_for(crew.contributor),
        "focal point of the owner": actor_for(crew.focal_point),
        "focal point who wrote": actor_for(world.second_focal_point),
        "specialist": actor_for(people.specialist()),
        "specialist who wrote": actor_for(world.writing_specialist),
        "specialist who judged": actor_for(crew.judges[0]),
        "lead": actor_for(people.member(network, Role.LEAD)),
        "publisher": actor_for(world.publisher),
        "partner who was asked": actor_for(world.asked),
        "partner who judged": actor_for(crew.judges[1]),
        "partner who was not asked": actor_for(people.reviewer(OrganizationKind.INTERNATIONAL)),
        "donor": actor_for(people.member(people.organization(OrganizationKind.DONOR), Role.FOCAL_POINT)),
        "superuser without membership": actor_for(people.user(is_superuser=True, is_staff=True)),
        "service of funding": service_actor("funding"),
        "service of matches": service_actor("matcher"),
        "anonymous": Actor(),
    }
    return world


def fund(project: Project) -> None:
    with acting_as(service_actor("funding"), reason="test"):
        row = Funding.objects.get(project_id=project.pk)
        row.committed = row.needed
        row.save()


def by_service(project: Project, name: str) -> None:
    with acting_as(service_actor("funding"), reason="test"):
        PROJECT.perform(Project.objects.get(pk=project.pk), name)


def bring(world: World, state: str) -> Project:
    """Bring a project to a state, as people do."""
    crew = world.crew
    project = begun(crew.contributor, crew.need)
    for writer in (world.second_focal_point, world.writing_specialist):
        with acting(writer):
            services.set_text(got(writer, project.pk), key="context", text=f"Written by {writer.pk}")
    if state == "concept":
        with acting(crew.contributor):
            services.set_text(got(crew.contributor, project.pk), key="objective", text="Answers in time.")
            services.save_facts(got(crew.contributor, project.pk), fields={"months": 12})
        return project
    project = completed(crew.contributor, project)
    stepped(crew.focal_point, project, "start_drafting")
    if state == "cancelled":
        return stepped(crew.focal_point, project, "cancel", note="The ministry has other plans.")
    if state == "drafting_tor":
        return project
    stepped(crew.focal_point, project, "send_to_review")
    for judge in crew.judges:
        judged(judge, project, specialist=crew.specialist)
    if state == "quality_review":
        with acting(crew.specialist):
            services.ask_reviewer(
                got(crew.specialist, project.pk), reviewer=world.asked, organization=organization_of(world.asked)
            )
        return project
    stepped(crew.judges[0], project, "pass_to_ministry")
    if state == "ministry_validation":
        return project
    signed(crew.focal_point, project)
    if state == "published":
        return project
    by_service(project, "open_negotiation")
    fund(project)
    for wanted, name in (("negotiating", "secure"), ("funding_secured", "select_agency"), ("agency_selected", "")):
        if state == wanted:
            return project
        by_service(project, name)
    raise AssertionError(state)


def do(world: World, project: Project, action: str) -> None:
    found = Project.objects.get(pk=project.pk)
    if action == "write":
        services.set_text(found, key="steering", text="A committee of three.")
    elif action == "fill_in":
        services.fill_in(found)
    elif action == "accept":
        services.accept(Text.objects.filter(project=found).first() or Text(project=found))
    elif action == "judge":
        services.file_quality_review(found, verdict="ready", note="It can be carried out.", has_interest=False)
    elif action == "ask_reviewer":
        services.ask_reviewer(found, reviewer=world.spare_judge, organization=organization_of(world.spare_judge))
    elif action == "sign":
        services.sign(found, name="Director of employment")
    elif action == "publish_documented":
        services.publish_documented(found)
    elif action in BY_OWN_VERB:
        PROJECT.perform(found, action)
    else:
        services.perform(found, action, note="There is a reason.")


def written(project: Project) -> tuple[Any, ...]:
    """What a refused step must leave as it was."""
    with acting_as(service_actor("relay"), reason="test"):
        now = Project.objects.get(pk=project.pk)
        return (
            now.status,
            now.lock_version,
            now.edition,
            TransitionRecord.objects.count(),
            Outbox.objects.count(),
            QualityReview.objects.filter(project=now).count(),
            SignOff.objects.filter(project=now).count(),
            sorted(Text.objects.filter(project=now).values_list("key", "text", "proposal")),
        )


def is_done(act: Callable[[], None]) -> bool:
    """Whether the current actor may; what was done is undone, what was refused keeps whatever it wrote."""
    before = transaction.savepoint()
    try:
        act()
    except REFUSALS:
        transaction.savepoint_commit(before)
        return False
    transaction.savepoint_rollback(before)
    return True


def deviations(world: World, project: Project, table: dict[str, set[str]]) -> list[str]:
    """Every cell that is not as the table says."""
    found = []
    before = written(project)
    for name, actor in world.actors.items():
        with acting_as(actor):
            for action in ACTIONS:
                expected = name in table.get(action, set())
                done = is_done(lambda action=action: do(world, project, action))  # type: ignore[misc]
                if done != expected:
                    found.append(f"{name} {'does' if done else 'cannot do'} {action}")
        if written(project) != before:
            found.append(f"{name} was refused and wrote all the same")
            before = written(project)
    return found


@pytest.mark.parametrize("state", sorted(TABLE))
def test_everybody_does_what_the_table_says_and_nothing_else(people: People, state: str) -> None:
    world = make_world(people)
    project = bring(world, state)
    assert got(world.crew.focal_point, project.pk).status == state
    assert deviations(world, project, TABLE[state]) == []


@pytest.mark.parametrize("state", sorted(DOCUMENTED))
def test_what_was_written_down_from_a_publication_is_published_by_somebody_else(people: People, state: str) -> None:
    world = make_world(people)
    with acting(world.writing_specialist):
        project = services.start_documented(
            source={"title": "A report", "year": 2020}, fields={"title": "A project of others"}, terms={}
        )
        services.set_text(project, key="summary", text="What others did.")
    if state == "agency_selected":
        with acting(world.publisher):
            services.publish_documented(Project.objects.get(pk=project.pk))
    assert got(world.publisher, project.pk).status == state
    assert deviations(world, project, DOCUMENTED[state]) == []


def test_the_page_offers_what_can_be_done(people: People) -> None:
    """The same from the other side: steps without a hindrance, for those who may."""
    world = make_world(people)
    project = bring(world, "quality_review")
    offered: dict[str, set[str]] = {}
    for name, actor in world.actors.items():
        with acting_as(actor):
            found = Project.objects.filter(pk=project.pk).first()
            for option in PROJECT.options(found, actor) if found else []:
                if option.ready:
                    offered.setdefault(option.name, set()).add(name)
    wanted = TABLE["quality_review"]
    assert offered == {name: wanted[name] for name in ("pass_to_ministry", "return_to_drafting", "cancel")}


def test_a_partner_who_was_asked_may_no_longer_read_when_the_round_is_over(people: People) -> None:
    world = make_world(people)
    project = bring(world, "quality_review")
    with acting(world.asked):
        assert Project.objects.filter(pk=project.pk).count() == 1
    stepped(world.crew.specialist, project, "return_to_drafting", note="One more question.")
    with acting(world.asked):
        assert Project.objects.filter(pk=project.pk).count() == 0
    assert got(world.crew.focal_point, project.pk).round == 2


def test_the_gap_keeps_from_being_secured(people: People) -> None:
    world = make_world(people)
    project = bring(world, "published")
    by_service(project, "open_negotiation")
    with acting_as(service_actor("funding"), reason="test"):
        row = Funding.objects.get(project_id=project.pk)
        row.committed = row.needed - Decimal("0.01")
        row.save()
    with acting_as(world.actors["lead"]), pytest.raises(TransitionRefused) as refused:
        services.perform(Project.objects.get(pk=project.pk), "secure")
    assert refused.value.messages == ["USD 0.01 are not committed yet."]
