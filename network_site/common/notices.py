"""Tell people: inside the application always, and by mail as soon as each of them wants it.

A notice carries no text of its own: what it says is worded when it is read. Mails are left here and
written later (common/mailings.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import mailings, rhythms
from .models import Notice, Outbox, Rhythm
from .models.mailings import DIGESTS
from .slots import Slot

# What each kind of notice says; %(subject)s is the record's title.
WORDS: dict[str, Any] = {
    "practice.handed_over": _("A practice was handed to you: read it and send it for review."),
    "practice.submitted": _("A ministry sent a practice: it waits to be screened."),
    "practice.screened": _("Your practice passed the screening and is in review."),
    "practice.returned": _("Your practice came back with questions."),
    "practice.declined": _("Your practice was declined. The reasons stand on its page."),
    "practice.diverged": _("Two reviewers differ: their scores wait to be settled."),
    "practice.endorsed": _("A practice was reviewed and can be published."),
    "practice.published": _("Your practice is in the databank."),
    "practice.withdrawn": _("Your practice was withdrawn. The reason stands on its page."),
    "review.assigned": _("You were asked to review a practice."),
    "review.filed": _("A review was filed."),
    "review.released": _("A reviewer was released. Ask somebody else."),
    "practice.keeper_changed": _("A practice of a colleague who left was handed to you."),
    "invitation.accepted": _("A colleague whom you invited has come."),
    "assistance.asked": _("A ministry asks the Network to write with it."),
    "assistance.accepted": _("Somebody of the Network writes with you now."),
    "assistance.ended": _("Writing together has ended: the Network no longer reads the draft."),
    # Rooms, pledges, calls.
    "negotiation.expressed": _("A donor is interested in a project. Answer in the room."),
    "negotiation.discussed": _("Your interest was accepted: the talks can begin."),
    "negotiation.message": _("There is something new in a room."),
    "negotiation.pledged": _("A donor made a pledge, or changed it."),
    "negotiation.committed": _("A donor committed money."),
    "negotiation.received": _("Money that you committed is recorded as received."),
    "negotiation.ended": _("Talks about a project have ended."),
    "negotiation.lapsing": _("Your pledge ends soon. Commit it, or renew it."),
    "funding.complete": _("All the money that was asked is committed."),
    "call.closed": _("The deadline of a call has passed: proposals can be read."),
    "proposal.decided": _("There is an answer to your proposal."),
    "proposal.answered": _("The agency that you selected has answered."),
    "search.found": _("Something new fits a search that you saved."),
    "need.matched": _("New matches were found for a need."),
    "project.matched": _("New offers of funding were found for a project."),
    "offer.fits": _("An offer of yours fits a need."),
    # Projects.
    "project.started": _("A project was begun for a need: it is half filled and waits to be read."),
    "project.drafting": _("The Terms of Reference of your project are being written."),
    "project.in_review": _("The Terms of Reference of a project wait for quality reviews."),
    "project.review_asked": _("You were asked to judge the Terms of Reference of a project."),
    "project.judged": _("A quality review of a project was filed."),
    "project.returned": _("A project came back with questions."),
    "project.to_sign": _("A project waits for your signature."),
    "project.published": _("A project was published."),
    "project.secured": _("The funding of a project is secured."),
    "project.agency": _("The agency of a project was selected."),
    "project.cancelled": _("A project was cancelled. The reason stands on its page."),
    "need.submitted": _("A ministry sent a need: it waits to be registered."),
    "need.returned": _("Your need came back with questions."),
    "need.registered": _("Your need is registered: help is looked for."),
    "need.merge_asked": _("The Network asks whether your need is the same matter as another one."),
    "need.merge_refused": _("A ministry says that its need is another matter."),
    "need.merged": _("A ministry agreed: its need was joined with another one."),
    "need.advertised": _("The project of your need is public: funding is sought."),
    "need.started": _("The work on your need has begun."),
    "need.results_stated": _("A ministry says what was reached: it waits to be confirmed."),
    "need.met": _("The Network confirmed what you reached."),
    "need.unmet": _("A need was marked as unmet. The reason stands on its page."),
    "need.withdrawn": _("A ministry withdrew a need. The reason stands on its page."),
    "need.closed": _("Your need was closed. The reason stands on its page."),
    # Offers and requests.
    "request.changed": _("A request that you follow has changed."),
    "offer.changed": _("An offer that you follow has a new last day or new rules."),
    "offer.ends": _("An offer that you follow ends soon."),
    "offer.hidden": _("Nobody has confirmed your offer for a year: it is hidden until you do."),
    # Execution.
    "practice.adapted": _("Somebody took over your practice and tells what came of it."),
    "project.executing": _("The execution of a project has started."),
    "project.suspended": _("A project was suspended. The reason stands on its page."),
    "project.resumed": _("A project that was suspended goes on."),
    "project.amended": _("A project was amended. What changed stands on its page."),
    "project.completed": _("A project is completed. Share what came of it as a practice."),
    "project.evaluated": _("A project was evaluated."),
    "project.closed": _("A project was closed."),
    "update.sent": _("A report on results waits for approval."),
    "update.returned": _("Your report on results came back with questions."),
    "update.approved": _("Your report on results was approved."),
    # Courses.
    "enrolment.requested": _("Somebody asks to be let into a course."),
    "enrolment.accepted": _("You were let into a course: begin whenever you like."),
    "enrolment.refused": _("You were not let into a course. The reason stands beside it."),
    "attempt.waiting": _("A text of a learner waits to be marked."),
    "attempt.graded": _("A text that you handed in was marked."),
    "certificate.issued": _("You completed a course: your certificate is ready."),
    "certificate.revoked": _("A certificate of yours was revoked. The reason stands beside it."),
    "course.invited": _("You were put on the list of a course."),
    "course_proposal.sent": _("An organisation proposes a course."),
    "course_proposal.decided": _("There is an answer to the course that you proposed."),
}

# What a kind is called where one chooses; a kind without a name is called by what its notices say.
NAMES: dict[str, Any] = {
    "practice.handed_over": _("A practice is handed to me"),
    "practice.submitted": _("A practice waits to be screened"),
    "practice.returned": _("A practice comes back with questions"),
    "practice.diverged": _("Reviewers differ, and their scores wait to be settled"),
    "practice.endorsed": _("A practice can be published"),
    "review.assigned": _("I am asked to review a practice"),
    "review.released": _("A reviewer is released, and another one is wanted"),
    "practice.screened": _("A practice passes the screening"),
    "practice.declined": _("A practice is declined"),
    "practice.published": _("A practice is published"),
    "practice.withdrawn": _("A practice is withdrawn"),
    "review.filed": _("A review is filed"),
    "practice.keeper_changed": _("A practice of a colleague who left is handed to me"),
    "invitation.accepted": _("A colleague whom I invited comes"),
    "assistance.asked": _("A ministry asks the Network to write with it"),
    "assistance.accepted": _("Somebody of the Network begins to write with us"),
    "assistance.ended": _("Writing together ends"),
    # Rooms, pledges, calls.
    "negotiation.expressed": _("A donor is interested in a project"),
    "negotiation.discussed": _("An interest of ours is accepted"),
    "negotiation.message": _("Something new stands in a room"),
    "negotiation.pledged": _("A donor makes a pledge, or changes it"),
    "negotiation.committed": _("A donor commits money"),
    "negotiation.received": _("Money that we committed is recorded as received"),
    "negotiation.ended": _("Talks about a project end"),
    "negotiation.lapsing": _("A pledge of ours ends soon"),
    "funding.complete": _("All the money that was asked is committed"),
    "call.closed": _("The deadline of a call passes"),
    "proposal.decided": _("There is an answer to a proposal of ours"),
    "proposal.answered": _("An agency that we selected answers"),
    "search.found": _("Something new fits a search that I saved"),
    "need.matched": _("New matches are found for a need of ours"),
    "project.matched": _("New offers of funding are found for a project of ours"),
    "offer.fits": _("An offer of ours fits a need"),
    # Projects.
    "project.started": _("A project is begun"),
    "project.drafting": _("The Terms of Reference of a project are begun"),
    "project.in_review": _("A project waits for quality reviews"),
    "project.review_asked": _("I am asked to judge a project"),
    "project.judged": _("A quality review is filed"),
    "project.returned": _("A project comes back with questions"),
    "project.to_sign": _("A project waits for my signature"),
    "project.published": _("A project is published"),
    "project.secured": _("The funding of a project is secured"),
    "project.agency": _("The agency of a project is selected"),
    "project.cancelled": _("A project is cancelled"),
    "need.submitted": _("A need waits to be registered"),
    "need.returned": _("A need comes back with questions"),
    "need.registered": _("A need is registered"),
    "need.merge_asked": _("I am asked whether two needs are the same matter"),
    "need.merge_refused": _("A ministry says that its need is another matter"),
    "need.merged": _("Two needs are joined"),
    "need.advertised": _("Funding is sought for a need"),
    "need.started": _("The work on a need begins"),
    "need.results_stated": _("A ministry says what was reached"),
    "need.met": _("A need is met, or partly met"),
    "need.unmet": _("A need is marked as unmet"),
    "need.withdrawn": _("A need is withdrawn"),
    "need.closed": _("A need is closed"),
    "request.changed": _("A request that we follow changes"),
    "offer.changed": _("An offer that we follow changes"),
    "offer.ends": _("An offer that we follow ends soon"),
    "offer.hidden": _("An offer of ours is hidden"),
    # Execution.
    "practice.adapted": _("Somebody takes over a practice of ours"),
    "project.executing": _("The execution of a project starts"),
    "project.suspended": _("A project is suspended"),
    "project.resumed": _("A suspended project goes on"),
    "project.amended": _("A project is amended"),
    "project.completed": _("A project is completed"),
    "project.evaluated": _("A project is evaluated"),
    "project.closed": _("A project is closed"),
    "update.sent": _("A report on results waits for approval"),
    "update.returned": _("My report on results comes back with questions"),
    "update.approved": _("My report on results is approved"),
    "enrolment.requested": _("Somebody asks to be let into a course"),
    "enrolment.accepted": _("I am let into a course"),
    "enrolment.refused": _("I am not let into a course"),
    "attempt.waiting": _("A text of a learner waits to be marked"),
    "attempt.graded": _("A text that I handed in is marked"),
    "certificate.issued": _("A certificate of mine is ready"),
    "certificate.revoked": _("A certificate of mine is revoked"),
    "course.invited": _("I am put on the list of a course"),
    "course_proposal.sent": _("An organisation proposes a course"),
    "course_proposal.decided": _("There is an answer to a course that we proposed"),
}

# Kinds that only members of the Network hear, and kinds that only other organisations do.
FOR_NETWORK = frozenset(
    {"practice.submitted", "practice.diverged", "practice.endorsed", "review.filed", "review.released"}
    | {"assistance.asked"}
    | {"project.in_review", "project.judged"}
    | {"need.submitted", "need.merge_refused", "need.merged", "need.results_stated", "need.withdrawn"}
    | {"enrolment.requested", "attempt.waiting", "course_proposal.sent"}
)
FOR_OTHERS = frozenset(
    {"practice.handed_over", "practice.returned", "practice.screened", "practice.declined"}
    | {"practice.keeper_changed", "assistance.accepted"}
    | {"need.matched", "project.matched", "offer.fits"}
    # Rooms, pledges, calls.
    | {"negotiation.discussed", "negotiation.received", "negotiation.lapsing", "proposal.decided", "proposal.answered"}
    | {"project.drafting", "project.review_asked", "project.to_sign"}
    | {"need.returned", "need.registered", "need.merge_asked", "need.advertised", "need.started"}
    | {"need.met", "need.closed", "course_proposal.decided"}
)

# Kinds whose rhythm is chosen elsewhere, for each thing that one follows: what stops their mail for a person, all of
# it or that of one digest.
own_rhythms: Slot[Callable[[UUID, str], None]] = Slot("kinds of notices whose rhythm is chosen elsewhere")


def name_of(kind: str) -> str:
    """What a kind is called where one chooses, in the language in use."""
    return str(NAMES.get(kind) or WORDS.get(kind) or kind)


def kinds_for(*, in_network: bool, elsewhere: bool) -> list[str]:
    """The kinds that concern a person who belongs to the Network, to another organisation, or to both."""
    hidden: set[str] = set()
    if not in_network:
        hidden |= FOR_NETWORK
    if not elsewhere:
        hidden |= FOR_OTHERS
    order = {group: place for place, group in enumerate(rhythms.Group)}
    hidden |= {kind for kind, _stop in own_rhythms.items()}
    return sorted((kind for kind in WORDS if kind not in hidden), key=lambda kind: order[rhythms.group_of(kind)])


@transaction.atomic
def tell(
    row: Outbox,
    *,
    recipients: Iterable[UUID],
    subject: str,
    url_name: str,
    object_id: UUID | None = None,
    object_type: str = "",
    kind: str = "",
    key: str = "",
    wanted: Mapping[UUID, str] | None = None,
) -> None:
    """One notice for each recipient of an event, and one mail for those who want it at once.

    The same event again writes nothing (unique keys). `object_id` and `object_type` say what the
    notice is about where that is not the event's own subject; mail is sent only while the reader
    may read that object, so one without the other means no mail. Where the event's own kind, key and
    the readers' choices by kind do not say it, `kind`, `key` and `wanted` (rhythm by person) do.
    """
    people = list(dict.fromkeys(recipients))
    kind, key = kind or row.kind, key or row.dedupe_key
    wanted = rhythms.rhythms_of(people, kind) if wanted is None else wanted
    notices, mails = [], []
    for recipient in people:
        notice = Notice(
            recipient_id=recipient,
            organization_id=row.tenant_id,
            kind=kind,
            subject=subject[:200],
            object_type=object_type or ("" if object_id else row.object_type),
            object_id=object_id or row.object_id,
            url_name=url_name,
            dedupe_key=f"{key}:{recipient}",
            rhythm=wanted[recipient],
        )
        if notice.rhythm == Rhythm.AT_ONCE:
            notice.mailing = mailings.new(recipient, Rhythm.AT_ONCE, f"notice:{notice.dedupe_key}")
            mails.append(notice.mailing)
        notices.append(notice)
    mailings.leave(mails)
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def mark_read(notice: Notice) -> int:
    """The current person has seen a notice, and what was said of the same record before; how many were unread."""
    return Notice.objects.filter(
        recipient_id=notice.recipient_id,
        object_id=notice.object_id,
        created_at__lte=notice.created_at,
        read_at__isnull=True,
    ).update(read_at=timezone.now())


def mark_all_read(until: datetime | None = None) -> int:
    """The current person has seen her notices (those that were there then); how many were unread."""
    return Notice.objects.filter(read_at__isnull=True, created_at__lte=until or timezone.now()).update(
        read_at=timezone.now()
    )


def stop_mail(*, person_id: UUID, what: str) -> None:
    """No more mail of one kind, or (for "daily" and "weekly") of all kinds in that digest. Again: nothing happens."""
    for kind, stop in own_rhythms.items():
        if what == kind or what in DIGESTS:
            stop(person_id, what if what in DIGESTS else "")
    elsewhere = {kind for kind, _stop in own_rhythms.items()}
    kinds = [what]
    if what in DIGESTS:
        kinds = [kind for kind, rhythm in rhythms.choices_of(person_id, WORDS).items() if rhythm == what]
    kinds = [kind for kind in kinds if kind not in elsewhere]
    rhythms.choose(person_id=person_id, rhythms=dict.fromkeys(kinds, Rhythm.NEVER))
