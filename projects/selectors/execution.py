"""Questions about a project's execution. The number of questions does not grow with periods or reports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from network_site.common.models import TransitionRecord
from network_site.organizations.actor import Actor
from network_site.organizations.enums import Role

from ..enums import RUNNING, UpdateStatus, ValueState
from ..models import Agreement, Period, Project, Update
from ..states import Line, approved_reports, matrix_of, periods_of, progress, report_of
from ..workflow.execution import ENDED
from ..workflow.project import PROJECT
from ..workflow.update import UPDATE

IN_WORK = frozenset({UpdateStatus.DRAFT.value, UpdateStatus.PENDING.value, UpdateStatus.RETURNED.value})


def execution_part(project: Project) -> dict[str, Any]:
    """What the public may know of a project's execution: agreement, periods, approved reports, amendments.

    Drafts of reports and the names of those who wrote or approved them stay inside. Empty before an agreement.
    """
    agreement = Agreement.objects.filter(project=project).select_related("agency").first()
    if agreement is None:
        return {}
    return {
        "agreement": {
            "agency": agreement.agency_name,
            "organization": agreement.agency.key if agreement.agency else None,
            "kind": agreement.agency.kind if agreement.agency else None,
            "signed_on": agreement.signed_on.isoformat(),
            "starts_on": agreement.starts_on.isoformat(),
            "ends_on": agreement.ends_on.isoformat(),
        },
        "periods": periods_of(project),
        "reports": approved_reports(project),
        "amendments": [
            {
                "edition": amendment.edition,
                "reason": amendment.reason,
                "changes": amendment.changes,
                "at": amendment.at.date().isoformat(),
            }
            for amendment in project.amendments.all()
        ],
    }


def progress_of(project: Project) -> list[Line]:
    """The matrix with every value that was approved, and the state of those that were not reported."""
    document = {
        "results": matrix_of(project),
        "execution": {"periods": periods_of(project), "reports": approved_reports(project)},
    }
    return progress(document, timezone.localdate())


def get_period(project: Project, number: int) -> Period:
    """A period by its number. Raises Period.DoesNotExist."""
    found: Period = Period.objects.get(project=project, number=number)
    return found


def list_periods(project: Project) -> list[dict[str, Any]]:
    """Every period with its report in work and its approved one; one question for periods, one for reports."""
    today = timezone.localdate()
    reports: dict[UUID, list[Update]] = {}
    for report in Update.objects.filter(project=project).exclude(status=UpdateStatus.REPLACED).order_by("version"):
        reports.setdefault(report.period_id, []).append(report)
    listed = []
    for period in Period.objects.filter(project=project):
        updates = reports.get(period.pk, [])
        in_work = next((update for update in updates if update.status in IN_WORK), None)
        listed.append(
            {
                "period": period,
                "in_work": in_work,
                "approved": next((update for update in updates if update.status == UpdateStatus.APPROVED), None),
                "has_begun": period.starts_on <= today,
                "is_due": period.closed_at is None and period.ends_on < today <= period.due_on,
                "is_late": period.closed_at is None and period.due_on < today,
                "days_late": (today - period.due_on).days,
            }
        )
    return listed


def report_in_work(period: Period) -> Update | None:
    """The report on a period that is being written or judged."""
    found: Update | None = (
        Update.objects.filter(period=period, status__in=IN_WORK)
        .select_related("project", "reporter", "period")
        .prefetch_related("values")
        .first()
    )
    return found


def approved_report(period: Period) -> Update | None:
    """The report on a period that counts."""
    found: Update | None = (
        Update.objects.filter(period=period, status=UpdateStatus.APPROVED)
        .select_related("project")
        .prefetch_related("values")
        .first()
    )
    return found


def draft_progress(update: Update) -> list[Line]:
    """The matrix as it would be with this report approved: what a person who approves looks at."""
    project = update.project
    own = report_of(update, period=update.period.number)
    others = [report for report in approved_reports(project) if report["period"] != own["period"]]
    document = {
        "results": matrix_of(project),
        "execution": {"periods": periods_of(project), "reports": [*others, own]},
    }
    return progress(document, timezone.localdate())


def list_tasks(actor: Actor) -> list[dict[str, Any]]:
    """What execution asks of somebody: reports to write, to approve or to mend, practices to open."""
    if not actor.organization_id:
        return []
    return [*_reports_to_write(actor), *_reports_to_judge(actor), *_practices_to_open(actor)]


def _reports_to_write(actor: Actor) -> list[dict[str, Any]]:
    if actor.is_network or not actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT):
        return []
    today = timezone.localdate()
    due = (
        Period.objects.filter(project__status__in=RUNNING, closed_at__isnull=True, ends_on__lt=today)
        .select_related("project")
        .order_by("due_on")
    )
    waiting = set(
        Update.objects.filter(period__in=due, status=UpdateStatus.PENDING).values_list("period_id", flat=True)
    )
    return [
        {
            "title": _("Report on results"),
            "subject": period.project.title,
            "url_name": "projects:execution",
            "pk": period.project_id,
            "status": "late" if period.due_on < today else "due",
            "tag": str(ValueState.LATE.label if period.due_on < today else ValueState.DUE.label),
            "due_on": period.due_on,
            "is_demo": period.project.is_demo,
        }
        for period in due[:50]
        if period.pk not in waiting
    ]


def _reports_to_judge(actor: Actor) -> list[dict[str, Any]]:
    judges = actor.has(Role.SPECIALIST, Role.LEAD) if actor.is_network else actor.has(Role.FOCAL_POINT)
    if not judges:
        return []
    pending = (
        Update.objects.filter(status=UpdateStatus.PENDING)
        .exclude(reporter_id=actor.user_id)
        .select_related("project", "period")
        .order_by("period__due_on")
    )
    if not actor.is_network:
        pending = pending.filter(project__owner_id=actor.organization_id)
    return [
        {
            "title": _("Approve a report on results"),
            "subject": update.project.title,
            "url_name": "projects:execution",
            "pk": update.project_id,
            "status": update.status,
            "tag": update.get_status_display(),
            "due_on": None,
            "is_demo": update.project.is_demo,
        }
        for update in pending[:50]
    ]


def _practices_to_open(actor: Actor) -> list[dict[str, Any]]:
    if actor.is_network or not actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT):
        return []
    ended = Project.objects.filter(
        owner_id=actor.organization_id, status__in=ENDED, actual_start__isnull=False, candidate__isnull=True
    )
    return [
        {
            "title": _("Share what came of this project as a practice"),
            "subject": project.title,
            "url_name": "projects:execution",
            "pk": project.pk,
            "status": project.status,
            "tag": project.get_status_display(),
            "due_on": None,
            "is_demo": project.is_demo,
        }
        for project in ended.order_by("actual_end")[:50]
    ]


def history_of(project: Project) -> list[dict[str, Any]]:
    """The steps of a project and of its reports, the newest first; roles, nobody's name."""
    flows = {flow.name: flow for flow in (PROJECT, UPDATE)}
    records = TransitionRecord.objects.filter(root_id=project.pk, workflow__in=flows).order_by("-at")[:40]
    return [
        {
            "at": record.at,
            "title": str(flows[record.workflow].transitions[record.name].past),
            "note": record.note,
            "now": number == 0,
        }
        for number, record in enumerate(records)
        if record.name in flows[record.workflow].transitions
    ]


def last_question(update: Update) -> str:
    """Why a report came back, as long as it is being mended."""
    if update.status != UpdateStatus.RETURNED:
        return ""
    record = TransitionRecord.objects.filter(object_id=update.pk, name="return").order_by("-at").first()
    return record.note if record else ""
