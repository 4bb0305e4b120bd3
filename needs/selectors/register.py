"""Needs as the workspace reads them. Managers have scoped everything already."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from network_site.common.models import TransitionRecord
from network_site.organizations.actor import Actor
from network_site.organizations.enums import Role
from network_site.organizations.models import Organization
from network_site.publishing.models import PublishedRecord

from ..enums import OPEN, NeedStatus
from ..models import Need
from ..workflow.need import NEED

# What waits for the Network, or is open in the register.
WITH_NETWORK = OPEN | {NeedStatus.SUBMITTED.value, NeedStatus.RETURNED.value, NeedStatus.IN_EXECUTION.value}
FEW = 50


def list_needs(actor: Actor) -> Any:
    """Needs of the actor's own organisation, the newest change first."""
    needs = Need.objects.filter(owner_id=actor.organization_id).exclude(status=NeedStatus.WITHDRAWN)
    return needs.select_related("country").order_by("-changed_at", "pk")


def list_with_network() -> Any:
    """Needs that ministries sent and that are not over (for network staff), the longest waiting first."""
    needs = Need.objects.filter(status__in=WITH_NETWORK).select_related("owner", "country")
    return needs.order_by("changed_at", "pk")


def get_need(pk: UUID) -> Need:
    """One need. Raises Need.DoesNotExist, for foreign ones too."""
    need: Need = Need.objects.select_related("owner", "country").get(pk=pk)
    return need


def public_record(need: Need) -> PublishedRecord | None:
    """What readers see of a need, if it ever was published."""
    return PublishedRecord.objects.filter(pk=need.pk).defer("search_text").first()


def other_need(need: Need) -> PublishedRecord | None:
    """The need with which this one is, or would be, joined."""
    return PublishedRecord.objects.filter(pk=need.merged_into_id).first() if need.merged_into_id else None


def history_of(need: Need) -> list[dict[str, Any]]:
    """The timeline of a need, newest first, in words."""
    records = list(TransitionRecord.objects.filter(object_id=need.pk).order_by("-at", "-object_version"))
    organizations = Organization.objects.in_bulk({record.organization_id for record in records})
    labels, roles = dict(NeedStatus.choices), dict(Role.choices)
    events = []
    for index, record in enumerate(records):
        organization = organizations.get(record.organization_id)
        role = ", ".join(str(roles.get(name, name)) for name in record.role.split("+") if name)
        who = f"{organization.name} ({role})" if organization and role else str(organization or _("Enlace, by rule"))
        events.append(
            {
                "at": record.at,
                "title": str(NEED.transitions[record.name].past),
                "by": who,
                "note": record.note,
                "from_label": str(labels.get(record.source, record.source)),
                "to_label": str(labels.get(record.target, record.target)),
                "now": index == 0,
            }
        )
    return events


def last_note(need: Need, name: str) -> str:
    """The reason given with the last step of that name; empty when there is none."""
    notes = TransitionRecord.objects.filter(object_id=need.pk, name=name).order_by("-at").values_list("note", flat=True)
    return notes.first() or ""


def list_tasks(actor: Actor) -> list[dict[str, Any]]:
    """What waits for this actor in the register, as the page "My work" lists it."""
    wanted = _waiting_states(actor)
    if not wanted:
        return []
    needs = Need.objects.filter(status__in=list(wanted))
    if not actor.is_network:
        needs = needs.filter(owner_id=actor.organization_id)
    return [
        {
            "title": _("Say whether it is the same matter")
            if need.status == NeedStatus.SUBMITTED and not actor.is_network
            else wanted[need.status],
            "subject": need.title,
            "url_name": "needs:need",
            "pk": need.pk,
            "status": need.status,
            "tag": str(need.get_status_display()),
            "due_on": None,
            "is_demo": need.is_demo,
        }
        for need in needs.order_by("changed_at")[:FEW]
        # A need that was sent waits for its ministry only where it is asked to join it with another.
        if actor.is_network or need.status != NeedStatus.SUBMITTED or need.merged_into_id
    ]


def _waiting_states(actor: Actor) -> dict[str, str]:
    if actor.is_network:
        return {NeedStatus.SUBMITTED: _("Read this need and register it")} if actor.has(*_STAFF) else {}
    if actor.has(Role.FOCAL_POINT):
        return {
            NeedStatus.RETURNED: _("Answer the questions and send it again"),
            NeedStatus.SUBMITTED: "",
            NeedStatus.DRAFT: _("Read this need and send it"),
        }
    if actor.has(Role.CONTRIBUTOR):
        return {NeedStatus.RETURNED: _("Answer the questions"), NeedStatus.DRAFT: _("Go on writing")}
    return {}


_STAFF = (Role.SPECIALIST, Role.LEAD)
