"""What follows from events of the register: notices to the people who have to act or want to know."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from network_site.common import notices, outbox
from network_site.common.hooks import as_service
from network_site.common.models import Outbox
from network_site.organizations.enums import Role
from network_site.organizations.selectors import members_with_role, network_organization

from .models import Need


def _specialists(need: Need) -> list[UUID]:
    return members_with_role(network_organization().pk, Role.SPECIALIST, Role.LEAD)


def _leads(need: Need) -> list[UUID]:
    return members_with_role(network_organization().pk, Role.LEAD)


def _focal_points(need: Need) -> list[UUID]:
    return members_with_role(need.owner_id, Role.FOCAL_POINT)


def _writers(need: Need) -> list[UUID]:
    return members_with_role(need.owner_id, Role.FOCAL_POINT, Role.CONTRIBUTOR)


RECIPIENTS: dict[str, Callable[[Need], list[UUID]]] = {
    "need.submitted": _specialists,
    "need.returned": _writers,
    "need.registered": _writers,
    "need.merge_asked": _focal_points,
    "need.merge_refused": _specialists,
    "need.merged": _specialists,
    "need.advertised": _writers,
    "need.started": _writers,
    "need.results_stated": _specialists,
    "need.met": _writers,
    "need.unmet": lambda need: [*_focal_points(need), *_leads(need)],
    "need.withdrawn": _specialists,
    "need.closed": _writers,
}


def tell_about_need(row: Outbox) -> None:
    """Write one notice for each person concerned; the same event twice is one notice."""
    with as_service("relay", f"notices for {row.kind}"):
        need = Need.objects.get(pk=row.object_id)
        notices.tell(row, recipients=RECIPIENTS[row.kind](need), subject=need.title, url_name="needs:need")


def connect() -> None:
    """Register the consumers (called when the app is ready)."""
    outbox.consumer(*RECIPIENTS)(tell_about_need)
