"""The parts of a course that are no words of a page: its frame, its bank of questions, its quizzes and cases.

Seeds write by code or key, whether the thing is there or not. People say what they mean: `is_new` refuses a code or
key that is taken, and what they read before (`lock_version`, `n`, `seen`) refuses to overwrite what others wrote
since. A ValidationError for one answer of theirs names it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network_site.common import audit
from network_site.common.html import plain
from network_site.common.staleness import refuse_stale
from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet, lock_for_writing
from network_site.organizations.actor import current

from .. import permissions
from ..enums import OutcomeStatus, QuestionStatus
from ..models import (
    Case,
    CaseOutcome,
    CasePrompt,
    Course,
    CourseTerm,
    Prerequisite,
    Question,
    QuestionKey,
    QuestionVersion,
    Quiz,
    QuizPool,
)
from ..quiz import TYPES
from ..selectors.writing import RULES, case_content, is_published, prompt_content, quiz_content

FRAME = frozenset(
    {"position", "level", "hours", "pass_mark", "honours_mark", "entry", "has_certificate", "licence", "source",
     "is_demo"}
)  # fmt: skip
TAKEN = gettext_lazy("This is taken. Choose another one.")


def _refuse_taken(name: str, *, is_new: bool, exists: bool) -> None:
    if is_new and exists:
        raise ValidationError({name: TAKEN})


@transaction.atomic
def save_course(
    *,
    code: str,
    fields: Mapping[str, Any],
    terms: Collection[str],
    required: Collection[Course] | None = None,
    pk: UUID | None = None,
    is_new: bool = False,
    lock_version: int | None = None,
) -> Course:
    """Make a course of the actor's organisation, or change the frame of the one with this code.

    `fields` are those of FRAME, `terms` codes of the common schemes, `required` the courses that come before (None:
    as they are). `pk` is given to a new course only (seeds have ids of their own). Raises PermissionDenied,
    StaleVersion, ValidationError for a code that is taken or a circle, and TypeError for a field that is not for
    writers.
    """
    actor = current()
    if not permissions.can_write_courses(actor):
        raise PermissionDenied
    if set(fields) - FRAME:
        raise TypeError(f"not for writers: {', '.join(sorted(set(fields) - FRAME))}")
    course = Course.objects.select_for_update(of=("self",)).filter(owner_id=actor.organization_id, code=code).first()
    _refuse_taken("code", is_new=is_new, exists=course is not None)
    if course is None:
        course = Course(owner_id=actor.organization_id, code=code, created_by_id=actor.user_id)
        if pk is not None:
            course.pk = pk
    elif lock_version is not None and lock_version != course.lock_version:
        raise StaleVersion(course)
    for name, value in fields.items():
        setattr(course, name, value)
    added = course._state.adding
    course.lock_version += not added
    try:
        with transaction.atomic():
            course.save()
    except IntegrityError:
        # Somebody else began a course with this code at the same moment.
        others = Course.objects.filter(owner_id=course.owner_id, code=code).exclude(pk=course.pk)
        _refuse_taken("code", is_new=is_new, exists=others.exists())
        raise
    CourseTerm.objects.filter(course=course).exclude(term_id__in=terms).delete()
    held = set(CourseTerm.objects.filter(course=course).values_list("term_id", flat=True))
    CourseTerm.objects.bulk_create(
        CourseTerm(course=course, term_id=term) for term in dict.fromkeys(terms) if term not in held
    )
    if required is not None:
        _wait_for(course, required)
    audit.record("course.created" if added else "course.edited", tenant_id=course.owner_id, subject=course)
    return course


@transaction.atomic
def set_prerequisites(course: Course, required: Collection[Course]) -> None:
    """Say which courses have to be completed before this one. Raises ValidationError for a circle."""
    _allow(course)
    _wait_for(course, required)
    audit.record("course.edited", tenant_id=course.owner_id, subject=course)


def _wait_for(course: Course, required: Collection[Course]) -> None:
    wanted = {one.pk for one in required}
    edges = {(row.course_id, row.required_id) for row in Prerequisite.objects.exclude(course=course)}
    edges |= {(course.pk, pk) for pk in wanted}
    if _reaches(edges, course.pk):
        raise ValidationError({"required": _("These courses would wait for each other. Leave one of them out.")})
    Prerequisite.objects.filter(course=course).exclude(required_id__in=wanted).delete()
    held = set(Prerequisite.objects.filter(course=course).values_list("required_id", flat=True))
    Prerequisite.objects.bulk_create(Prerequisite(course=course, required_id=pk) for pk in wanted - held)


def _reaches(edges: Collection[tuple[UUID, UUID]], start: UUID) -> bool:
    """Whether a way along the edges leads back to where it began."""
    seen: set[UUID] = set()
    ahead = [end for begin, end in edges if begin == start]
    while ahead:
        here = ahead.pop()
        if here == start:
            return True
        if here not in seen:
            seen.add(here)
            ahead += [end for begin, end in edges if begin == here]
    return False


def _allow(course: Course) -> None:
    if not permissions.is_writer_of(current(), course):
        raise PermissionDenied


# --- Questions -------------------------------------------------------------------------------


@transaction.atomic
def save_question(
    course: Course,
    *,
    key: str,
    tag: str,
    type: str,
    points: int,
    structure: Mapping[str, Any],
    texts: Mapping[str, Any],
    answer_key: Mapping[str, Any],
    is_new: bool = False,
    n: int | None = None,
) -> Question:
    """Write a question, as a new version where anything of it has changed; older versions stay for those asked.

    A new version is a draft: nobody is asked it before somebody else has reviewed it. `n` is the version that the
    writer read. Raises ValidationError with everything that is wrong with it, StaleVersion, PermissionDenied.
    """
    _allow(course)
    problems = (
        TYPES[type].problems(structure, texts, answer_key, points) if type in TYPES else [_("There is no such type.")]
    )
    if problems:
        raise ValidationError([f"{key}: {problem}" for problem in problems])
    if is_new:
        lock_for_writing(course)
    question = Question.objects.select_for_update(of=("self",)).filter(course=course, key=key).first()
    _refuse_taken("key", is_new=is_new, exists=question is not None)
    if question is None:
        question = Question.objects.create(course=course, key=key, tag=tag)
    newest = _newest(question)
    asked = (type, points, dict(structure), dict(texts))
    told = (answer_key.get("answer"), answer_key.get("feedback", {}), answer_key.get("evidence", {}))
    is_changed = newest is None or _asked_and_told(newest) != (asked, told)
    if (is_changed or question.tag != tag) and n is not None and newest is not None and newest.n != n:
        raise StaleVersion(question)
    if question.tag != tag:
        question.tag = tag
        question.save(update_fields=["tag"])
    if not is_changed:
        return question
    version = QuestionVersion.objects.create(
        question=question,
        n=newest.n + 1 if newest else 1,
        type=type,
        points=points,
        structure=structure,
        texts=texts,
        written_by_id=current().user_id,
    )
    QuestionKey.objects.create(version=version, answer=told[0], feedback=told[1], evidence=told[2])
    _put(question, QuestionStatus.DRAFT)
    audit.record("course.question_written", tenant_id=course.owner_id, subject=question, version=version.n)
    return question


def _asked_and_told(version: QuestionVersion) -> tuple[Any, Any]:
    key = version.answer_key
    return (
        (version.type, version.points, version.structure, version.texts),
        (key.answer, key.feedback, key.evidence),
    )


def _newest(question: Question) -> QuestionVersion | None:
    """The newest version of a question with its key, locked."""
    versions = QuestionVersion.objects.select_for_update(of=("self",)).select_related("answer_key")
    found: QuestionVersion | None = versions.filter(question=question).order_by("-n").first()
    return found


def _put(question: Question, status: str) -> None:
    question.status = status
    question.save(update_fields=["status"])


def _locked(question: Question, n: int) -> tuple[Question, QuestionVersion]:
    """A question and its newest version, which must be the one that was read."""
    _allow(question.course)
    locked = lock_for_writing(question)
    newest = _newest(locked)
    if newest is None or newest.n != n:
        raise StaleVersion(locked)
    return locked, newest


@transaction.atomic
def review_question(question: Question, *, n: int) -> Question:
    """Say of the newest version of a question, which must be number `n`, that it may be asked.

    Raises TransitionRefused for whoever wrote it, StaleVersion, PermissionDenied.
    """
    locked, newest = _locked(question, n)
    reviewer = current().user_id
    if newest.written_by_id == reviewer:
        words = _("You wrote this version. Somebody else of the Network has to review it.")
        raise TransitionRefused([Unmet("author", words)])
    if newest.reviewed_by_id is None:
        newest.reviewed_by_id, newest.reviewed_at = reviewer, timezone.now()
        newest.save(update_fields=["reviewed_by", "reviewed_at"])
    _put(locked, QuestionStatus.REVIEWED)
    audit.record("course.question_reviewed", tenant_id=locked.course.owner_id, subject=locked, version=n)
    return locked


@transaction.atomic
def retire_question(question: Question, *, n: int) -> Question:
    """Ask a question no longer from the next version of the course on. Raises StaleVersion, PermissionDenied."""
    locked, _newest = _locked(question, n)
    _put(locked, QuestionStatus.RETIRED)
    audit.record("course.question_retired", tenant_id=locked.course.owner_id, subject=locked, version=n)
    return locked


@transaction.atomic
def restore_question(question: Question, *, n: int) -> Question:
    """Take a retired question back: reviewed where its newest version is. Raises StaleVersion, PermissionDenied."""
    locked, newest = _locked(question, n)
    if locked.status == QuestionStatus.RETIRED:
        _put(locked, QuestionStatus.REVIEWED if newest.reviewed_by_id else QuestionStatus.DRAFT)
        audit.record("course.question_restored", tenant_id=locked.course.owner_id, subject=locked, version=n)
    return locked


# --- Quizzes ---------------------------------------------------------------------------------


@transaction.atomic
def save_quiz(
    course: Course,
    *,
    key: str,
    fields: Mapping[str, Any],
    pools: Sequence[tuple[str, int | None]],
    pk: UUID | None = None,
    is_new: bool = False,
    seen: str | None = None,
) -> Quiz:
    """Write the rules of a quiz and from which tags how many questions are drawn (None: all of them).

    `seen` is the mark of what its writer read. Raises ValidationError, StaleVersion, PermissionDenied.
    """
    _allow(course)
    if is_new:
        lock_for_writing(course)
    found = Quiz.objects.select_for_update(of=("self",)).filter(course=course, key=key).first()
    _refuse_taken("key", is_new=is_new, exists=found is not None)
    quiz = found or Quiz(course=course, key=key)
    if found is None and pk is not None:
        quiz.pk = pk
    before = quiz_content(quiz) if found else None
    for name, value in fields.items():
        setattr(quiz, name, value)
    if before is not None:
        after = before | {name: getattr(quiz, name) for name in RULES} | {"pools": [list(pool) for pool in pools]}
        if after != before:
            refuse_stale(quiz, seen=seen, now=before)
    quiz.full_clean(exclude=["course"])
    quiz.save()
    QuizPool.objects.filter(quiz=quiz).delete()
    QuizPool.objects.bulk_create(
        QuizPool(quiz=quiz, position=place, tag=tag, draw=draw) for place, (tag, draw) in enumerate(pools)
    )
    audit.record("course.quiz_written", tenant_id=course.owner_id, subject=quiz)
    return quiz


# --- Cases -----------------------------------------------------------------------------------


@transaction.atomic
def save_case_frame(
    course: Course,
    *,
    key: str,
    weight: int,
    need: Mapping[str, Any],
    pk: UUID | None = None,
    is_new: bool = False,
    seen: str | None = None,
) -> Case:
    """Write a case without its decisions: its weight, and with what a draft need begins (terms, titles by language).

    Raises ValidationError, StaleVersion, PermissionDenied.
    """
    _allow(course)
    if is_new:
        lock_for_writing(course)
    found = Case.objects.select_for_update(of=("self",)).filter(course=course, key=key).first()
    _refuse_taken("key", is_new=is_new, exists=found is not None)
    case = found or Case(course=course, key=key)
    if found is None and pk is not None:
        case.pk = pk
    before = case_content(case)
    case.weight = weight
    case.need_terms, case.need_titles = list(need.get("terms", [])), dict(need.get("titles", {}))
    if found is not None and case_content(case) != before:
        refuse_stale(case, seen=seen, now=before)
    case.save()
    audit.record("course.case_written", tenant_id=course.owner_id, subject=case)
    return case


@transaction.atomic
def save_case_study(
    course: Course,
    *,
    key: str,
    weight: int,
    need: Mapping[str, Any],
    prompts: Sequence[Mapping[str, Any]],
    pk: UUID | None = None,
) -> Case:
    """Write a case with all its prompts, each with its own outcome (learning page, 3.3: never by its place in a list).

    A prompt is {key, kind, structure, texts, min_words, home, outcome: {status, texts, quote, place}}; those that are
    not given go. Raises ValidationError for a prompt without an outcome, or a quote that is missing;
    TransitionRefused where one that was published would go.
    """
    case = save_case_frame(course, key=key, weight=weight, need=need, pk=pk)
    kept = {_write_prompt(case, given, place).pk for place, given in enumerate(prompts)}
    for prompt in CasePrompt.objects.filter(case=case).exclude(pk__in=kept):
        _delete_prompt(prompt)
    return case


@transaction.atomic
def save_prompt(
    case: Case, *, given: Mapping[str, Any], position: int, is_new: bool = False, seen: str | None = None
) -> CasePrompt:
    """Write one prompt of a case with its outcome, as in `save_case_study`, and put it in its place (from 0 on).

    Raises ValidationError, StaleVersion, PermissionDenied.
    """
    _allow(case.course)
    locked = lock_for_writing(case)
    found = CasePrompt.objects.filter(case=locked, key=given["key"]).first()
    _refuse_taken("key", is_new=is_new, exists=found is not None)
    before = prompt_content(found) if found else None
    prompt = _write_prompt(locked, given, found.position if found else CasePrompt.objects.filter(case=locked).count())
    _place(prompt, position)
    prompt.refresh_from_db()
    if before is not None and prompt_content(prompt) != before:
        refuse_stale(prompt, seen=seen, now=before)
    audit.record("course.prompt_written", tenant_id=locked.course.owner_id, subject=prompt)
    return prompt


@transaction.atomic
def remove_prompt(prompt: CasePrompt) -> None:
    """Take a prompt out of its case. Raises TransitionRefused once it was published, PermissionDenied."""
    course = prompt.case.course
    _allow(course)
    lock_for_writing(prompt.case)
    place, case = prompt.position, prompt.case
    audit.record("course.prompt_removed", tenant_id=course.owner_id, subject=prompt)
    _delete_prompt(prompt)
    CasePrompt.objects.filter(case=case, position__gt=place).update(position=F("position") - 1)


def _write_prompt(case: Case, given: Mapping[str, Any], place: int) -> CasePrompt:
    outcome = given.get("outcome")
    if not outcome:
        raise ValidationError(_("%(key)s has no outcome. Say at least that nothing is reported.") % given)
    if outcome["status"] != OutcomeStatus.NOT_REPORTED and not outcome.get("quote"):
        raise ValidationError({"quote": _("%(key)s: quote what the source says.") % given})
    _refuse_another_question(CasePrompt.objects.filter(case=case, key=given["key"]).first(), given)
    prompt, _made = CasePrompt.objects.update_or_create(
        case=case,
        key=given["key"],
        defaults={
            "position": place,
            "kind": given["kind"],
            "structure": given.get("structure", {}),
            "texts": given["texts"],
            "min_words": given.get("min_words", 15),
            "home": given.get("home", ""),
        },
    )
    CaseOutcome.objects.update_or_create(
        prompt=prompt,
        defaults={
            "status": outcome["status"],
            "texts": outcome["texts"],
            "quote": plain(outcome.get("quote", "")),
            "place": outcome.get("place", ""),
        },
    )
    return prompt


def _refuse_another_question(held: CasePrompt | None, given: Mapping[str, Any]) -> None:
    """What was published is answered as it was: the same kind of answer, and no option less."""
    if held is None:
        return
    gone = set(held.structure.get("options", ())) - set(given.get("structure", {}).get("options", ()))
    if (held.kind != given["kind"] or gone) and is_published(held):
        words = _(
            "A published version asks this. It is answered in the same way, and its options stay: write a new one."
        )
        raise ValidationError({"kind": words})


def _place(prompt: CasePrompt, position: int) -> None:
    """Put a prompt in its place; the others close up around it."""
    others = list(CasePrompt.objects.filter(case=prompt.case_id).exclude(pk=prompt.pk).order_by("position", "key"))
    others.insert(min(position, len(others)), prompt)
    for place, one in enumerate(others):
        if one.position != place:
            CasePrompt.objects.filter(pk=one.pk).update(position=place)


def _delete_prompt(prompt: CasePrompt) -> None:
    if is_published(prompt):
        words = _("A published version of the course asks this, and answers of learners hang on it. It has to stay.")
        raise TransitionRefused([Unmet("published", words)])
    prompt.delete()
