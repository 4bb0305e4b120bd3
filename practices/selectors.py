"""Reads of the databank's private side. Managers have scoped everything already."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from network_site.common.models import TransitionRecord
from network_site.organizations.actor import Actor
from network_site.organizations.enums import OrganizationKind, Role
from network_site.organizations.models import Membership, Organization, User
from network_site.organizations.selectors import addresses_of

from .enums import EDITABLE, IN_WORK, PracticeStatus, ReviewStatus
from .models import Assistance, Attachment, Contact, EvidenceItem, Practice, PracticeVersion, Review, VersionTerm
from .workflow import PRACTICE

# The states in which a version waits for the Network, or for its ministry's answer to it.
WITH_NETWORK = IN_WORK - {PracticeStatus.DRAFT.value, PracticeStatus.READY.value}


def list_versions(actor: Actor) -> Any:
    """Versions that belong to the actor's organisation, in work or published, newest change first."""
    return PracticeVersion.objects.for_list().filter(
        Q(practice__owner_id=actor.organization_id),
        Q(status__in=[*IN_WORK, PracticeStatus.PUBLISHED, PracticeStatus.DECLINED]),
    )


def list_shared_with_network() -> Any:
    """Versions that the Network works on (for its staff), oldest change first."""
    return PracticeVersion.objects.for_list().filter(status__in=WITH_NETWORK).order_by("changed_at")


def count_with_network_by_term(scheme: str) -> dict[str, int]:
    """For each term of a scheme, how many versions in work the actor may read carry it (for network staff).

    A number and nothing else. What was not sent to the Network is not in it: the manager leaves it out.
    """
    rows = (
        VersionTerm.objects.filter(version__status__in=WITH_NETWORK, term__scheme_id=scheme)
        .order_by()
        .values_list("term_id")
        .annotate(n=Count("pk"))
    )
    return dict(rows)


def count_with_network_by_status() -> list[tuple[str, int]]:
    """How many versions are with the Network in each state, in the order of their life (for network staff)."""
    counted = dict(
        PracticeVersion.objects.filter(status__in=WITH_NETWORK).order_by().values_list("status").annotate(n=Count("pk"))
    )
    return [(str(status.label), counted.get(status.value, 0)) for status in PracticeStatus if status in WITH_NETWORK]


def get_version(pk: UUID) -> PracticeVersion:
    """One version with its practice. Raises PracticeVersion.DoesNotExist, for foreign ones too."""
    version: PracticeVersion = PracticeVersion.objects.select_related(
        "practice__owner", "practice__owner__country", "country"
    ).get(pk=pk)
    return version


def history_of(version: PracticeVersion) -> list[dict[str, Any]]:
    """The timeline of a version, newest first, in words."""
    records = list(TransitionRecord.objects.filter(object_id=version.pk).order_by("-at", "-object_version"))
    organizations = {
        organization.pk: organization
        for organization in Organization.objects.filter(pk__in={record.organization_id for record in records})
    }
    labels = dict(PracticeStatus.choices)
    return [
        {
            "at": record.at,
            "title": str(PRACTICE.transitions[record.name].past),
            "by": _who(record, organizations),
            "note": record.note,
            "from_label": str(labels.get(record.source, record.source)),
            "to_label": str(labels.get(record.target, record.target)),
            "now": index == 0,
        }
        for index, record in enumerate(records)
    ]


def _who(record: TransitionRecord, organizations: dict[UUID, Organization]) -> str:
    if record.organization_id is None:
        return _("Enlace, by rule")
    organization = organizations.get(record.organization_id)
    roles = dict(Role.choices)
    role = ", ".join(str(roles.get(name, name)) for name in record.role.split("+") if name)
    return f"{organization.name if organization else ''} ({role})" if role else str(organization or "")


def last_note(version: PracticeVersion, name: str) -> str:
    """The reason given with the last transition of that name; empty when there is none."""
    note = (
        TransitionRecord.objects.filter(object_id=version.pk, name=name).order_by("-at").values_list("note", flat=True)
    )
    return note.first() or ""


