"""What follows from events of this floor: notices to the people who want to know."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from network_site.common import notices, outbox
from network_site.common.hooks import as_service
from network_site.common.models import Outbox
from network_site.organizations.enums import Role
from network_site.organizations.selectors import members_with_role, network_organization
from network_site.publishing.models import PublishedRecord

from .models import AgencyCall, AgencyProposal, Follow, Message, Negotiation, Offer, RoomFile

# --- Offers and requests that are followed -------------------------------------------------------

RECORD = PublishedRecord._meta.label_lower


def followers(record_id: UUID) -> list[UUID]:
    """Those who write for the organisations that follow a record. Only the relay may ask."""
    owners = Follow.objects.filter(record_id=record_id).values_list("owner_id", flat=True)
    roles = (Role.FOCAL_POINT, Role.CONTRIBUTOR, Role.SPECIALIST, Role.LEAD)
    return list(dict.fromkeys(person for owner in owners for person in members_with_role(owner, *roles)))


def _tell(row: Outbox, recipients: Iterable[UUID], *, kind: str, url_name: str) -> None:
    record = PublishedRecord.objects.defer("search_text").get(pk=row.object_id)
    notices.tell(
        row,
        recipients=recipients,
        subject=record.title,
        url_name=url_name,
        object_id=record.pk,
        object_type=RECORD,
        kind=kind,
        key=f"{kind}:{row.dedupe_key}",
    )


def tell_followers_of_request(row: Outbox) -> None:
    """Whoever follows a request hears of each new edition, once. Nobody else hears that it is followed."""
    with as_service("relay", f"notices for {row.kind}"):
        if PublishedRecord.objects.filter(pk=row.object_id, kind="project").exists() and row.object_version > 1:
            _tell(row, followers(row.object_id), kind="request.changed", url_name="funders:followed")


def tell_of_changed_offer(row: Outbox) -> None:
    """A new last day or new rules: those who follow the offer hear of it."""
    with as_service("relay", f"notices for {row.kind}"):
        _tell(row, followers(row.object_id), kind="offer.changed", url_name="funders:followed")


def tell_of_end(row: Outbox) -> None:
    """The last day of an offer comes near: those who follow it hear of it."""
    with as_service("relay", f"notices for {row.kind}"):
        _tell(row, followers(row.object_id), kind="offer.ends", url_name="funders:followed")


def tell_of_hiding(row: Outbox) -> None:
    """The owner hears that its offer is hidden until somebody confirms it."""
    with as_service("relay", f"notices for {row.kind}"):
        offer = Offer.objects.get(pk=row.object_id)
        people = members_with_role(offer.owner_id, Role.FOCAL_POINT)
        notices.tell(row, recipients=people, subject=offer.title, url_name="funders:offer")


# --- Rooms -------------------------------------------------------------------------------------


def _donor(room: Negotiation) -> list[UUID]:
    return members_with_role(room.owner_id, Role.FOCAL_POINT, Role.CONTRIBUTOR)


def _ministry(room: Negotiation) -> list[UUID]:
    return members_with_role(room.record.owner_id, Role.FOCAL_POINT)


def _network(room: Negotiation) -> list[UUID]:
    return members_with_role(network_organization().pk, Role.SPECIALIST, Role.LEAD)


# Whoever did it is not told of it: her whole side is not.
ROOM_RECIPIENTS = {
    "negotiation.expressed": (_ministry, _network),
    "negotiation.discussed": (_donor,),
    "negotiation.pledged": (_ministry, _network),
    "negotiation.committed": (_ministry, _network),
    "negotiation.received": (_donor,),
    "negotiation.ended": (_donor, _ministry, _network),
    "negotiation.lapsing": (_donor,),
}


def tell_about_room(row: Outbox) -> None:
    """The other sides of a room hear of what happened; the notice carries the request's title, which is public."""
    with as_service("relay", f"notices for {row.kind}"):
        room = Negotiation.objects.select_related("record").get(pk=row.object_id)
        notices.tell(
            row,
            recipients=[person for side in ROOM_RECIPIENTS[row.kind] for person in side(room)],
            subject=room.record.title,
            url_name="funders:room",
        )


