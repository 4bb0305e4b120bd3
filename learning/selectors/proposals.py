"""Courses that organisations propose, as they and the Network read them."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from network_site.organizations.actor import Actor

from ..enums import ProposalStatus
from ..models import Proposal


def list_proposals(actor: Actor) -> QuerySet[Proposal]:
    """The proposals of the actor's own organisation, the newest change first."""
    found: QuerySet[Proposal] = Proposal.objects.filter(owner_id=actor.organization_id)
    return found.order_by("-changed_at", "pk")


def list_proposed() -> QuerySet[Proposal]:
    """What was sent to the Network (for its staff), the longest waiting first."""
    found: QuerySet[Proposal] = Proposal.objects.exclude(status=ProposalStatus.DRAFT)
    return found.select_related("owner").order_by("changed_at", "pk")


def get_proposal(pk: UUID) -> Proposal:
    """A proposal. Raises Proposal.DoesNotExist, for foreign ones too."""
    found: Proposal = Proposal.objects.select_related("owner").get(pk=pk)
    return found
