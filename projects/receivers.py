"""What follows from events of projects: notices to the people who have to act or want to know."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from network_site.common import notices, outbox
from network_site.common.hooks import as_service
from network_site.common.models import Outbox
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import Organization
from network_site.organizations.selectors import members_with_role, network_organization

from .models import Agreement, Project, QualityReview, Update
from .permissions import signing_countries


def _writers(project: Project) -> list[UUID]:
    return members_with_role(project.owner_id, Role.FOCAL_POINT, Role.CONTRIBUTOR)


def _specialists(project: Project) -> list[UUID]:
    return members_with_role(network_organization().pk, Role.SPECIALIST, Role.LEAD)


def _both(project: Project) -> list[UUID]:
    return [*_writers(project), *_specialists(project)]


def _signatories(project: Project) -> list[UUID]:
    """Focal points of the ministries that have to sign."""
    ministries = Organization.objects.filter(
        kind=OrganizationKind.MINISTRY, country_id__in=signing_countries(project)
    ).values_list("pk", flat=True)
    found = {project.owner_id, *(ministries if len(signing_countries(project)) > 1 else ())}
    return [person for ministry in sorted(found) for person in members_with_role(ministry, Role.FOCAL_POINT)]


RECIPIENTS: dict[str, Callable[[Project], list[UUID]]] = {
    "project.started": _both,
    "project.drafting": _writers,
    "project.in_review": _specialists,
    "project.returned": _both,
    "project.to_sign": _signatories,
    "project.published": _both,
    "project.secured": _both,
    "project.agency": _both,
    "project.cancelled": _both,
}


def tell_about_project(row: Outbox) -> None:
    """Write one notice for each person concerned; the same event twice is one notice."""
    with as_service("relay", f"notices for {row.kind}"):
        project = Project.objects.get(pk=row.object_id)
        notices.tell(
            row,
            recipients=RECIPIENTS[row.kind](project),
            subject=project.title,
            url_name="projects:project",
        )


def tell_reviewer(row: Outbox) -> None:
    """A reviewer of a partner hears that she was asked."""
    with as_service("relay", f"notices for {row.kind}"):
        project = Project.objects.get(pk=row.object_id)
        notices.tell(row, recipients=[UUID(row.data["reviewer"])], subject=project.title, url_name="projects:review")


def tell_of_judgement(row: Outbox) -> None:
    """The Network hears that a quality review was filed."""
    with as_service("relay", f"notices for {row.kind}"):
        review = QualityReview.objects.select_related("project").get(pk=row.object_id)
        notices.tell(
            row,
            recipients=_specialists(review.project),
            subject=review.project.title,
            url_name="projects:project",
            object_id=review.project_id,
            object_type=Project._meta.label_lower,
        )


# --- Execution ----------------------------------------------------------------------------------

EXECUTION = (
    "project.executing",
    "project.suspended",
    "project.resumed",
    "project.amended",
    "project.completed",
    "project.evaluated",
    "project.closed",
)


def _agency(project: Project) -> list[UUID]:
    agreement = Agreement.objects.filter(project=project).first()
    if agreement is None or agreement.agency_id is None:
        return []
    return members_with_role(agreement.agency_id, Role.FOCAL_POINT, Role.CONTRIBUTOR)


def tell_about_execution(row: Outbox) -> None:
    """Ministry, Network and agency hear of a step; that a practice waits to be opened concerns the ministry alone."""
    with as_service("relay", f"notices for {row.kind}"):
        project = Project.objects.get(pk=row.object_id)
        people = _writers(project) if row.kind == "project.completed" else [*_both(project), *_agency(project)]
        notices.tell(row, recipients=people, subject=project.title, url_name="projects:execution")


def tell_about_update(row: Outbox) -> None:
    """A report that was sent waits for somebody else than its reporter; she hears what became of it."""
    with as_service("relay", f"notices for {row.kind}"):
        update = Update.objects.select_related("project").get(pk=row.object_id)
        judges = [*members_with_role(update.project.owner_id, Role.FOCAL_POINT), *_specialists(update.project)]
        people = [person for person in judges if person != update.reporter_id]
        notices.tell(
            row,
            recipients=people if row.kind == "update.sent" else [update.reporter_id],
            subject=update.project.title,
            url_name="projects:execution",
            object_id=update.project_id,
            object_type=Project._meta.label_lower,
        )


def connect() -> None:
    """Register the consumers (called when the app is ready)."""
    outbox.consumer(*RECIPIENTS)(tell_about_project)
    outbox.consumer("project.review_asked")(tell_reviewer)
    outbox.consumer("project.judged")(tell_of_judgement)
    outbox.consumer(*EXECUTION)(tell_about_execution)
    outbox.consumer("update.sent", "update.returned", "update.approved")(tell_about_update)
