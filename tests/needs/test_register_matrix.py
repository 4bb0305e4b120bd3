"""Who may do what with a need: every state, every action, everybody.

The table says it in plain words, after section 2 of the funding page. Whatever it does not name is refused and
writes nothing. Nothing here asks the permission functions what they think.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction
from django.utils import timezone

from needs import services
from needs.enums import NeedStatus
from needs.models import Need, Overlap
from needs.workflow.need import NEED
from needs.workflow.overlaps import possible_overlaps
from network_site.common.models import Outbox, TransitionRecord
from network_site.common.workflow import TransitionRefused
from network_site.organizations.actor import Actor, acting_as, service_actor
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import Membership, User
from network_site.organizations.selectors import actor_for
from network_site.publishing.models import PublishedVersion

from ..people import People, acting, organization_of
from .stating import answered, do, registered, stated, with_results

pytestmark = pytest.mark.django_db

REFUSALS = (TransitionRefused, PermissionDenied, ObjectDoesNotExist)

FOCAL_POINT = {"focal point of the owner"}
WRITERS = FOCAL_POINT | {"contributor of the owner"}
# Whoever wrote it for the ministry and works for the Network now judges it no more, but may help with its project.
JUDGES = {"specialist", "lead"}
STAFF = JUDGES | {"specialist, who wrote it", "lead, who wrote it", "superuser and specialist, who wrote it"}
LEADS = {"lead", "lead, who wrote it"}
PROJECT = {"service funding"}
OWN_OR_LEAD = FOCAL_POINT | LEADS
OPEN_CASE = {"state_results": FOCAL_POINT, "meet": JUDGES, "withdraw": OWN_OR_LEAD}
ASSESSORS = JUDGES | FOCAL_POINT
DRAFTERS = STAFF | WRITERS | PROJECT

# In this state, this is done by these people. "meet_partly" has its own walk, since its signs differ.
TABLE: dict[str, dict[str, set[str]]] = {
    "draft": {"edit": WRITERS, "submit": FOCAL_POINT, "withdraw": FOCAL_POINT},
    "submitted": {
        "return_to_author": JUDGES,
        "register": JUDGES,
        "answer_overlaps": JUDGES,
        "ask_to_merge": JUDGES,
        "refuse_merge": FOCAL_POINT,
        "merge": FOCAL_POINT,
        "withdraw": OWN_OR_LEAD,
    },
    "returned": {"edit": WRITERS, "submit": FOCAL_POINT, "withdraw": OWN_OR_LEAD},
    "registered": OPEN_CASE | {"start_assessment": ASSESSORS, "start_drafting": DRAFTERS, "mark_unmet": JUDGES},
    "in_diagnosis": OPEN_CASE | {"end_assessment": ASSESSORS, "start_drafting": DRAFTERS},
    "in_drafting": OPEN_CASE | {"advertise": PROJECT},
    "advertised": OPEN_CASE | {"start_execution": PROJECT, "mark_unmet": JUDGES},
    "in_execution": OPEN_CASE,
    "met": {"close": LEADS},
    "partly_met": {"close": LEADS},
    "unmet": OPEN_CASE | {"start_drafting": DRAFTERS, "reopen": OWN_OR_LEAD, "close": LEADS},
    "merged": {},
    "withdrawn": {},
    "closed": {},
}
ACTIONS = [
    *(name for name in NEED.transitions if name != "meet_partly"),
    "edit", "answer_overlaps", "ask_to_merge", "refuse_merge", "state_results",
]  # fmt: skip
# Offered on a page of their own, or done by rule.
WITH_OWN_FORM = {"mark_unmet", "advertise", "start_execution"}


def test_the_table_names_every_state() -> None:
    assert sorted(TABLE) == sorted(NeedStatus.values)


@dataclass
class World:
    """A ministry, its need, another need that is the same matter, and everybody who could want something of it."""

    people: People
    focal_point: User
    specialist: User
    lead: User
    other: Need
    actors: dict[str, Actor] = field(default_factory=dict)


def make_world(people: People) -> World:
    owner = people.organization(country="UY")
    neighbour = people.organization(country="UY")
    donor = people.organization(OrganizationKind.DONOR, country="US")
    world = World(
        people=people,
        focal_point=people.focal_point(owner),
        specialist=people.specialist(),
        lead=people.member(people.network(), Role.LEAD),
        other=registered(people),
    )
    for role in (Role.CONTRIBUTOR, Role.FOCAL_POINT, Role.ADMINISTRATOR, Role.LEARNER):
        words = role.value.replace("_", " ")
        world.actors[f"{words} of the owner"] = actor_for(people.member(owner, role))
        world.actors[f"{words} of another ministry"] = actor_for(people.member(neighbour, role))
        world.actors[f"{words} of a donor"] = actor_for(people.member(donor, role))
    network = people.network()
    for role in (Role.SPECIALIST, Role.LEAD, Role.PUBLISHER, Role.WEB_EDITOR, Role.ADMINISTRATOR):
        world.actors[role.value.replace("_", " ")] = actor_for(people.member(network, role))
    superuser = people.user("super", is_superuser=True, is_staff=True)
    world.actors["superuser"] = actor_for(superuser)
    world.actors["nobody"] = Actor()
    for name in ("clock", "funding", "matcher", "relay"):
        world.actors[f"service {name}"] = service_actor(name)
    return world


def write_draft(world: World) -> Need:
    """A draft whose author has three successors in the Network: herself, on three days with three roles."""
    author = world.people.contributor(organization_of(world.focal_point))
    need = stated(author, audience="network", title="Letters without an answer")
    with acting_as(service_actor("seeding"), reason="she left the ministry"):
        Membership.objects.filter(user=author).update(valid_to=timezone.now())
    network = world.people.network()
    world.people.member(network, Role.SPECIALIST, user=author)
    as_specialist = actor_for(author)
    world.actors["specialist, who wrote it"] = as_specialist
    world.actors["lead, who wrote it"] = Actor(
        **{
            name: getattr(as_specialist, name)
            for name in ("user_id", "organization_id", "organization_kind", "country_id", "memberships")
        },
        roles=frozenset({Role.LEAD.value}),
    )
    User.objects.filter(pk=author.pk).update(is_superuser=True)
    world.actors["superuser and specialist, who wrote it"] = actor_for(User.objects.get(pk=author.pk))
    return need


def bring(world: World, need: Need, state: str) -> None:
    """Bring a draft to a state, as people do."""
    focal_point, specialist = world.focal_point, world.specialist
    if state == "draft":
        return
    do(focal_point, need, "submit")
    if state == "withdrawn":
        do(focal_point, need, "withdraw", note="The law changed.")
        return
    if state == "returned":
        do(specialist, need, "return_to_author", note="Which offices?")
        return
    answered(specialist, need, "same")
    if state in {"submitted", "merged"}:
        with acting(specialist):
            services.ask_to_merge(Need.objects.get(pk=need.pk), into=world.other.pk)
        if state == "merged":
            do(focal_point, need, "merge")
        return
    do(specialist, need, "register")
    with_results(focal_point, need, True, state != "partly_met")
    if state == "in_diagnosis":
        do(specialist, need, "start_assessment")
    if state in {"in_drafting", "advertised", "in_execution"}:
        do(focal_point, need, "start_drafting")
    if state in {"advertised", "in_execution"}:
        services.follow_project(need.pk, "advertise")
    if state == "in_execution":
        services.follow_project(need.pk, "start_execution")
    if state == "unmet":
        with acting(specialist):
            services.mark_unmet(Need.objects.get(pk=need.pk), reason="no_funder")
    if state in {"met", "closed"}:
        do(specialist, need, "meet")
    if state == "partly_met":
        do(specialist, need, "meet_partly")
    if state == "closed":
        do(world.lead, need, "close", note="Nothing more to do.")


def act(world: World, need: Need, action: str) -> None:
    if action == "edit":
        services.save_need(need, lock_version=need.lock_version, fields={"title": "Another title"})
    elif action == "answer_overlaps":
        services.answer_overlaps(need, answers={world.other.pk: ("different", "")})
    elif action == "ask_to_merge":
        services.ask_to_merge(need, into=world.other.pk)
    elif action == "refuse_merge":
        services.refuse_merge(need)
    elif action == "mark_unmet":
        services.mark_unmet(need, reason="no_provider")
    elif action == "state_results":
        rows = need.measures.all()
        given = {"is_met": True, "evidence": "Seen", "seen_on": timezone.localdate()}
        services.state_results(need, results={row.pk: given for row in rows})
    elif action in {"advertise", "start_execution"}:
        # The verb of projects acts as the service itself: what is asked here is who may do the bare step.
        NEED.perform(need, action)
    else:
        services.perform(need, action, note="There is a reason.")


def written(need_id: Any) -> tuple[Any, ...]:
    """What a refused step must leave as it was."""
    with acting_as(service_actor("relay"), reason="test"):
        need = Need.objects.get(pk=need_id)
        return (
            need.status,
            need.lock_version,
            need.title,
            need.merged_into_id,
            TransitionRecord.objects.count(),
            Outbox.objects.count(),
            PublishedVersion.objects.count(),
            list(Overlap.objects.filter(need=need).values_list("answer", flat=True)),
            list(need.measures.values_list("is_met", "evidence")),
        )


def is_done(step: Callable[[], None]) -> bool:
    """Whether the current actor may; what was done is undone, what was refused keeps whatever it wrote."""
    before = transaction.savepoint()
    try:
        step()
    except REFUSALS:
        transaction.savepoint_commit(before)
        return False
    transaction.savepoint_rollback(before)
    return True


@pytest.mark.parametrize("state", NeedStatus.values)
def test_everybody_does_with_a_need_what_the_table_says_and_nothing_else(people: People, state: str) -> None:
    world = make_world(people)
    need = write_draft(world)
    bring(world, need, state)
    with acting(world.focal_point):
        need = Need.objects.get(pk=need.pk)
    assert need.status == state
    found, offered = [], {}
    before = written(need.pk)
    for name, actor in world.actors.items():
        with acting_as(actor):
            for action in ACTIONS:
                expected = name in TABLE[state].get(action, set())
                done = is_done(lambda action=action: act(world, need, action))  # type: ignore[misc]
                if done != expected:
                    found.append(f"{name} {'does' if done else 'cannot do'} {action}")
            if Need.objects.filter(pk=need.pk).exists():
                for option in NEED.options(need, actor):
                    if option.ready and option.name != "meet_partly":
                        offered.setdefault(option.name, set()).add(name)
        if written(need.pk) != before:
            found.append(f"{name} was refused and wrote all the same")
            before = written(need.pk)
    assert found == []
    steps = {action: who for action, who in TABLE[state].items() if action in NEED.transitions}
    assert offered == steps


def test_only_the_network_confirms_that_a_need_is_partly_met(people: People) -> None:
    world = make_world(people)
    need = write_draft(world)
    bring(world, need, "registered")
    with_results(world.focal_point, need, True, False)
    may = set()
    for name, actor in world.actors.items():
        with acting_as(actor):
            if is_done(lambda: services.perform(need, "meet_partly")):
                may.add(name)
    assert may == JUDGES


def test_possible_duplicates_are_the_same_for_all_who_judge(people: People) -> None:
    world = make_world(people)
    need = write_draft(world)
    bring(world, need, "submitted")
    for name in JUDGES:
        with acting_as(world.actors[name]):
            assert [one.record.pk for one in possible_overlaps(Need.objects.get(pk=need.pk))] == [world.other.pk]
