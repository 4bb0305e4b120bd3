"""From the signed agreement to the practice that comes of a project: one verb each, atomic, told in order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common import audit, html
from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet, lock_for_writing
from network_site.organizations import services as organizations
from network_site.organizations.actor import current
from network_site.organizations.enums import Capacity
from network_site.organizations.models import Organization
from network_site.publishing.models import PublishedRecord
from practices import services as practices
from practices.enums import AdaptationResult
from practices.models import PracticeVersion

from .. import permissions
from ..enums import RUNNING, BudgetSource, PartyRole, ProjectStatus, UpdateStatus
from ..models import Agreement, Amendment, Annex, Candidate, Funding, Party, Period, Project, ResultRow, Update, Value
from ..states import months_after, shown
from ..workflow.execution import BEFORE_START, ENDED
from ..workflow.project import PROJECT
from ..workflow.update import UPDATE
from .closing import practice_of
from .publishing import publish_edition

IN_WORK = (UpdateStatus.DRAFT, UpdateStatus.PENDING, UpdateStatus.RETURNED)
REPORT_WITHIN_MONTHS = 1


class Refused(TransitionRefused):
    """Something that cannot be done, with the field it belongs to."""

    def __init__(self, code: str, message: Any) -> None:
        super().__init__([Unmet(code, message)])


def _check(allowed: bool) -> None:
    if not allowed:
        raise Refused("permission", _("You may not do this with this record."))


def _lock(project: Project, lock_version: int | None) -> Project:
    """The project, locked, as the person saw it. Raises StaleVersion when somebody was faster."""
    locked = lock_for_writing(project)
    if lock_version is not None and locked.lock_version != lock_version:
        raise StaleVersion(locked)
    return locked


# --- The agreement and its periods ---------------------------------------------------------------


def spans(starts_on: dt.date, ends_on: dt.date, *, months: int) -> list[tuple[dt.date, dt.date, dt.date]]:
    """First day, last day and day when the report is due, of periods of so many months; the last may be shorter."""
    found: list[tuple[dt.date, dt.date, dt.date]] = []
    while (first := months_after(starts_on, len(found) * months)) <= ends_on:
        last = min(months_after(starts_on, (len(found) + 1) * months) - dt.timedelta(days=1), ends_on)
        found.append((first, last, months_after(last, REPORT_WITHIN_MONTHS)))
    return found


@transaction.atomic
def sign_agreement(
    project: Project,
    *,
    agency_name: str,
    signed_on: dt.date,
    starts_on: dt.date,
    ends_on: dt.date,
    months_each: int,
    agency: Organization | None = None,
    document: Annex | None = None,
    lock_version: int | None = None,
) -> Agreement:
    """Write down what was signed, before the start; again, it is corrected.

    In order: the agreement, its reporting periods (of 3 or 6 months), the agency among the parties, its right to
    read the project and to report. Raises TransitionRefused after the start, and StaleVersion.
    """
    locked = _lock(project, lock_version)
    if locked.status not in BEFORE_START:
        raise Refused("state", _("The agreement is written down before the project starts; later it is amended."))
    _check(permissions.can_agree(current(), locked))
    name = html.plain(agency_name).strip()
    agreement, _created = Agreement.objects.update_or_create(
        project=locked,
        defaults={
            "agency": agency,
            "agency_name": name,
            "signed_on": signed_on,
            "starts_on": starts_on,
            "ends_on": ends_on,
            "document": document,
        },
    )
    Period.objects.filter(project=locked).delete()
    _add_periods(locked, spans(starts_on, ends_on, months=months_each), after=0)
    Party.objects.filter(project=locked, role=PartyRole.AGENCY).delete()
    Party.objects.create(project=locked, role=PartyRole.AGENCY, name=name, organization=agency)
    organizations.revoke_shares(object_id=locked.pk, capacity=Capacity.EXECUTION)
    if agency is not None and agency.pk != locked.owner_id:
        organizations.share(locked, capacity=Capacity.EXECUTION, organization=agency)
    locked.lock_version += 1
    locked.save(update_fields=["lock_version", "changed_at"])
    audit.record(
        "project.agreement",
        tenant_id=locked.owner_id,
        subject=locked,
        version=locked.lock_version,
        after={"agency": name, "starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat()},
    )
    return agreement


def _add_periods(project: Project, given: Collection[tuple[dt.date, dt.date, dt.date]], *, after: int) -> None:
    Period.objects.bulk_create(
        [
            Period(project=project, number=number, starts_on=first, ends_on=last, due_on=due)
            for number, (first, last, due) in enumerate(given, start=after + 1)
        ]
    )


# --- The steps -----------------------------------------------------------------------------------


@transaction.atomic
def begin_execution(
    project: Project, *, actual_start: dt.date, note: str = "", lock_version: int | None = None
) -> Project:
    """Start: the agreement is signed, the values before are known, the day has come. The public page follows."""
    if actual_start > timezone.localdate():
        raise Refused("actual_start", _("Give the day on which it really started; it cannot be in the future."))
    started = PROJECT.perform(project, "start", note=note, version=lock_version, actual_start=actual_start)
    publish_edition(started)
    return started


@transaction.atomic
def perform_execution(project: Project, name: str, *, note: str = "", lock_version: int | None = None) -> Project:
    """Do a step of execution that needs nothing but a note: suspend, resume, evaluate, close.

    The evaluation verifies what the project said on the page of the practice that it took over.
    """
    if name not in {"suspend", "resume", "evaluate", "close"}:
        raise Refused("unknown", _("There is no such step."))
    moved = PROJECT.perform(project, name, note=note, version=lock_version)
    if name == "evaluate":
        practices.verify_adaptation(project_id=moved.pk)
    publish_edition(moved)
    return moved


@transaction.atomic
def complete_project(
    project: Project,
    *,
    actual_end: dt.date,
    result: str = AdaptationResult.UNKNOWN,
    changed: str = "",
    note: str = "",
    lock_version: int | None = None,
) -> Project:
    """Confirm that a project is completed: the final report is approved and no indicator is open.

    In order: the step, the new edition, and what it says on the page of the practice that it took over (`changed`:
    what was changed, and why; `result`: what came of it). Raises TransitionRefused, and StaleVersion.
    """
    if actual_end > timezone.localdate():
        raise Refused("actual_end", _("Give the day on which it really ended; it cannot be in the future."))
    if project.actual_start and actual_end < project.actual_start:
        raise Refused("actual_end", _("It cannot end before it started."))
    if project.practice_id and not html.plain(changed).strip():
        raise Refused("changed", _("Say what was changed in the practice that was taken over, and why."))
    completed = PROJECT.perform(project, "complete", note=note, version=lock_version, actual_end=actual_end)
    publish_edition(completed)
    _note_adaptation(completed, changed=changed, result=result)
    return completed


def _note_adaptation(project: Project, *, changed: str, result: str) -> None:
    """An entry on the page of the practice that the project took over, where both are public."""
    origin = PublishedRecord.objects.filter(pk=project.practice_id).first() if project.practice_id else None
    record = PublishedRecord.objects.filter(pk=project.pk).first()
    if origin is None or record is None:
        return
    practices.note_adaptation(
        origin=origin,
        origin_version=project.practice_version or origin.version,
        project=record,
        changed=changed,
        result=result,
        language=project.source_language,
    )


# --- Reports on results --------------------------------------------------------------------------


@transaction.atomic
def save_report(
    period: Period,
    *,
    narrative: str,
    difficulties: str,
    values: Collection[Mapping[str, Any]],
    lock_version: int | None = None,
) -> Update:
    """Begin or change the report on a period.

    `values`: one mapping for each result that says something: result (its id), value, text, not_measured, source,
    dimension. A value of 0 is a value; None is none. Only whoever began a report goes on with it.
    Raises StaleVersion, and TransitionRefused when the period is closed or somebody else reports.
    """
    actor = current()
    project = Project.objects.get(pk=period.project_id)
    _check(permissions.can_report(actor, project))
    if project.status not in RUNNING:
        raise Refused("state", _("Results are reported while a project is in execution."))
    # The period is locked by whoever may write reports: its reports are what two people could begin at once.
    update = Update.objects.select_for_update(of=("self",)).filter(period=period, status__in=IN_WORK).first()
    if update is None:
        if period.closed_at is not None or Update.objects.filter(period=period).exists():
            raise Refused("closed", _("This period is closed. Open a correction and give the reason."))
        update = Update.objects.create(project=project, period=period, reporter_id=actor.user_id)
    else:
        if update.reporter_id != actor.user_id:
            raise Refused("reporter", _("Somebody else is writing this report."))
        if update.status == UpdateStatus.PENDING:
            raise Refused("pending", _("This report waits for approval and cannot be changed now."))
        if lock_version is not None and update.lock_version != lock_version:
            raise StaleVersion(update)
        update.lock_version += 1
    update.narrative = html.plain(narrative).strip()
    update.difficulties = html.plain(difficulties).strip()
    update.save()
    _write_values(update, values)
    audit.record(
        "update.saved",
        tenant_id=project.owner_id,
        subject=update,
        version=update.lock_version,
        after=[{key: str(value) for key, value in entry.items()} for entry in values],
    )
    return update


def _write_values(update: Update, values: Collection[Mapping[str, Any]]) -> None:
    own = set(ResultRow.objects.filter(project_id=update.project_id).values_list("pk", flat=True))
    rows = []
    for entry in values:
        value = Value(
            update=update,
            result_id=entry["result"],
            dimension=entry.get("dimension", ""),
            value=entry.get("value"),
            **{name: html.plain(entry.get(name) or "").strip() for name in ("text", "not_measured", "source")},
        )
        if value.result_id not in own:
            raise Refused("result", _("This result does not belong to the project."))
        if value.value is not None or value.text or value.not_measured:
            rows.append(value)
    Value.objects.filter(update=update).delete()
    Value.objects.bulk_create(rows)


@transaction.atomic
def perform_report(update: Update, name: str, *, note: str = "", lock_version: int | None = None) -> Update:
    """Send, return or approve a report.

    An approval says by whom and when, replaces the report that this one corrects, closes the period and publishes a
    new edition. Of ten approvals at once one counts. Raises what `Workflow.perform` raises.
    """
    if name not in {"send", "return", "approve"}:
        raise Refused("unknown", _("There is no such step."))
    if name != "approve":
        return UPDATE.perform(update, name, note=note, version=lock_version)
    # Whoever approves holds the project first, so that two approvals cannot publish two editions of one number.
    project = lock_for_writing(Project.objects.get(pk=update.project_id))
    former = Update.objects.filter(period_id=update.period_id, status=UpdateStatus.APPROVED).first()
    fresh = Update.objects.select_related("project").get(pk=update.pk)
    if former is not None and fresh.status == UpdateStatus.PENDING and permissions.can_approve_report(current(), fresh):
        UPDATE.perform(former, "replace")
    approved = UPDATE.perform(
        update, name, note=note, version=lock_version, approver_id=current().user_id, approved_at=timezone.now()
    )
    Period.objects.filter(pk=update.period_id).update(closed_at=approved.approved_at)
    publish_edition(project)
    return approved


@transaction.atomic
def open_correction(period: Period, *, reason: str) -> Update:
    """Begin a correction of the approved report on a period: its next version, with the reason and the same values.

    The approved one counts until the correction is approved. Raises TransitionRefused.
    """
    actor = current()
    project = Project.objects.get(pk=period.project_id)
    _check(permissions.can_report(actor, project))
    words = html.plain(reason).strip()
    if not words:
        raise Refused("reason", _("Give the reason. The people concerned will read it."))
    if project.status not in RUNNING:
        raise Refused("state", _("Results are reported while a project is in execution."))
    former = Update.objects.select_for_update(of=("self",)).filter(period=period, status=UpdateStatus.APPROVED).first()
    if former is None:
        raise Refused("open", _("There is no approved report on this period to correct."))
    if Update.objects.filter(period=period, status__in=IN_WORK).exists():
        raise Refused("in_work", _("A correction is already being written."))
    newest = Update.objects.filter(period=period).order_by("-version").values_list("version", flat=True)[0]
    update: Update = Update.objects.create(
        project=project,
        period=period,
        version=newest + 1,
        reporter_id=actor.user_id,
        narrative=former.narrative,
        difficulties=former.difficulties,
        reason=words[:500],
    )
    names = ("result_id", "dimension", "value", "text", "not_measured", "source")
    Value.objects.bulk_create(
        [Value(update=update, **{name: getattr(value, name) for name in names}) for value in former.values.all()]
    )
    audit.record("update.correction", tenant_id=project.owner_id, subject=update, reason=words)
    return update


# --- Amendments ----------------------------------------------------------------------------------


@transaction.atomic
def amend_project(
    project: Project,
    *,
    reason: str,
    ends_on: dt.date | None = None,
    targets: Mapping[UUID, tuple[Decimal | None, str]] | None = None,
    costs: Mapping[UUID, tuple[Decimal, Decimal]] | None = None,
    lock_version: int | None = None,
) -> Amendment:
    """Change a running project's end, final targets or budget lines, and say why; the old edition stays public.

    `targets`: value and words by result; `costs`: quantity and cost of one by budget line. In order: what changes
    (kept as a list of before and after), the periods up to the new end, the step, the new edition.
    Raises TransitionRefused when nothing changes, when a reported period would fall away, or when donors have
    promised more than would be asked for; and StaleVersion.
    """
    locked = _lock(project, lock_version)
    _check(permissions.can_amend(current(), locked))
    changes = [
        *_amend_end(locked, ends_on),
        *_amend_targets(locked, targets or {}),
        *_amend_costs(locked, costs or {}),
    ]
    if not changes:
        raise Refused("changes", _("Nothing was changed."))
    amended = PROJECT.perform(locked, "amend", note=reason)
    amendment: Amendment = Amendment.objects.create(
        project=amended,
        edition=amended.edition + 1,
        reason=html.plain(reason).strip(),
        changes=changes,
        made_by_id=current().user_id,
    )
    publish_edition(amended)
    return amendment


def _amend_end(project: Project, ends_on: dt.date | None) -> list[dict[str, str]]:
    agreement = Agreement.objects.get(project=project)
    if ends_on is None or ends_on == agreement.ends_on:
        return []
    if ends_on < agreement.starts_on:
        raise Refused("ends_on", _("It cannot end before it starts."))
    periods = list(Period.objects.filter(project=project).order_by("number"))
    months = _months_of(periods)
    wanted = spans(agreement.starts_on, ends_on, months=months)
    for period in periods:
        place = period.number - 1
        if place < len(wanted) and (period.starts_on, period.ends_on, period.due_on) == wanted[place]:
            continue
        if Update.objects.filter(period=period).exists():
            raise Refused("ends_on", _("A period that was reported on would change. Choose another day."))
        if place < len(wanted):
            period.starts_on, period.ends_on, period.due_on = wanted[place]
            period.save(update_fields=["starts_on", "ends_on", "due_on"])
        else:
            period.delete()
    _add_periods(project, wanted[len(periods) :], after=len(periods))
    change = _change("ends_on", "", agreement.ends_on.isoformat(), ends_on.isoformat())
    agreement.ends_on = ends_on
    agreement.save(update_fields=["ends_on"])
    return [change]


def _months_of(periods: list[Period]) -> int:
    """How long periods are, by the first one."""
    first = periods[0]
    return 3 if months_after(first.starts_on, 3) > first.ends_on else 6


def _amend_targets(project: Project, given: Mapping[UUID, tuple[Decimal | None, str]]) -> list[dict[str, str]]:
    changes = []
    for row in ResultRow.objects.filter(project=project, pk__in=given):
        value, words = given[row.pk]
        words = html.plain(words).strip()
        before = shown(row.target) or row.target_text
        if (row.target, row.target_text) == (value, words):
            continue
        row.target, row.target_text = value, words
        row.save(update_fields=["target", "target_text"])
        changes.append(_change("target", f"{row.code} {row.indicator}", before, shown(value) or words))
    return changes


def _amend_costs(project: Project, given: Mapping[UUID, tuple[Decimal, Decimal]]) -> list[dict[str, str]]:
    changes = []
    lines = list(project.budget.all())
    for line in lines:
        if line.pk not in given or (line.quantity, line.unit_cost) == given[line.pk]:
            continue
        before = f"{line.currency} {line.amount}"
        line.quantity, line.unit_cost = given[line.pk]
        line.save(update_fields=["quantity", "unit_cost"])
        changes.append(_change("budget", line.description, before, f"{line.currency} {line.amount}"))
    if changes:
        funding = Funding.objects.select_for_update(of=("self",)).filter(project=project).first()
        asked = sum((line.converted for line in lines if line.source == BudgetSource.REQUESTED), Decimal(0))
        if funding is not None and asked < funding.pledged + funding.committed:
            raise Refused("budget", _("Donors have promised more than would be asked for."))
    return changes


def _change(field: str, what: str, before: str, after: str) -> dict[str, str]:
    return {"field": field, "what": what, "before": before, "after": after}


# --- The practice that comes of it ---------------------------------------------------------------


@transaction.atomic
def open_candidate(project: Project) -> PracticeVersion:
    """Open a practice in the ministry's workspace, filled from the project; again, it answers with the same.

    Successes and failures alike: a project that was cancelled after it had started counts too, and tells so on the
    page of the practice that it took over. Raises TransitionRefused for whoever does not write for the ministry.
    """
    locked = lock_for_writing(project)
    _check(permissions.can_open_candidate(current(), locked))
    if locked.status not in ENDED or locked.actual_start is None:
        raise Refused("state", _("A practice is opened when a project has ended."))
    known = Candidate.objects.filter(project=locked).first()
    if known is not None:
        newest: PracticeVersion = PracticeVersion.objects.filter(practice_id=known.practice_id).latest("number")
        return newest
    draft = practice_of(locked)
    version = practices.create_draft(
        fields=draft.fields, terms=draft.terms, rows=draft.rows, is_demo=locked.is_demo, provenance="PV05"
    )
    Candidate.objects.create(project=locked, practice_id=version.practice_id)
    if locked.status == ProjectStatus.CANCELLED:
        # The draft's own words on what went wrong; that it was cancelled is one of them.
        _note_adaptation(locked, changed=draft.fields["negative_effects"], result=AdaptationResult.UNKNOWN)
    audit.record("project.candidate", tenant_id=locked.owner_id, subject=locked, after=str(version.practice_id))
    return version
