"""Getting into a course, and the frame in which somebody takes it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from network_site.common import audit, outbox
from network_site.common.html import plain
from network_site.common.language import current_language
from network_site.common.workflow import TransitionRefused, Unmet, lock_for_writing
from network_site.organizations.actor import acting_as, current, person_through
from network_site.organizations.selectors import addresses_of
from network_site.publishing.models import PublishedRecord

from .. import permissions
from ..enums import EnrolmentState, Entry
from ..models import Course, Enrolment, Invitation
from ..selectors.learning import lacking_courses
from ..workflow import ENROLMENT
from . import working

# The code of what is unmet when another course comes first.
BEFORE = "prerequisite"


def enrol(record: PublishedRecord, *, why: str = "") -> Enrolment:
    """Begin a course for the organisation for which the actor acts, in its newest version.

    Who is in it already gets that enrolment, so a second click, and a second tab, make nothing; who has left it goes
    on where she was. With entry on
    request the enrolment waits for the Network; so it does where only another course should come first and she says
    why she can do without. With entry by invitation one of the actor's addresses has to be on a list. Raises
    PermissionDenied for nobody in particular, TransitionRefused with what stands in the way.
    """
    actor = current()
    if actor.user_id is None or actor.service:
        raise PermissionDenied
    known = _of_mine(record)
    if known is not None:
        return _come_back(known) if known.status == EnrolmentState.LEFT else known
    try:
        with transaction.atomic():
            return _enrol(record, plain(why).strip()[:500])
    except IntegrityError:
        # She was faster in another tab.
        known = _of_mine(record)
        if known is None:
            raise
        return known


def _of_mine(record: PublishedRecord) -> Enrolment | None:
    mine = Enrolment.objects.filter(person_id=current().user_id, record=record)
    found: Enrolment | None = mine.exclude(status=EnrolmentState.REFUSED).first()
    return found


def _come_back(enrolment: Enrolment) -> Enrolment:
    if enrolment.record.state != PublishedRecord.State.PUBLISHED:
        raise TransitionRefused([Unmet("closed", _("This course has been withdrawn."))])
    return ENROLMENT.perform(enrolment, "come_back", changed_at=timezone.now())


def _enrol(record: PublishedRecord, why: str) -> Enrolment:
    actor = current()
    record = PublishedRecord.objects.get(pk=record.pk)
    unmet = _in_the_way(record, actor.user_id, why)  # type: ignore[arg-type]
    lacks_a_course = bool(unmet) and all(one.code == BEFORE for one in unmet)
    if unmet and not (lacks_a_course and why):
        raise TransitionRefused(unmet)
    with acting_as(person_through("registrar", actor.user_id)):  # type: ignore[arg-type]
        course = Course.objects.get(pk=record.pk)
    asks = lacks_a_course or record.snapshot["entry"] == Entry.APPROVAL
    enrolment: Enrolment = Enrolment.objects.create(
        person_id=actor.user_id,
        course=course,
        record=record,
        version=record.version,
        keeper_id=record.owner_id,
        organization_id=actor.organization_id,
        status=EnrolmentState.REQUESTED if asks else EnrolmentState.ACTIVE,
        why=why,
        language=current_language(),
    )
    audit.record("enrolment.created", tenant_id=enrolment.keeper_id, subject=enrolment)
    kind = "enrolment.requested" if asks else "enrolment.begun"
    outbox.enqueue(kind, subject=enrolment, version=1, tenant_id=enrolment.keeper_id)
    return enrolment


def _in_the_way(record: PublishedRecord, person: UUID, why: str) -> list[Unmet]:
    snapshot = record.snapshot
    if record.state != PublishedRecord.State.PUBLISHED:
        return [Unmet("closed", _("This course has been withdrawn."))]
    found = []
    if snapshot["entry"] == Entry.INVITATION and not is_invited(record, person):
        found.append(Unmet("invitation", _("This course is by invitation. Ask your organisation's focal point.")))
    if snapshot["entry"] == Entry.APPROVAL and not why:
        found.append(Unmet("why", _("Say in a sentence why you would like to take it.")))
    for required in lacking_courses(record, person):
        words = _("Complete “%(title)s” first.")
        found.append(Unmet(BEFORE, words % {"title": required.title}))
    return found


def is_invited(record: PublishedRecord, person: UUID) -> bool:
    """Whether an address of this person is on somebody's list for this course."""
    addresses = {address.lower() for address in addresses_of(person)}
    with acting_as(person_through("registrar", person)):
        return Invitation.objects.filter(record=record, email__in=addresses).exists()


