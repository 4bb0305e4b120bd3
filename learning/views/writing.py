"""Courses as those who write them make them: the frame, the bank of questions, the rules of quizzes.

Their words in lessons are pages of the site; here is what is the same in every language.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common.language import current_language, language_name
from network_site.common.staleness import mark_of
from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet
from network_site.organizations.actor import current

from .. import permissions, services
from ..enums import QuestionStatus
from ..forms.bank import BankForm
from ..forms.keeping import StepForm
from ..forms.writing import ChooseTypeForm, FrameForm, RulesForm, SectionedForm
from ..models import Course, CourseTerm, Proposal, Question, Quiz
from ..quiz import TYPES
from ..quiz.forms import QuestionForm
from ..selectors import writing as selectors
from ..selectors.keeping import titles_of
from ..selectors.learning import as_drawn
from ..selectors.proposals import get_proposal
from .keeping import CHANGED, QUESTION_TAGS, course_frame, course_or_404, keeper, tag

NUMBER = 10


# --- What every editor does ------------------------------------------------------------------


def written_or_404(found: Callable[[], Any], course_of: Callable[[Any], Course]) -> Any:
    """A part of a course of the actor's organisation; foreign and missing are the same 404."""
    try:
        part = found()
    except ObjectDoesNotExist:
        raise Http404 from None
    if not permissions.is_writer_of(current(), course_of(part)):
        raise PermissionDenied
    return part


def crumbs_of(course: Course, *more: tuple[str, str]) -> list[dict[str, str]]:
    """Where an editor stands: the courses, the course, and the list that it came from."""
    title = titles_of([course])[course.code]
    steps = [(title, reverse("learning:course", args=[course.pk])), *more]
    return [{"label": label, "url": url} for label, url in steps]


def editor(
    request: HttpRequest,
    form: SectionedForm,
    *,
    title: str,
    crumbs: list[dict[str, str]],
    back: str,
    template: str = "learning/write/form.html",
    **extra: Any,
) -> HttpResponse:
    """The page with a form, as it is or with what is wrong with it."""
    context = {"form": form, "title": title, "crumbs": crumbs, "back": back} | extra
    return render(request, template, context, status=422 if form.is_bound else 200)


def saved(form: SectionedForm, save: Callable[[], Any]) -> Any:
    """What a service made of a form; None where the form or the service says what is wrong. Lets StaleVersion pass."""
    if not form.is_valid():
        return None
    try:
        return save()
    except ValidationError as error:
        form.take(error)
    return None


def seen(form: SectionedForm) -> str:
    """The mark of what the writer read; one that fits nothing where it was taken out."""
    return form.cleaned_data["version"] or "-"


def number_seen(form: SectionedForm) -> int:
    """The number of the version that the writer read; 0, which nothing has, where it was taken out."""
    given = form.cleaned_data["version"]
    return int(given) if given.isdecimal() and len(given) < NUMBER else 0


def conflict(request: HttpRequest, mine: SectionedForm, theirs: SectionedForm, *, title: str, url: str) -> HttpResponse:
    """Both texts, and the way to save mine after all."""
    fields = [
        {"label": mine[name].label, "mine": said, "theirs": other}
        for name, field in mine.fields.items()
        if not field.widget.is_hidden
        for said, other in [(_in_words(mine[name]), _in_words(theirs[name]))]
        if said != other
    ]
    kept: QueryDict = request.POST
    hidden = [
        {"name": name, "value": value}
        for name in kept
        if name not in {"csrfmiddlewaretoken", "version"}
        for value in kept.getlist(name)
    ]
    context = {
        "record_title": title,
        "fields": fields,
        "keep_url": url,
        "resend_url": url,
        "hidden": [*hidden, {"name": "version", "value": theirs["version"].value()}],
    }
    return render(request, "409.html", context, status=409)


def _in_words(field: forms.BoundField) -> str:
    value = field.value()
    if isinstance(field.field, forms.BooleanField):
        return _("yes") if value else _("no")
    if isinstance(field.field, forms.ChoiceField):
        chosen = {str(one) for one in (value if isinstance(value, list | tuple) else [value])}
        return "\n".join(str(label) for one, label in _flat(field.field.choices) if str(one) in chosen)
    return str("" if value is None else value).replace("\r\n", "\n").strip()


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    for one, label in choices:
        found += label if isinstance(label, list | tuple) else [(one, label)]
    return found


