"""Who may do what with a diagnostic: every state, every action, everybody.

The table says it in plain words, after classification A6. Whatever it does not name is refused and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import transaction

from needs import services
from needs.enums import DiagnosticStatus
from needs.models import Answer, Diagnostic, Need
from needs.services.diagnostic import Given
from needs.workflow import DIAGNOSTIC
from network_site.common.models import AuditEntry, Outbox, TransitionRecord
from network_site.common.scoping import unscoped
from network_site.common.workflow import TransitionRefused
from network_site.organizations import services as organizations
from network_site.organizations.actor import SERVICES, Actor, acting_as, service_actor
from network_site.organizations.enums import Capacity, OrganizationKind, Role
from network_site.organizations.selectors import actor_for

from ..people import People, acting
from .diagnosing import begun, finished

pytestmark = pytest.mark.django_db

REFUSALS = (TransitionRefused, PermissionDenied, ObjectDoesNotExist)
WRITERS = {"contributor of the ministry", "focal point of the ministry"}
FOCAL_POINT = {"focal point of the ministry"}
TABLE: dict[str, dict[str, set[str]]] = {
    "open": {"answer": WRITERS, "finish": FOCAL_POINT},
    "finished": {"reopen": FOCAL_POINT, "draft_needs": WRITERS},
}
STARTERS = WRITERS | {"contributor of another ministry", "focal point of another ministry"}


class World:
    def __init__(self, people: People) -> None:
        self.ministry, another = people.organization(country="UY"), people.organization(country="PY")
        self.focal_point = people.focal_point(self.ministry)
        self.actors: dict[str, Actor] = {"focal point of the ministry": actor_for(self.focal_point)}
        for role in (Role.CONTRIBUTOR, Role.ADMINISTRATOR, Role.LEARNER):
            self.actors[f"{role.value} of the ministry"] = actor_for(people.member(self.ministry, role))
        for role in (Role.CONTRIBUTOR, Role.FOCAL_POINT, Role.ADMINISTRATOR):
            words = role.value.replace("_", " ")
            self.actors[f"{words} of another ministry"] = actor_for(people.member(another, role))
        network = people.network()
        for role in (Role.SPECIALIST, Role.LEAD, Role.PUBLISHER, Role.ADMINISTRATOR, Role.WEB_EDITOR):
            self.actors[f"{role.value} of the Network"] = actor_for(people.member(network, role))
        for kind in (OrganizationKind.DONOR, OrganizationKind.PROVIDER, OrganizationKind.ACADEMIC):
            self.actors[f"focal point of a {kind.value}"] = actor_for(
                people.member(people.organization(kind), Role.FOCAL_POINT)
            )
        invited = people.member(network, Role.SPECIALIST)
        self.invited = invited
        self.actors |= {
            "specialist to whom it was shared": actor_for(invited),
            "superuser without membership": actor_for(people.user(is_superuser=True, is_staff=True)),
            "anonymous": Actor(),
            **{f"service {name}": service_actor(name) for name in sorted(SERVICES)},
        }

    def brought_to(self, state: str) -> Diagnostic:
        made = begun(self.focal_point) if state == "open" else None
        if made is not None:
            with acting(self.focal_point):
                services.save_answers(made, given=[Given("D3.3", 1, 0)])
        else:
            made = finished(self.focal_point, {"D3.3": 0})
        with acting(self.focal_point):
            # Nothing in the product shares it; if something ever did, nobody would read it all the same.
            organizations.share(made, capacity=Capacity.NETWORK, user=self.invited)
            return Diagnostic.objects.get(pk=made.pk)


ACTIONS: dict[str, Callable[[Diagnostic], Any]] = {
    "answer": lambda one: services.save_answers(one, given=[Given("D1.1", 1, 2, "Because")]),
    "finish": lambda one: services.finish_diagnostic(one),
    "reopen": lambda one: services.reopen_diagnostic(one),
    "draft_needs": lambda one: services.draft_needs(one, ["D3.3"]),
}


def state_of_everything(diagnostic: Diagnostic) -> list[Any]:
    """Whatever an action could leave behind."""
    return [
        unscoped(Diagnostic).filter(pk=diagnostic.pk).values_list("status", "lock_version").get(),
        sorted(unscoped(Answer).filter(diagnostic=diagnostic).values_list("item_id", "score", "note", "lock_version")),
        unscoped(Need).count(),
        unscoped(TransitionRecord).count(),
        unscoped(AuditEntry).count(),
        Outbox.objects.count(),
    ]


def test_the_table_names_every_state_and_every_transition() -> None:
    assert sorted(TABLE) == sorted(DiagnosticStatus.values)
    assert set(DIAGNOSTIC.transitions) < set(ACTIONS)


@pytest.mark.parametrize("state", sorted(TABLE))
@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_everybody_does_what_the_table_says_and_nothing_else(people: People, state: str, action: str) -> None:
    world = World(people)
    diagnostic = world.brought_to(state)
    done = set()
    for name, actor in world.actors.items():
        before = _look(world, diagnostic)
        with transaction.atomic():
            with acting_as(actor, reason="the matrix"):
                try:
                    with transaction.atomic():
                        ACTIONS[action](diagnostic)
                    done.add(name)
                except REFUSALS:
                    pass
            changed = _look(world, diagnostic) != before
            transaction.set_rollback(True)
        assert changed == (name in done), f"{name}: {action} in state {state}"
    assert done == TABLE[state].get(action, set())


def _look(world: World, diagnostic: Diagnostic) -> list[Any]:
    with acting(world.focal_point):
        return state_of_everything(diagnostic)


def test_ministries_start_diagnostics_and_nobody_else_does(people: People) -> None:
    world = World(people)
    done = set()
    for name, actor in world.actors.items():
        with transaction.atomic():
            with acting_as(actor, reason="the matrix"):
                try:
                    with transaction.atomic():
                        services.start_diagnostic(title="2026")
                    done.add(name)
                except REFUSALS:
                    pass
            transaction.set_rollback(True)
    assert done == STARTERS


@pytest.mark.parametrize("state", sorted(TABLE))
def test_only_people_of_the_ministry_read_it(people: People, state: str) -> None:
    world = World(people)
    diagnostic = world.brought_to(state)
    readers = set()
    for name, actor in world.actors.items():
        with acting_as(actor, reason="the matrix"):
            found = Diagnostic.objects.filter(pk=diagnostic.pk).exists()
            answers = Answer.objects.filter(diagnostic=diagnostic).exists()
            assert found == answers, name
            if found:
                readers.add(name)
    assert readers == {name for name in world.actors if name.endswith("of the ministry")}
