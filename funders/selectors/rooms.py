"""Rooms as their three sides read them. Everything is filtered by who asks; nothing counts what others have."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from network_site.organizations.actor import Actor
from network_site.organizations.enums import OrganizationKind, Role
from network_site.publishing.models import PublishedRecord
from projects.models import Funding

from .. import permissions
from ..enums import ENDED, NegotiationStatus
from ..models import Message, Negotiation, RoomFile

WARNED_BEFORE = dt.timedelta(days=14)
SHOWN = 200


def list_rooms(*, project_id: UUID | None = None) -> QuerySet[Negotiation]:
    """Rooms that the actor may enter, the last change first, with what a line of a list shows."""
    rooms = Negotiation.objects.select_related("record", "owner").prefetch_related("pledges")
    return rooms.filter(project_id=project_id) if project_id else rooms


def get_room(pk: UUID) -> Negotiation:
    """A room that the actor may enter. Raises Negotiation.DoesNotExist, also for a foreign one."""
    room: Negotiation = (
        Negotiation.objects.select_related("record", "record__owner", "owner").prefetch_related("pledges").get(pk=pk)
    )
    return room


def own_room(record: PublishedRecord, actor: Actor) -> Negotiation | None:
    """The room of the actor's own organisation for a request, while it is open."""
    if not actor.organization_id:
        return None
    rooms = Negotiation.objects.filter(record=record, owner_id=actor.organization_id)
    found: Negotiation | None = rooms.exclude(status__in=ENDED).first()
    return found


@dataclass(frozen=True)
class Said:
    """A message or a file, as the page shows it: which side it came from, never which person."""

    who: str
    at: dt.datetime
    text: str = ""
    file: RoomFile | None = None


def what_was_said(room: Negotiation) -> list[Said]:
    """Messages and files of a room, the oldest first; of a very long talk its end."""
    messages = Message.objects.filter(negotiation=room).select_related("organization").order_by("-at")[:SHOWN]
    files = RoomFile.objects.filter(negotiation=room).select_related("organization").order_by("-at")[:SHOWN]
    said = [Said(one.organization.name, one.at, text=one.text) for one in messages]
    said += [Said(one.organization.name, one.at, file=one) for one in files]
    return sorted(said, key=lambda one: one.at)


def find_room_file(pk: UUID) -> RoomFile | None:
    """A file of a room that the actor may enter, else None."""
    found: RoomFile | None = RoomFile.objects.filter(pk=pk).first()
    return found


def components_of(record: PublishedRecord) -> list[str]:
    """The components of a request's budget, in its order."""
    return list(dict.fromkeys(line["component"] for line in record.snapshot.get("budget", []) if line.get("component")))


def list_tasks(actor: Actor) -> list[dict[str, Any]]:
    """What waits for the actor in rooms: an interest to answer, a pledge about to lapse, a need that is covered."""
    decides = actor.has(Role.FOCAL_POINT) or (actor.is_network and actor.has(Role.SPECIALIST, Role.LEAD))
    if not (actor.organization_id and decides):
        return []
    tasks = []
    waiting = [NegotiationStatus.EXPRESSED, NegotiationStatus.PLEDGED]
    for room in list_rooms().filter(status__in=waiting)[:50]:
        ours = room.owner_id == actor.organization_id
        if room.status == NegotiationStatus.EXPRESSED and not ours:
            tasks.append(_task(room, _("Answer a donor’s interest")))
        elif room.status == NegotiationStatus.PLEDGED and ours:
            pledge = room.pledge
            if pledge is not None and pledge.valid_until <= timezone.localdate() + WARNED_BEFORE:
                tasks.append(_task(room, _("Commit or renew a pledge")) | {"due_on": pledge.valid_until})
    if actor.organization_kind in {OrganizationKind.MINISTRY, OrganizationKind.NETWORK}:
        tasks += _covered()
    return tasks


def _task(room: Negotiation, title: str) -> dict[str, Any]:
    return {
        "title": title,
        "subject": room.record.title,
        "url_name": "funders:room",
        "pk": room.pk,
        "status": room.status,
        "tag": room.get_status_display(),
        "due_on": None,
        "is_demo": room.record.is_demo,
    }


def _covered() -> list[dict[str, Any]]:
    """Projects whose whole need is committed, and that nobody has declared secured."""
    found = Funding.objects.filter(project__status__in=["published", "negotiating"], needed__gt=0)
    return [
        {
            "title": _("Declare the funding secured"),
            "subject": funding.project.title,
            "url_name": "funders:funding",
            "pk": funding.project_id,
            "status": funding.project.status,
            "tag": funding.project.get_status_display(),
            "due_on": None,
            "is_demo": funding.project.is_demo,
        }
        for funding in found.select_related("project").order_by("project__created_at")
        if funding.gap == 0
    ][:20]


def request_action(record: PublishedRecord, actor: Actor) -> dict[str, Any] | None:
    """What a donor can do with a published request: go to its room, or ask for one."""
    if not permissions.can_express_interest(actor):
        return None
    room = own_room(record, actor)
    return {"room_url": reverse("funders:room", args=[room.pk]) if room else "", "record": record}
