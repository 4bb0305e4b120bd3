"""A learner at work: her courses, the outline, lessons, quizzes and cases. Everything here is hers alone."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from needs import permissions as need_permissions
from network_site.common.language import current_language, language_name
from network_site.common.workflow import TransitionRefused
from network_site.organizations.actor import current
from network_site.publishing.models import PublishedRecord

from .. import cards, progress, services
from ..enums import AttemptState, EnrolmentState, Entry, ItemKind
from ..forms.cases import AskForm, CaseForm, HomeForm, ReflectForm
from ..models import Attempt, CaseAnswer, CaseDraft, Enrolment
from ..outline import Item, Outline
from ..quiz import marks
from ..quiz.forms import QuizForm
from ..quiz.results import Result
from ..selectors import learning as selectors
from ..selectors.peers import peers_of
from ..services.enrolling import BEFORE


def get_enrolment_or_404(pk: UUID) -> Enrolment:
    """An enrolment of the actor herself; foreign and missing are the same 404."""
    try:
        return selectors.get_enrolment(pk)
    except Enrolment.DoesNotExist:
        raise Http404 from None


def _item_or_404(outline: Outline, pk: UUID) -> Item:
    item = outline.find(pk)
    if item is None:
        raise Http404
    return item


def _at_work_or_404(enrolment: Enrolment) -> None:
    """Whoever waits to be let in, or has left, has no lessons."""
    if enrolment.status not in {EnrolmentState.ACTIVE, EnrolmentState.COMPLETED}:
        raise Http404


# --- Getting in ------------------------------------------------------------------------------


@login_required
@require_safe
def my_courses(request: HttpRequest) -> HttpResponse:
    """The actor's own courses, with how far each is."""
    enrolments = list(selectors.list_enrolments(current()))
    outlines = selectors.outlines_of(enrolments)
    done = selectors.progress_of(enrolments)
    base = cards.courses_url()
    rows = [_row(one, outlines[one.pk], done[one.pk], base) for one in enrolments]
    return render(request, "learning/mine.html", {"rows": rows, "catalogue_url": base})