def list_reviews(actor: Actor) -> Any:
    """The actor's own reviews, the open ones first."""
    return (
        Review.objects.filter(reviewer_id=actor.user_id)
        .exclude(status=ReviewStatus.RELEASED)
        .select_related("owner")
        .order_by("filed_at", "due_on")
    )


def get_review(pk: UUID, actor: Actor) -> Review:
    """The actor's own review. Raises Review.DoesNotExist for everybody else's, the Network's view included."""
    review: Review = Review.objects.select_related("owner").get(pk=pk, reviewer_id=actor.user_id)
    return review


def list_assignments(version: PracticeVersion) -> list[dict[str, Any]]:
    """Who was asked to review in this round and how far they are (for network staff): never the scores."""
    reviews = (
        Review.objects.filter(version=version, round=version.round)
        .exclude(status=ReviewStatus.RELEASED)
        .select_related("owner", "reviewer")
    )
    return [
        {
            "review": review,
            "organization": review.owner.name,
            "name": str(review.reviewer),
            "status": review.get_status_display(),
            "due_on": review.due_on,
        }
        for review in reviews
    ]


@dataclass(frozen=True)
class Candidate:
    """A person who could be asked to review."""

    user: User
    organization: Organization


def reviewer_candidates(*, but: Collection[UUID] = ()) -> list[Candidate]:
    """People of partner organisations, universities and social partners, by organisation (network staff).

    `but` names organisations that were asked already.
    """
    from network_site.organizations.models import Membership

    kinds = [OrganizationKind.INTERNATIONAL, OrganizationKind.ACADEMIC, OrganizationKind.SOCIAL_PARTNER]
    memberships = (
        Membership.objects.filter(valid_to__isnull=True, organization__kind__in=kinds, user__is_active=True)
        .exclude(organization_id__in=but)
        .select_related("user", "organization")
        .order_by("organization__key", "user__last_name")
    )
    return [Candidate(membership.user, membership.organization) for membership in memberships]


@dataclass(frozen=True)
class Task:
    """Something that waits for the actor."""

    title: str
    subject: str
    url_name: str
    pk: UUID
    status: str
    tag: str
    due_on: Any = None
    is_demo: bool = False


def list_tasks(actor: Actor) -> list[Task]:
    """What waits for this actor: reviews to file, practices to send, screen, settle or publish."""
    tasks = [
        Task(
            _("Declare your interests") if review.status == ReviewStatus.ASSIGNED else _("File your review"),
            review.subject,
            "practices:review",
            review.pk,
            review.status,
            str(review.get_status_display()),
            review.due_on,
            review.is_demo,
        )
        for review in list_reviews(actor).filter(status__in=[ReviewStatus.ASSIGNED, ReviewStatus.DECLARED])
    ]
    tasks += [
        Task(
            _("Write with this ministry") if assistance.accepted_at else _("Answer this ministry: it asks for help"),
            assistance.version.title,
            "practices:assistance",
            assistance.version_id,
            assistance.version.status,
            str(assistance.version.get_status_display()),
            None,
            assistance.version.practice.is_demo,
        )
        for assistance in list_assistances(actor)
    ]
    wanted = _waiting_states(actor)
    if wanted:
        versions = PracticeVersion.objects.for_list().filter(status__in=wanted)
        if not actor.is_network:
            versions = versions.filter(practice__owner_id=actor.organization_id)
        tasks += [
            Task(
                wanted[version.status],
                version.title,
                "practices:version",
                version.pk,
                version.status,
                str(version.get_status_display()),
                None,
                version.practice.is_demo,
            )
            for version in versions.order_by("changed_at")
        ]
    return tasks


