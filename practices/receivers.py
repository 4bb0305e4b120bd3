"""What follows from events of the databank: notices to the people who have to act or want to know."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from network_site.common import notices, outbox
from network_site.common.hooks import as_service
from network_site.common.models import Outbox
from network_site.organizations.enums import Role
from network_site.organizations.models import Membership
from network_site.organizations.selectors import members_with_role, network_organization

from . import services
from .enums import PracticeStatus
from .models import Adaptation, Assistance, PracticeVersion, Review


def _focal_points(version: PracticeVersion) -> list[UUID]:
    return members_with_role(version.practice.owner_id, Role.FOCAL_POINT)


def _writers(version: PracticeVersion) -> list[UUID]:
    return members_with_role(version.practice.owner_id, Role.FOCAL_POINT, Role.CONTRIBUTOR)


def _specialists(version: PracticeVersion) -> list[UUID]:
    return members_with_role(network_organization().pk, Role.SPECIALIST, Role.LEAD)


def _publishers(version: PracticeVersion) -> list[UUID]:
    return members_with_role(network_organization().pk, Role.PUBLISHER)


RECIPIENTS: dict[str, Callable[[PracticeVersion], list[UUID]]] = {
    "practice.handed_over": _focal_points,
    "practice.submitted": _specialists,
    "practice.screened": _writers,
    "practice.returned": _writers,
    "practice.declined": _writers,
    "practice.diverged": _specialists,
    "practice.endorsed": _publishers,
    "practice.published": _writers,
    "practice.withdrawn": _writers,
}


def tell_about_version(row: Outbox) -> None:
    """Write one notice for each person concerned; the same event twice is one notice."""
    with as_service("relay", f"notices for {row.kind}"):
        version = PracticeVersion.objects.select_related("practice").get(pk=row.object_id)
        notices.tell(
            row,
            recipients=RECIPIENTS[row.kind](version),
            subject=version.title,
            url_name="practices:version",
        )


def tell_about_review(row: Outbox) -> None:
    """A reviewer hears that she was asked; specialists hear what became of it."""
    with as_service("relay", f"notices for {row.kind}"):
        review = Review.objects.get(pk=row.object_id)
        if row.kind == "review.assigned":
            notices.tell(row, recipients=[review.reviewer_id], subject=review.subject, url_name="practices:review")
        else:
            notices.tell(
                row,
                recipients=members_with_role(network_organization().pk, Role.SPECIALIST, Role.LEAD),
                subject=review.subject,
                url_name="practices:version",
                object_id=review.version_id,
                object_type=PracticeVersion._meta.label_lower,
            )


def tell_about_assistance(row: Outbox) -> None:
    """Whoever was asked hears of it, the ministry that somebody came, and the other side that it ended."""
    with as_service("relay", f"notices for {row.kind}"):
        assistance = Assistance.objects.select_related("version__practice").get(pk=row.object_id)
        version = assistance.version
        helpers = [assistance.specialist_id] if assistance.specialist_id else _specialists(version)
        ours = [assistance.asked_by_id, *_focal_points(version)]
        told = {
            "assistance.asked": ((helpers, "practices:helped"),),
            "assistance.accepted": ((ours, "practices:assistance"),),
            "assistance.ended": ((ours, "practices:assistance"), (helpers, "practices:helped")),
        }
        for recipients, url_name in told[row.kind]:
            notices.tell(
                row,
                recipients=[p for p in recipients if row.kind != "assistance.ended" or p != assistance.ended_by_id],
                subject=version.title,
                url_name=url_name,
                object_id=version.pk,
                object_type=PracticeVersion._meta.label_lower,
            )


def record_autosaves(row: Outbox) -> None:
    """A quarter of an hour of somebody's autosaves becomes one entry of the audit trail."""
    services.record_autosaves(row.object_id)


def tell_keeper(row: Outbox) -> None:
    """Whoever was given a practice to look after hears of it."""
    with as_service("relay", f"notices for {row.kind}"):
        version = PracticeVersion.objects.get(pk=row.object_id)
        notices.tell(row, recipients=[UUID(row.data["keeper"])], subject=version.title, url_name="practices:version")


def tell_of_adaptation(row: Outbox) -> None:
    """The people of the practice that somebody took over hear what became of it."""
    with as_service("relay", "somebody took a practice over"):
        origin_id = Adaptation.objects.values_list("origin_id", flat=True).get(pk=row.object_id)
        version = (
            PracticeVersion.objects.select_related("practice")
            .filter(practice_id=origin_id, status=PracticeStatus.PUBLISHED)
            .first()
        )
        if version is not None:
            notices.tell(
                row,
                recipients=_writers(version),
                subject=version.title,
                url_name="practices:version",
                object_id=version.pk,
                object_type=PracticeVersion._meta.label_lower,
            )


def release_reviews(row: Outbox) -> None:
    """The reviews of somebody who left her organisation are free for another reviewer."""
    with as_service("reviews", "a membership has ended"):
        membership = Membership.objects.get(pk=row.object_id)
        services.release_reviewer_who_left(user_id=membership.user_id, organization_id=membership.organization_id)


def connect() -> None:
    """Register the consumers (called when the app is ready)."""
    outbox.consumer(*RECIPIENTS)(tell_about_version)
    outbox.consumer("assistance.asked", "assistance.accepted", "assistance.ended")(tell_about_assistance)
    outbox.consumer("practice.autosaved")(record_autosaves)
    outbox.consumer("practice.keeper_changed")(tell_keeper)
    outbox.consumer("practice.adapted")(tell_of_adaptation)
    outbox.consumer("membership.ended")(release_reviews)
    outbox.consumer("review.assigned", "review.filed", "review.released")(tell_about_review)
