"""What a learner reads: her enrolments, the course in her version, her attempts, her cases."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from needs.models import Need
from network_site.common.language import current_language
from network_site.organizations.actor import Actor, acting_as, current, person_through
from network_site.publishing.models import PublishedRecord, PublishedVersion

from ..enums import AttemptState, EnrolmentState, Feedback, ItemState, QuizRole
from ..models import (
    Attempt,
    CaseAnswer,
    CaseOutcome,
    CaseReflection,
    Certificate,
    Enrolment,
    HomeAnswer,
    ItemProgress,
    QuestionKey,
    QuestionVersion,
    Response,
    SharedReason,
)
from ..outline import Item, Outline
from ..quiz import marks
from ..quiz.base import DrawnQuestion, Revealed
from ..quiz.types import TYPES
from .public import required_courses

HUNDRED = Decimal(100)
ENDED = (AttemptState.GRADED, AttemptState.EXPIRED)


def outline_of(enrolment: Enrolment) -> Outline:
    """The course in the version that is the learner's. One query."""
    found = PublishedVersion.objects.only("snapshot").get(record_id=enrolment.record_id, version=enrolment.version)
    return Outline(found.snapshot)


def outlines_of(enrolments: Collection[Enrolment]) -> dict[UUID, Outline]:
    """The same for many enrolments, by enrolment; one query."""
    wanted = {(enrolment.record_id, enrolment.version) for enrolment in enrolments}
    if not wanted:
        return {}
    these = reduce(or_, (Q(record_id=record, version=version) for record, version in wanted))
    rows = PublishedVersion.objects.filter(these).only("record_id", "version", "snapshot")
    known = {(row.record_id, row.version): Outline(row.snapshot) for row in rows}
    return {enrolment.pk: known[enrolment.record_id, enrolment.version] for enrolment in enrolments}


def certificate_of(enrolment: Enrolment) -> Certificate | None:
    """The certificate of an enrolment, where there is one."""
    found: Certificate | None = Certificate.objects.filter(enrolment=enrolment).first()
    return found


def list_enrolments(actor: Actor) -> QuerySet[Enrolment]:
    """The actor's own courses, the one she worked on last first."""
    found: QuerySet[Enrolment] = Enrolment.objects.filter(person_id=actor.user_id)
    return found.select_related("record").order_by("-changed_at")


def get_enrolment(pk: UUID) -> Enrolment:
    """An enrolment of the actor herself. Raises Enrolment.DoesNotExist, also for one that she only looks after."""
    found: Enrolment = Enrolment.objects.select_related("record", "organization").get(
        pk=pk, person_id=current().user_id
    )
    return found


def enrolment_in(record_id: UUID, actor: Actor) -> Enrolment | None:
    """The actor's own enrolment in a course, if she asked for it, is in it, has completed it, or has left it."""
    if actor.user_id is None or actor.service:
        return None
    found: Enrolment | None = (
        Enrolment.objects.filter(
            person_id=actor.user_id,
            record_id=record_id,
        )
        .exclude(status=EnrolmentState.REFUSED)
        .first()
    )
    return found


def lacking_courses(record: PublishedRecord, person: UUID) -> list[PublishedRecord]:
    """The open courses that come before this one and that somebody has not completed. Two queries, if there are any."""
    required = required_courses(record.snapshot)
    if not required:
        return []
    done = Enrolment.objects.filter(person_id=person, status=EnrolmentState.COMPLETED, record__in=required)
    completed = set(done.values_list("record_id", flat=True))
    return [one for one in required if one.pk not in completed]


def done_items(enrolment: Enrolment) -> set[UUID]:
    """Keys of the items that are done. One query."""
    rows = ItemProgress.objects.filter(enrolment=enrolment, state=ItemState.DONE)
    return set(rows.values_list("item", flat=True))


def progress_of(enrolments: Collection[Enrolment]) -> dict[UUID, set[UUID]]:
    """The same for many enrolments, by enrolment; one query."""
    found: dict[UUID, set[UUID]] = {enrolment.pk: set() for enrolment in enrolments}
    rows = ItemProgress.objects.filter(enrolment__in=list(found), state=ItemState.DONE)
    for enrolment_id, item in rows.values_list("enrolment_id", "item"):
        found[enrolment_id].add(item)
    return found


def in_the_way(enrolment: Enrolment, outline: Outline, item: Item) -> list[Item]:
    """What this learner has to do before an item opens to her; no query where nothing is asked."""
    if enrolment.is_unlocked or not (item.waits or item.least_before is not None):
        return []
    return outline.in_the_way(item, done_items(enrolment), results_of(enrolment, outline))


