"""A project in execution: its agreement, its reports, its steps, what becomes of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet
from network_site.organizations.actor import current

from .. import permissions, services
from ..enums import RUNNING, ProjectStatus
from ..forms.execution import (
    AgreementForm,
    AmendmentForm,
    CompleteForm,
    CorrectionForm,
    ReportForm,
    StartForm,
    StepForm,
    ValueForm,
)
from ..models import Agreement, Period, Project, Update
from ..progress import lines_for_page
from ..selectors import execution as selectors
from ..states import Line, plain
from ..workflow.execution import BEFORE_START, ENDED, STEPS
from ..workflow.project import PROJECT
from ..workflow.update import UPDATE, due_in

# Steps with a page or a form of their own.
WITH_FORM: dict[str, type[StepForm]] = {"start": StartForm, "complete": CompleteForm}


def get_project_or_404(pk: UUID) -> Project:
    """A project that the actor may read; foreign and missing are the same 404."""
    found: Project | None = Project.objects.select_related("owner", "agreement").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def get_period_or_404(project: Project, number: int) -> Period:
    try:
        return selectors.get_period(project, number)
    except Period.DoesNotExist:
        raise Http404 from None


def _stale() -> list[Unmet]:
    return [Unmet("stale", _("Somebody else changed this record meanwhile. Read it again, then decide."))]


# --- The page ------------------------------------------------------------------------------------


@login_required
@require_safe
def execution(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where a running project stands: results, periods, reports, amendments, what can be done."""
    return render(request, "projects/execution.html", execution_context(get_project_or_404(pk)))


def execution_context(project: Project, **extra: Any) -> dict[str, Any]:
    """What the page shows to the current actor."""
    actor = current()
    if project.status not in {*BEFORE_START, *RUNNING, *ENDED}:
        raise Http404
    inside = permissions.is_of_owner(actor, project) or permissions.is_specialist(actor, project)
    steps = [option for option in PROJECT.options(project, actor) if option.name in STEPS and option.name != "amend"]
    forms = extra.pop("forms", {})
    initial = {"version": project.lock_version, "actual_start": project.start_on, "actual_end": timezone.localdate()}
    lines = selectors.progress_of(project)
    candidate = getattr(project, "candidate", None)
    return {
        "project": project,
        "agreement": getattr(project, "agreement", None),
        "lines": lines_for_page(lines),
        "figures": figures(lines),
        "periods": [entry | {"can_judge": _can_judge(entry["in_work"], actor)} for entry in _periods(project)],
        "amendments": project.amendments.order_by("-edition"),
        "steps": [
            {
                "option": option,
                "form": forms.get(option.name) or _step_form(option.name, project, initial=initial),
                "tried": option.name in forms,
            }
            for option in steps
        ],
        "can_agree": permissions.can_agree(actor, project) and project.status in BEFORE_START,
        "can_report": permissions.can_report(actor, project) and project.status in RUNNING,
        "can_amend": permissions.can_amend(actor, project) and project.status == ProjectStatus.EXECUTION,
        "can_open_candidate": permissions.can_open_candidate(actor, project)
        and project.status in ENDED
        and project.actual_start is not None,
        "candidate": candidate if inside else None,
        "history": selectors.history_of(project) if inside else [],
    } | extra


def _periods(project: Project) -> list[dict[str, Any]]:
    listed = selectors.list_periods(project)
    for entry in listed:
        entry["period"].project = project
        if entry["in_work"]:
            entry["in_work"].project = project
    return listed


def _can_judge(update: Update | None, actor: Any) -> bool:
    return update is not None and update.status == "pending" and permissions.can_approve_report(actor, update)


def _step_form(name: str, project: Project, data: Any = None, **more: Any) -> StepForm:
    if name == "complete":
        return CompleteForm(data, has_origin=project.practice_id is not None, prefix=None, **more)
    return WITH_FORM.get(name, StepForm)(data, **more)


def figures(lines: list[Line]) -> list[dict[str, Any]]:
    """How many values are late, zero and not measured: three different counts."""
    states = [cell.state.value for line in lines for cell in line.cells]
    return [
        {"value": states.count("late"), "label": _("late")},
        {"value": states.count("zero"), "label": _("reported as zero")},
        {"value": states.count("not_measured"), "label": _("not measured")},
    ]


