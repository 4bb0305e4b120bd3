"""Courses as those who keep them see them: what is missing, who asks to be let in, which answers wait."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet
from network_site.organizations.actor import Actor, current
from network_site.organizations.proving import ask_to_prove, recently_proved
from network_site.publishing.staff import EDITING_ROLES

from .. import permissions, services
from ..cards import courses_url
from ..credentials import codes
from ..enums import CourseStatus, EnrolmentState, QuestionStatus
from ..forms.keeping import CodeForm, EntryForm, MarkForm, RevokeForm, StepForm, TimeForm, UnlockForm
from ..models import Certificate, Course, Enrolment, LessonPractice, Response
from ..selectors import keeping as selectors
from ..selectors import marking
from ..selectors.learning import lacking_courses
from ..workflow import COURSE, ENROLMENT

PER_PAGE = 50
CHANGED = gettext_lazy("Somebody else changed this record meanwhile. Read it again, then decide.")
COURSE_TAGS: dict[str, tuple[str, str]] = {
    CourseStatus.DRAFT: ("", "edit"),
    CourseStatus.PUBLISHED: ("ok", "ok"),
    CourseStatus.WITHDRAWN: ("line", "no"),
}
ENROLMENT_TAGS: dict[str, tuple[str, str]] = {
    EnrolmentState.REQUESTED: ("warn", "clock"),
    EnrolmentState.ACTIVE: ("info", "arr"),
    EnrolmentState.COMPLETED: ("ok", "ok"),
    EnrolmentState.REFUSED: ("line", "no"),
    EnrolmentState.LEFT: ("line", "dash"),
}
QUESTION_TAGS: dict[str, tuple[str, str]] = {
    QuestionStatus.DRAFT: ("", "edit"),
    QuestionStatus.REVIEWED: ("ok", "ok"),
    QuestionStatus.RETIRED: ("line", "no"),
}


def tag(tags: dict[str, tuple[str, str]], status: str, label: Any) -> dict[str, Any]:
    """A state as a tag: word, sign, colour."""
    kind, icon = tags[status]
    return {"kind": kind, "icon": icon, "text": label}


def keeper() -> Actor:
    """Whoever keeps courses. Raises PermissionDenied for everybody else."""
    actor = current()
    if not permissions.can_write_courses(actor):
        raise PermissionDenied
    return actor


def keepers_tabs(actor: Actor, here: str) -> list[dict[str, Any]]:
    """The pages of those who keep courses, with what waits on each."""
    waits = selectors.waiting(actor)
    given = [
        ("keep", _("Courses"), None),
        ("requests", _("Requests"), waits.requests),
        ("answers", _("Answers to mark"), waits.answers),
        ("proposed", _("Proposals"), waits.proposals),
        ("network_report", _("Report"), None),
    ]
    return [
        {"label": label, "url": reverse(f"learning:{name}"), "count": count, "current": name == here}
        for name, label, count in given
    ]


def _course_tabs(course: Course, here: str) -> list[dict[str, Any]]:
    given = {
        "course": _("Course"),
        "questions": _("Questions"),
        "quizzes": _("Quizzes"),
        "cases": _("Case studies"),
        "learners": _("Learners"),
        "course_certificates": _("Certificates"),
    }
    return [
        {"label": label, "url": reverse(f"learning:{name}", args=[course.pk]), "current": name == here}
        for name, label in given.items()
    ]


def course_or_404(pk: UUID) -> Course:
    """A course of the actor's organisation; foreign and missing are the same 404."""
    try:
        course = selectors.get_course(pk)
    except Course.DoesNotExist:
        raise Http404 from None
    if not permissions.is_writer_of(current(), course):
        raise PermissionDenied
    return course


def course_frame(course: Course, here: str) -> dict[str, Any]:
    """What every page of one course begins with."""
    return {
        "course": course,
        "title": selectors.titles_of([course])[course.code],
        "tag": tag(COURSE_TAGS, course.status, course.get_status_display()),
        "tabs": _course_tabs(course, here),
    }


