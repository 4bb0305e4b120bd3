"""Learners at work, through the services: they begin, try quizzes, complete."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.utils import timezone

from learning import services
from learning.models import Attempt, Enrolment, QuestionVersion
from learning.services.cases import Decision
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord

from ..people import acting
from .courses import items

RIGHT: dict[str, Any] = {"regions": {"value": "39", "typed": "39"}, "towns": "many", "open": "Three more words here."}
HALF: dict[str, Any] = RIGHT | {"towns": "few"}
NOTHING: dict[str, Any] = RIGHT | {"regions": {"value": "1", "typed": "1"}, "towns": "few"}
REASON = (
    "Because of many things: our offices are few, roads are long, people wait, and whoever decides far away does not "
    "see what each place has already tried and lost."
)


def begin(user: User, course: PublishedRecord, **more: Any) -> Enrolment:
    with acting(user):
        return services.enrol(course, **more)


def try_quiz(user: User, course: PublishedRecord, title: str, answers: dict[str, Any]) -> Attempt:
    """One attempt at a quiz, handed in."""
    item = items(course)[title]
    with acting(user):
        attempt = services.start_attempt(_enrolment(user, course), item.id)
        with acting_as(service_actor("grader"), reason="test"):
            asked = QuestionVersion.objects.select_related("question").in_bulk([UUID(pk) for pk in attempt.drawn])
        given = {pk: answers[version.question.key] for pk, version in asked.items()}
        return services.hand_in(attempt, item, given)


def complete(user: User, course: PublishedRecord, *, before: dict[str, Any] | None = None) -> Enrolment:
    """The whole course, with everything right in the end; `before`: what was answered in the quiz before it."""
    begin(user, course)
    if before is not None:
        try_quiz(user, course, "Before", before)
    for title in ("Lesson 1", "Lesson 2"):
        with acting(user):
            services.finish_item(_enrolment(user, course), items(course)[title].id)
    try_quiz(user, course, "Quiz", RIGHT)
    decide(user, course, "Case")
    try_quiz(user, course, "After", RIGHT)
    return enrolment_of(user, course)


def decide(user: User, course: PublishedRecord, title: str, *, is_shared: bool = False) -> None:
    """Lock all decisions of a case: the first choice, a half of numbers, and a reason long enough for any prompt."""
    case = items(course)[title]
    prompts = (case.case or {})["prompts"]
    values = {"number": "50", "text": ""}
    decisions = {
        UUID(prompt["id"]): Decision(
            value=values.get(prompt["kind"]) or prompt["structure"].get("options", [""])[0],
            text=REASON,
            is_shared=is_shared,
        )
        for prompt in prompts
    }
    with acting(user):
        services.lock_case(_enrolment(user, course), case.id, decisions)


def enrolment_of(user: User, course: PublishedRecord) -> Enrolment:
    """The enrolment of a person in a course as it is now."""
    with acting(user):
        return _enrolment(user, course)


def _enrolment(user: User, course: PublishedRecord) -> Enrolment:
    found: Enrolment = Enrolment.objects.get(person=user, record=course)
    return found


def first_of_this_month() -> dt.datetime:
    """Midnight: what came before is what reports count."""
    return timezone.make_aware(dt.datetime.combine(timezone.localdate().replace(day=1), dt.time.min))


def move_back(before: dt.timedelta, *people: User) -> None:
    """All that these people did, or everybody, has happened so long before this month began."""
    moment = first_of_this_month() - before
    with acting_as(service_actor("registrar"), reason="test"):
        enrolments = Enrolment.objects.filter(person__in=people) if people else Enrolment.objects.all()
        enrolments.update(created_at=moment)
        enrolments.filter(completed_at__isnull=False).update(completed_at=moment)
        Attempt.objects.filter(enrolment__in=enrolments, ended_at__isnull=False).update(ended_at=moment)