def _row(enrolment: Enrolment, outline: Outline, done: set[UUID], base: str) -> dict[str, Any]:
    required = [item for item in outline.items if item.is_required]
    can_begin_again = enrolment.status in {EnrolmentState.REFUSED, EnrolmentState.LEFT} and enrolment.record.is_open
    return {
        "url": f"{base}{enrolment.record.path}" if base and can_begin_again else "",
        "enrolment": enrolment,
        "words": outline.words(outline.snapshot["texts"], current_language()),
        "done": sum(item.id in done for item in required),
        "total": len(required),
        "is_open": enrolment.status in {EnrolmentState.ACTIVE, EnrolmentState.COMPLETED},
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin a course, or ask to be let in. Whoever only looks is led to the course's page: nothing begins by itself."""
    record = PublishedRecord.objects.live().of_kind("course").filter(pk=pk).first()
    if record is None:
        raise Http404
    if request.method != "POST":
        return redirect(f"{cards.courses_url()}{record.path}")
    form = AskForm(request.POST)
    try:
        if not form.is_valid():
            raise TransitionRefused([])
        enrolment = services.enrol(record, why=form.cleaned_data["why"])
    except TransitionRefused as refused:
        codes = {one.code for one in refused.unmet}
        if refused.unmet:
            form.add_error("why" if "why" in codes else None, refused.messages)
        lacks_a_course = codes == {BEFORE}
        context = {
            "form": form,
            "record": record,
            "words": Outline(record.snapshot).words(record.snapshot["texts"], current_language()),
            "asks": lacks_a_course or "why" in form.errors or record.snapshot["entry"] == Entry.APPROVAL,
            "lacks_a_course": lacks_a_course,
        }
        return render(request, "learning/enrol.html", context, status=422)
    if enrolment.status == EnrolmentState.REQUESTED:
        messages.success(request, _("The Network reads your request. You will be told when you are let in."))
        return redirect("learning:mine")
    return redirect("learning:go_on", enrolment.pk)


@login_required
@require_safe
def go_on(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Where one left off, on whatever machine and in whatever language; at first the first item."""
    enrolment = get_enrolment_or_404(pk)
    _at_work_or_404(enrolment)
    outline = selectors.outline_of(enrolment)
    here = outline.find(enrolment.last_item) if enrolment.last_item else None
    done = selectors.done_items(enrolment)
    if here is None or here.id in done:
        here = outline.next_open(here, done)
    if here is None:
        return redirect("learning:outline", enrolment.pk)
    return redirect("learning:item", enrolment.pk, here.id)


@login_required
@require_safe
def outline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The whole of a course for one learner: what is done, what counts, and the result."""
    enrolment = get_enrolment_or_404(pk)
    if enrolment.status not in {EnrolmentState.ACTIVE, EnrolmentState.COMPLETED}:
        return redirect("learning:mine")
    found = selectors.outline_of(enrolment)
    done = selectors.done_items(enrolment)
    results = selectors.results_of(enrolment, found)
    score = found.result(results)
    newest = enrolment.record
    required = [item for item in found.items if item.is_required]
    certificate = selectors.certificate_of(enrolment)
    is_marking = selectors.is_marking(enrolment)
    return render(
        request,
        "learning/outline.html",
        _frame(enrolment, found, None, done)
        | {
            "modules": _modules(enrolment, found, done, results),
            "done": sum(item.id in done for item in required),
            "total": len(required),
            "score": score,
            "pass_mark": found.snapshot["pass_mark"],
            "open_items": found.open_items(done),
            "is_below": score is not None and not marks.is_passed(score, found.snapshot["pass_mark"]),
            "certificate": certificate,
            "can_update": enrolment.status == EnrolmentState.ACTIVE and newest.version != enrolment.version,
            "newest": newest.version,
            "can_leave": enrolment.status == EnrolmentState.ACTIVE,
            "can_finish": enrolment.status == EnrolmentState.ACTIVE and not found.open_items(done) and not is_marking,
            "is_marking": is_marking,
        },
    )


def _modules(
    enrolment: Enrolment, outline: Outline, done: set[UUID], results: Mapping[UUID, Any]
) -> list[dict[str, Any]]:
    language = current_language()
    counted = {item.id for item in outline.counted}
    modules: list[dict[str, Any]] = [
        {"words": outline.words(module["texts"], language), "items": []} for module in outline.snapshot["modules"]
    ]
    for item in outline.items:
        modules[item.module_place]["items"].append(
            {
                "item": item,
                "words": outline.words(item.document["texts"], language),
                "url": reverse("learning:item", args=[enrolment.pk, item.id]),
                "kind": str(ItemKind(item.kind).label),
                "is_done": item.id in done,
                "is_closed": not enrolment.is_unlocked and bool(outline.in_the_way(item, done, results)),
                "percent": results.get(item.id),
                "counts": item.id in counted,
            }
        )
    return modules


@login_required
@require_POST
def leave(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Give a course up."""
    enrolment = get_enrolment_or_404(pk)
    try:
        services.leave(enrolment)
    except TransitionRefused as refused:
        messages.error(request, refused.messages[0])
        return redirect("learning:outline", enrolment.pk)
    messages.success(request, _("You have left the course. What you did stays yours; you can go on at any time."))
    return redirect("learning:mine")


@login_required
@require_POST
def take_newer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go on in the newest version."""
    enrolment = get_enrolment_or_404(pk)
    try:
        services.take_newer(enrolment)
    except TransitionRefused as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, _("You go on in the newest version. What you have done stays done."))
    return redirect("learning:outline", enrolment.pk)


@login_required
@require_POST
def finish(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Complete a course below its mark: the certificate says that one took part."""
    enrolment = get_enrolment_or_404(pk)
    try:
        services.finish_with_attendance(enrolment)
    except TransitionRefused as refused:
        messages.error(request, refused.messages[0])
    return redirect("learning:outline", enrolment.pk)


# --- One item --------------------------------------------------------------------------------


def _frame(enrolment: Enrolment, outline: Outline, item: Item | None, done: set[UUID]) -> dict[str, Any]:
    """What every page of a course shows around its content."""
    language = current_language()
    groups = [
        {
            "label": f"{number} {outline.words(module['texts'], language)['title']}",
            "items": [
                {
                    "label": outline.words(one.document["texts"], language)["title"],
                    "url": reverse("learning:item", args=[enrolment.pk, one.id]),
                    "current": item is not None and one.id == item.id,
                    "state": "ok" if one.id in done else "half" if item and one.id == item.id else "open",
                }
                for one in outline.items
                if one.module_place == number - 1
            ],
        }
        for number, module in enumerate(outline.snapshot["modules"], start=1)
    ]
    return {
        "enrolment": enrolment,
        "course": outline.words(outline.snapshot["texts"], language),
        "course_groups": groups,
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, pk: UUID, item: UUID) -> HttpResponse:
    """A lesson, the way into a quiz, or a case in the step at which it stands."""
    enrolment = get_enrolment_or_404(pk)
    _at_work_or_404(enrolment)
    outline = selectors.outline_of(enrolment)
    found = _item_or_404(outline, item)
    if request.method == "POST":
        return _do(request, enrolment, outline, found)
    before = selectors.in_the_way(enrolment, outline, found)
    if before:
        return _closed_page(request, enrolment, outline, found, before)
    services.open_item(enrolment, found)
    if found.case:
        return _case_page(request, enrolment, outline, found)
    return _item_page(request, enrolment, outline, found)


def _closed_page(
    request: HttpRequest, enrolment: Enrolment, outline: Outline, item: Item, before: list[Item], status: int = 200
) -> HttpResponse:
    """A part that is not open yet: what comes first. Nothing of the part itself."""
    first = [_neighbour(enrolment, outline, one) for one in before]
    context = {"first": first, "least": item.least_before, "body": [], "borrowed": ""}
    return _page(request, enrolment, outline, item, "learning/item_closed.html", context, status)


def _page(
    request: HttpRequest, enrolment: Enrolment, outline: Outline, item: Item, template: str, context: Any, status: int
) -> HttpResponse:
    done = selectors.done_items(enrolment)
    words = outline.words(item.document["texts"], current_language())
    body = words["body"] or outline.words(item.document["texts"], outline.source)["body"]
    # A title may be there in a language in which the text is not.
    body_language = words.language if words["body"] or not body else outline.source
    before, after = outline.before(item), outline.after(item)
    return render(
        request,
        template,
        _frame(enrolment, outline, item, done)
        | {
            "item": item,
            "words": words,
            "body": body,
            "body_language": body_language,
            "borrowed": language_name(body_language) if body_language != current_language() and body else "",
            "cards": cards.cards_of(body),
            "is_done": item.id in done,
            "before": _neighbour(enrolment, outline, before),
            "after": _neighbour(enrolment, outline, after),
        }
        | context,
        status=status,
    )


def _neighbour(enrolment: Enrolment, outline: Outline, item: Item | None) -> dict[str, Any] | None:
    if item is None:
        return None
    return {
        "title": outline.words(item.document["texts"], current_language())["title"],
        "url": reverse("learning:item", args=[enrolment.pk, item.id]),
    }


def _item_page(
    request: HttpRequest, enrolment: Enrolment, outline: Outline, item: Item, error: str = "", status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"error": error}
    if item.quiz:
        attempts = selectors.attempts_of(enrolment, item.quiz_id)
        counted = selectors.counting_attempt(attempts, item.quiz["counting"])
        allowed = item.quiz["attempts"]
        context |= {
            "quiz": item.quiz,
            "attempts": [
                {
                    "attempt": one,
                    "percent": selectors.percent_of(one) if one.status in selectors.ENDED else None,
                    "state": AttemptState(one.status).label,
                    "url": reverse("learning:attempt", args=[enrolment.pk, item.id, one.n]),
                    "counts": counted is not None and one.pk == counted.pk,
                    "is_open": one.status == AttemptState.OPEN,
                }
                for one in attempts
            ],
            "open_attempt": next((one for one in attempts if one.status == AttemptState.OPEN), None),
            "left": None if allowed is None else max(0, allowed - len(attempts)),
            "asked": sum(pool["draw"] for pool in item.quiz["pools"]),
            "extra_time": enrolment.extra_time,
        }
    return _page(request, enrolment, outline, item, "learning/item.html", context, status)


def _do(request: HttpRequest, enrolment: Enrolment, outline: Outline, item: Item) -> HttpResponse:
    before = selectors.in_the_way(enrolment, outline, item)
    if before:
        return _closed_page(request, enrolment, outline, item, before, status=422)
    if item.case:
        return _case_step(request, enrolment, outline, item)
    try:
        if item.quiz:
            attempt = services.start_attempt(enrolment, item.id)
            return redirect("learning:attempt", enrolment.pk, item.id, attempt.n)
        services.finish_item(enrolment, item.id)
    except TransitionRefused as refused:
        return _item_page(request, enrolment, outline, item, error=refused.messages[0], status=422)
    following = outline.after(item)
    if following is None:
        return redirect("learning:outline", enrolment.pk)
    return redirect("learning:item", enrolment.pk, following.id)


# --- Quizzes ---------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def attempt(request: HttpRequest, pk: UUID, item: UUID, n: int) -> HttpResponse:
    """An attempt at a quiz: its questions while it is open, its result afterwards."""
    enrolment = get_enrolment_or_404(pk)
    _at_work_or_404(enrolment)
    outline = selectors.outline_of(enrolment)
    found = _item_or_404(outline, item)
    if found.quiz is None:
        raise Http404
    attempts = selectors.attempts_of(enrolment, found.quiz_id)
    tried = next((one for one in attempts if one.n == n), None)
    if tried is None:
        raise Http404
    if request.method == "POST":
        return _answer(request, enrolment, outline, found, tried, attempts)
    if tried.status == AttemptState.OPEN:
        return _questions(request, enrolment, outline, found, tried, attempts)
    return _marked(request, enrolment, outline, found, tried, attempts)


def _still_open(quiz: Mapping[str, Any], asked: list[selectors.Asked]) -> list[selectors.Asked]:
    """The questions that can be answered: under the rule "after each question" not those that were."""
    if not selectors.tells_at_once(quiz):
        return asked
    return [one for one in asked if one.response is None or one.response.share is None]


def _questions(
    request: HttpRequest,
    enrolment: Enrolment,
    outline: Outline,
    item: Item,
    attempt: Attempt,
    attempts: list[Attempt],
    sent: QueryDict | None = None,
    status: int = 200,
    ask_again: bool = False,
) -> HttpResponse:
    """The questions of an open attempt; with what was sent, where it could not be taken as it is."""
    quiz: Mapping[str, Any] = item.quiz or {}
    asked = selectors.asked(enrolment, attempt, quiz, attempts)
    left = _still_open(quiz, asked)
    answers = {one.question.key: one.response.answer for one in left if one.response}
    form = QuizForm([one.question for one in left], attempt.seed, sent, None if sent else answers)
    form.is_valid()
    forms = {one.question.key: one for one in form.forms}
    rows = [
        {"form": forms[one.question.key]}
        if one.question.key in forms
        else {"result": Result(one.question, one.response.answer, one.response.share, one.revealed)}  # type: ignore[union-attr]
        for one in asked
    ]
    left_over = max(attempt.deadline_at - timezone.now(), timedelta(0)) if attempt.deadline_at else timedelta(0)
    context = {
        "quiz": quiz,
        "attempt": attempt,
        "seconds_left": int(left_over.total_seconds()),
        "minutes_left": int(left_over.total_seconds() // 60),
        "rows": rows,
        "form": form,
        "ask_again": ask_again,
        "tells_at_once": selectors.tells_at_once(quiz),
    }
    return _page(request, enrolment, outline, item, "learning/attempt.html", context, status)


def _answer(
    request: HttpRequest,
    enrolment: Enrolment,
    outline: Outline,
    item: Item,
    attempt: Attempt,
    attempts: list[Attempt],
) -> HttpResponse:
    """Save answers, or hand them in. What was not understood is said beside it, and nothing is lost."""
    if attempt.status != AttemptState.OPEN:
        messages.info(request, _("This attempt has been handed in already."))
        return redirect("learning:attempt", enrolment.pk, item.id, attempt.n)
    quiz: Mapping[str, Any] = item.quiz or {}
    asked = selectors.asked(enrolment, attempt, quiz, attempts)
    left = _still_open(quiz, asked)
    versions = {one.question.key: one.version for one in left}
    form = QuizForm([one.question for one in left], attempt.seed, request.POST)
    is_valid = form.is_valid()
    answers = {versions[key]: answer for key, answer in form.answers.items()}
    hands_in = "hand_in" in request.POST
    try:
        if not is_valid or not hands_in or (form.lacking and "anyway" not in request.POST):
            services.answer_quiz(attempt, item, answers)
            if is_valid and not hands_in:
                if selectors.tells_at_once(quiz):
                    return redirect("learning:attempt", enrolment.pk, item.id, attempt.n)
                messages.success(request, _("Your answers are saved. Hand them in when you are ready."))
                return redirect("learning:item", enrolment.pk, item.id)
            # Under the rule "after each question" what was understood is told and closed now; the rest is asked again.
            return _questions(
                request, enrolment, outline, item, attempt, attempts, request.POST, status=422, ask_again=is_valid
            )
        services.hand_in(attempt, item, answers)
    except TransitionRefused as refused:
        if any(one.code == "late" for one in refused.unmet):
            with suppress(TransitionRefused):  # another tab has ended it meanwhile
                services.hand_in(attempt, item)
        messages.warning(request, refused.messages[0])
    return redirect("learning:attempt", enrolment.pk, item.id, attempt.n)


def _marked(
    request: HttpRequest,
    enrolment: Enrolment,
    outline: Outline,
    item: Item,
    attempt: Attempt,
    attempts: list[Attempt],
) -> HttpResponse:
    quiz: Mapping[str, Any] = item.quiz or {}
    asked = selectors.asked(enrolment, attempt, quiz, attempts)
    # Whether an answer is right is told with the key, and not before; what a tutor wrote is told at once.
    results = [
        {
            "result": Result(
                one.question,
                one.response.answer if one.response else None,
                one.response.share if one.response and (one.revealed or one.response.marked_by_id) else None,
                one.revealed,
            ),
            "comment": one.response.comment if one.response else "",
        }
        for one in asked
    ]
    percent = selectors.percent_of(attempt)
    context = {
        "quiz": quiz,
        "attempt": attempt,
        "results": results,
        "percent": percent,
        "is_passed": marks.is_passed(percent, outline.snapshot["pass_mark"]),
        "pass_mark": outline.snapshot["pass_mark"],
        "waits": attempt.status == AttemptState.WAITING,
        "is_late": attempt.status == AttemptState.EXPIRED,
        "can_try": selectors.has_attempts_left(quiz, attempts),
        "item_url": reverse("learning:item", args=[enrolment.pk, item.id]),
        "tells": any(one.revealed for one in asked),
    }
    return _page(request, enrolment, outline, item, "learning/marked.html", context, 200)


# --- Cases -----------------------------------------------------------------------------------


def _case_page(
    request: HttpRequest,
    enrolment: Enrolment,
    outline: Outline,
    item: Item,
    form: CaseForm | None = None,
    home: HomeForm | None = None,
    reflect: ReflectForm | None = None,
    error: str = "",
    status: int = 200,
    ask_again: bool = False,
) -> HttpResponse:
    """The case in its step: to decide; or, once locked, what happened, what others decided, and one's own country."""
    locked = selectors.case_answers(enrolment, item)
    if not locked:
        if form is None:
            draft = CaseDraft.objects.filter(enrolment=enrolment, case=item.case_id).first()
            form = CaseForm(item, None, draft.answers if draft else None)
        context: dict[str, Any] = {"form": form, "error": error, "ask_again": ask_again}
        return _page(request, enrolment, outline, item, "learning/case.html", context, status)
    person = enrolment.person_id
    outcomes, peers = selectors.outcomes_of(item, person), peers_of(item, person)
    at_home = selectors.home_answers(enrolment, item)
    need = selectors.drafted_need(at_home.values())
    shared = selectors.shared_reasons(enrolment)
    prompts = {UUID(prompt["id"]): prompt for prompt in (item.case or {})["prompts"]}
    context = {
        # Of a decision that was never asked of her, nothing is told.
        "rows": [
            progress.decision(prompt, locked[pk], outcomes[pk], peers) | {"pk": pk, "is_shared": pk in shared}
            for pk, prompt in prompts.items()
            if pk in locked and pk in outcomes
        ],
        "written": [
            {"question": progress.at_home(prompt), "text": at_home[pk].text}
            for pk, prompt in prompts.items()
            if pk in at_home and at_home[pk].text
        ],
        "reflect": reflect or ReflectForm(None, selectors.reflection_on(enrolment, item)),
        "home": home or HomeForm(item, None, {pk: row.text for pk, row in at_home.items()}),
        "need_url": reverse("needs:need", args=[need]) if need else "",
        "can_draft": need_permissions.can_create(current()),
        "error": error,
    }
    return _page(request, enrolment, outline, item, "learning/case_opened.html", context, status)


def _case_step(request: HttpRequest, enrolment: Enrolment, outline: Outline, item: Item) -> HttpResponse:
    if "home" in request.POST or "need" in request.POST:
        return _case_home(request, enrolment, outline, item)
    if "reflect" in request.POST:
        return _case_reflect(request, enrolment, outline, item)
    if "share" in request.POST or "unshare" in request.POST:
        return _case_share(request, enrolment, item)
    form = CaseForm(item, request.POST)
    is_valid, decisions = form.is_valid(), form.decisions
    try:
        if not is_valid or "lock" not in request.POST:
            services.save_case(enrolment, item.id, decisions)
            if is_valid:
                messages.success(request, _("Your decisions are saved. Nobody else reads them."))
                return redirect("learning:item", enrolment.pk, item.id)
            return _case_page(request, enrolment, outline, item, form, status=422)
        short = [one for one in form.forms if one.ask_for_words()]
        if short and "anyway" not in request.POST:
            services.save_case(enrolment, item.id, decisions)
            return _case_page(request, enrolment, outline, item, form, status=422, ask_again=True)
        services.lock_case(enrolment, item.id, decisions)
    except TransitionRefused as refused:
        by_prompt = {one.prompt["id"]: one for one in form.forms}
        undecided = [by_prompt[one.code] for one in refused.unmet if one.code in by_prompt]
        if not undecided:
            messages.info(request, refused.messages[0])
            return redirect("learning:item", enrolment.pk, item.id)
        services.save_case(enrolment, item.id, decisions)
        for one in undecided:
            one.refuse()
        return _case_page(request, enrolment, outline, item, form, status=422)
    return redirect(f"{reverse('learning:item', args=[enrolment.pk, item.id])}#opened")


def _case_home(request: HttpRequest, enrolment: Enrolment, outline: Outline, item: Item) -> HttpResponse:
    """Keep what was written for one's own country; on request make a draft need of it."""
    home = HomeForm(item, request.POST)
    if not home.is_valid():
        return _case_page(request, enrolment, outline, item, home=home, status=422)
    try:
        services.save_home(enrolment, item.id, home.texts)
        if "need" not in request.POST:
            messages.success(request, _("Saved. Nobody else reads it."))
            return redirect(f"{reverse('learning:item', args=[enrolment.pk, item.id])}#home")
        need = services.draft_need(enrolment, item.id)
    except TransitionRefused as refused:
        return _case_page(request, enrolment, outline, item, home=home, error=refused.messages[0], status=422)
    messages.success(request, _("A draft need was made of your answers. It is your ministry's, and nobody else's."))
    return redirect("needs:need", need)


def _case_share(request: HttpRequest, enrolment: Enrolment, item: Item) -> HttpResponse:
    """Let others read one text, or take that back."""
    shares = "share" in request.POST
    try:
        prompt = UUID(request.POST["share" if shares else "unshare"])
        services.share_reason(enrolment, prompt, shares=shares)
    except (ValueError, CaseAnswer.DoesNotExist):
        raise Http404 from None
    if shares:
        messages.success(request, _("Others may read this text now, without your name or organisation."))
    else:
        messages.success(request, _("Nobody else reads this text any more."))
    return redirect(f"{reverse('learning:item', args=[enrolment.pk, item.id])}#d-{prompt}")


def _case_reflect(request: HttpRequest, enrolment: Enrolment, outline: Outline, item: Item) -> HttpResponse:
    """Keep what one would decide differently."""
    form = ReflectForm(request.POST)
    if not form.is_valid():
        return _case_page(request, enrolment, outline, item, reflect=form, status=422)
    try:
        services.save_reflection(enrolment, item.id, form.cleaned_data["text"])
    except TransitionRefused as refused:
        messages.error(request, refused.messages[0])
        return redirect("learning:item", enrolment.pk, item.id)
    messages.success(request, _("Saved. Nobody else reads it."))
    return redirect(f"{reverse('learning:item', args=[enrolment.pk, item.id])}#changed")
