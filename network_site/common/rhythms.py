"""What a person may choose about mail: kinds in groups, how soon each comes, and when digests go out.

The application always tells; a choice is about mail only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from .models import DigestTime, MailChoice, Notice, Rhythm
from .models.mailings import DIGESTS


class Group(models.TextChoices):
    """Headings of the page of choices."""

    WAITING = "waiting", _("Waiting for you")
    PRACTICES = "practices", _("About our practices")
    PROJECTS = "projects", _("About our projects")
    NEEDS = "needs", _("About our needs")
    COURSES = "courses", _("About courses")
    NETWORK = "network", _("About the Network")


# A kind that nobody put here is about the Network, and comes once a day.
GROUPS: dict[str, Group] = {
    "practice.handed_over": Group.WAITING,
    "practice.submitted": Group.WAITING,
    "practice.returned": Group.WAITING,
    "practice.diverged": Group.WAITING,
    "practice.endorsed": Group.WAITING,
    "review.assigned": Group.WAITING,
    "review.released": Group.WAITING,
    "practice.screened": Group.PRACTICES,
    "practice.declined": Group.PRACTICES,
    "practice.published": Group.PRACTICES,
    "practice.withdrawn": Group.PRACTICES,
    "review.filed": Group.NETWORK,
    "practice.keeper_changed": Group.WAITING,
    "assistance.asked": Group.WAITING,
    "assistance.accepted": Group.PRACTICES,
    "assistance.ended": Group.PRACTICES,
    "invitation.accepted": Group.NETWORK,
    "practice.adapted": Group.PRACTICES,
    "update.sent": Group.WAITING,
    "update.returned": Group.WAITING,
    "project.completed": Group.WAITING,
    "project.executing": Group.PROJECTS,
    "project.suspended": Group.PROJECTS,
    "project.resumed": Group.PROJECTS,
    "project.amended": Group.PROJECTS,
    "project.evaluated": Group.PROJECTS,
    "project.closed": Group.PROJECTS,
    "update.approved": Group.PROJECTS,
    # Rooms, pledges, calls.
    "negotiation.expressed": Group.WAITING,
    "negotiation.discussed": Group.WAITING,
    "negotiation.message": Group.WAITING,
    "negotiation.pledged": Group.WAITING,
    "negotiation.lapsing": Group.WAITING,
    "funding.complete": Group.WAITING,
    "call.closed": Group.WAITING,
    "proposal.decided": Group.WAITING,
    "proposal.answered": Group.WAITING,
    "negotiation.committed": Group.PROJECTS,
    "negotiation.received": Group.PROJECTS,
    "negotiation.ended": Group.PROJECTS,
    # Projects.
    "project.started": Group.PROJECTS,
    "project.drafting": Group.PROJECTS,
    "project.in_review": Group.WAITING,
    "project.review_asked": Group.WAITING,
    "project.judged": Group.PROJECTS,
    "project.returned": Group.WAITING,
    "project.to_sign": Group.WAITING,
    "project.published": Group.PROJECTS,
    "project.secured": Group.PROJECTS,
    "project.agency": Group.PROJECTS,
    "project.cancelled": Group.PROJECTS,
    "need.submitted": Group.WAITING,
    "need.returned": Group.WAITING,
    "need.merge_asked": Group.WAITING,
    "need.results_stated": Group.WAITING,
    "need.registered": Group.NEEDS,
    "need.advertised": Group.NEEDS,
    "need.started": Group.NEEDS,
    "need.met": Group.NEEDS,
    "need.unmet": Group.NEEDS,
    "need.closed": Group.NEEDS,
    "need.merged": Group.NETWORK,
    "need.merge_refused": Group.WAITING,
    "need.withdrawn": Group.NETWORK,
    "need.matched": Group.NEEDS,
    "project.matched": Group.NEEDS,
    "offer.fits": Group.NETWORK,
    # Offers and requests.
    "offer.hidden": Group.WAITING,
    "offer.ends": Group.WAITING,
    "offer.changed": Group.NETWORK,
    "request.changed": Group.NETWORK,
    # Courses.
    "enrolment.requested": Group.WAITING,
    "attempt.waiting": Group.WAITING,
    "course_proposal.sent": Group.WAITING,
    "enrolment.accepted": Group.COURSES,
    "enrolment.refused": Group.COURSES,
    "attempt.graded": Group.COURSES,
    "certificate.issued": Group.COURSES,
    "certificate.revoked": Group.COURSES,
    "course.invited": Group.COURSES,
    "course_proposal.decided": Group.COURSES,
}


def group_of(kind: str) -> Group:
    """Under which heading a kind stands."""
    return GROUPS.get(kind, Group.NETWORK)


def default_rhythm(kind: str) -> str:
    """What waits for somebody comes at once; what she hears of comes once a day."""
    return Rhythm.AT_ONCE if group_of(kind) == Group.WAITING else Rhythm.DAILY


# --- Choices ---------------------------------------------------------------------------------


def rhythms_of(people: Collection[UUID], kind: str) -> dict[UUID, str]:
    """How soon each of these people wants mail of one kind."""
    chosen = dict(MailChoice.objects.filter(person_id__in=people, kind=kind).values_list("person_id", "rhythm"))
    return {person: chosen.get(person, default_rhythm(kind)) for person in people}


def choices_of(person_id: UUID, kinds: Iterable[str]) -> dict[str, str]:
    """What one person has chosen, kind by kind, defaults included."""
    chosen = dict(MailChoice.objects.filter(person_id=person_id).values_list("kind", "rhythm"))
    return {kind: chosen.get(kind, default_rhythm(kind)) for kind in kinds}


@transaction.atomic
def choose(*, person_id: UUID, rhythms: Mapping[str, str]) -> None:
    """Write down how soon a person wants mail of these kinds; what waits for a digest follows the new choice.

    What waits and is now wanted at once stays in its digest: it is no news any more.
    """
    before = choices_of(person_id, rhythms)
    for kind, rhythm in rhythms.items():
        if before[kind] == rhythm:
            continue
        MailChoice.objects.update_or_create(person_id=person_id, kind=kind, defaults={"rhythm": rhythm})
        if rhythm != Rhythm.AT_ONCE:
            Notice.objects.filter(recipient_id=person_id, kind=kind, rhythm__in=DIGESTS, mailing__isnull=True).update(
                rhythm=rhythm
            )


# --- When digests go out ---------------------------------------------------------------------


@dataclass(frozen=True)
class Clock:
    """When a person's digests are due."""

    zone: ZoneInfo
    hour: int = 7
    weekday: int = 0

    def last_due(self, rhythm: str, now: datetime) -> tuple[date, datetime]:
        """The day and the moment of the latest digest that is due by now.

        An hour that the clocks skip counts from before they were put forward; one that comes twice, from its first.
        """
        step = timedelta(days=7 if rhythm == Rhythm.WEEKLY else 1)
        day = now.astimezone(self.zone).date()
        if rhythm == Rhythm.WEEKLY:
            day -= timedelta(days=(day.weekday() - self.weekday) % 7)
        while (moment := datetime.combine(day, time(self.hour), self.zone).astimezone(UTC)) > now:
            day -= step
        return day, moment


def clock_of(wish: DigestTime | None, zone: str) -> Clock:
    """A person's clock: what she wished, else seven in the morning where her organisation is."""
    if wish is None:
        return Clock(ZoneInfo(zone))
    return Clock(ZoneInfo(wish.time_zone or zone), wish.hour, wish.weekday)


@transaction.atomic
def set_digest_time(*, person_id: UUID, hour: int, weekday: int, time_zone: str) -> None:
    """Write down when a person wants her digests."""
    DigestTime.objects.update_or_create(
        person_id=person_id, defaults={"hour": hour, "weekday": weekday, "time_zone": time_zone}
    )