# --- Quizzes ---------------------------------------------------------------------------------


def percent_of(attempt: Attempt) -> Decimal:
    """What an attempt that ended reached, in percent."""
    return marks.percent_of(attempt.score or Decimal(0), attempt.out_of)


def attempts_of(enrolment: Enrolment, quiz: UUID) -> list[Attempt]:
    """All attempts of a learner at a quiz, in their order."""
    return list(Attempt.objects.filter(enrolment=enrolment, quiz=quiz).order_by("n"))


def counting_attempt(attempts: Collection[Attempt], counting: str) -> Attempt | None:
    """The attempt that counts by the quiz's rule; those that wait for a tutor do not yet."""
    ended = [attempt for attempt in attempts if attempt.status in ENDED]
    place = marks.counting([percent_of(attempt) for attempt in ended], counting)  # type: ignore[arg-type]
    return None if place is None else ended[place]


def is_marking(enrolment: Enrolment) -> bool:
    """Whether a tutor still reads a text of this learner."""
    return Attempt.objects.filter(enrolment=enrolment, status=AttemptState.WAITING).exists()


def results_of(enrolment: Enrolment, outline: Outline) -> dict[UUID, Decimal]:
    """The percent of every quiz and case that was tried, by item. Two queries."""
    found: dict[UUID, Decimal] = {}
    by_quiz: dict[UUID, list[Attempt]] = {}
    for attempt in Attempt.objects.filter(enrolment=enrolment).order_by("n"):
        by_quiz.setdefault(attempt.quiz, []).append(attempt)
    answered = {
        answer.prompt_id: answer for answer in CaseAnswer.objects.filter(enrolment=enrolment).select_related("prompt")
    }
    for item in outline.items:
        if item.quiz:
            counted = counting_attempt(by_quiz.get(item.quiz_id, ()), item.quiz["counting"])
            if counted is not None:
                found[item.id] = percent_of(counted)
        elif item.case:
            found |= _case_result(item, answered)
    return found


def _case_result(item: Item, answered: Mapping[UUID, CaseAnswer]) -> dict[UUID, Decimal]:
    """A case is worth how completely its decisions were taken and given reasons, never how they turned out."""
    prompts = (item.case or {})["prompts"]
    given = [(prompt, answered[UUID(prompt["id"])]) for prompt in prompts if UUID(prompt["id"]) in answered]
    if not given:
        return {}
    full = sum(is_full(prompt, answer.value, answer.text) for prompt, answer in given)
    # A decision that a newer version has added was never asked of her.
    return {item.id: (HUNDRED * full / len(given)).quantize(marks.CENT)}


def is_full(prompt: Mapping[str, object], value: str, text: str) -> bool:
    """Whether a decision was taken, with as many words as were asked for."""
    decided = bool(value) or prompt["kind"] == "text"
    return decided and len(text.split()) >= int(str(prompt["min_words"]))


def is_closed(quiz: Mapping[str, object], attempts: Collection[Attempt], enrolment: Enrolment) -> bool:
    """Whether the rule "when no attempt is left" lets the key be told: nothing can be gained, and none is open.

    The quiz before a course asks what the one after it asks, so it closes with the course (learning page, 1.2).
    """
    if quiz["role"] == QuizRole.PRE and enrolment.status != EnrolmentState.COMPLETED:
        return False
    if any(one.status == AttemptState.OPEN for one in attempts):
        return False
    is_full = any(one.status in ENDED and one.score == one.out_of for one in attempts)
    return is_full or not has_attempts_left(quiz, attempts)


def has_attempts_left(quiz: Mapping[str, object], attempts: Collection[Attempt]) -> bool:
    """Whether another attempt may be begun."""
    allowed = quiz["attempts"]
    return allowed is None or len(attempts) < int(str(allowed))


@dataclass(frozen=True)
class Asked:
    """A drawn question with the learner's answer, and what may be told about it now."""

    question: DrawnQuestion
    version: UUID
    response: Response | None
    revealed: Revealed | None = None


def may_tell(enrolment: Enrolment, attempt: Attempt, quiz: Mapping[str, object], attempts: Collection[Attempt]) -> bool:
    """Whether the quiz's rule lets the learner know what was right in this attempt."""
    now = timezone.now()
    closes_at = now if is_closed(quiz, attempts, enrolment) else None
    return marks.may_reveal(quiz["feedback"], attempt.status, closes_at, now)  # type: ignore[arg-type]


