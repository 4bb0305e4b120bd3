"""The life of a report on results: whoever reports does not approve (funding page, section 2)."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common.workflow import Unmet, Workflow, transition

from .. import permissions
from ..enums import UpdateStatus as U
from ..models import Update
from ..states import PeriodFacts, is_due, matrix_of


def says_what_happened(update: Update, actor: Any) -> list[Unmet]:
    """A report has its words."""
    return [] if update.narrative else [Unmet("narrative", _("Say what happened in this period."), "#id_narrative")]


def gives_every_value(update: Update, actor: Any) -> list[Unmet]:
    """Each result that is due has a value (0 is one), words, or the reason why it was not measured."""
    given = {str(value.result_id) for value in update.values.all() if not value.dimension}
    return [
        Unmet(
            f"value_{code}",
            _("%(code)s %(indicator)s: give the value, or say why it was not measured.")
            % {"code": code, "indicator": indicator},
        )
        for pk, code, indicator in due_in(update)
        if pk not in given
    ]


def due_in(update: Update) -> list[tuple[str, str, str]]:
    """Id, number and indicator of each result that is due in the report's period."""
    period = update.period
    last = period.project.periods.order_by("-number").first()
    facts = PeriodFacts(period.number, period.starts_on, period.ends_on, period.due_on)
    return [
        (row["id"], row["code"], row["indicator"])
        for row in matrix_of(period.project)
        if is_due(row, facts, is_last=period.pk == last.pk)
    ]


def period_has_begun(update: Update, actor: Any) -> list[Unmet]:
    """Nobody reports on what has not begun."""
    if update.period.starts_on <= timezone.localdate():
        return []
    return [Unmet("period", _("This period has not begun yet."))]


UPDATE = Workflow(
    "update",
    {
        "send": transition(
            {U.DRAFT, U.RETURNED}, U.PENDING, permissions.can_send_report, _("Send for approval"),
            guards=(period_has_begun, says_what_happened, gives_every_value), announces=("update.sent",),
            past=_("Report sent for approval"),
        ),
        "return": transition(
            {U.PENDING}, U.RETURNED, permissions.can_approve_report, _("Return with questions"), note_required=True,
            announces=("update.returned",), past=_("Report returned with questions"),
        ),
        "approve": transition(
            {U.PENDING}, U.APPROVED, permissions.can_approve_report, _("Approve the report"),
            announces=("update.approved",), past=_("Report approved"),
        ),
        "replace": transition(
            {U.APPROVED}, U.REPLACED, permissions.can_replace_report, _("Replace"),
            past=_("Report replaced by a correction"),
        ),
    },
)  # fmt: skip
