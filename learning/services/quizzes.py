"""Attempts at quizzes: begun once, answered as often as one likes, marked once.

A start locks the enrolment, so that two tabs get one attempt; a hand-in locks the attempt, so that eight of them are
marked once (learning page, 3.2).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from network_site.common import audit, outbox
from network_site.common.html import plain
from network_site.common.workflow import TransitionRefused, Unmet, lock_for_writing
from network_site.organizations.actor import acting_as, current, person_through

from .. import permissions
from ..enums import AttemptState
from ..models import Attempt, Enrolment, Response
from ..outline import Item
from ..quiz import drawing, marks
from ..selectors.learning import outline_of, tells_at_once
from . import marking, working

A_MOMENT = timedelta(seconds=1)


@transaction.atomic
def start_attempt(enrolment: Enrolment, item_id: UUID) -> Attempt:
    """The open attempt at a quiz, or a new one while the rules allow it.

    Raises TransitionRefused when no attempt is left, or when the enrolment is not under way.
    """
    locked, item = _quiz(enrolment, item_id)
    quiz = item.quiz or {}
    attempts = list(Attempt.objects.filter(enrolment=locked, quiz=item.quiz_id).order_by("n"))
    for attempt in attempts:
        if attempt.status == AttemptState.OPEN:
            if not marks.is_late(attempt.deadline_at, timezone.now()):
                return attempt
            _end(attempt, locked, item, AttemptState.EXPIRED)
            attempts = list(Attempt.objects.filter(enrolment=locked, quiz=item.quiz_id).order_by("n"))
    if quiz["attempts"] is not None and len(attempts) >= quiz["attempts"]:
        raise TransitionRefused([Unmet("attempts", _("You have used all attempts at this quiz."))])
    seed = secrets.randbits(62)
    pools = [(pool["tag"], pool["draw"]) for pool in quiz["pools"]]
    questions = [(pk, pool["tag"]) for pool in quiz["pools"] for pk in pool["questions"]]
    drawn = drawing.draw(pools, questions, seed)
    if quiz["shuffled"]:
        drawn = drawing.order_of(drawn, seed)
    now = timezone.now()
    limit = timedelta(minutes=quiz["minutes"]) if quiz["minutes"] else None
    worth = marking.points(locked.person_id, [UUID(pk) for pk in drawn])
    attempt = Attempt.objects.create(
        person_id=locked.person_id,
        enrolment=locked,
        quiz=item.quiz_id,
        n=len(attempts) + 1,
        seed=seed,
        drawn=drawn,
        started_at=now,
        deadline_at=marks.deadline(now, limit, locked.extra_time),
        out_of=sum(worth.values()),
    )
    if attempt.deadline_at is not None:
        # Whoever does not come back is marked with what had been saved.
        wait = attempt.deadline_at - now + marks.GRACE + A_MOMENT
        outbox.enqueue("attempt.due", subject=attempt, version=attempt.n, tenant_id=locked.keeper_id, after=wait)
    working.note(locked, item)
    return attempt


def _quiz(enrolment: Enrolment, item_id: UUID) -> tuple[Enrolment, Item]:
    """The enrolment, locked, and the quiz in the learner's version of the course."""
    locked = lock_for_writing(enrolment)
    if not permissions.can_learn(current(), locked):
        raise TransitionRefused([Unmet("state", _("This course is not under way."))])
    outline = outline_of(locked)
    item = outline.find(item_id)
    if item is None or item.quiz is None:
        raise TransitionRefused([Unmet("item", _("There is no such quiz in your version of the course."))])
    working.refuse_what_is_not_open(locked, outline, item)
    return locked, item


@transaction.atomic
def answer_quiz(attempt: Attempt, item: Item, answers: Mapping[UUID, Any]) -> Attempt:
    """Keep answers of an open attempt, by the version of the question; nothing is marked but under the rule "now".

    Under that rule an answer that was given is marked and closed: a later one for the same question is left aside.
    Answers to questions that were not drawn are left aside too. Raises TransitionRefused when the attempt has ended
    or its time is over (it is marked then with what had been kept).
    """
    locked = _open(attempt)
    if marks.is_late(locked.deadline_at, timezone.now()):
        raise TransitionRefused([Unmet("late", _("The time was over. What you had saved before counts."))])
    _keep(locked, item, answers)
    return locked


def _open(attempt: Attempt) -> Attempt:
    locked = lock_for_writing(attempt)
    if locked.person_id != current().user_id:
        raise PermissionDenied
    if locked.status != AttemptState.OPEN:
        raise TransitionRefused([Unmet("ended", _("This attempt has been handed in already."))])
    return locked


def _keep(attempt: Attempt, item: Item, answers: Mapping[UUID, Any]) -> None:
    drawn = {UUID(pk) for pk in attempt.drawn}
    held = {response.version_id: response for response in Response.objects.filter(attempt=attempt)}
    tells = tells_at_once(item.quiz or {})
    given = {
        pk: answer
        for pk, answer in answers.items()
        if pk in drawn and not (tells and pk in held and held[pk].share is not None)
    }
    known = marking.shares(attempt.person_id, {pk: answer for pk, answer in given.items() if answer is not None})
    for pk, answer in given.items():
        response = held.get(pk) or Response(person_id=attempt.person_id, attempt=attempt, version_id=pk)
        response.answer = answer
        response.share = known.get(pk) if tells and answer is not None else None
        response.save()