@login_required
@require_POST
def do(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Do a step of execution; what stands in the way comes back beside the button."""
    project = get_project_or_404(pk)
    if name not in STEPS or name == "amend":
        raise Http404
    form = _step_form(name, project, request.POST)
    if not form.is_valid():
        return _refused(request, project, name, form, [])
    given = form.cleaned_data
    common = {"note": given["note"], "lock_version": given["version"]}
    try:
        if name == "start":
            services.begin_execution(project, actual_start=given["actual_start"], **common)
        elif name == "complete":
            more = {key: given[key] for key in ("result", "changed") if key in given}
            services.complete_project(project, actual_end=given["actual_end"], **more, **common)
        else:
            services.perform_execution(project, name, **common)
    except StaleVersion:
        return _refused(request, project, name, form, _stale(), status=409)
    except TransitionRefused as refused:
        return _refused(request, project, name, form, _at_fields(form, refused.unmet))
    messages.success(request, str(STEPS[name].past))
    return redirect("projects:execution", pk)


def _at_fields(form: Any, unmet: list[Unmet]) -> list[Unmet]:
    """What belongs to a field is said there; the rest stays for the head of the page."""
    for item in unmet:
        if item.code in form.fields:
            form.add_error(item.code, str(item.message))
    return [item for item in unmet if item.code not in form.fields]


def _refused(
    request: HttpRequest, project: Project, name: str, form: Any, unmet: list[Unmet], *, status: int = 422
) -> HttpResponse:
    context = execution_context(get_project_or_404(project.pk), refused=unmet, forms={name: form}, wrong=form)
    return render(request, "projects/execution.html", context, status=status)


# --- The agreement -------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def agreement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write down what was signed; the reporting periods follow from its dates."""
    project = get_project_or_404(pk)
    if not permissions.can_agree(current(), project):
        raise PermissionDenied
    if project.status not in BEFORE_START:
        messages.info(request, _("The agreement is written down before the project starts; later it is amended."))
        return redirect("projects:execution", pk)
    known = Agreement.objects.filter(project=project).first()
    form = AgreementForm(request.POST or None, initial=_known_agreement(project, known))
    unmet: list[Unmet] = []
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.sign_agreement(
                project,
                lock_version=given.pop("version"),
                document=known.document if known else None,
                **given,
            )
        except StaleVersion:
            unmet, status = _stale(), 409
        except TransitionRefused as refused:
            unmet = _at_fields(form, refused.unmet)
        else:
            messages.success(request, _("The agreement is written down, and the reporting periods are set."))
            return redirect("projects:execution", pk)
    return render(
        request,
        "projects/execution_agreement.html",
        {"project": project, "form": form, "refused": unmet},
        status=status,
    )


def _known_agreement(project: Project, known: Agreement | None) -> dict[str, Any]:
    initial: dict[str, Any] = {"version": project.lock_version, "months_each": 3}
    if known is not None:
        names = ("agency", "agency_name", "signed_on", "starts_on", "ends_on")
        return initial | {name: getattr(known, name) for name in names}
    party = project.parties.filter(role="agency").first()
    if party is not None:
        initial |= {"agency": party.organization_id, "agency_name": party.name}
    return initial | {"starts_on": project.start_on}


# --- Reports -------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """The report on one period: written by its reporter, read by everybody inside, approved by another person."""
    project = get_project_or_404(pk)
    period = get_period_or_404(project, number)
    if request.method == "POST":
        return _save_report(request, project, period)
    return render(request, "projects/report.html", report_context(project, period))


def report_context(project: Project, period: Period, **extra: Any) -> dict[str, Any]:
    """What the page of a report shows to the current actor."""
    actor = current()
    update = selectors.report_in_work(period)
    shown = update or selectors.approved_report(period)
    lines = selectors.draft_progress(shown) if shown else selectors.progress_of(project)
    may_write = permissions.can_report(actor, project) and project.status in RUNNING
    writes = may_write and (
        (update is None and shown is None)
        or (update is not None and update.reporter_id == actor.user_id and update.status in {"draft", "returned"})
    )
    due = {pk for pk, _code, _words in due_in(shown or Update(project=project, period=period))}
    if "values" in extra:
        values = extra.pop("values")
    else:
        values = [ValueForm(line=line, initial=_value_of(update, line)) for line in lines] if writes else []
    options = UPDATE.options(update, actor) if update else []
    return {
        "project": project,
        "period": period,
        "update": update,
        "shown": shown,
        "lines": lines_for_page(lines, period=period.number),
        "form": ReportForm(
            initial={
                "version": update.lock_version if update else None,
                "narrative": update.narrative if update else "",
                "difficulties": update.difficulties if update else "",
            }
        ),
        "values": [{"form": form, "line": form.line, "is_due": form.line.id in due} for form in values],
        "writes": writes,
        "options": [option for option in options if option.name != "replace"],
        "step_form": StepForm(initial={"version": update.lock_version if update else None}),
        "can_correct": may_write and update is None and shown is not None,
        "correction_form": CorrectionForm(),
        "question": selectors.last_question(update) if update else "",
    } | extra


def _value_of(update: Update | None, line: Line) -> dict[str, Any]:
    if update is None:
        return {}
    for value in update.values.all():
        if str(value.result_id) == line.id and not value.dimension:
            return {
                "value": plain(value.value),
                "text": value.text,
                "not_measured": value.not_measured,
                "source": value.source,
            }
    return {}


def _save_report(request: HttpRequest, project: Project, period: Period) -> HttpResponse:
    form = ReportForm(request.POST)
    values = [ValueForm(request.POST, line=line) for line in selectors.progress_of(project)]
    unmet: list[Unmet] = []
    status = 422
    # All are asked, so that every message is shown at once.
    if all([form.is_valid(), *[value.is_valid() for value in values]]):
        given = form.cleaned_data
        try:
            update = services.save_report(
                period,
                narrative=given["narrative"],
                difficulties=given["difficulties"],
                values=[value.entry() for value in values],
                lock_version=given["version"],
            )
            if "send" in request.POST:
                services.perform_report(update, "send")
                messages.success(request, _("Sent. Somebody else approves it."))
                return redirect("projects:execution", project.pk)
            messages.success(request, _("Saved. Nobody outside sees it before it is approved."))
            return redirect("projects:report", project.pk, period.number)
        except StaleVersion:
            unmet, status = _stale(), 409
        except TransitionRefused as refused:
            unmet = refused.unmet
    context = report_context(project, period, values=values, refused=unmet, writes=True) | {"form": form}
    if status == 422 and context["update"] is not None:
        # What was saved before the refusal is the newest version.
        data = request.POST.copy()
        data["version"] = context["update"].lock_version
        form.data = data
    return render(
        request, "projects/report.html", context | {"wrong": [value for value in values if value.errors]}, status=status
    )


@login_required
@require_POST
def report_do(request: HttpRequest, pk: UUID, number: int, name: str) -> HttpResponse:
    """Send, return or approve a report."""
    project = get_project_or_404(pk)
    period = get_period_or_404(project, number)
    update = selectors.report_in_work(period)
    if name not in {"send", "return", "approve"} or update is None:
        raise Http404
    form = StepForm(request.POST)
    status = 422
    unmet: list[Unmet] = []
    if form.is_valid():
        try:
            services.perform_report(
                update, name, note=form.cleaned_data["note"], lock_version=form.cleaned_data["version"]
            )
        except StaleVersion:
            unmet, status = _stale(), 409
        except TransitionRefused as refused:
            unmet = refused.unmet
        else:
            messages.success(request, str(UPDATE.transitions[name].past))
            return redirect("projects:execution", pk)
    context = report_context(project, period, refused=unmet, step_form=form, tried=name)
    return render(request, "projects/report.html", context, status=status)


@login_required
@require_POST
def correct(request: HttpRequest, pk: UUID, number: int) -> HttpResponse:
    """Open a correction of an approved report, with its reason."""
    project = get_project_or_404(pk)
    period = get_period_or_404(project, number)
    form = CorrectionForm(request.POST)
    unmet: list[Unmet] = []
    if form.is_valid():
        try:
            services.open_correction(period, reason=form.cleaned_data["reason"])
        except TransitionRefused as refused:
            unmet = _at_fields(form, refused.unmet)
        else:
            messages.success(request, _("The approved report counts until the correction is approved."))
            return redirect("projects:report", pk, number)
    context = report_context(project, period, refused=unmet, correction_form=form)
    return render(request, "projects/report.html", context, status=422)


# --- Amendments and the practice that comes of it -----------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a running project's end, targets or budget; the old edition stays public."""
    project = get_project_or_404(pk)
    if not permissions.can_amend(current(), project):
        raise PermissionDenied
    if project.status != ProjectStatus.EXECUTION:
        messages.info(request, _("Only a project in execution is amended."))
        return redirect("projects:execution", pk)
    form = AmendmentForm(
        request.POST or None,
        rows=project.results.exclude(indicator=""),
        lines=project.budget.all(),
        initial={"version": project.lock_version, "ends_on": project.agreement.ends_on},
    )
    unmet: list[Unmet] = []
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            services.amend_project(project, **form.changes())
        except StaleVersion:
            unmet, status = _stale(), 409
        except TransitionRefused as refused:
            unmet = _at_fields(form, refused.unmet)
        else:
            messages.success(request, _("Amended. The edition of before stays public."))
            return redirect("projects:execution", pk)
    context = {"project": project, "form": form, "refused": unmet}
    return render(request, "projects/execution_amend.html", context, status=status)


@login_required
@require_POST
def candidate(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open the practice that comes of a project; again, it leads to the same."""
    project = get_project_or_404(pk)
    try:
        version = services.open_candidate(project)
    except TransitionRefused as refused:
        context = execution_context(get_project_or_404(pk), refused=refused.unmet)
        return render(request, "projects/execution.html", context, status=422)
    messages.success(request, _("The practice is filled from the project. Check it, then send it for review."))
    return redirect("practices:check", version.pk)
