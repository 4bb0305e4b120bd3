"""The way to the signature: quality reviews, the ministry's word, and what each step brings with it."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from network_site.common import audit, html, outbox
from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet, lock_for_writing
from network_site.organizations import services as organizations
from network_site.organizations.actor import acting_as, current, person_through, service_actor
from network_site.organizations.enums import Capacity, OrganizationKind
from network_site.organizations.models import Organization, User
from network_site.organizations.selectors import affiliations_of, network_organization

from .. import permissions
from ..enums import PUBLIC, ProjectStatus
from ..models import Annex, Project, QualityReview, SignOff
from ..workflow import PROJECT
from ..workflow.execution import STEPS
from ..workflow.project import missing_signatures, wrote
from .checking import check_fields
from .publishing import publish_edition

# Steps with a verb of their own, and steps that others make (rooms of donors, execution).
# The steps of execution have verbs of their own too (services/execution.py).
BY_OWN_VERB = frozenset({"sign_and_publish", "publish_documented", "open_negotiation", *STEPS})


@transaction.atomic
def perform(project: Project, name: str, *, note: str = "", lock_version: int | None = None) -> Project:
    """Do a step of the life cycle that needs nothing but a note.

    Sent to review, the project is shared with the Network; returned, a new round begins, in which it is judged and
    signed again; passed on, the ministries of further countries may read it; a public one is published as it is now.
    Raises what `Workflow.perform` raises.
    """
    if name not in PROJECT.transitions or name in BY_OWN_VERB:
        raise TransitionRefused([Unmet("unknown", _("There is no such step."))])
    changes = {"round": lock_for_writing(project).round + 1} if name == "return_to_drafting" else {}
    moved = PROJECT.perform(project, name, note=note, version=lock_version, **changes)
    if name == "send_to_review" and current().organization_id == moved.owner_id:
        organizations.share(moved, capacity=Capacity.NETWORK, organization=network_organization())
    if name == "return_to_drafting":
        _close_to_reviewers(moved)
    if name == "pass_to_ministry":
        _open_to_signatories(moved)
    if moved.edition and moved.status in PUBLIC:
        publish_edition(moved)
    return moved


def _close_to_reviewers(project: Project) -> None:
    with acting_as(service_actor("reviews"), reason="a round of quality review has ended"):
        organizations.revoke_shares(object_id=project.pk, capacity=Capacity.REVIEW)


def _open_to_signatories(project: Project) -> None:
    """Ministries of the other countries read what they are to sign."""
    others = [code for code in permissions.signing_countries(project) if code != project.country_id]
    for ministry in Organization.objects.filter(kind=OrganizationKind.MINISTRY, country_id__in=others):
        organizations.share(project, capacity=Capacity.REVIEW, organization=ministry)


@transaction.atomic
def ask_reviewer(project: Project, *, reviewer: User, organization: Organization) -> None:
    """Let a person of a partner organisation read and judge this round; asking her again changes nothing.

    Raises TransitionRefused when it is not in review, the actor is no specialist, or the person is tied to it.
    """
    locked = lock_for_writing(project)
    if locked.status != ProjectStatus.REVIEW or not permissions.can_ask_reviewer(current(), locked):
        raise TransitionRefused([Unmet("state", _("Reviewers are asked while a project is in quality review."))])
    refused = ties_of(locked, reviewer.pk)
    if organization.kind not in permissions.JUDGING_KINDS:
        refused.append(Unmet("kind", _("Partner organisations judge; ministries and donors do not.")))
    if refused:
        raise TransitionRefused(refused)
    organizations.share(locked, capacity=Capacity.REVIEW, user=reviewer)
    audit.record("project.reviewer_asked", tenant_id=locked.owner_id, subject=locked, reason=str(reviewer.pk))
    outbox.enqueue(
        "project.review_asked", subject=locked, version=locked.lock_version, tenant_id=organization.pk,
        data={"reviewer": str(reviewer.pk)},
    )  # fmt: skip


def ties_of(project: Project, user_id: UUID) -> list[Unmet]:
    """Why this person may not judge it: she wrote on it, or belongs to whoever asks, pays or carries it out."""
    reasons = []
    if wrote(project, user_id):
        reasons.append(Unmet("wrote", _("Whoever wrote on a project does not judge it.")))
    with acting_as(service_actor("reviews"), reason="ties of a quality reviewer"):
        affiliations = affiliations_of(user_id)
    countries = set(permissions.signing_countries(project))
    parties = set(project.parties.exclude(organization=None).values_list("organization_id", flat=True))
    parties |= {project.owner_id}
    if any(tie.organization_id in parties for tie in affiliations):
        reasons.append(Unmet("party", _("This person belongs to an organisation that takes part in the project.")))
    elif any(tie.kind == OrganizationKind.MINISTRY and tie.country_id in countries for tie in affiliations):
        reasons.append(Unmet("country", _("This person belongs to a ministry of a country that takes part.")))
    return reasons


@transaction.atomic
def file_quality_review(
    project: Project, *, verdict: str, note: str, has_interest: bool, interest_note: str = ""
) -> QualityReview:
    """File one's judgement of this round, once and for good.

    Raises TransitionRefused when it is not in review, the actor may not judge, is tied to the project, declares an
    interest, gives no reasons, or has judged this round already.
    """
    actor = current()
    seen: Project = Project.objects.get(pk=project.pk)
    if seen.status != ProjectStatus.REVIEW or not permissions.can_judge(actor, seen):
        raise TransitionRefused([Unmet("state", _("This project does not wait for your judgement."))])
    note = html.plain(note).strip()
    refused = ties_of(seen, _person(actor.user_id))
    if has_interest:
        refused.append(Unmet("interest", _("You declare an interest, so you cannot judge this project.")))
    if not note:
        refused.append(Unmet("note", _("Give your reasons in words.")))
    if refused:
        raise TransitionRefused(refused)
    try:
        with transaction.atomic():
            review = QualityReview(
                project=seen, round=seen.round, reviewer_id=actor.user_id, organization_id=actor.organization_id,
                has_interest=False, interest_note=html.plain(interest_note).strip(), verdict=verdict, note=note,
            )  # fmt: skip
            check_fields(review, exclude=["project", "reviewer", "organization"])
            review.save(force_insert=True)
    except IntegrityError as error:
        raise TransitionRefused([Unmet("judged", _("You have judged this round already."))]) from error
    audit.record("project.judged", tenant_id=seen.owner_id, subject=seen, version=seen.lock_version, reason=verdict)
    outbox.enqueue("project.judged", subject=review, tenant_id=seen.owner_id)
    return review


def _person(user_id: UUID | None) -> UUID:
    if user_id is None:
        raise PermissionDenied
    return user_id


def signing_unmet(project: Project, user_id: UUID | None) -> list[Unmet]:
    """What keeps this person from signing, for the page and for the verb."""
    if user_id is not None and wrote(project, user_id):
        return [Unmet("wrote", _("You wrote on this project. Another focal point signs it."))]
    return []


@transaction.atomic
def sign(project: Project, *, name: str, letter: Annex | None = None, lock_version: int | None = None) -> Project:
    """The focal point signs for her country. With the last signature the project is published.

    In order: the service locks the project, so that of many signatures at once each is counted; the signature; when
    every country has signed, the step and the publication by the service, with the person named in the trail.
    Raises TransitionRefused when it does not wait for this signature, and StaleVersion when it has moved on.
    """
    actor = current()
    Project.objects.get(pk=project.pk)
    service = person_through("funding", _person(actor.user_id))
    with acting_as(service, reason="a signature is counted"):
        locked: Project = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
    if locked.status != ProjectStatus.VALIDATION or not permissions.can_sign(actor, locked):
        raise TransitionRefused([Unmet("state", _("This project does not wait for your signature."))])
    if lock_version is not None and locked.lock_version != lock_version:
        raise StaleVersion(locked)
    name = html.plain(name).strip()
    refused = signing_unmet(locked, actor.user_id)
    if not name:
        refused.append(Unmet("name", _("Give your name and office.")))
    if SignOff.objects.filter(project=locked, round=locked.round, country_id=actor.country_id).exists():
        refused.append(Unmet("signed", _("Your country has signed already.")))
    if refused:
        raise TransitionRefused(refused)
    SignOff.objects.create(
        project=locked, round=locked.round, country_id=actor.country_id, signed_by_id=actor.user_id, name=name[:200],
        letter=letter,
    )  # fmt: skip
    audit.record("project.signed", tenant_id=locked.owner_id, subject=locked, reason=actor.country_id)
    with acting_as(service, reason="every country has signed"):
        if not missing_signatures(locked):
            locked = PROJECT.perform(locked, "sign_and_publish", version=lock_version)
            publish_edition(locked)
    return Project.objects.get(pk=project.pk)


@transaction.atomic
def publish_documented(project: Project, *, lock_version: int | None = None) -> Project:
    """Publish what the Network wrote down from a publication. Raises what `Workflow.perform` raises."""
    moved = PROJECT.perform(project, "publish_documented", version=lock_version)
    publish_edition(moved)
    return moved