def told_attempts(person: UUID, enrolments: Collection[Enrolment]) -> set[UUID]:
    """The attempts of somebody of which she may know what was right. Two queries."""
    outlines = outlines_of(enrolments)
    by_quiz: dict[tuple[UUID, UUID], list[Attempt]] = {}
    for attempt in Attempt.objects.filter(person_id=person).order_by("n"):
        by_quiz.setdefault((attempt.enrolment_id, attempt.quiz), []).append(attempt)
    found = set()
    for enrolment in enrolments:
        for item in outlines[enrolment.pk].items:
            attempts = by_quiz.get((enrolment.pk, item.quiz_id), []) if item.quiz else []
            found |= {one.pk for one in attempts if may_tell(enrolment, one, item.quiz or {}, attempts)}
    return found


def asked(
    enrolment: Enrolment, attempt: Attempt, quiz: Mapping[str, object], attempts: Collection[Attempt]
) -> list[Asked]:
    """The questions of an attempt in their order. Keys are read only where the rule allows it to tell them.

    Under the rule "after each question" an open attempt tells of those that were answered, since these cannot be
    changed any more.
    """
    may = may_tell(enrolment, attempt, quiz, attempts)
    responses = {response.version_id: response for response in Response.objects.filter(attempt=attempt)}
    drawn = [UUID(pk) for pk in attempt.drawn]
    told = {
        pk
        for pk in drawn
        if may and (attempt.status != AttemptState.OPEN or (pk in responses and responses[pk].share is not None))
    }
    found = []
    with acting_as(person_through("grader", attempt.person_id)):
        versions = QuestionVersion.objects.select_related("question").in_bulk(drawn)
        if told:
            keys = {row.version_id: row for row in QuestionKey.objects.filter(version_id__in=told)}
    for pk in drawn:
        version = versions[pk]
        question = as_drawn(version)
        response = responses.get(pk)
        revealed = None
        if pk in told:
            revealed = TYPES[version.type].reveal(
                version.structure,
                version.texts,
                {"answer": keys[pk].answer, "feedback": keys[pk].feedback},
                response.answer if response else None,
                current_language(),
            )
        found.append(Asked(question, pk, response, revealed))
    return found


def as_drawn(version: QuestionVersion) -> DrawnQuestion:
    """A version of a question as the quiz engine takes it."""
    return DrawnQuestion(version.question.key, version.type, version.points, version.structure, version.texts)


def tells_at_once(quiz: Mapping[str, object]) -> bool:
    """Whether an answered question is told, and closed, at once."""
    return quiz["feedback"] == Feedback.NOW


# --- Cases -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Peers:
    """How others decided, told only where at least SMALLEST_GROUP did."""

    count: int
    shares: Mapping[str, int]
    texts: tuple[str, ...] = ()


def case_answers(enrolment: Enrolment, item: Item) -> dict[UUID, CaseAnswer]:
    """The locked decisions of a learner in a case, by prompt; empty before she has locked them."""
    prompts = [UUID(prompt["id"]) for prompt in (item.case or {})["prompts"]]
    rows = CaseAnswer.objects.filter(enrolment=enrolment, prompt_id__in=prompts)
    return {row.prompt_id: row for row in rows}


def outcomes_of(item: Item, person: UUID) -> dict[UUID, CaseOutcome]:
    """What happened, by prompt. Ask only when the learner has locked her decisions."""
    prompts = [UUID(prompt["id"]) for prompt in (item.case or {})["prompts"]]
    with acting_as(person_through("grader", person)):
        return {row.prompt_id: row for row in CaseOutcome.objects.filter(prompt_id__in=prompts)}


def reflection_on(enrolment: Enrolment, item: Item) -> str:
    """What she would decide differently now; empty where she has not said it."""
    rows = CaseReflection.objects.filter(enrolment=enrolment, case=item.case_id)
    return rows.values_list("text", flat=True).first() or ""


def home_answers(enrolment: Enrolment, item: Item) -> dict[UUID, HomeAnswer]:
    """The decisions for her own country, by prompt."""
    prompts = [UUID(prompt["id"]) for prompt in (item.case or {})["prompts"]]
    rows = HomeAnswer.objects.filter(enrolment=enrolment, prompt_id__in=prompts)
    return {row.prompt_id: row for row in rows}


def drafted_need(answers: Iterable[HomeAnswer]) -> UUID | None:
    """The need that was made of these answers, where the actor may read it (she may have changed her ministry)."""
    made = next((row.need for row in answers if row.need), None)
    return made if made is not None and Need.objects.filter(pk=made).exists() else None


def shared_reasons(enrolment: Enrolment) -> set[UUID]:
    """The prompts whose texts this learner lets others read."""
    rows = SharedReason.objects.filter(answer__enrolment=enrolment)
    return set(rows.values_list("answer__prompt_id", flat=True))