# --- The frame -------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def course_new(request: HttpRequest) -> HttpResponse:
    """Begin a course, on its own or from a proposal."""
    actor = keeper()
    form = FrameForm(
        request.POST if request.method == "POST" else None,
        others=selectors.other_courses(actor, None),
        initial=_proposed(request.GET.get("proposal", "")),
    )
    if request.method == "POST":
        made = saved(form, lambda: _save_frame(form, form.cleaned_data["code"], is_new=True))
        if made is not None:
            messages.success(request, _("The course is begun. Now write its pages."))
            return redirect("learning:course", made.pk)
    back = reverse("learning:keep")
    return editor(request, form, title=_("New course"), crumbs=[], back=back)


def _proposed(key: str) -> dict[str, str]:
    """What a new course takes from the proposal that it answers."""
    try:
        proposal = get_proposal(UUID(key))
    except (ValueError, Proposal.DoesNotExist):
        return {}
    return {"code": slugify(proposal.title)[:40].strip("-")}


def _save_frame(form: FrameForm, code: str, *, is_new: bool = False, lock_version: int | None = None) -> Course:
    return services.save_course(
        code=code,
        fields=form.fields_given,
        terms=form.terms,
        required=selectors.courses_of(form.cleaned_data["required"], current()),
        is_new=is_new,
        lock_version=lock_version,
    )


