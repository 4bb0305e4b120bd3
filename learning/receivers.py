"""What follows from events of learning: notices to those who have to act or want to know."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress

from network_site.common import notices, outbox
from network_site.common.hooks import as_service
from network_site.common.models import Outbox
from network_site.organizations.enums import Role
from network_site.organizations.selectors import members_with_role, network_organization

from . import services
from .models import Attempt, Certificate, Enrolment, Invitation, Proposal


def _keepers(organization_id: UUID) -> list[UUID]:
    return members_with_role(organization_id, Role.SPECIALIST, Role.PUBLISHER, Role.LEAD)


# Events of an enrolment: who is told. Whoever keeps the course is led to it, the learner to her own page.
TO_KEEPERS, TO_LEARNER = "enrolment.requested", ("enrolment.accepted", "enrolment.refused")
PROPOSALS: dict[str, Callable[[Proposal], list[UUID]]] = {
    "course_proposal.sent": lambda one: _keepers(network_organization().pk),
    "course_proposal.decided": lambda one: members_with_role(one.owner_id, Role.FOCAL_POINT, Role.CONTRIBUTOR),
}


def tell_about_enrolment(row: Outbox) -> None:
    """One notice for each person concerned."""
    with as_service("registrar", f"notices for {row.kind}"):
        enrolment = Enrolment.objects.select_related("record").get(pk=row.object_id)
    tell = _tell_keepers if row.kind == TO_KEEPERS else _tell_learner
    tell(row, enrolment)


def tell_about_attempt(row: Outbox) -> None:
    """A text waits for a tutor, or was marked."""
    with as_service("registrar", f"notices for {row.kind}"):
        attempt = Attempt.objects.select_related("enrolment__record").get(pk=row.object_id)
        enrolment = attempt.enrolment
    tell = _tell_keepers if row.kind == "attempt.waiting" else _tell_learner
    tell(row, enrolment)


def end_attempt(row: Outbox) -> None:
    """The time of an attempt is over: it is marked with what had been saved."""
    with as_service("grader", f"work for {row.kind}"):
        attempt = Attempt.objects.only("person_id").get(pk=row.object_id)
    services.end_when_due(attempt.pk, attempt.person_id)


def tell_about_certificate(row: Outbox) -> None:
    """A certificate was issued, or taken back."""
    with as_service("registrar", f"notices for {row.kind}"):
        certificate = Certificate.objects.select_related("enrolment__record").get(pk=row.object_id)
        enrolment = certificate.enrolment
    _tell_learner(row, enrolment)


def _tell_learner(row: Outbox, enrolment: Enrolment) -> None:
    with as_service("relay", f"notices for {row.kind}"):
        notices.tell(
            row,
            recipients=[enrolment.person_id],
            subject=enrolment.record.title,
            url_name="learning:outline",
            object_id=enrolment.pk,
            object_type="learning.enrolment",
        )


def _tell_keepers(row: Outbox, enrolment: Enrolment) -> None:
    """Without a name: the course is what they look after."""
    with as_service("relay", f"notices for {row.kind}"):
        notices.tell(
            row,
            recipients=_keepers(enrolment.keeper_id),
            subject=enrolment.record.title,
            url_name="learning:course",
            object_id=enrolment.course_id,
            object_type="learning.course",
        )


def tell_about_proposal(row: Outbox) -> None:
    """An organisation proposed a course, or was answered."""
    with as_service("relay", f"notices for {row.kind}"):
        proposal = Proposal.objects.get(pk=row.object_id)
        recipients = PROPOSALS[row.kind](proposal)
        notices.tell(row, recipients=recipients, subject=proposal.title, url_name="learning:proposal")


def tell_about_invitation(row: Outbox) -> None:
    """Somebody was put on the list of a course; those with an account are told."""
    with as_service("registrar", f"notices for {row.kind}"):
        invitation = Invitation.objects.select_related("record").get(pk=row.object_id)
        people = EmailAddress.objects.filter(email__iexact=invitation.email, verified=True)
        found = list(people.values_list("user_id", flat=True))
    with as_service("relay", f"notices for {row.kind}"):
        notices.tell(
            row,
            recipients=found,
            subject=invitation.record.title,
            url_name="learning:enrol",
            object_id=invitation.record_id,
            object_type="publishing.publishedrecord",
        )


def connect() -> None:
    """Register the consumers (called when the app is ready)."""
    consumers: list[tuple[tuple[str, ...], Callable[[Outbox], Any]]] = [
        ((TO_KEEPERS, *TO_LEARNER), tell_about_enrolment),
        (("attempt.due",), end_attempt),
        (("attempt.waiting", "attempt.graded"), tell_about_attempt),
        (("certificate.issued", "certificate.revoked"), tell_about_certificate),
        (tuple(PROPOSALS), tell_about_proposal),
        (("course.invited",), tell_about_invitation),
    ]
    for kinds, consumer in consumers:
        outbox.consumer(*kinds)(consumer)