@transaction.atomic
def hand_in(attempt: Attempt, item: Item, answers: Mapping[UUID, Any] | None = None) -> Attempt:
    """End an attempt and mark it; of many at once the first does, and the others are refused.

    Answers that come after the deadline and its grace are not kept: the attempt ends as expired, with what had been
    saved. Open texts go to the tutors of the organisation that owns the course, and the attempt waits for them.
    """
    enrolment = lock_for_writing(Enrolment.objects.get(pk=attempt.enrolment_id))
    locked = _open(attempt)
    is_late = marks.is_late(locked.deadline_at, timezone.now())
    if answers is not None and not is_late:
        _keep(locked, item, answers)
    return _end(locked, enrolment, item, AttemptState.EXPIRED if is_late else AttemptState.GRADED)


@transaction.atomic
def end_when_due(pk: UUID, person: UUID) -> None:
    """End an attempt whose time is over, with what had been saved; nothing where it has ended, or has more time."""
    with acting_as(person_through("grader", person)):
        found = Attempt.objects.select_related("enrolment").get(pk=pk)
        enrolment = lock_for_writing(found.enrolment)
        locked = lock_for_writing(found)
        if locked.status != AttemptState.OPEN or not marks.is_late(locked.deadline_at, timezone.now()):
            return
        outline = outline_of(enrolment)
        item = next(item for item in outline.items if item.quiz and item.quiz_id == locked.quiz)
        _end(locked, enrolment, item, AttemptState.EXPIRED)


def _end(attempt: Attempt, enrolment: Enrolment, item: Item, state: str) -> Attempt:
    """Mark what was kept. An attempt with an open text that was answered waits for its tutor."""
    person = attempt.person_id
    drawn = [UUID(pk) for pk in attempt.drawn]
    held = {response.version_id: response for response in Response.objects.filter(attempt=attempt)}
    answers = {pk: held[pk].answer for pk in drawn if pk in held and held[pk].answer is not None}
    known = marking.shares(person, answers)
    worth = marking.points(person, drawn)
    waits = False
    for pk in drawn:
        response = held.get(pk) or Response(person_id=person, attempt=attempt, version_id=pk)
        response.share = known[pk] if pk in answers else Decimal(0)
        if response.share is None:
            response.tutors_id, waits = enrolment.keeper_id, True
        response.save()
        held[pk] = response
    attempt.status = AttemptState.WAITING if waits else state
    attempt.ended_at = timezone.now()
    attempt.score = marks.score((worth[pk], held[pk].share) for pk in drawn).earned
    attempt.save(update_fields=["status", "ended_at", "score"])
    audit.record("course.attempt_ended", tenant_id=enrolment.keeper_id, subject=enrolment, version=attempt.n)
    if waits:
        outbox.enqueue("attempt.waiting", subject=attempt, version=attempt.n, tenant_id=enrolment.keeper_id)
    working.finish(enrolment, item)
    return attempt


@transaction.atomic
def mark_response(response: Response, *, share: Decimal, comment: str) -> Response:
    """A tutor marks an open text, with a comment that the learner reads.

    The attempt is graded when nothing of it waits any more. Raises PermissionDenied for others than the tutors to
    whom it was handed, ValidationError for a share that is none, TransitionRefused when it was marked already.
    """
    actor = current()
    locked = lock_for_writing(response)
    if not permissions.is_tutor(actor, locked):
        raise PermissionDenied
    if not 0 <= share <= 1:
        raise ValidationError(_("Give a mark between 0 and 100 per cent."))
    if locked.share is not None:
        raise TransitionRefused([Unmet("marked", _("A colleague has marked this answer."))])
    locked.share, locked.comment, locked.marked_by_id = share, plain(comment).strip(), actor.user_id
    locked.save(update_fields=["share", "comment", "marked_by"])
    audit.record("course.answer_marked", tenant_id=locked.tutors_id, subject=locked, after=str(share))
    with acting_as(person_through("grader", locked.person_id)):
        _grade_when_all_is_marked(locked.attempt_id)
    return locked


def _grade_when_all_is_marked(pk: UUID) -> None:
    attempt = Attempt.objects.select_for_update(of=("self",)).get(pk=pk)
    rows = list(Response.objects.filter(attempt=attempt))
    if attempt.status != AttemptState.WAITING or any(row.share is None for row in rows):
        return
    worth = marking.points(attempt.person_id, [row.version_id for row in rows])
    attempt.status = AttemptState.GRADED
    attempt.score = marks.score((worth[row.version_id], row.share) for row in rows).earned
    attempt.save(update_fields=["status", "score"])
    enrolment = Enrolment.objects.get(pk=attempt.enrolment_id)
    outbox.enqueue("attempt.graded", subject=attempt, version=attempt.n, tenant_id=enrolment.keeper_id)
    working.complete_when_done(enrolment)