def _frame_form(course: Course, data: Any = None) -> FrameForm:
    return FrameForm(
        data,
        course=course,
        terms=list(CourseTerm.objects.filter(course=course).values_list("term_id", flat=True)),
        others=selectors.other_courses(current(), course),
        required=selectors.required_of(course),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def course_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change the frame of a course. What learners have begun stays as it was until they take the next version."""
    course = course_or_404(pk)
    form = _frame_form(course, request.POST if request.method == "POST" else None)
    here = reverse("learning:course", args=[pk])
    if request.method == "POST":
        try:
            done = saved(form, lambda: _save_frame(form, course.code, lock_version=number_seen(form)))
        except StaleVersion:
            title = titles_of([course])[course.code]
            return conflict(request, form, _frame_form(course_or_404(pk)), title=title, url=request.path)
        if done is not None:
            messages.success(request, _("Saved. It counts from the next version of the course on."))
            return redirect("learning:course", pk)
    return editor(request, form, title=_("The frame of the course"), crumbs=crumbs_of(course), back=here)


# --- Questions -------------------------------------------------------------------------------


def _question_or_404(pk: UUID) -> Question:
    found: Question = written_or_404(lambda: selectors.get_question(pk), lambda question: question.course)
    return found


def _to_questions(course: Course) -> tuple[str, str]:
    return _("Questions"), reverse("learning:questions", args=[course.pk])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def question_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write a question: its type first, then what that type wants."""
    course = course_or_404(pk)
    kind = request.GET.get("type", "")
    crumbs = crumbs_of(course, _to_questions(course))
    if kind not in TYPES:
        chooser = ChooseTypeForm([(name, one.label) for name, one in TYPES.items()], request.GET if kind else None)
        context = {"form": chooser, "crumbs": crumbs, "back": crumbs[-1]["url"]}
        return render(request, "learning/write/type.html", context, status=422 if request.method == "POST" else 200)
    form = BankForm(kind, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        made = saved(
            form,
            lambda: services.save_question(course, key=form.cleaned_data["key"], is_new=True, **form.document),
        )
        if made is not None:
            return _after_writing(request, made)
    return editor(request, form, title=_("Write a question"), crumbs=crumbs, back=crumbs[-1]["url"], kind=form.type)


def _after_writing(request: HttpRequest, question: Question) -> HttpResponse:
    if question.status == QuestionStatus.DRAFT:
        messages.success(request, _("Saved. It is asked as soon as somebody else has reviewed it."))
    else:
        messages.success(request, _("Saved."))
    return redirect("learning:question", question.pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def question_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a question; whoever was asked an older version is marked by that one."""
    found = _question_or_404(pk)
    version = selectors.newest_version(found)
    form = BankForm(version.type, request.POST if request.method == "POST" else None, version=version)
    here = reverse("learning:question", args=[pk])
    if request.method == "POST":
        try:
            done = saved(
                form,
                lambda: services.save_question(found.course, key=found.key, n=number_seen(form), **form.document),
            )
        except StaleVersion:
            theirs = BankForm(version.type, version=selectors.newest_version(found))
            return conflict(request, form, theirs, title=found.key, url=request.path)
        if done is not None:
            return _after_writing(request, done)
    crumbs = crumbs_of(found.course, _to_questions(found.course), (found.key, here))
    title = _("Change the question %(key)s") % {"key": found.key}
    return editor(request, form, title=title, crumbs=crumbs, back=here, kind=form.type)


@login_required
@require_safe
def question(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A question as a learner meets it, its answer and its evidence, and its review."""
    return _question_page(request, _question_or_404(pk))


def _question_page(request: HttpRequest, found: Question, *, status: int = 200, **extra: Any) -> HttpResponse:
    version = selectors.newest_version(found)
    key = version.answer_key
    told = {"answer": key.answer, "feedback": key.feedback}
    context = {
        "question": found,
        "version": version,
        "kind": TYPES[version.type],
        "tag": tag(QUESTION_TAGS, found.status, found.get_status_display()),
        "crumbs": crumbs_of(found.course, _to_questions(found.course)),
        "preview": QuestionForm(as_drawn(version), seed="preview"),
        "revealed": TYPES[version.type].reveal(version.structure, version.texts, told, None, current_language()),
        "evidence": key.evidence,
        "languages": ", ".join(language_name(code) for code in version.texts),
        "is_own": version.written_by_id == current().user_id,
    }
    return render(request, "learning/write/question.html", context | extra, status=status)


@login_required
@require_POST
def question_do(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Review a question that somebody else wrote, retire it, or take it back."""
    found = _question_or_404(pk)
    steps = {
        "review": (services.review_question, _("Reviewed. The next version of the course asks it.")),
        "retire": (services.retire_question, _("Retired. From the next version of the course on nobody is asked it.")),
        "restore": (services.restore_question, _("Taken back.")),
    }
    if name not in steps:
        raise Http404
    act, said = steps[name]
    form = StepForm(request.POST)
    if not form.is_valid():
        unmet = [Unmet("form", error) for errors in form.errors.values() for error in errors]
        return _question_page(request, found, status=422, refused=unmet)
    try:
        act(found, n=form.cleaned_data["version"])
    except StaleVersion:
        return _question_page(request, _question_or_404(pk), status=409, refused=[Unmet("stale", CHANGED)])
    except TransitionRefused as refused:
        return _question_page(request, found, status=422, refused=refused.unmet)
    messages.success(request, said)
    return redirect("learning:question", pk)


# --- Quizzes ---------------------------------------------------------------------------------


@login_required
@require_safe
def quizzes(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The quizzes of a course, each with what it draws."""
    course = course_or_404(pk)
    context = course_frame(course, "quizzes") | {"rows": selectors.quizzes_of(course)}
    return render(request, "learning/write/quizzes.html", context)


def _to_quizzes(course: Course) -> tuple[str, str]:
    return _("Quizzes"), reverse("learning:quizzes", args=[course.pk])


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def quiz_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a quiz of the bank's questions; a lesson names it by its key."""
    course = course_or_404(pk)
    form = RulesForm(request.POST if request.method == "POST" else None, tags=selectors.tags_of(course))
    if request.method == "POST":
        made = saved(
            form,
            lambda: services.save_quiz(
                course, key=form.cleaned_data["key"], fields=form.fields_given, pools=form.pools, is_new=True
            ),
        )
        if made is not None:
            messages.success(request, _("Saved. Lessons can name this quiz now."))
            return redirect("learning:quizzes", pk)
    crumbs = crumbs_of(course, _to_quizzes(course))
    return editor(request, form, title=_("New quiz"), crumbs=crumbs, back=crumbs[-1]["url"])


def _rules_form(quiz: Quiz, data: Any = None) -> RulesForm:
    held = selectors.quiz_content(quiz)
    form = RulesForm(data, held=held, tags=selectors.tags_of(quiz.course))
    form.initial["version"] = mark_of(held)
    return form


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def quiz(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change the rules of a quiz, from the next version of the course on."""
    found: Quiz = written_or_404(lambda: selectors.get_quiz(pk), lambda one: one.course)
    course = found.course
    form = _rules_form(found, request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            done = saved(
                form,
                lambda: services.save_quiz(
                    course, key=found.key, fields=form.fields_given, pools=form.pools, seen=seen(form)
                ),
            )
        except StaleVersion:
            return conflict(request, form, _rules_form(selectors.get_quiz(pk)), title=found.key, url=request.path)
        if done is not None:
            messages.success(request, _("Saved. It counts from the next version of the course on."))
            return redirect("learning:quizzes", course.pk)
    crumbs = crumbs_of(course, _to_quizzes(course))
    title = _("The quiz %(key)s") % {"key": found.key}
    return editor(request, form, title=title, crumbs=crumbs, back=crumbs[-1]["url"])
