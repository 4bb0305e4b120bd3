"""Open answers as their tutors read them: the question, what was written, a model answer. Never whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from network_site.common.language import current_language
from network_site.organizations.actor import Actor, acting_as, person_through

from ..models import Attempt, QuestionKey, QuestionVersion, Response
from ..quiz.base import DrawnQuestion, Revealed, language_of
from ..quiz.types import TYPES
from .keeping import open_responses, titles_of
from .learning import as_drawn

# So many are listed; the others follow when these are marked.
FEW = 100


@dataclass(frozen=True)
class WaitingAnswer:
    """A text in the queue: to which question of which course, and since when."""

    pk: UUID
    course: str
    prompt: str
    language: str
    since: datetime | None

    @property
    def is_foreign(self) -> bool:
        return self.language != current_language()


@dataclass(frozen=True)
class Marking:
    """A text to be marked, with everything that helps to mark it."""

    response: Response
    course: str
    question: DrawnQuestion
    said: str
    # In which language she read the course when she wrote it.
    written_in: str
    since: datetime | None
    revealed: Revealed
    evidence: dict[str, str]

    @property
    def language(self) -> str:
        return language_of(self.question.texts, current_language())

    @property
    def prompt(self) -> str:
        return str(self.question.texts[self.language]["prompt"])

    @property
    def is_marked(self) -> bool:
        return self.response.share is not None


def list_answers(actor: Actor) -> list[WaitingAnswer]:
    """Texts that wait for the actor's organisation, the longest waiting first; four queries."""
    responses = {response.pk: response for response in open_responses(actor).defer("answer")}
    with acting_as(person_through("grader", actor.user_id)):  # type: ignore[arg-type]
        # When it was handed in stands in the attempt, which only the learner reads.
        ended = Response.objects.filter(pk__in=list(responses)).order_by("attempt__ended_at", "pk")
        waits = list(ended.values_list("pk", "attempt__ended_at")[:FEW])
    keys = {responses[pk].version_id for pk, _since in waits}
    versions = QuestionVersion.objects.select_related("question__course").in_bulk(keys)
    titles = titles_of({version.question.course for version in versions.values()})
    found = []
    for pk, since in waits:
        version = versions[responses[pk].version_id]
        language = language_of(version.texts, current_language())
        found.append(
            WaitingAnswer(
                pk=pk,
                course=titles[version.question.course.code],
                prompt=version.texts[language]["prompt"],
                language=language,
                since=since,
            )
        )
    return found


def get_answer(pk: UUID, actor: Actor) -> Marking:
    """A text that was handed to the actor's organisation; the key is read by the service that marks.

    Raises Response.DoesNotExist, for her own texts too: nobody marks herself.
    """
    response: Response = Response.objects.exclude(person_id=actor.user_id).get(pk=pk, tutors_id=actor.organization_id)
    version = QuestionVersion.objects.select_related("question__course").get(pk=response.version_id)
    with acting_as(person_through("grader", actor.user_id)):  # type: ignore[arg-type]
        key = QuestionKey.objects.get(version=version)
        attempt = Attempt.objects.select_related("enrolment").get(pk=response.attempt_id)
    revealed = TYPES[version.type].reveal(
        version.structure,
        version.texts,
        {"answer": key.answer, "feedback": key.feedback},
        response.answer,
        current_language(),
    )
    return Marking(
        response=response,
        course=titles_of([version.question.course])[version.question.course.code],
        question=as_drawn(version),
        said=response.answer if isinstance(response.answer, str) else "",
        written_in=attempt.enrolment.language,
        since=attempt.ended_at,
        revealed=revealed,
        evidence=key.evidence,
    )
