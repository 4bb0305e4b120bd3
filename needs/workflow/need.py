"""The life of a need (funding page, section 2)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from network_site.common.workflow import Unmet, Workflow, transition

from .. import permissions
from ..enums import OPEN
from ..enums import NeedStatus as S
from ..models import Need
from .overlaps import unanswered_overlaps

# States in which the ministry may say: we take it back.
ALIVE = OPEN | {S.DRAFT.value, S.SUBMITTED.value, S.RETURNED.value, S.IN_EXECUTION.value}
OPEN_OR_RUNNING = OPEN | {S.IN_EXECUTION.value}


def _step(need: Need, name: str) -> str:
    return reverse("needs:edit", args=[need.pk, name])


def is_complete(need: Need, actor: Any) -> list[Unmet]:
    """Everything that is still missing before a need can be sent, each with the page where it is asked."""
    schemes = set(need.need_terms.values_list("term__scheme_id", flat=True))
    wanted: list[tuple[bool, str, Any, str]] = [
        (bool(need.country_id) or need.owner.is_demo, "country", _("Say for which country it is"), "brief"),
        (bool(need.beneficiaries), "beneficiaries", _("Say who would benefit"), "lacking"),
        (bool(need.tried), "tried", _("Say what was tried; “nothing yet” is an answer"), "lacking"),
        (
            bool(need.evidence) or need.wants_assessment,
            "evidence",
            _("Say how you know, or ask for an assessment"),
            "lacking",
        ),
        ("LAF" in schemes, "functions", _("Choose the function it belongs to"), "help"),
        ("DI" in schemes, "problems", _("Choose the problems from the common list"), "help"),
        (need.measures.exists(), "measures", _("Name at least one sign that it is met"), "success"),
        (bool(need.contact_name and need.contact_email), "contact", _("Name a person whom others may ask"), "limits"),
    ]  # fmt: skip
    return [Unmet(code, message, _step(need, step)) for given, code, message, step in wanted if not given]


def has_answered_overlaps(need: Need, actor: Any) -> list[Unmet]:
    """Possible duplicates were shown, and each was answered."""
    waiting = len(unanswered_overlaps(need))
    if not waiting:
        return []
    message = _("Say of each possible duplicate whether it is the same matter.")
    return [Unmet("overlaps", message, reverse("needs:overlaps", args=[need.pk]))]


def is_asked_to_merge(need: Need, actor: Any) -> list[Unmet]:
    """The Network has named the need with which this one would be joined."""
    return [] if need.merged_into_id else [Unmet("merge", _("The Network has not asked you to join it with another."))]


def has_stated_results(need: Need, actor: Any) -> list[Unmet]:
    """The ministry has said of each sign whether it is there."""
    judged = list(need.measures.values_list("is_met", flat=True))
    if not judged or None in judged:
        return [Unmet("results", _("The ministry has to say of each sign whether it is there, with evidence."))]
    return []


def is_wholly_met(need: Need, actor: Any) -> list[Unmet]:
    """Every sign is there."""
    unmet = has_stated_results(need, actor)
    if not unmet and need.measures.filter(is_met=False).exists():
        return [Unmet("partly", _("Not every sign is there: the need is partly met."))]
    return unmet


def is_met_in_part(need: Need, actor: Any) -> list[Unmet]:
    """Some signs are there, others are not."""
    unmet = has_stated_results(need, actor)
    if unmet:
        return unmet
    seen = set(need.measures.values_list("is_met", flat=True))
    return [] if seen == {True, False} else [Unmet("wholly", _("Some signs have to be there and others not."))]


NEED = Workflow(
    "need",
    {
        "submit": transition(
            {S.DRAFT, S.RETURNED}, S.SUBMITTED, permissions.can_submit, _("Send to the Network"),
            guards=(is_complete,), announces=("need.submitted",), past=_("Sent to the Network"),
        ),
        "return_to_author": transition(
            {S.SUBMITTED}, S.RETURNED, permissions.can_judge, _("Return with questions"), note_required=True,
            announces=("need.returned",), past=_("Returned with questions"),
        ),
        "register": transition(
            {S.SUBMITTED}, S.REGISTERED, permissions.can_judge, _("Register"),
            guards=(is_complete, has_answered_overlaps), announces=("need.registered",), past=_("Registered"),
        ),
        "merge": transition(
            {S.SUBMITTED}, S.MERGED, permissions.can_merge, _("Agree to join it with the other need"),
            guards=(is_asked_to_merge,), announces=("need.merged",), past=_("Joined with another need"),
        ),
        "start_assessment": transition(
            {S.REGISTERED}, S.IN_DIAGNOSIS, permissions.can_assess, _("Begin an assessment"),
            past=_("Assessment begun"),
        ),
        "end_assessment": transition(
            {S.IN_DIAGNOSIS}, S.REGISTERED, permissions.can_assess, _("End the assessment"),
            past=_("Assessment ended"),
        ),
        "start_drafting": transition(
            {S.REGISTERED, S.IN_DIAGNOSIS, S.UNMET}, S.IN_DRAFTING, permissions.can_start_drafting,
            _("Begin a project"), past=_("A project is being drafted"),
        ),
        "advertise": transition(
            {S.IN_DRAFTING}, S.ADVERTISED, permissions.is_funding_service, _("Seek funding"),
            announces=("need.advertised",), past=_("Its project was published: funding is sought"),
        ),
        "start_execution": transition(
            {S.ADVERTISED}, S.IN_EXECUTION, permissions.is_funding_service, _("Begin the work"),
            announces=("need.started",), past=_("The work has begun"),
        ),
        "meet": transition(
            OPEN_OR_RUNNING, S.MET, permissions.can_judge, _("Confirm that it is met"),
            guards=(is_wholly_met,), announces=("need.met",),
            past=_("Met: the ministry said so, the Network confirmed"),
        ),
        "meet_partly": transition(
            OPEN_OR_RUNNING, S.PARTLY_MET, permissions.can_judge, _("Confirm that it is partly met"),
            guards=(is_met_in_part,), announces=("need.met",),
            past=_("Partly met: the ministry said so, the Network confirmed"),
        ),
        "mark_unmet": transition(
            {S.REGISTERED, S.ADVERTISED}, S.UNMET, permissions.can_judge, _("Mark as unmet"),
            announces=("need.unmet",), past=_("Marked as unmet"),
        ),
        "reopen": transition(
            {S.UNMET}, S.REGISTERED, permissions.can_reopen, _("Open it again"), note_required=True,
            past=_("Opened again"),
        ),
        "withdraw": transition(
            ALIVE, S.WITHDRAWN, permissions.can_withdraw, _("Withdraw"), note_required=True, note_public=True,
            announces=("need.withdrawn",), past=_("Withdrawn"),
        ),
        "close": transition(
            {S.MET, S.PARTLY_MET, S.UNMET}, S.CLOSED, permissions.is_lead, _("Close"), note_required=True,
            note_public=True, announces=("need.closed",), past=_("Closed"),
        ),
    },
)  # fmt: skip