def _waiting_states(actor: Actor) -> dict[str, str]:
    states: dict[str, str] = {}
    if actor.is_network:
        if actor.has(Role.SPECIALIST, Role.LEAD):
            states[PracticeStatus.SUBMITTED] = _("Screen this practice")
            states[PracticeStatus.SCREENING] = _("Finish the screening")
            states[PracticeStatus.IN_REVIEW] = _("Look after its reviews")
            states[PracticeStatus.ADJUDICATION] = _("Settle the scores")
        if actor.has(Role.PUBLISHER):
            states[PracticeStatus.ENDORSED] = _("Publish this practice")
    elif actor.has(Role.FOCAL_POINT):
        states[PracticeStatus.READY] = _("Read it and send it for review")
        states[PracticeStatus.REVISION] = _("Answer the questions and send it again")
    elif actor.has(Role.CONTRIBUTOR):
        states[PracticeStatus.DRAFT] = _("Go on writing")
        states[PracticeStatus.REVISION] = _("Answer the questions")
    return states


def keeper_of(practice: Practice) -> User | None:
    """Who looks after a practice: whoever it was given to, else whoever began it; nobody once she left."""
    members = Membership.objects.filter(organization_id=practice.owner_id, valid_to__isnull=True)
    keepers = User.objects.filter(pk=practice.keeper_id or practice.created_by_id)
    return keepers.filter(pk__in=members.values("user_id")).first()


def list_kept(user_id: UUID, organization_id: UUID) -> list[PracticeVersion]:
    """Versions in work of practices that a person looks after, or created where nobody was named since."""
    hers = Q(practice__keeper_id=user_id) | Q(practice__keeper__isnull=True, practice__created_by_id=user_id)
    versions = PracticeVersion.objects.filter(hers, practice__owner_id=organization_id, status__in=[*IN_WORK])
    return list(versions.select_related("practice").order_by("changed_at"))


def list_naming(user_id: UUID, organization_id: UUID) -> list[PracticeVersion]:
    """Versions that can still be edited and name a person as contact, by any of her confirmed addresses."""
    addresses = addresses_of(user_id)
    ids = Contact.objects.filter(
        version__practice__owner_id=organization_id, version__status__in=[*EDITABLE], email__in=addresses
    ).values_list("version_id", flat=True)
    return list(PracticeVersion.objects.filter(pk__in=set(ids)).select_related("practice").order_by("changed_at"))


def list_open_reviews(user_id: UUID, organization_id: UUID) -> list[Review]:
    """Reviews that a person was asked for as a member of an organisation and has not filed.

    She herself, the Network and the service "reviews" find them; her colleagues find none.
    """
    open_states = [ReviewStatus.ASSIGNED, ReviewStatus.DECLARED]
    return list(Review.objects.filter(reviewer_id=user_id, owner_id=organization_id, status__in=open_states))


def count_by_status(actor: Actor) -> dict[str, int]:
    """How many of the organisation's versions stand in each state."""
    from django.db.models import Count

    rows = (
        PracticeVersion.objects.filter(practice__owner_id=actor.organization_id)
        .order_by()
        .values_list("status")
        .annotate(n=Count("pk"))
    )
    return dict(rows)


def find_evidence_file(pk: UUID) -> EvidenceItem | None:
    """An evidence file that the current actor may read, else None."""
    return EvidenceItem.objects.filter(pk=pk).exclude(file="").first()


def find_attachment(pk: UUID) -> Attachment | None:
    """An attached file that the current actor may read, else None."""
    return Attachment.objects.filter(pk=pk).first()


def open_proposals(version: PracticeVersion) -> set[str]:
    """The questions (enums.QUESTIONS) whose answers the Network wrote and the ministry has not confirmed."""
    return set(version.proposed_fields.filter(confirmed_at__isnull=True).values_list("name", flat=True))


def open_assistance(version: PracticeVersion) -> Assistance | None:
    """The assistance that has not ended, with its people."""
    return version.assistances.filter(ended_at__isnull=True).select_related("specialist", "asked_by").first()


def list_assistances(actor: Actor) -> Any:
    """Ministries that ask the Network to write with them, or with which this specialist writes (for its staff)."""
    if not (actor.is_network and actor.has(Role.SPECIALIST, Role.LEAD)):
        return Assistance.objects.none()
    return (
        Assistance.objects.filter(Q(specialist__isnull=True) | Q(specialist_id=actor.user_id), ended_at__isnull=True)
        .select_related("version__practice__owner")
        .order_by("asked_at")
    )
