"""Pages of the fit check: choose a practice, answer, read what came of it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet
from network_site.organizations.actor import current
from network_site.publishing.models import PublishedRecord

from .. import permissions
from ..enums import FitStatus
from ..forms.fit import FitForm, PracticeForm, TaskFormSet, initial_tasks
from ..models import FitCheck, Need
from ..selectors import fit as selectors
from ..services import fit as services


@login_required
@require_http_methods(["GET", "POST"])
def start_fit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose the practice that is to be held against a need."""
    need = Need.objects.filter(pk=pk).first()
    if need is None:
        raise Http404
    if not permissions.can_check_fit(current(), FitCheck(need=need)):
        raise PermissionDenied
    form = PracticeForm(request.POST or None, initial={"number": _named(request.GET.get("practice", ""))})
    if request.method == "POST" and form.is_valid():
        practice = selectors.practice_for_fit(form.cleaned_data["number"])
        if practice is None:
            form.add_error("number", _("There is no practice with this number in the databank."))
        else:
            try:
                check = services.start_fit_check(need, practice)
                return redirect("needs:fit", need.pk, check.pk)
            except ValidationError as error:
                form.add_error("number", error)
    context = {"need": need, "form": form, "checks": list(selectors.list_fit_checks(need))}
    return render(request, "needs/fit_start.html", context, status=422 if form.errors else 200)


def _named(given: str) -> str:
    """The public number of the practice that a link names: by its key, or by the number itself."""
    with suppress(ValueError):
        record = PublishedRecord.objects.live().of_kind("practice").filter(pk=UUID(given)).first()
        return record.code if record else ""
    return given[:12]


@login_required
@require_http_methods(["GET", "POST"])
def fit_check(request: HttpRequest, pk: UUID, check: UUID) -> HttpResponse:
    """Answer a check while it is open; read its result and write its tasks when it is done."""
    try:
        found = selectors.get_fit_check(pk, check)
    except FitCheck.DoesNotExist:
        raise Http404 from None
    if request.method != "POST":
        return _page(request, found)
    if not permissions.can_check_fit(current(), found):
        raise PermissionDenied
    return _answered(request, found) if found.status == FitStatus.OPEN else _decided(request, found)


def _answered(request: HttpRequest, check: FitCheck) -> HttpResponse:
    form = FitForm(request.POST, answers=check.answers.all())
    if not form.is_valid():
        return _page(request, check, form=form, status=422)
    try:
        saved = services.answer_fit_check(check, answers=form.values(), lock_version=form.cleaned_data["version"])
        if "finish" in request.POST:
            services.finish_fit_check(saved, lock_version=saved.lock_version)
    except StaleVersion:
        words = _("Somebody else answered meanwhile. Your answers below are kept: read, then save again.")
        unmet = [Unmet("stale", words)]
        return _page(request, check, form=_again(request, check), unmet=unmet, status=409)
    except TransitionRefused as refused:
        # The answers are saved; only the finishing was refused.
        again = selectors.get_fit_check(check.need_id, check.pk)  # type: ignore[attr-defined]
        return _page(request, again, unmet=refused.unmet, status=422)
    done = "finish" in request.POST
    messages.success(request, _("The check is done. Its tasks are below.") if done else _("Saved."))
    return redirect("needs:fit", check.need_id, check.pk)  # type: ignore[attr-defined]


def _again(request: HttpRequest, check: FitCheck) -> FitForm:
    """What was typed, on the version that is saved now: whoever has read it again saves over it."""
    typed = request.POST.copy()
    typed["version"] = str(selectors.get_fit_check(check.need_id, check.pk).lock_version)  # type: ignore[attr-defined]
    return FitForm(typed, answers=check.answers.all())


def _decided(request: HttpRequest, check: FitCheck) -> HttpResponse:
    try:
        version = int(request.POST.get("version", ""))
    except ValueError:
        version = 0
    try:
        if "reopen" in request.POST:
            services.reopen_fit_check(check, lock_version=version)
            return redirect("needs:fit", check.need_id, check.pk)  # type: ignore[attr-defined]
        tasks = TaskFormSet(request.POST, prefix="tasks")
        if not tasks.is_valid():
            return _page(request, check, tasks=tasks, status=422)
        services.save_tasks(check, tasks=tasks.values(), lock_version=version)
    except StaleVersion:
        words = _("Somebody else changed this check meanwhile. What you wrote below is kept: read, then save again.")
        unmet = [Unmet("stale", words)]
        return _page(request, check, tasks=TaskFormSet(request.POST, prefix="tasks"), unmet=unmet, status=409)
    messages.success(request, _("Saved."))
    return redirect("needs:fit", check.need_id, check.pk)  # type: ignore[attr-defined]


def _page(
    request: HttpRequest,
    check: FitCheck,
    *,
    form: FitForm | None = None,
    tasks: Any = None,
    unmet: list[Unmet] | None = None,
    status: int = 200,
) -> HttpResponse:
    # After a refusal: as it is saved now.
    fresh = check if request.method != "POST" else selectors.get_fit_check(check.need_id, check.pk)  # type: ignore[attr-defined]
    can_write = bool(permissions.can_check_fit(current(), fresh))
    answers = list(fresh.answers.all())
    groups = selectors.asked(fresh, answers)
    is_open = fresh.status == FitStatus.OPEN
    if is_open and can_write:
        form = form or FitForm(answers=answers, initial={"version": fresh.lock_version})
        for group in groups:
            for one in group["answers"]:
                one["light_field"], one["note_field"] = form.fields_of(one["row"])
    written = list(fresh.tasks.all())
    if can_write and not is_open and tasks is None:
        tasks = TaskFormSet(prefix="tasks", initial=initial_tasks(written))
    context = {
        "need": fresh.need,
        "check": fresh,
        "practice": fresh.practice,
        "title": selectors.title_of(fresh),
        "groups": groups,
        "form": form,
        "can_write": can_write,
        "is_open": is_open,
        "unmet": unmet or [],
        "counts": selectors.counted(answers),
        "red_musts": selectors.red_musts(answers),
        "distances": selectors.shown_distances(fresh),
        "not_reported": selectors.not_reported(fresh),
        "tasks": tasks,
        "written_tasks": written,
    }
    return render(request, "needs/fit.html", context, status=status)
