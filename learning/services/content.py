"""The parts of a course that are no words of a page: its frame, its bank of questions, its quizzes and cases."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from network_site.common import audit
from network_site.common.html import plain
from network_site.organizations.actor import current

from .. import permissions
from ..enums import QuestionStatus
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

FRAME = frozenset(
    {"position", "level", "hours", "pass_mark", "honours_mark", "entry", "has_certificate", "licence", "source",
     "is_demo"}
)  # fmt: skip


@transaction.atomic
def save_course(*, code: str, fields: Mapping[str, Any], terms: Collection[str], pk: UUID | None = None) -> Course:
    """Make a course of the actor's organisation, or change the frame of the one with this code.

    `fields` are those of FRAME, `terms` codes of the common schemes. `pk` is given to a new course only (seeds have
    ids of their own). Raises PermissionDenied, and TypeError for a field that is not for writers.
    """
    actor = current()
    if not permissions.can_write_courses(actor):
        raise PermissionDenied
    if set(fields) - FRAME:
        raise TypeError(f"not for writers: {', '.join(sorted(set(fields) - FRAME))}")
    course = Course.objects.select_for_update(of=("self",)).filter(owner_id=actor.organization_id, code=code).first()
    if course is None:
        course = Course(owner_id=actor.organization_id, code=code, created_by_id=actor.user_id)
        if pk is not None:
            course.pk = pk
    for name, value in fields.items():
        setattr(course, name, value)
    is_new = course._state.adding
    course.lock_version += not is_new
    course.save()
    CourseTerm.objects.filter(course=course).exclude(term_id__in=terms).delete()
    held = set(CourseTerm.objects.filter(course=course).values_list("term_id", flat=True))
    CourseTerm.objects.bulk_create(
        CourseTerm(course=course, term_id=term) for term in dict.fromkeys(terms) if term not in held
    )
    audit.record("course.created" if is_new else "course.edited", tenant_id=course.owner_id, subject=course)
    return course


@transaction.atomic
def set_prerequisites(course: Course, required: Collection[Course]) -> None:
    """Say which courses have to be completed before this one. Raises ValidationError for a circle."""
    _allow(course)
    wanted = {one.pk for one in required}
    edges = {(row.course_id, row.required_id) for row in Prerequisite.objects.exclude(course=course)}
    edges |= {(course.pk, pk) for pk in wanted}
    if _reaches(edges, course.pk):
        raise ValidationError(_("These courses would wait for each other. Leave one of them out."))
    Prerequisite.objects.filter(course=course).exclude(required_id__in=wanted).delete()
    held = set(Prerequisite.objects.filter(course=course).values_list("required_id", flat=True))
    Prerequisite.objects.bulk_create(Prerequisite(course=course, required_id=pk) for pk in wanted - held)
    audit.record("course.edited", tenant_id=course.owner_id, subject=course)


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
    status: str = QuestionStatus.DRAFT,
) -> Question:
    """Write a question, as a new version where anything of it has changed; older versions stay for those asked.

    Raises ValidationError with everything that is wrong with it, PermissionDenied.
    """
    _allow(course)
    problems = (
        TYPES[type].problems(structure, texts, answer_key, points) if type in TYPES else [_("There is no such type.")]
    )
    if problems:
        raise ValidationError([f"{key}: {problem}" for problem in problems])
    question, _made = Question.objects.get_or_create(course=course, key=key, defaults={"tag": tag, "status": status})
    question.tag, question.status = tag, status
    question.save(update_fields=["tag", "status"])
    newest = (
        QuestionVersion.objects.select_for_update(of=("self",))
        .select_related("answer_key")
        .filter(question=question)
        .order_by("-n")
        .first()
    )
    asked = (type, points, dict(structure), dict(texts))
    told = (answer_key.get("answer"), answer_key.get("feedback", {}), answer_key.get("evidence", {}))
    if newest is not None:
        known = newest.answer_key
        if asked == (newest.type, newest.points, newest.structure, newest.texts) and told == (
            known.answer,
            known.feedback,
            known.evidence,
        ):
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
    audit.record("course.question_written", tenant_id=course.owner_id, subject=question, version=version.n)
    return question


@transaction.atomic
def save_quiz(
    course: Course,
    *,
    key: str,
    fields: Mapping[str, Any],
    pools: Sequence[tuple[str, int | None]],
    pk: UUID | None = None,
) -> Quiz:
    """Write the rules of a quiz and from which tags how many questions are drawn (None: all of them)."""
    _allow(course)
    quiz = Quiz.objects.filter(course=course, key=key).first() or Quiz(course=course, key=key)
    if quiz._state.adding and pk is not None:
        quiz.pk = pk
    for name, value in fields.items():
        setattr(quiz, name, value)
    quiz.full_clean(exclude=["course"])
    quiz.save()
    QuizPool.objects.filter(quiz=quiz).delete()
    QuizPool.objects.bulk_create(
        QuizPool(quiz=quiz, position=place, tag=tag, draw=draw) for place, (tag, draw) in enumerate(pools)
    )
    audit.record("course.quiz_written", tenant_id=course.owner_id, subject=quiz)
    return quiz


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
    """Write a case with its prompts, each with its own outcome (learning page, 3.3: never by its place in a list).

    A prompt is {key, kind, structure, texts, min_words, home, outcome: {status, texts, quote, place}}. A prompt that
    was answered keeps its row. Raises ValidationError for a prompt without an outcome, or a quote that is missing.
    """
    _allow(course)
    for prompt in prompts:
        outcome = prompt.get("outcome")
        if not outcome:
            raise ValidationError(_("%(key)s has no outcome. Say at least that nothing is reported.") % prompt)
        if outcome["status"] != "not_reported" and not outcome.get("quote"):
            raise ValidationError(_("%(key)s: quote what the source says.") % prompt)
    case = Case.objects.filter(course=course, key=key).first() or Case(course=course, key=key)
    if case._state.adding and pk is not None:
        case.pk = pk
    case.weight = weight
    case.need_terms, case.need_titles = list(need.get("terms", [])), dict(need.get("titles", {}))
    case.save()
    kept = set()
    for place, given in enumerate(prompts):
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
        kept.add(prompt.pk)
        outcome = given["outcome"]
        CaseOutcome.objects.update_or_create(
            prompt=prompt,
            defaults={
                "status": outcome["status"],
                "texts": outcome["texts"],
                "quote": plain(outcome.get("quote", "")),
                "place": outcome.get("place", ""),
            },
        )
    CasePrompt.objects.filter(case=case).exclude(pk__in=kept).delete()
    audit.record("course.case_written", tenant_id=course.owner_id, subject=case)
    return case
