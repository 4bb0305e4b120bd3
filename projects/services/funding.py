"""What a project needs and has: the one place where its sums change."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from network_site.common import audit, outbox
from network_site.common.workflow import TransitionRefused, Unmet
from network_site.organizations.actor import acting_as, service_actor

from ..enums import PUBLIC
from ..models import Funding, Project
from ..workflow.project import PROJECT
from .publishing import publish_edition

NOTHING = Decimal(0)


class OverFunded(TransitionRefused):
    """More than can be taken now. It says no more than that: how much others promised is theirs."""

    def __init__(self) -> None:
        words = _("This is more than can be taken now. Ask the ministry in your room.")
        super().__init__([Unmet("over_funded", words)])


@transaction.atomic
def move_sums(
    project_id: UUID, *, pledged: Decimal = NOTHING, committed: Decimal = NOTHING, received: Decimal = NOTHING
) -> Funding:
    """Add to the sums of a project, or take from them (negative), in its own currency.

    Locks the project and then its sums, as every step of a project does; refuses what would be more than is needed,
    saves, and remembers it in the ministry's trail. The public page follows when committed or received changed, and
    only then: a pledge shows nowhere. Whoever called has checked who may; here the service "funding" writes.
    Raises OverFunded.
    """
    with acting_as(service_actor("funding"), reason="a donor's money moves"):
        project = _locked(project_id)
        funding: Funding = Funding.objects.select_for_update(of=("self",)).get(project_id=project_id)
        before = _sums(funding)
        funding.pledged += pledged
        funding.committed += committed
        funding.received += received
        if funding.open < 0:
            raise OverFunded
        funding.save(update_fields=["pledged", "committed", "received"])
        audit.record(
            "funding.moved",
            tenant_id=project.owner_id,
            subject=funding,
            before=before,
            after=_sums(funding),
        )
        if committed or received:
            _publish(project)
        if committed > 0 and funding.gap == 0:
            outbox.enqueue("funding.complete", subject=project, tenant_id=project.owner_id, repeatable=True)
        return funding


def _sums(funding: Funding) -> dict[str, str]:
    return {name: str(getattr(funding, name)) for name in ("needed", "pledged", "committed", "received")}


@transaction.atomic
def show_sums(project_id: UUID) -> None:
    """Let the public page say what is committed and received now, and which call is open."""
    with acting_as(service_actor("funding"), reason="the public page follows"):
        _publish(_locked(project_id))


def _locked(project_id: UUID) -> Project:
    project: Project = Project.objects.select_for_update(of=("self",)).get(pk=project_id)
    return project


def _publish(project: Project) -> None:
    """The next edition; a project that is not public has none."""
    if project.status in PUBLIC:
        publish_edition(project)


@transaction.atomic
def open_talks(project_id: UUID) -> None:
    """The first interest that was accepted: the project is in negotiation. The public page does not change by it."""
    _step(project_id, "published", "open_negotiation")


@transaction.atomic
def choose_agency(project_id: UUID) -> None:
    """The agency that the ministry selected has accepted: a project whose funding is secured goes on."""
    _step(project_id, "funding_secured", "select_agency")


def _step(project_id: UUID, state: str, name: str) -> None:
    with acting_as(service_actor("funding"), reason=f"{name} follows"):
        project = Project.objects.get(pk=project_id)
        if project.status == state:
            PROJECT.perform(project, name)