def tell_about_message(row: Outbox) -> None:
    """Whoever did not write it hears that there is something new; of the Network those who wrote there before."""
    with as_service("relay", f"notices for {row.kind}"):
        model = Message if row.object_type == Message._meta.label_lower else RoomFile
        said = model.objects.select_related("negotiation__record").get(pk=row.object_id)  # type: ignore[attr-defined]
        room = said.negotiation
        sides = {room.owner_id: _donor(room), room.record.owner_id: _ministry(room)}
        network = network_organization().pk
        wrote = Message.objects.filter(negotiation=room, organization_id=network).values_list("author_id", flat=True)
        sides.setdefault(network, list(wrote.distinct()))
        others = [person for side, people in sides.items() if side != said.organization_id for person in people]
        notices.tell(
            row,
            recipients=[person for person in others if person != said.author_id],
            subject=room.record.title,
            url_name="funders:room",
            object_id=room.pk,
            object_type=Negotiation._meta.label_lower,
        )


def tell_about_funding(row: Outbox) -> None:
    """The ministry and the Network's lead hear that the whole need is committed."""
    with as_service("relay", f"notices for {row.kind}"):
        record = PublishedRecord.objects.get(pk=row.object_id)
        leads = members_with_role(network_organization().pk, Role.LEAD)
        notices.tell(
            row,
            recipients=[*members_with_role(record.owner_id, Role.FOCAL_POINT), *leads],
            subject=record.title,
            url_name="funders:funding",
        )


# --- Calls for an executing agency ------------------------------------------------------------------


def tell_about_call(row: Outbox) -> None:
    """The ministry and the Network hear that proposals can be read."""
    with as_service("relay", f"notices for {row.kind}"):
        call = AgencyCall.objects.select_related("record").get(pk=row.object_id)
        notices.tell(
            row,
            recipients=[
                *members_with_role(call.owner_id, Role.FOCAL_POINT),
                *members_with_role(network_organization().pk, Role.SPECIALIST, Role.LEAD),
            ],
            subject=call.record.title,
            url_name="funders:call",
        )


def tell_about_proposal(row: Outbox) -> None:
    """The agency hears that there is an answer. No service reads proposals, so the event says whose it is."""
    with as_service("relay", f"notices for {row.kind}"):
        notices.tell(
            row,
            recipients=members_with_role(UUID(row.data["agency"]), Role.FOCAL_POINT, Role.CONTRIBUTOR),
            subject=PublishedRecord.objects.get(pk=row.data["record"]).title,
            url_name="funders:proposal",
            object_id=row.object_id,
            object_type=AgencyProposal._meta.label_lower,
        )


def tell_about_acceptance(row: Outbox) -> None:
    """The ministry hears whether the agency that it chose accepts."""
    with as_service("relay", f"notices for {row.kind}"):
        record = PublishedRecord.objects.get(pk=row.data["record"])
        notices.tell(
            row,
            recipients=members_with_role(record.owner_id, Role.FOCAL_POINT),
            subject=record.title,
            url_name="funders:proposal",
            object_id=row.object_id,
            object_type=AgencyProposal._meta.label_lower,
        )


def _connect_rooms() -> None:
    outbox.consumer(*ROOM_RECIPIENTS)(tell_about_room)
    outbox.consumer("negotiation.message")(tell_about_message)
    outbox.consumer("funding.complete")(tell_about_funding)
    outbox.consumer("call.closed")(tell_about_call)
    outbox.consumer("proposal.decided")(tell_about_proposal)
    outbox.consumer("proposal.answered")(tell_about_acceptance)


def connect() -> None:
    """Register the consumers (called when the app is ready)."""
    outbox.consumer("record.published")(tell_followers_of_request)
    outbox.consumer("offer.changed")(tell_of_changed_offer)
    outbox.consumer("offer.ends")(tell_of_end)
    outbox.consumer("offer.hidden")(tell_of_hiding)
    _connect_rooms()
