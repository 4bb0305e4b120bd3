"""What follows from events of this floor: notices to the people who want to know."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from network_site.common import notices, outbox
from network_site.common.hooks import as_service
from network_site.common.models import Outbox
from network_site.organizations.enums import Role
from network_site.organizations.selectors import members_with_role
from network_site.publishing.models import PublishedRecord

from .models import Follow, Offer
from .slots import offer_listeners

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
    """A new last day or new rules: those who follow the offer hear of it, and whom other rooms name."""
    with as_service("relay", f"notices for {row.kind}"):
        others = [person for listen in offer_listeners for person in listen(row.object_id)]
        recipients = dict.fromkeys([*followers(row.object_id), *others])
        _tell(row, recipients, kind="offer.changed", url_name="funders:followed")


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


def connect() -> None:
    """Register the consumers (called when the app is ready)."""
    outbox.consumer("record.published")(tell_followers_of_request)
    outbox.consumer("offer.changed")(tell_of_changed_offer)
    outbox.consumer("offer.ends")(tell_of_end)
    outbox.consumer("offer.hidden")(tell_of_hiding)
