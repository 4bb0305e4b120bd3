"""Courses that organisations propose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from network_site.common import audit, idempotency
from network_site.common.html import plain
from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet, lock_for_writing
from network_site.organizations import services as organizations
from network_site.organizations.actor import current
from network_site.organizations.enums import Capacity
from network_site.organizations.selectors import network_organization

from .. import permissions
from ..enums import ProposalStatus
from ..models import Proposal
from ..workflow import PROPOSAL

WRITTEN = ("title", "purpose", "learners", "material")


def _cleaned(fields: Mapping[str, Any]) -> dict[str, str]:
    return {name: plain(str(fields[name])).strip() for name in WRITTEN if name in fields}


@transaction.atomic
def create_proposal(*, fields: Mapping[str, Any], key: str | None = None) -> Proposal:
    """Begin a proposal of the actor's organisation. Raises PermissionDenied."""
    actor = current()
    if not permissions.can_propose(actor):
        raise PermissionDenied

    def create() -> Proposal:
        made: Proposal = Proposal.objects.create(
            owner_id=actor.organization_id,
            created_by_id=actor.user_id,
            is_demo=bool(actor.acting and actor.acting.is_demo),
            **_cleaned(fields),
        )
        audit.record("course_proposal.created", tenant_id=made.owner_id, subject=made)
        return made

    return idempotency.once(key, "course_proposal", create, lambda pk: Proposal.objects.get(pk=pk))


@transaction.atomic
def save_proposal(proposal: Proposal, *, fields: Mapping[str, Any], lock_version: int) -> Proposal:
    """Save a draft. Raises StaleVersion, TransitionRefused once it was sent."""
    locked = lock_for_writing(proposal)
    if not permissions.is_proposer(current(), locked) or locked.status != ProposalStatus.DRAFT:
        raise TransitionRefused([Unmet("not_editable", _("This proposal has been sent and stays as it is."))])
    if locked.lock_version != lock_version:
        raise StaleVersion(locked)
    for name, value in _cleaned(fields).items():
        setattr(locked, name, value)
    locked.lock_version += 1
    locked.save()
    audit.record("course_proposal.edited", tenant_id=locked.owner_id, subject=locked, version=locked.lock_version)
    return locked


@transaction.atomic
def send_proposal(proposal: Proposal, *, lock_version: int | None = None) -> Proposal:
    """Send it to the Network, which reads it from then on."""
    # The day from which it waits: those who read proposals begin with the oldest.
    moved = PROPOSAL.perform(proposal, "send", version=lock_version, changed_at=timezone.now())
    organizations.share(moved, capacity=Capacity.NETWORK, organization=network_organization())
    return moved


@transaction.atomic
def decide_proposal(proposal: Proposal, *, accept: bool, note: str = "", lock_version: int | None = None) -> Proposal:
    """The Network accepts a proposal, and writes to its organisation how to go on, or declines it with the reason."""
    return PROPOSAL.perform(proposal, "accept" if accept else "decline", note=note, version=lock_version)