# --- Courses ---------------------------------------------------------------------------------


@login_required
@require_safe
def courses(request: HttpRequest) -> HttpResponse:
    """Every course with its state, its learners as counts, and what waits in it."""
    actor = keeper()
    rows = [
        {"kept": kept, "tag": tag(COURSE_TAGS, kept.course.status, kept.course.get_status_display())}
        for kept in selectors.list_kept(actor)
    ]
    return render(request, "learning/keep/courses.html", {"rows": rows, "tabs": keepers_tabs(actor, "keep")})


@login_required
@require_safe
def course(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where a course stands, what keeps it from being published, and what it hangs on."""
    return _course_page(request, course_or_404(pk))


def _course_page(request: HttpRequest, course: Course, *, status: int = 200, **extra: Any) -> HttpResponse:
    actor = current()
    record = selectors.public_record(course)
    counts = selectors.counts_of(course, actor)
    required = selectors.required_by(course)
    titles = selectors.titles_of(required)
    context = course_frame(course, "course") | {
        "record": record,
        "record_url": f"{courses_url()}{record.path}" if record and courses_url() else "",
        "options": COURSE.options(course, actor),
        "unmet": selectors.missing(course),
        "pages": selectors.pages_of(course),
        "may_edit_pages": actor.has(*EDITING_ROLES),
        "under_way": counts.get(EnrolmentState.ACTIVE, 0),
        "completed": counts.get(EnrolmentState.COMPLETED, 0),
        "requests": counts.get(EnrolmentState.REQUESTED, 0),
        "answers": selectors.open_responses(actor).filter(version__question__course=course).count(),
        "required": [
            {
                "course": one,
                "title": titles[one.code],
                "tag": tag(COURSE_TAGS, one.status, one.get_status_display()),
            }
            for one in required
        ],
        "stale": selectors.stale_links(record),
        "history": selectors.history_of(course.pk, COURSE, CourseStatus.choices),
    }
    return render(request, "learning/keep/course.html", context | extra, status=status)


@login_required
@require_POST
def course_do(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Publish a course, take it out of the catalogue, or say that a lesson was read beside a practice that changed.

    What stands in the way comes back beside the button.
    """
    course = course_or_404(pk)
    if name == "reread":
        return _reread(request, course)
    if name not in COURSE.transitions:
        raise Http404
    ask_to_prove(request)
    form = StepForm(request.POST)
    if not form.is_valid():
        unmet = [Unmet("form", error) for errors in form.errors.values() for error in errors]
        return _course_page(request, course, status=422, refused=unmet, tried=name, step_form=form)
    version, note = form.cleaned_data["version"], form.cleaned_data["note"]
    try:
        if name == "publish":
            record = services.publish_course(course, lock_version=version)
            said = _("Version %(number)d is published.") % {"number": record.version}
        else:
            services.withdraw_course(course, reason=note, lock_version=version)
            said = _("The course is withdrawn. Those who are in it may finish.")
    except StaleVersion:
        unmet = [Unmet("stale", CHANGED)]
        return _course_page(request, course_or_404(pk), status=409, refused=unmet, tried=name, step_form=form)
    except TransitionRefused as refused:
        return _course_page(request, course_or_404(pk), status=422, refused=refused.unmet, tried=name, step_form=form)
    messages.success(request, said)
    return redirect("learning:course", course.pk)


def _reread(request: HttpRequest, course: Course) -> HttpResponse:
    try:
        services.reread_practice(course, int(request.POST.get("link", "")))
    except (ValueError, LessonPractice.DoesNotExist):
        raise Http404 from None
    messages.success(request, _("The lesson is marked as read beside the practice as it is now."))
    return redirect("learning:course", course.pk)


@login_required
@require_safe
def questions(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The bank of a course, each question with where its answer is shown to be right."""
    course = course_or_404(pk)
    rows = [
        {"question": one, "tag": tag(QUESTION_TAGS, one.status, one.status_label)}
        for one in selectors.questions_of(course)
    ]
    return render(request, "learning/keep/questions.html", course_frame(course, "questions") | {"rows": rows})


# --- Learners --------------------------------------------------------------------------------


def _rows(enrolments: Iterable[Enrolment]) -> list[dict[str, Any]]:
    return [{"enrolment": one, "tag": tag(ENROLMENT_TAGS, one.status, one.get_status_display())} for one in enrolments]


@login_required
@require_safe
def learners(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who is in a course, and who has more time; nothing of what they answer."""
    course = course_or_404(pk)
    page = Paginator(selectors.list_learners(course, current()), PER_PAGE).get_page(request.GET.get("page"))
    context = course_frame(course, "learners") | {"page": page, "rows": _rows(page.object_list)}
    return render(request, "learning/keep/learners.html", context)


@login_required
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """Those who ask to be let into a course, the longest waiting first."""
    actor = keeper()
    found = selectors.list_requests(actor)
    titles = selectors.titles_of_records(one.record_id for one in found)
    rows = [{"enrolment": one, "title": titles[one.record_id]} for one in found]
    return render(request, "learning/keep/requests.html", {"rows": rows, "tabs": keepers_tabs(actor, "requests")})


def _enrolment_or_404(pk: UUID) -> Enrolment:
    """An enrolment in a course of the actor's organisation; one that is only her own is missing here."""
    actor = current()
    try:
        enrolment = selectors.get_kept_enrolment(pk, actor)
    except Enrolment.DoesNotExist:
        raise Http404 from None
    if not permissions.is_keeper(actor, enrolment):
        raise PermissionDenied
    return enrolment


@login_required
@require_safe
def enrolment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One learner in one course: her request, and her time in quizzes."""
    return _enrolment_page(request, _enrolment_or_404(pk))


def _enrolment_page(request: HttpRequest, found: Enrolment, *, status: int = 200, **extra: Any) -> HttpResponse:
    options = {option.name for option in ENROLMENT.options(found, current())}
    in_it = found.status in {EnrolmentState.ACTIVE, EnrolmentState.COMPLETED}
    is_own = found.person_id == current().user_id
    can_unlock = "unlock" in options and not found.is_unlocked and selectors.has_closed_parts(found)
    context = {
        "enrolment": found,
        "title": selectors.titles_of([found.course])[found.course.code],
        "tag": tag(ENROLMENT_TAGS, found.status, found.get_status_display()),
        "entry_form": EntryForm() if "accept" in options else None,
        "time_form": TimeForm(initial={"percent": found.extra_time}) if in_it and not is_own else None,
        "unlock_form": UnlockForm() if can_unlock else None,
        "lacking": lacking_courses(found.record, found.person_id) if found.status == EnrolmentState.REQUESTED else [],
        "history": selectors.history_of(found.pk, ENROLMENT, EnrolmentState.choices),
    }
    return render(request, "learning/keep/enrolment.html", context | extra, status=status)


@login_required
@require_POST
def enrolment_do(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Let somebody in, or not; or open every part to one who is in it."""
    found = _enrolment_or_404(pk)
    if name not in {"accept", "refuse", "unlock"}:
        raise Http404
    if name == "unlock":
        return _unlock(request, found)
    form = EntryForm(request.POST)

    def decide() -> None:
        services.decide_enrolment(found, accept=name == "accept", note=form.cleaned_data["note"])

    if _done(form, decide, {"note": "note"}):
        messages.success(
            request, _("Let in. The learner is told.") if name == "accept" else _("Not let in. The learner reads why.")
        )
        return redirect("learning:requests")
    return _enrolment_page(request, _enrolment_or_404(pk), status=422, entry_form=form)


def _unlock(request: HttpRequest, found: Enrolment) -> HttpResponse:
    form = UnlockForm(request.POST)

    def unlock() -> None:
        services.unlock(found, note=form.cleaned_data["note"])

    if _done(form, unlock, {"note": "note"}):
        messages.success(request, _("Every part of the course is open to this learner."))
        return redirect("learning:enrolment", found.pk)
    return _enrolment_page(request, found, status=422, unlock_form=form)


@login_required
@require_POST
def enrolment_time(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give somebody more time in quizzes with a clock."""
    found = _enrolment_or_404(pk)
    form = TimeForm(request.POST)

    def give() -> None:
        services.give_time(found, percent=form.cleaned_data["percent"])

    if _done(form, give):
        messages.success(request, _("The time is changed."))
        return redirect("learning:learners", found.course_id)
    return _enrolment_page(request, found, status=422, time_form=form)


def _done(form: forms.Form, act: Callable[[], Any], fields: dict[str, str] | None = None) -> bool:
    """Whether the form was right and the service did it; if not, the form says why, beside its fields."""
    if not form.is_valid():
        return False
    try:
        act()
    except TransitionRefused as refused:
        for unmet in refused.unmet:
            form.add_error((fields or {}).get(unmet.code), str(unmet.message))
        return False
    return True


# --- Answers ---------------------------------------------------------------------------------


@login_required
@require_safe
def answers(request: HttpRequest) -> HttpResponse:
    """Texts that wait to be marked, the longest waiting first; nobody's name stands beside them."""
    actor = keeper()
    context = {"rows": marking.list_answers(actor), "tabs": keepers_tabs(actor, "answers")}
    return render(request, "learning/keep/answers.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mark a text: the question, a model answer, what was written, and never who wrote it."""
    try:
        found = marking.get_answer(pk, current())
    except Response.DoesNotExist:
        raise Http404 from None
    if not permissions.is_tutor(current(), found.response):
        raise PermissionDenied
    form = MarkForm(request.POST if request.method == "POST" else None)

    def mark() -> None:
        services.mark_response(found.response, share=form.share, comment=form.cleaned_data["comment"])

    if request.method == "POST" and _done(form, mark):
        messages.success(request, _("Marked. The learner reads it now."))
        return redirect("learning:answers")
    context = {"marking": found, "form": form}
    return render(request, "learning/keep/answer.html", context, status=422 if form.is_bound else 200)


# --- Certificates ----------------------------------------------------------------------------


@login_required
@require_safe
def certificates(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The certificates of a course; one is found by its code."""
    course = course_or_404(pk)
    form = CodeForm(request.GET)
    typed = form.cleaned_data["code"] if form.is_valid() else ""
    found = selectors.certificates_of(course, current(), typed=typed)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [_certificate_row(one) for one in page.object_list]
    context = course_frame(course, "course_certificates") | {"page": page, "rows": rows, "form": form, "typed": typed}
    return render(request, "learning/keep/certificates.html", context)


def _certificate_row(certificate: Certificate) -> dict[str, Any]:
    """What keepers read of a certificate. With its whole code they would read how its holder did on its public page."""
    revoked = {"kind": "stop", "icon": "no", "text": _("Revoked")}
    valid = {"kind": "ok", "icon": "ok", "text": _("Valid")}
    return {
        "certificate": certificate,
        "code": certificate.code[: codes.GROUP],
        "tag": revoked if certificate.revoked_at else valid,
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@recently_proved("POST")
def revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take a certificate back, with the reason."""
    actor = current()
    try:
        found = selectors.get_certificate(pk, actor)
    except Certificate.DoesNotExist:
        raise Http404 from None
    if not permissions.is_keeper(actor, found):
        raise PermissionDenied
    form = RevokeForm(request.POST if request.method == "POST" else None)

    def act() -> None:
        services.revoke_certificate(found.pk, reason=form.cleaned_data["reason"])

    if request.method == "POST" and _done(form, act, {"reason": "reason"}):
        messages.success(request, _("The certificate is revoked."))
        return redirect("learning:course_certificates", found.record_id)
    context = _certificate_row(found) | {"form": form, "course_id": found.record_id}
    return render(request, "learning/keep/revoke.html", context, status=422 if form.is_bound else 200)
