"""A donor's room with ministry B and a sealed proposal: three sides read the one, nobody the other."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from funders import services
from funders.models import AgencyCall, AgencyProposal, Negotiation
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import Share, User
from network_site.publishing.models import PublishedRecord
from projects.models import Project

from ..funders.builders_rooms import PDF, later, promise, request_of
from ..people import acting

ROOM, SEALED, JUDGED = "zqroomqz", "zqsealedqz", "zqjudgedqz"
STEPS = ("discuss", "withdraw", "decline", "fulfil", "pledge", "no-such-step")
PROPOSAL_STEPS = ("submit", "retract", "admit", "refuse", "accept", "no-such-step")


def upload(word: str) -> ContentFile[bytes]:
    return ContentFile(PDF + word.encode(), name=f"{word}file.pdf")


def plant(world: Any) -> None:
    """A published request of B, the donor's room with everything in it, a call, and a proposal to it."""
    b, people = world.b, world.people
    record = request_of(b.organization, title="A request that everybody may read")
    with acting(world.donor):
        room = services.express_interest(record, text=f"{ROOM} words")
        services.add_file(room, title=f"{ROOM} letter", upload=upload(ROOM), content_type="application/pdf")
    with acting(b.focal_point):
        services.take_step(Negotiation.objects.get(pk=room.pk), "discuss")
        call = services.open_call(
            Project.objects.get(pk=record.pk),
            text="Who carries it out?",
            criteria=[{"label": "Experience", "weight": 100}],
            closes_at=timezone.now() + timedelta(days=30),
        )
    with acting(world.donor):
        given = promise("31234.56", currency="EUR", conditions=f"{ROOM} conditions", rate_source=f"{ROOM} bank")
        services.make_pledge(Negotiation.objects.get(pk=room.pk), promise=given)
        committing = Negotiation.objects.get(pk=room.pk)
        services.commit_money(committing, upload=upload(ROOM), content_type="application/pdf")
    with acting(b.focal_point):
        services.record_receipt(
            Negotiation.objects.get(pk=room.pk),
            amount=Decimal("10.00"), currency="EUR", received_on=later(-1), note=f"{ROOM} money",
        )  # fmt: skip
    world.agency = people.member(people.organization(OrganizationKind.PROVIDER), Role.FOCAL_POINT)
    proposal = propose(world.agency, record, SEALED)
    world.request, world.room, world.call, world.proposal = record, room, call, proposal
    plant_judged(world)


def propose(agency: User, record: PublishedRecord, word: str) -> AgencyProposal:
    """A proposal that was handed in, with the word in each of its texts."""
    with acting(agency):
        proposal = services.write_proposal(
            PublishedRecord.objects.get(pk=record.pk),
            fields={
                "title": f"{word} title", "approach": f"{word} approach", "team": f"{word} team",
                "price": Decimal("9000"), "currency": "USD",
            },
            upload=upload(word),
            content_type="application/pdf",
        )  # fmt: skip
        return services.hand_in(AgencyProposal.objects.get(pk=proposal.pk))


def plant_judged(world: Any) -> None:
    """Another call of B whose deadline has passed, with a proposal that was scored."""
    b = world.b
    agency = world.people.member(world.people.organization(OrganizationKind.PROVIDER), Role.FOCAL_POINT)
    record = request_of(b.organization, title="Another request")
    with acting(b.focal_point):
        services.open_call(
            Project.objects.get(pk=record.pk),
            text="Who does it?",
            criteria=[{"label": "Experience", "weight": 100}],
            closes_at=timezone.now() + timedelta(days=1),
        )
    proposal = propose(agency, record, JUDGED)
    past = timezone.now() - timedelta(hours=1)
    with acting(b.focal_point):
        AgencyCall.objects.filter(record=record).update(closes_at=past)
    with acting(agency):
        AgencyProposal.objects.update(sealed_until=past)
        Share.objects.filter(object_id=proposal.pk).update(valid_from=past)
    services.close_calls()
    with acting(b.focal_point):
        services.judge_proposal(AgencyProposal.objects.get(pk=proposal.pk), "admit")
        services.score_proposal(AgencyProposal.objects.get(pk=proposal.pk), points={"c1": 70})


def words() -> set[str]:
    """The canaries of the room and of the proposals, with their files."""
    return {f"{word}{ending}" for word in (ROOM, SEALED, JUDGED) for ending in ("", "file")}


def words_of(name: str) -> set[str]:
    """Those that somebody may read: never the sealed ones."""
    judges = name in {"specialist", "publisher"} or name.startswith("owner's")
    room = {ROOM, f"{ROOM}file"} if judges or name in {"donor", "service relay"} else set()
    return room | ({JUDGED, f"{JUDGED}file"} if judges else set())


def ids(world: Any, name: str, user: User | None) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What somebody may open and what she may not."""
    own: dict[str, list[str]] = {}
    foreign: dict[str, list[str]] = {}
    with acting(world.donor):
        file = str(world.room.files.order_by("at")[0].pk)
    of_project = name in {"specialist", "publisher"} or name.startswith("owner's")
    held = {
        "room": (str(world.room.pk), ROOM in words_of(name)),
        "room_file": (file, ROOM in words_of(name)),
        "funding": (str(world.request.pk), of_project),
        "call": (str(world.call.pk), of_project),
        "proposal": (str(world.proposal.pk), False),
        "request": (str(world.request.number), True),
    }
    for kind, (pk, is_own) in held.items():
        own[kind], foreign[kind] = ([pk], []) if is_own else ([], [pk])
    return own, foreign
