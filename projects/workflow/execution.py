"""From the signed agreement to the closing: the steps that PROJECT takes over (funding page, section 2)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common.workflow import Transition, Unmet, transition

from .. import permissions
from ..enums import Measure
from ..enums import ProjectStatus as P
from ..models import Project
from ..states import approved_reports, matrix_of, periods_of, progress

# Where a practice may be opened from what came of a project; one that failed too.
ENDED = frozenset({P.COMPLETED.value, P.EVALUATED.value, P.CLOSED.value, P.CANCELLED.value})
# Where the agreement may still be written.
BEFORE_START = frozenset({P.SECURED.value, P.AGENCY.value})


def agreement_is_signed(project: Project, actor: Any) -> list[Unmet]:
    """An agreement with its periods, signed by today."""
    agreement = getattr(project, "agreement", None)
    url = reverse("projects:agreement", args=[project.pk])
    if agreement is None:
        return [Unmet("agreement", _("Write down the signed agreement."), url)]
    if agreement.signed_on > timezone.localdate():
        return [Unmet("signed", _("The agreement is not signed yet."), url)]
    if not project.periods.exists():
        return [Unmet("periods", _("The agreement has no reporting periods."), url)]
    return []


def baselines_are_known(project: Project, actor: Any) -> list[Unmet]:
    """Each indicator has its value before, with its year, or the reason why there is none."""
    return [
        Unmet(
            f"baseline_{row.code}",
            _("%(code)s %(indicator)s: give the value before and its year, or say why there is none.")
            % {"code": row.code, "indicator": row.indicator},
            reverse("projects:execution", args=[project.pk]),
        )
        for row in project.results.exclude(indicator="").exclude(measure=Measure.QUALITATIVE)
        if (row.baseline is None or row.baseline_year is None) and not row.baseline_missing
    ]


def final_report_is_approved(project: Project, actor: Any) -> list[Unmet]:
    """The report on the last period was approved."""
    last = project.periods.order_by("-number").first()
    if last is not None and last.closed_at is not None:
        return []
    return [Unmet("final_report", _("The final report is not approved."))]


def everything_is_reported(project: Project, actor: Any) -> list[Unmet]:
    """Every indicator was reported, or is marked as not measured with the reason."""
    document = {
        "results": matrix_of(project),
        "execution": {"periods": periods_of(project), "reports": approved_reports(project)},
    }
    return [
        Unmet(
            f"value_{line.code}",
            _("%(code)s %(indicator)s: no value was approved, and no reason why it was not measured.")
            % {"code": line.code, "indicator": line.indicator},
        )
        for line in progress(document, timezone.localdate())
        if all(cell.is_open for cell in line.cells) or any(cell.is_open and cell.goal for cell in line.cells)
    ]


STEPS: dict[str, Transition] = {
    "start": transition(
        {P.AGENCY}, P.EXECUTION, permissions.can_begin, _("Start the execution"),
        guards=(agreement_is_signed, baselines_are_known), announces=("project.executing",),
        past=_("Execution started"),
    ),
    "suspend": transition(
        {P.EXECUTION}, P.SUSPENDED, permissions.can_suspend, _("Suspend"), note_required=True, note_public=True,
        announces=("project.suspended",), past=_("Suspended"),
    ),
    "resume": transition(
        {P.SUSPENDED}, P.EXECUTION, permissions.can_suspend, _("Go on"), note_required=True, note_public=True,
        announces=("project.resumed",), past=_("Resumed"),
    ),
    "amend": transition(
        {P.EXECUTION}, P.EXECUTION, permissions.can_amend, _("Amend the project"), note_required=True,
        note_public=True, announces=("project.amended",), past=_("Amended"),
    ),
    "complete": transition(
        {P.EXECUTION}, P.COMPLETED, permissions.can_complete, _("Confirm that it is completed"),
        guards=(final_report_is_approved, everything_is_reported), announces=("project.completed",),
        past=_("Completed"),
    ),
    "evaluate": transition(
        {P.COMPLETED}, P.EVALUATED, permissions.can_evaluate, _("File the evaluation"), note_required=True,
        note_public=True, announces=("project.evaluated",), past=_("Evaluated"),
    ),
    "close": transition(
        {P.EVALUATED}, P.CLOSED, permissions.can_close, _("Close the project"), announces=("project.closed",),
        past=_("Closed"),
    ),
}  # fmt: skip
