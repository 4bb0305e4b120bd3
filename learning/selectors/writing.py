"""What those who write courses read of their parts: questions, quizzes, cases and their decisions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from network_site.common.language import current_language, pick
from network_site.organizations.actor import Actor
from network_site.publishing.models import PublishedVersion

from ..enums import QuestionStatus
from ..models import Case, CaseOutcome, CasePrompt, Course, Prerequisite, Question, QuestionVersion, Quiz, QuizPool
from .keeping import titles_of

RULES = ("role", "weight", "attempts_allowed", "minutes", "feedback", "counting", "is_shuffled")
PROMPT = ("position", "kind", "structure", "texts", "min_words", "home")


# --- What a writer saw -----------------------------------------------------------------------


def quiz_content(quiz: Quiz) -> dict[str, Any]:
    """What a writer sees of a quiz; its mark tells whether somebody else has changed it since."""
    pools = QuizPool.objects.filter(quiz=quiz).order_by("position")
    return {name: getattr(quiz, name) for name in RULES} | {"pools": [[pool.tag, pool.draw] for pool in pools]}


def case_content(case: Case) -> dict[str, Any]:
    """What a writer sees of a case apart from its decisions, which have pages of their own."""
    return {"weight": case.weight, "terms": list(case.need_terms), "titles": dict(case.need_titles)}


def prompt_content(prompt: CasePrompt) -> dict[str, Any]:
    """What a writer sees of a decision, with what came of it."""
    outcome = CaseOutcome.objects.filter(prompt=prompt).values("status", "texts", "quote", "place").first()
    return {name: getattr(prompt, name) for name in PROMPT} | {"outcome": outcome}


def is_published(prompt: CasePrompt) -> bool:
    """Whether a version of the course asks it. Learners of that version may answer it at any time."""
    snapshots = PublishedVersion.objects.filter(record_id=prompt.case.course_id).values_list("snapshot", flat=True)
    return any(
        one["id"] == str(prompt.pk)
        for snapshot in snapshots
        for module in snapshot["modules"]
        for item in module["items"]
        if item["case"]
        for one in item["case"]["prompts"]
    )


# --- Courses ---------------------------------------------------------------------------------


def other_courses(actor: Actor, course: Course | None) -> list[tuple[str, str]]:
    """The courses that may come before one, by name: all others of the actor's organisation."""
    found = Course.objects.filter(owner_id=actor.organization_id)
    others = list(found.exclude(pk=course.pk) if course else found)
    titles = titles_of(others)
    return [(str(one.pk), titles[one.code]) for one in others]


def courses_of(keys: list[str], actor: Actor) -> list[Course]:
    """These courses, as far as they are the actor's organisation's."""
    return list(Course.objects.filter(pk__in=keys, owner_id=actor.organization_id))


def required_of(course: Course) -> list[str]:
    """The keys of the courses that come before one."""
    return [str(pk) for pk in Prerequisite.objects.filter(course=course).values_list("required_id", flat=True)]


# --- Questions -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tag:
    """A tag of the bank with its questions: those that are not retired, and of these the reviewed ones."""

    name: str
    questions: int
    reviewed: int


def tags_of(course: Course) -> list[Tag]:
    """The tags of the bank; one query."""
    rows = Question.objects.filter(course=course).exclude(status=QuestionStatus.RETIRED).exclude(tag="")
    counts: Counter[tuple[str, str]] = Counter()
    for tag, status, count in rows.order_by().values_list("tag", "status").annotate(count=Count("pk")):
        counts[tag, status] = count
    return [
        Tag(
            name,
            sum(count for (tag, _status), count in counts.items() if tag == name),
            counts[name, QuestionStatus.REVIEWED],
        )
        for name in sorted({tag for tag, _status in counts})
    ]


def get_question(pk: UUID) -> Question:
    """A question with its course. Raises Question.DoesNotExist, for foreign ones too."""
    found: Question = Question.objects.select_related("course__owner").get(pk=pk)
    return found


def newest_version(question: Question) -> QuestionVersion:
    """The newest version of a question, with its key and who wrote and reviewed it."""
    versions = QuestionVersion.objects.select_related("question", "answer_key", "written_by", "reviewed_by")
    return versions.filter(question=question).order_by("-n")[0]


# --- Quizzes ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class BankQuiz:
    """A quiz with its pools."""

    quiz: Quiz
    pools: list[QuizPool]


def quizzes_of(course: Course) -> list[BankQuiz]:
    """The quizzes of a course; two queries."""
    found = Quiz.objects.filter(course=course).order_by("key").prefetch_related("pools")
    return [BankQuiz(quiz, list(quiz.pools.all())) for quiz in found]


def get_quiz(pk: UUID) -> Quiz:
    """A quiz with its course. Raises Quiz.DoesNotExist, for foreign ones too."""
    found: Quiz = Quiz.objects.select_related("course__owner").get(pk=pk)
    return found


# --- Cases -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class BankPrompt:
    """A decision of a case as it stands in the list."""

    prompt: CasePrompt
    question: str
    language: str
    outcome: str

    @property
    def is_foreign(self) -> bool:
        return self.language != current_language()


def cases_of(course: Course) -> list[Any]:
    """The cases of a course with the number of their decisions; one query."""
    return list(Case.objects.filter(course=course).order_by("key").annotate(decisions=Count("prompts")))


def get_case(pk: UUID) -> Case:
    """A case with its course. Raises Case.DoesNotExist, for foreign ones too."""
    found: Case = Case.objects.select_related("course__owner").get(pk=pk)
    return found


def prompts_of(case: Case) -> list[BankPrompt]:
    """The decisions of a case in their order; two queries."""
    prompts = list(CasePrompt.objects.filter(case=case).order_by("position", "key"))
    outcomes = {row.prompt_id: row for row in CaseOutcome.objects.filter(prompt__in=prompts)}
    found = []
    for prompt in prompts:
        language = current_language() if current_language() in prompt.texts else "en"
        outcome = outcomes.get(prompt.pk)
        said = outcome.get_status_display() if outcome else ""
        found.append(BankPrompt(prompt, prompt.texts.get(language, {}).get("question", ""), language, said))
    return found


def get_prompt(pk: UUID) -> CasePrompt:
    """A decision with its case and course. Raises CasePrompt.DoesNotExist, for foreign ones too."""
    found: CasePrompt = CasePrompt.objects.select_related("case__course__owner").get(pk=pk)
    return found


def title_of(case: Case) -> str:
    """What a case is called in its lists: the title of its need, else its key."""
    return pick(case.need_titles) or case.key
