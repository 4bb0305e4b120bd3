"""Who may do what in a room: every state, every step, everybody.

The table says it in plain words; whatever it does not name is refused and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction

from funders import services
from funders.enums import NegotiationStatus
from funders.models import Message, Negotiation, Pledge
from funders.workflow.negotiation import NEGOTIATION
from network_site.common.models import TransitionRecord
from network_site.common.workflow import TransitionRefused
from network_site.organizations.actor import Actor, acting_as, service_actor
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.selectors import actor_for
from projects.models import Funding

from ..people import People, acting
from .builders_rooms import PDF, Market, house_of, later, promise

pytestmark = pytest.mark.django_db

REFUSALS = (TransitionRefused, PermissionDenied, ObjectDoesNotExist)

DONOR = {"focal point of the donor"}
MINISTRY = {"focal point of the ministry"}
NETWORK = {"specialist", "lead"}
CLOCK = {"the clock"}
TALKERS = DONOR | MINISTRY | NETWORK | {"contributor of the donor", "contributor of the ministry"}
ENDS = {"withdraw": DONOR, "decline": MINISTRY, "say": TALKERS}
TABLE: dict[str, dict[str, set[str]]] = {
    "expressed": {"discuss": MINISTRY | NETWORK, **ENDS},
    "under_discussion": {"pledge": DONOR, **ENDS},
    "pledged": {"reduce": DONOR, "commit": DONOR, "lapse": CLOCK, **ENDS},
    "committed": {"pay_out": MINISTRY | NETWORK, "withdraw": DONOR, "say": TALKERS},
    "disbursing": {"pay_out": MINISTRY | NETWORK, "fulfil": MINISTRY | NETWORK, "say": TALKERS},
    "fulfilled": {"say": TALKERS},
    "withdrawn": {},
    "declined": {},
    "lapsed": {},
}
ACTIONS = [*NEGOTIATION.transitions, "say"]


def test_the_table_names_every_state() -> None:
    assert sorted(TABLE) == sorted(NegotiationStatus.values)


def actors(market: Market) -> dict[str, Actor]:
    """Everybody who could want something of the room."""
    people, donor = market.people, house_of(market.donor)
    rival, network = house_of(market.rival), people.network()
    neighbour = people.organization(country="PY")
    users = {
        "focal point of the donor": market.donor,
        "contributor of the donor": people.contributor(donor),
        "learner of the donor": people.member(donor, Role.LEARNER),
        "administrator of the donor": people.member(donor, Role.ADMINISTRATOR),
        "focal point of the ministry": market.minister,
        "contributor of the ministry": people.contributor(market.ministry),
        "learner of the ministry": people.member(market.ministry, Role.LEARNER),
        "focal point of another donor": market.rival,
        "contributor of another donor": people.contributor(rival),
        "focal point of another ministry": people.focal_point(neighbour),
        "focal point of a provider": people.member(people.organization(OrganizationKind.PROVIDER), Role.FOCAL_POINT),
        "specialist": market.specialist,
        "lead": people.member(network, Role.LEAD),
        "publisher": people.publisher(),
        "superuser of another donor": people.member(rival, Role.FOCAL_POINT, is_superuser=True, is_staff=True),
    }
    services_ = {f"the {name}": service_actor(name) for name in ("clock", "funding", "relay", "matcher", "auditor")}
    return {name: actor_for(user) for name, user in users.items()} | services_


def do(name: str, room: Negotiation) -> Any:
    steps: dict[str, Callable[[], Any]] = {
        "pledge": lambda: services.make_pledge(room, promise=promise("30000")),
        "reduce": lambda: services.reduce_pledge(room, promise=promise("20000")),
        "commit": lambda: services.commit_money(
            room, upload=ContentFile(PDF, name="s.pdf"), content_type="application/pdf"
        ),
        "pay_out": lambda: services.record_receipt(room, amount=Decimal("1"), currency="USD", received_on=later(-1)),
        "say": lambda: services.say(room, text="Good morning."),
    }
    return steps.get(name, lambda: services.take_step(room, name, note="Because."))()


def put_into(state: str, market: Market) -> Negotiation:
    """A room in a state, with what the guards of its steps ask for."""
    held = state in {"pledged", "committed", "disbursing", "fulfilled"}
    room = market.pledged("30000") if held else market.interested()
    with acting_as(service_actor("funding"), reason="test"):
        Negotiation.objects.filter(pk=room.pk).update(status=state)
        if state != "pledged" and held:
            received = Decimal("30000") if state in {"disbursing", "fulfilled"} else Decimal(0)
            Funding.objects.update(pledged=0, committed=Decimal("30000"), received=received)
    return room


def writes(market: Market) -> tuple[Any, ...]:
    with acting_as(service_actor("relay"), reason="test"):
        return (
            list(Negotiation.objects.values_list("status", "lock_version")),
            Pledge.objects.count(),
            Message.objects.count(),
            TransitionRecord.objects.count(),
            market.sums(),
        )


@pytest.mark.parametrize("state", sorted(NegotiationStatus.values))
def test_who_may_do_what(state: str, people: People) -> None:
    market = Market(people)
    room = put_into(state, market)
    everybody = actors(market)
    before = writes(market)
    allowed: dict[str, set[str]] = {}
    for action in ACTIONS:
        for name, actor in everybody.items():
            # What the guards ask for, so that only state, person and step decide.
            prepared = transaction.savepoint()
            if action == "lapse":
                with acting_as(service_actor("funding"), reason="test"):
                    Pledge.objects.update(valid_until=later(-1))
            if action == "fulfil" and state == "disbursing":
                with acting_as(service_actor("funding"), reason="test"):
                    Pledge.objects.update(amount=Decimal("0.01"), converted=Decimal("0.01"))
                    Funding.objects.update(received=0)
                with acting(market.minister):
                    services.record_receipt(
                        Negotiation.objects.get(pk=room.pk),
                        amount=Decimal("0.01"), currency="USD", received_on=later(-1),
                    )  # fmt: skip
            elif action == "pay_out" and state == "disbursing":
                with acting_as(service_actor("funding"), reason="test"):
                    Funding.objects.update(received=0)
            ready = writes(market)
            point = transaction.savepoint()
            try:
                with acting_as(actor), transaction.atomic():
                    do(action, Negotiation.objects.get(pk=room.pk))
            except REFUSALS:
                assert writes(market) == ready, (action, name)
            else:
                allowed.setdefault(action, set()).add(name)
            transaction.savepoint_rollback(point)
            transaction.savepoint_rollback(prepared)
    assert allowed == TABLE[state]
    assert writes(market) == before


@pytest.mark.parametrize("state", sorted(NegotiationStatus.values))
def test_the_screen_offers_what_may_be_done(state: str, people: People) -> None:
    market = Market(people)
    room = put_into(state, market)
    offered: dict[str, set[str]] = {}
    for name, actor in actors(market).items():
        with acting_as(actor):
            for found in Negotiation.objects.filter(pk=room.pk):
                for option in NEGOTIATION.options(found, actor):
                    offered.setdefault(option.name, set()).add(name)
    assert offered == {action: who for action, who in TABLE[state].items() if action != "say"}
