"""From interest to money (funding page, section 2)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common.workflow import Unmet, Workflow, transition

from .. import permissions
from ..enums import NegotiationStatus as S
from ..models import Negotiation


def is_valid_today(negotiation: Negotiation, actor: Any) -> list[Unmet]:
    """The pledge has not run out."""
    pledge = negotiation.pledge
    if pledge is None or pledge.valid_until >= timezone.localdate():
        return []
    return [Unmet("valid_until", _("This pledge has run out. Talk about it anew."))]


def is_signed(negotiation: Negotiation, actor: Any) -> list[Unmet]:
    """The signed document is attached."""
    pledge = negotiation.pledge
    if pledge is not None and pledge.document_id:
        return []
    return [Unmet("document", _("Attach the signed document."))]


def has_run_out(negotiation: Negotiation, actor: Any) -> list[Unmet]:
    """Its last day is over."""
    return [] if is_valid_today(negotiation, actor) else [Unmet("valid", _("This pledge is still valid."))]


def is_paid_in_full(negotiation: Negotiation, actor: Any) -> list[Unmet]:
    """What was committed has arrived: in its own currency, or counted in the project's."""
    pledge = negotiation.pledge
    if pledge is None:
        return [Unmet("pledge", _("Say first what you promise."))]
    receipts = list(negotiation.receipts.all())
    own = sum((one.amount for one in receipts if one.currency == pledge.currency), Decimal(0))
    if own >= pledge.amount or sum((one.converted for one in receipts), Decimal(0)) >= pledge.converted:
        return []
    return [Unmet("paid", _("Not all of the committed money has arrived."))]


NEGOTIATION = Workflow(
    "negotiation",
    {
        "discuss": transition(
            {S.EXPRESSED}, S.DISCUSSION, permissions.can_answer_interest, _("Begin to talk"),
            announces=("negotiation.discussed",), past=_("Talks began"),
        ),
        "pledge": transition(
            {S.DISCUSSION}, S.PLEDGED, permissions.can_pledge, _("Make a pledge"),
            announces=("negotiation.pledged",), past=_("Pledge made"),
        ),
        "reduce": transition(
            {S.PLEDGED}, S.PLEDGED, permissions.can_pledge, _("Change the pledge"),
            announces=("negotiation.pledged",), past=_("Pledge changed"),
        ),
        "commit": transition(
            {S.PLEDGED}, S.COMMITTED, permissions.can_pledge, _("Commit the money"),
            guards=(is_valid_today, is_signed), announces=("negotiation.committed",),
            past=_("Money committed"),
        ),
        "pay_out": transition(
            {S.COMMITTED, S.DISBURSING}, S.DISBURSING, permissions.can_confirm_money, _("Record money that arrived"),
            announces=("negotiation.received",), past=_("Money arrived"),
        ),
        "fulfil": transition(
            {S.DISBURSING}, S.FULFILLED, permissions.can_confirm_money, _("Close: paid in full"),
            guards=(is_paid_in_full,), announces=("negotiation.received",), past=_("Paid in full"),
        ),
        "withdraw": transition(
            {S.EXPRESSED, S.DISCUSSION, S.PLEDGED, S.COMMITTED}, S.WITHDRAWN, permissions.can_withdraw,
            _("Withdraw from the talks"), note_required=True, announces=("negotiation.ended",),
            past=_("Withdrawn by the donor"),
        ),
        "decline": transition(
            {S.EXPRESSED, S.DISCUSSION, S.PLEDGED}, S.DECLINED, permissions.can_decline, _("Decline the offer"),
            note_required=True, announces=("negotiation.ended",), past=_("Declined by the ministry"),
        ),
        "lapse": transition(
            {S.PLEDGED}, S.LAPSED, permissions.is_clock, _("Let it lapse"),
            guards=(has_run_out,), announces=("negotiation.ended",), past=_("The pledge ran out"),
        ),
    },
)  # fmt: skip
