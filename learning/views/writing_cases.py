"""Case studies as those who write courses make them: each decision on a page of its own, with what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common.staleness import mark_of
from network_site.common.workflow import StaleVersion, TransitionRefused

from .. import services
from ..forms.writing import CaseFrameForm, PromptForm
from ..models import Case, CasePrompt, Course
from ..selectors import writing as selectors
from .keeping import course_frame, course_or_404
from .writing import conflict, crumbs_of, editor, saved, seen, written_or_404


def _case_or_404(pk: UUID) -> Case:
    found: Case = written_or_404(lambda: selectors.get_case(pk), lambda case: case.course)
    return found


def _prompt_or_404(pk: UUID) -> CasePrompt:
    found: CasePrompt = written_or_404(lambda: selectors.get_prompt(pk), lambda prompt: prompt.case.course)
    return found


def _to_cases(course: Course) -> tuple[str, str]:
    return _("Case studies"), reverse("learning:cases", args=[course.pk])


def _to_case(case: Case) -> tuple[str, str]:
    return case.key, reverse("learning:case", args=[case.pk])


# --- Cases -----------------------------------------------------------------------------------


@login_required
@require_safe
def cases(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The case studies of a course, with how many decisions each has."""
    course = course_or_404(pk)
    rows = [{"case": one, "title": selectors.title_of(one)} for one in selectors.cases_of(course)]
    return render(request, "learning/write/cases.html", course_frame(course, "cases") | {"rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin a case study; its decisions follow."""
    course = course_or_404(pk)
    form = CaseFrameForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        made = saved(form, lambda: _save(course, form, form.cleaned_data["key"], is_new=True))
        if made is not None:
            messages.success(request, _("Saved. Now write its decisions."))
            return redirect("learning:case", made.pk)
    crumbs = crumbs_of(course, _to_cases(course))
    return editor(request, form, title=_("New case study"), crumbs=crumbs, back=crumbs[-1]["url"])


def _save(course: Course, form: CaseFrameForm, key: str, **more: Any) -> Case:
    weight = form.cleaned_data["weight"]
    return services.save_case_frame(course, key=key, weight=weight, need=form.need, **more)


def _case_form(case: Case, data: Any = None) -> CaseFrameForm:
    held = selectors.case_content(case)
    form = CaseFrameForm(data, held=held)
    form.initial["version"] = mark_of(held)
    return form


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A case study: its decisions in their order, what it is worth, and with what a draft need begins."""
    found = _case_or_404(pk)
    form = _case_form(found, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            done = saved(form, lambda: _save(found.course, form, found.key, seen=seen(form)))
        except StaleVersion:
            return conflict(request, form, _case_form(_case_or_404(pk)), title=found.key, url=request.path)
        if done is not None:
            messages.success(request, _("Saved. It counts from the next version of the course on."))
            return redirect("learning:case", pk)
    crumbs = crumbs_of(found.course, _to_cases(found.course))
    return editor(
        request,
        form,
        title=_("The case study %(key)s") % {"key": found.key},
        crumbs=crumbs,
        back=crumbs[-1]["url"],
        template="learning/write/case.html",
        case=found,
        prompts=selectors.prompts_of(found),
    )


# --- Decisions -------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def prompt_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write a decision of a case with what came of it."""
    found = _case_or_404(pk)
    form = PromptForm(request.POST if request.method == "POST" else None, position=len(selectors.prompts_of(found)))
    if request.method == "POST":
        made = saved(
            form,
            lambda: services.save_prompt(
                found, given=form.prompt, position=form.cleaned_data["position"] - 1, is_new=True
            ),
        )
        if made is not None:
            messages.success(request, _("Saved."))
            return redirect("learning:case", pk)
    crumbs = crumbs_of(found.course, _to_cases(found.course), _to_case(found))
    return editor(request, form, title=_("New decision"), crumbs=crumbs, back=crumbs[-1]["url"])


def _prompt_form(prompt: CasePrompt, data: Any = None) -> PromptForm:
    held = selectors.prompt_content(prompt)
    form = PromptForm(data, held=held, key=prompt.key)
    form.initial["version"] = mark_of(held)
    return form


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def prompt(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a decision of a case. What learners locked stays as it is."""
    found = _prompt_or_404(pk)
    form = _prompt_form(found, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            done = saved(
                form,
                lambda: services.save_prompt(
                    found.case, given=form.prompt, position=form.cleaned_data["position"] - 1, seen=seen(form)
                ),
            )
        except StaleVersion:
            return conflict(request, form, _prompt_form(_prompt_or_404(pk)), title=found.key, url=request.path)
        if done is not None:
            messages.success(request, _("Saved."))
            return redirect("learning:case", found.case_id)
    return _prompt_page(request, found, form)


def _prompt_page(request: HttpRequest, found: CasePrompt, form: PromptForm, **extra: Any) -> HttpResponse:
    course = found.case.course
    crumbs = crumbs_of(course, _to_cases(course), _to_case(found.case))
    return editor(
        request,
        form,
        title=_("The decision %(key)s") % {"key": found.key},
        crumbs=crumbs,
        back=crumbs[-1]["url"],
        template="learning/write/prompt.html",
        prompt=found,
        is_published=selectors.is_published(found),
        **extra,
    )


@login_required
@require_POST
def prompt_remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a decision out of its case, as long as no version of the course asks it."""
    found = _prompt_or_404(pk)
    case_id = found.case_id
    try:
        services.remove_prompt(found)
    except TransitionRefused as refused:
        answer = _prompt_page(request, found, _prompt_form(found), refused=refused.unmet)
        answer.status_code = 422
        return answer
    messages.success(request, _("The decision is removed."))
    return redirect("learning:case", case_id)