@transaction.atomic
def decide_enrolment(enrolment: Enrolment, *, accept: bool, note: str = "") -> Enrolment:
    """Let somebody in who asked for it, or not, with the reason that she reads.

    Raises what `Workflow.perform` raises.
    """
    if accept:
        return ENROLMENT.perform(enrolment, "accept", note=note)
    return ENROLMENT.perform(enrolment, "refuse", note=note, refusal_reason=plain(note).strip())


@transaction.atomic
def unlock(enrolment: Enrolment, *, note: str) -> Enrolment:
    """Open every part of a course to one learner, with the reason, also where something should come before.

    Raises what `Workflow.perform` raises.
    """
    return ENROLMENT.perform(enrolment, "unlock", note=note, is_unlocked=True)


@transaction.atomic
def leave(enrolment: Enrolment) -> Enrolment:
    """The learner gives the course up; what she did stays hers, and she may go on with it later."""
    return ENROLMENT.perform(enrolment, "leave")


@transaction.atomic
def give_time(enrolment: Enrolment, *, percent: int) -> Enrolment:
    """Give a learner more time in every quiz with a clock. Raises PermissionDenied, ValidationError above 300."""
    locked = lock_for_writing(enrolment)
    if not permissions.is_keeper_of_others(current(), locked):
        raise PermissionDenied
    if not 0 <= percent <= 300:
        raise ValidationError(_("Give between 0 and 300 per cent."))
    before, locked.extra_time = locked.extra_time, percent
    locked.save(update_fields=["extra_time", "changed_at"])
    audit.record(
        "enrolment.time_given", tenant_id=locked.keeper_id, subject=locked, before=before, after=locked.extra_time
    )
    return locked


@transaction.atomic
def take_newer(enrolment: Enrolment) -> Enrolment:
    """Go on in the newest version of the course. What was done stays done, where the item is still there."""
    locked = lock_for_writing(enrolment)
    if not permissions.can_learn(current(), locked) or locked.status != EnrolmentState.ACTIVE:
        raise TransitionRefused([Unmet("state", _("Only a course that is under way can be brought up to date."))])
    newest = PublishedRecord.objects.live().filter(pk=locked.record_id).first()
    if newest is None:
        raise TransitionRefused([Unmet("closed", _("This course has been withdrawn."))])
    if locked.version != newest.version:
        locked.version = newest.version
        locked.save(update_fields=["version", "changed_at"])
        audit.record("enrolment.updated", tenant_id=locked.keeper_id, subject=locked, version=newest.version)
        # What was still to be done may have gone.
        return working.complete_when_done(locked)
    return locked


@dataclass(frozen=True)
class Invited:
    """What became of a list of addresses."""

    added: list[str] = field(default_factory=list)
    there: list[str] = field(default_factory=list)


@transaction.atomic
def invite(record: PublishedRecord, emails: Collection[str]) -> Invited:
    """Put addresses on the actor's organisation's list for a course; those with an account are told.

    Raises PermissionDenied. Addresses are taken as checked by the form.
    """
    actor = current()
    if not permissions.can_send_people(actor) or actor.organization_id is None:
        raise PermissionDenied
    wanted = list(dict.fromkeys(email.strip().lower() for email in emails))
    held = set(
        Invitation.objects.filter(owner_id=actor.organization_id, record=record, email__in=wanted).values_list(
            "email", flat=True
        )
    )
    made = [
        Invitation(owner_id=actor.organization_id, record=record, email=email, created_by_id=actor.user_id)
        for email in wanted
        if email not in held
    ]
    # A colleague may have put the same addresses on the list at this very moment.
    Invitation.objects.bulk_create(made, ignore_conflicts=True)
    audit.record("course.invited", tenant_id=actor.organization_id, subject=record, after=[one.email for one in made])
    for one in made:
        outbox.enqueue("course.invited", subject=one, version=1, tenant_id=actor.organization_id)
    return Invited([one.email for one in made], [email for email in wanted if email in held])


@transaction.atomic
def take_off_list(record: PublishedRecord, email: str) -> bool:
    """Take an address off the actor's organisation's list for a course; whether it was on it.

    Whoever is in the course by then stays in it. Raises PermissionDenied.
    """
    actor = current()
    if not permissions.can_send_people(actor) or actor.organization_id is None:
        raise PermissionDenied
    rows = Invitation.objects.filter(owner_id=actor.organization_id, record=record, email=email.strip().lower())
    gone, _by_model = rows.delete()
    if gone:
        audit.record("course.uninvited", tenant_id=actor.organization_id, subject=record, before=[email])
    return bool(gone)
