"""What courses know about a person, for herself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from network_site.organizations.models import User

from .models import (
    Attempt,
    CaseAnswer,
    CaseDraft,
    CaseReflection,
    Certificate,
    Completion,
    Enrolment,
    HomeAnswer,
    ItemProgress,
    Proposal,
    Response,
    SharedReason,
)
from .selectors.learning import told_attempts

STAFF = "none: the history of staff in the CMS; kept as long as the page"


class Source:
    """For the organisations floor, which makes the copy."""

    fields: Mapping[str, str] = {
        "learning.Enrolment.person": "courses",
        "learning.Completion.person": "completions",
        "learning.ItemProgress.person": "course_parts",
        "learning.Attempt.person": "quiz_attempts",
        "learning.Response.person": "quiz_answers",
        "learning.Response.marked_by": "none: part of the mark of somebody else",
        "learning.CaseDraft.person": "case_drafts",
        "learning.CaseAnswer.person": "case_decisions",
        "learning.CaseReflection.person": "case_reflections",
        "learning.SharedReason.person": "case_texts_that_others_may_read",
        "learning.HomeAnswer.person": "case_answers_for_own_country",
        "learning.Certificate.person": "certificates",
        "learning.Proposal.created_by": "course_proposals",
        "learning.Course.created_by": "none: the Network's own work, in its audit trail",
        "learning.QuestionVersion.reviewed_by": "none: the Network's own work, in its audit trail",
        "learning.QuestionVersion.written_by": "none: the Network's own work, in its audit trail",
        "learning.Invitation.email": "none: an organisation's list; deleted with it on request",
        "learning.Invitation.created_by": "none: an organisation's list, in its audit trail",
        **{
            f"learning.{page}.{field}": STAFF
            for page in ("CoursesPage", "CoursePage", "ModulePage", "LessonPage")
            for field in ("locked_by", "owner")
        },
    }

    def parts(self, user: User) -> Mapping[str, Any]:
        """Everything that she did in courses."""
        enrolments = Enrolment.objects.filter(person=user).select_related("record").order_by("created_at", "pk")
        return {
            "courses": [
                {
                    "id": one.pk,
                    "course": one.record.title,
                    "version": one.version,
                    "status": one.status,
                    "why": one.why,
                    "refusal_reason": one.refusal_reason,
                    "began_at": one.created_at,
                    "completed_at": one.completed_at,
                    "score": one.score,
                }
                for one in enrolments
            ],
            "completions": _rows(Completion, user, "record_id", "completed_on"),
            "course_parts": _rows(ItemProgress, user, "item", "state", "at"),
            "quiz_attempts": _rows(Attempt, user, "quiz", "n", "status", "started_at", "ended_at", "score", "out_of"),
            "quiz_answers": _answers(user, enrolments),
            "case_drafts": _rows(CaseDraft, user, "case", "answers", "saved_at"),
            "case_decisions": _rows(CaseAnswer, user, "prompt_id", "value", "text", "confidence", "at"),
            "case_texts_that_others_may_read": _rows(SharedReason, user, "answer__prompt_id"),
            "case_reflections": _rows(CaseReflection, user, "case", "text"),
            "case_answers_for_own_country": _rows(HomeAnswer, user, "prompt_id", "text"),
            "certificates": _rows(
                Certificate, user, "code", "kind", "snapshot", "shows_name", "issued_at", "revoked_at"
            ),
            "course_proposals": [
                {"id": one.pk, "title": one.title, "status": one.status, "began_at": one.created_at}
                for one in Proposal.objects.filter(created_by=user).order_by("created_at", "pk")
            ],
        }


def _answers(user: User, enrolments: Iterable[Enrolment]) -> list[dict[str, Any]]:
    """Answers with what they were worth, as soon as the rule of their quiz lets her know it."""
    told = told_attempts(user.pk, list(enrolments))
    return [
        {
            "version_id": one.version_id,
            "answer": one.answer,
            "share": one.share if one.attempt_id in told or one.marked_by_id else None,
            "comment": one.comment,
        }
        for one in Response.objects.filter(person=user).order_by("pk")
    ]


def _rows(model: Any, user: User, *columns: str) -> list[dict[str, Any]]:
    return list(model.objects.filter(person=user).order_by("pk").values(*columns))
