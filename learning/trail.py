"""How courses' entries in an organisation's audit trail read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .models import Course, Proposal
from .workflow import COURSE, ENROLMENT, PROPOSAL

WORDS: dict[str, Any] = {
    "course.created": _("A course was begun"),
    "course.edited": _("A course was edited"),
    "course.practice_read": _("A lesson was read beside a practice that had changed"),
    "course.question_written": _("A question of a course was written"),
    "course.question_reviewed": _("A question of a course was reviewed"),
    "course.question_retired": _("A question of a course was retired"),
    "course.question_restored": _("A question of a course was taken back"),
    "course.quiz_written": _("A quiz of a course was written"),
    "course.case_written": _("A case of a course was written"),
    "course.prompt_written": _("A decision of a case was written"),
    "course.prompt_removed": _("A decision of a case was removed"),
    "course.attempt_ended": _("A quiz was handed in"),
    "course.answer_marked": _("A text was marked"),
    "course.case_locked": _("Decisions of a case were locked"),
    "course.need_drafted": _("A need was drafted from a course"),
    "course.invited": _("People were put on the list of a course"),
    "course.uninvited": _("Somebody was taken off the list of a course"),
    "enrolment.created": _("Somebody began a course"),
    "enrolment.updated": _("Somebody went on in a newer version of a course"),
    "enrolment.time_given": _("A learner was given more time"),
    "certificate.issued": _("A certificate was issued"),
    "certificate.raised": _("A certificate was raised"),
    "certificate.name": _("The name on a certificate was shown or hidden"),
    "certificate.revoked": _("A certificate was revoked"),
    "course_proposal.created": _("The proposal of a course was begun"),
    "course_proposal.edited": _("The proposal of a course was edited"),
}
WORKFLOWS = {flow.name: flow for flow in (COURSE, ENROLMENT, PROPOSAL)}


class Describer:
    """Words and titles for the organisations floor, which knows no course."""

    def words(self, action: str) -> str:
        """Own words first, then what the workflow says of the step."""
        if action in WORDS:
            return str(WORDS[action])
        flow, _dot, name = action.partition(".")
        steps = WORKFLOWS[flow].transitions if flow in WORKFLOWS else {}
        return str(steps[name].past) if name in steps else ""

    def subjects(self, object_type: str, ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
        """Courses by their codes, proposals by their titles. Enrolments have no title: they are somebody's own."""
        if object_type == Course._meta.label_lower:
            return {
                one.pk: (one.code, reverse("learning:course", args=[one.pk]))
                for one in Course.objects.filter(pk__in=ids)
            }
        if object_type == Proposal._meta.label_lower:
            return {
                one.pk: (one.title, reverse("learning:proposal", args=[one.pk]))
                for one in Proposal.objects.filter(pk__in=ids)
            }
        return {}
