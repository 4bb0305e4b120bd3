"""A call for an executing agency, and the proposals that answer it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common.workflow import Unmet, Workflow, transition

from .. import permissions
from ..enums import CallStatus as C
from ..enums import ProposalStatus as P
from ..models import AgencyCall, AgencyProposal


def is_over(call: AgencyCall, actor: Any) -> list[Unmet]:
    """The deadline has passed."""
    return [] if call.closes_at <= timezone.now() else [Unmet("early", _("The deadline has not passed yet."))]


def is_in_time(proposal: AgencyProposal, actor: Any) -> list[Unmet]:
    """The deadline has not passed."""
    return [] if proposal.sealed_until > timezone.now() else [Unmet("late", _("The deadline has passed."))]


def is_unsealed(proposal: AgencyProposal, actor: Any) -> list[Unmet]:
    """Nobody decides on what nobody may have read."""
    return [] if proposal.sealed_until <= timezone.now() else [Unmet("sealed", _("The deadline has not passed yet."))]


def has_price(proposal: AgencyProposal, actor: Any) -> list[Unmet]:
    """It says what it costs."""
    if proposal.price is not None and proposal.currency:
        return []
    return [Unmet("price", _("Give the price and its currency."))]


CALL = Workflow(
    "call",
    {
        "close": transition(
            {C.OPEN}, C.OPENED, permissions.is_clock, _("Open the proposals"),
            guards=(is_over,), announces=("call.closed",), past=_("Deadline passed: proposals opened"),
        ),
        "decide": transition(
            {C.OPENED}, C.DECIDED, permissions.can_decide_call, _("Close the call"), past=_("Call decided"),
        ),
    },
)  # fmt: skip

PROPOSAL = Workflow(
    "proposal",
    {
        "submit": transition(
            {P.DRAFT}, P.SUBMITTED, permissions.can_hand_in, _("Hand in"),
            guards=(is_in_time, has_price), past=_("Handed in"),
        ),
        "retract": transition(
            {P.DRAFT, P.SUBMITTED}, P.RETRACTED, permissions.can_hand_in, _("Take back"),
            guards=(is_in_time,), past=_("Taken back"),
        ),
        "admit": transition(
            {P.SUBMITTED}, P.ELIGIBLE, permissions.can_judge, _("Admit"), guards=(is_unsealed,), past=_("Admitted"),
        ),
        "refuse": transition(
            {P.SUBMITTED}, P.INELIGIBLE, permissions.can_judge, _("Do not admit"),
            guards=(is_unsealed,), note_required=True, past=_("Not admitted"),
        ),
        "recommend": transition(
            {P.ELIGIBLE}, P.RECOMMENDED, permissions.is_specialist, _("Recommend"),
            guards=(is_unsealed,), note_required=True, past=_("Recommended by the Network"),
        ),
        "select": transition(
            {P.ELIGIBLE, P.RECOMMENDED}, P.SELECTED, permissions.can_select, _("Select"),
            guards=(is_unsealed,), note_required=True, past=_("Selected"),
        ),
        "pass_over": transition(
            {P.ELIGIBLE, P.RECOMMENDED}, P.UNSUCCESSFUL, permissions.can_select, _("Do not select"),
            guards=(is_unsealed,), note_required=True, past=_("Not selected"),
        ),
        "accept": transition(
            {P.SELECTED}, P.ACCEPTED, permissions.can_hand_in, _("Accept"), past=_("Accepted by the agency"),
        ),
        "decline": transition(
            {P.SELECTED}, P.DECLINED, permissions.can_hand_in, _("Decline"), note_required=True,
            past=_("Declined by the agency"),
        ),
    },
)  # fmt: skip
