"""Life cycles of a course, an enrolment and a proposal."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from network_site.common.workflow import Workflow, transition

from . import permissions
from .enums import CourseStatus, EnrolmentState, ProposalStatus

C, E, P = CourseStatus, EnrolmentState, ProposalStatus

COURSE = Workflow(
    "course",
    {
        "publish": transition(
            [C.DRAFT, C.PUBLISHED, C.WITHDRAWN],
            C.PUBLISHED,
            permissions.is_writer_of,
            _("Publish this version"),
            past=pgettext_lazy("course", "published"),
        ),
        "withdraw": transition(
            [C.PUBLISHED],
            C.WITHDRAWN,
            permissions.is_writer_of,
            pgettext_lazy("course", "Withdraw"),
            note_required=True,
            note_public=True,
            past=pgettext_lazy("course", "withdrawn"),
        ),
    },
)

ENROLMENT = Workflow(
    "enrolment",
    {
        "accept": transition(
            [E.REQUESTED],
            E.ACTIVE,
            permissions.is_keeper_of_others,
            pgettext_lazy("enrolment", "Let in"),
            announces=("enrolment.accepted",),
            past=pgettext_lazy("enrolment", "let in"),
        ),
        "refuse": transition(
            [E.REQUESTED],
            E.REFUSED,
            permissions.is_keeper_of_others,
            pgettext_lazy("enrolment", "Do not let in"),
            note_required=True,
            announces=("enrolment.refused",),
            past=pgettext_lazy("enrolment", "not let in"),
        ),
        "unlock": transition(
            [E.ACTIVE],
            E.ACTIVE,
            permissions.is_keeper_of_others,
            pgettext_lazy("enrolment", "Open every part"),
            note_required=True,
            past=pgettext_lazy("enrolment", "every part opened"),
        ),
        "complete": transition(
            [E.ACTIVE],
            E.COMPLETED,
            permissions.is_registrar,
            pgettext_lazy("enrolment", "Complete"),
            announces=("enrolment.completed",),
            past=pgettext_lazy("enrolment", "completed"),
        ),
        "leave": transition(
            [E.ACTIVE],
            E.LEFT,
            permissions.is_learner,
            pgettext_lazy("enrolment", "Leave the course"),
            past=pgettext_lazy("enrolment", "left"),
        ),
        # Where she left off: attempts that were used and decisions that were locked stay so (decision 0046).
        "come_back": transition(
            [E.LEFT],
            E.ACTIVE,
            permissions.is_learner,
            pgettext_lazy("enrolment", "Go on"),
            past=pgettext_lazy("enrolment", "went on"),
        ),
    },
)

PROPOSAL = Workflow(
    "course_proposal",
    {
        "send": transition(
            [P.DRAFT],
            P.SENT,
            permissions.is_proposer,
            _("Send to the Network"),
            announces=("course_proposal.sent",),
            past=pgettext_lazy("proposal of a course", "sent"),
        ),
        "accept": transition(
            [P.SENT],
            P.ACCEPTED,
            permissions.is_judge,
            pgettext_lazy("proposal of a course", "Accept"),
            announces=("course_proposal.decided",),
            past=pgettext_lazy("proposal of a course", "accepted"),
        ),
        "decline": transition(
            [P.SENT],
            P.DECLINED,
            permissions.is_judge,
            pgettext_lazy("proposal of a course", "Decline"),
            note_required=True,
            announces=("course_proposal.decided",),
            past=pgettext_lazy("proposal of a course", "declined"),
        ),
    },
)
