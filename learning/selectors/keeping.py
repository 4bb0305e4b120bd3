"""What those who keep courses read of them: counts of learners and never their answers, the bank, what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from network_site.common.language import current_language, language_name, pick
from network_site.common.models import TransitionRecord
from network_site.common.workflow import Unmet, Workflow
from network_site.organizations.actor import Actor
from network_site.organizations.enums import Role
from network_site.organizations.models import Organization
from network_site.publishing.models import PublishedRecord

from ..credentials import codes
from ..enums import EnrolmentState, ProposalStatus, QuizRole
from ..models import (
    Case,
    CaseOutcome,
    Certificate,
    Course,
    CoursePage,
    Enrolment,
    LessonPractice,
    Prerequisite,
    Proposal,
    QuestionVersion,
    Quiz,
    Response,
)
from ..outline import Outline
from ..quiz import TYPES
from ..quiz.base import language_of
from ..snapshot import Tree, build_snapshot
from .learning import outline_of

# As long as a code and none: asked for where somebody typed what cannot be read.
NOBODYS = "U" * codes.LENGTH


# --- What keeps a course from being published ------------------------------------------------


def missing(course: Course, tree: Tree | None = None) -> list[Unmet]:
    """What keeps a course from being published as its live pages are now, in words for whoever writes it."""
    tree = tree or Tree(course)
    page = tree.source()
    if page is None:
        return [Unmet("page", _("Publish the course's page in English first."))]
    found = []
    modules = tree.modules.get(page.path, [])
    if not modules:
        found.append(Unmet("modules", _("A course has at least one module.")))
    for module in modules:
        if not tree.lessons.get(module.path):
            found.append(Unmet("lessons", _("The module “%(title)s” has no lesson.") % {"title": module.title}))
    if found:
        return found
    keys = {
        "quiz_key": set(Quiz.objects.filter(course=course).values_list("key", flat=True)),
        "case_key": set(Case.objects.filter(course=course).values_list("key", flat=True)),
    }
    for lesson in (lesson for module in modules for lesson in tree.lessons[module.path]):
        for name, known in keys.items():
            key = getattr(lesson, name)
            if key and key not in known:
                words = _("“%(title)s” names %(key)s, which is not in this course.")
                found.append(Unmet("key", words % {"title": lesson.title, "key": key}))
    document = build_snapshot(course, tree)
    roles = {item["quiz"]["role"] for module in document["modules"] for item in module["items"] if item["quiz"]}
    for item in (item for module in document["modules"] for item in module["items"]):
        title = item["texts"]["en"]["title"] if "en" in item["texts"] else ""
        for pool in (item["quiz"] or {}).get("pools", []):
            if not pool["questions"] or pool["draw"] > len(pool["questions"]):
                words = _("“%(title)s” draws %(draw)d questions with the tag %(tag)s, and %(count)d are reviewed.")
                values = {"title": title, "draw": pool["draw"], "tag": pool["tag"], "count": len(pool["questions"])}
                found.append(Unmet("questions", words % values))
        if item["quiz"] and not item["quiz"]["pools"]:
            found.append(Unmet("questions", _("“%(title)s” has no questions.") % {"title": title}))
        if item["least_before"] is not None and QuizRole.PRE not in roles:
            words = _("“%(title)s” asks for a result in a quiz before the course, and there is none.")
            found.append(Unmet("before", words % {"title": title}))
        if item["case"]:
            prompts = [prompt["id"] for prompt in item["case"]["prompts"]]
            if CaseOutcome.objects.filter(prompt_id__in=prompts).count() < len(prompts) or not prompts:
                words = _("“%(title)s” has a decision without an outcome.")
                found.append(Unmet("outcomes", words % {"title": title}))
    return found


# --- All courses -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Waiting:
    """What waits for those who keep courses."""

    requests: int
    answers: int
    proposals: int


@dataclass(frozen=True)
class Kept:
    """A course with its learners as counts, and what waits in it."""

    course: Course
    title: str
    under_way: int
    completed: int
    requests: int
    answers: int
    stale: int


def waiting(actor: Actor) -> Waiting:
    """How much waits for the actor's organisation, in all courses together; three queries."""
    return Waiting(
        requests=Enrolment.objects.filter(keeper_id=actor.organization_id, status=EnrolmentState.REQUESTED).count(),
        answers=open_responses(actor).count(),
        proposals=Proposal.objects.filter(status=ProposalStatus.SENT).count(),
    )


def open_responses(actor: Actor) -> QuerySet[Response]:
    """Texts that were handed to the actor's organisation and are not marked; without her own, which others mark."""
    found: QuerySet[Response] = Response.objects.filter(tutors_id=actor.organization_id, share__isnull=True)
    return found.exclude(person_id=actor.user_id)


def list_kept(actor: Actor) -> list[Kept]:
    """Every course of the actor's organisation; five queries however many."""
    courses = list(Course.objects.filter(owner_id=actor.organization_id))
    titles = titles_of(courses)
    learners = _learners(actor)
    rows = open_responses(actor).order_by().values_list("version__question__course_id")
    answers = dict(rows.annotate(count=Count("pk")))
    links = LessonPractice.objects.filter(course_id__in=[course.pk for course in courses])
    stale = Counter(link.course_id for link in _with_practice(links) if link.is_stale)
    return [
        Kept(
            course=course,
            title=titles[course.code],
            under_way=learners.get((course.pk, EnrolmentState.ACTIVE), 0),
            completed=learners.get((course.pk, EnrolmentState.COMPLETED), 0),
            requests=learners.get((course.pk, EnrolmentState.REQUESTED), 0),
            answers=answers.get(course.pk, 0),
            stale=stale[course.pk],
        )
        for course in courses
    ]


def _learners(actor: Actor) -> Mapping[tuple[UUID, str], int]:
    rows = Enrolment.objects.filter(keeper_id=actor.organization_id).order_by().values_list("course_id", "status")
    return {(course, status): count for course, status, count in rows.annotate(count=Count("pk"))}


def _with_practice(links: QuerySet[LessonPractice]) -> QuerySet[LessonPractice]:
    """With as much of each practice as tells whether the link is stale."""
    columns = ("version", "state", "audience", "kind", "number")
    return links.select_related("practice").only(
        "course_id", "item", "position", "practice_version", *(f"practice__{name}" for name in columns)
    )


def titles_of(courses: Iterable[Course]) -> dict[str, str]:
    """What courses are called in the reader's language, by their codes: from their pages, also where none is live."""
    names: dict[str, dict[str, str]] = {course.code: {} for course in courses}
    rows = CoursePage.objects.filter(course_code__in=list(names))
    for code, language, title in rows.values_list("course_code", "locale__language_code", "title"):
        names[code][language] = title
    return {code: pick(texts) or code for code, texts in names.items()}


def titles_of_records(keys: Iterable[UUID]) -> dict[UUID, str]:
    """What published records are called in the reader's language, without reading the rest of them; one query."""
    rows = PublishedRecord.objects.filter(pk__in=set(keys)).values_list("pk", "snapshot__texts", "source_language")
    return {
        pk: pick({code: text["title"] for code, text in texts.items()}, source=source) or ""
        for pk, texts, source in rows
    }


# --- One course ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Manuscript:
    """The page on which a course is written in one language."""

    language: str
    name: str
    page: CoursePage


@dataclass(frozen=True)
class StaleLink:
    """A lesson that speaks of a practice which has moved on, or is gone."""

    pk: int
    lesson: str
    code: str
    title: str
    spoke_of: int
    version: int
    is_gone: bool


@dataclass(frozen=True)
class BankQuestion:
    """A question of the bank in its newest version, with where its answer is shown to be right."""

    pk: UUID
    key: str
    tag: str
    status: str
    status_label: str
    type_label: str
    version: int
    prompt: str
    language: str
    evidence: Mapping[str, str]

    @property
    def is_foreign(self) -> bool:
        return self.language != current_language()


def get_course(pk: UUID) -> Course:
    """A course. Raises Course.DoesNotExist, for foreign ones too."""
    found: Course = Course.objects.select_related("owner").get(pk=pk)
    return found


def public_record(course: Course) -> PublishedRecord | None:
    """What readers see of a course, if it ever was published."""
    return PublishedRecord.objects.filter(pk=course.pk).defer("search_text").first()


def counts_of(course: Course, actor: Actor) -> Mapping[str, int]:
    """How many enrolments there are in each state."""
    rows = Enrolment.objects.filter(course=course, keeper_id=actor.organization_id).order_by().values_list("status")
    return dict(rows.annotate(count=Count("pk")))


def pages_of(course: Course) -> list[Manuscript]:
    """The pages on which a course is written, one for each language, drafts too."""
    pages = CoursePage.objects.filter(course_code=course.code).select_related("locale")
    found = [
        Manuscript(page.locale.language_code, language_name(page.locale.language_code), page)
        for page in pages.order_by("locale__language_code", "pk")
    ]
    return found


def required_by(course: Course) -> list[Course]:
    """The courses that have to be completed before this one."""
    rows = Prerequisite.objects.filter(course=course).select_related("required")
    return [row.required for row in rows.order_by("required__position", "required__code")]


def stale_links(record: PublishedRecord | None) -> list[StaleLink]:
    """Lessons of a published course whose practices have moved on since."""
    if record is None:
        return []
    outline = Outline(record.snapshot)
    stale = [link for link in _with_practice(LessonPractice.objects.filter(course=record)) if link.is_stale]
    titles = titles_of_records(link.practice_id for link in stale)
    return [
        StaleLink(
            pk=link.pk,
            lesson=_title_of(outline, link.item),
            code=link.practice.code,
            title=titles[link.practice_id],
            spoke_of=link.practice_version,
            version=link.practice.version,
            is_gone=not link.practice.is_open,
        )
        for link in stale
    ]


def _title_of(outline: Outline, pk: UUID) -> str:
    item = outline.find(pk)
    return str(outline.words(item.document["texts"], current_language())["title"]) if item else ""


def questions_of(course: Course) -> list[BankQuestion]:
    """The bank of a course, each question in its newest version; one query."""
    versions = QuestionVersion.objects.filter(question__course=course).select_related("question", "answer_key")
    newest = {version.question_id: version for version in versions.order_by("question__key", "n")}
    found = []
    for version in newest.values():
        question, language = version.question, language_of(version.texts, current_language())
        found.append(
            BankQuestion(
                pk=question.pk,
                key=question.key,
                tag=question.tag,
                status=question.status,
                status_label=question.get_status_display(),
                type_label=str(TYPES[version.type].label),
                version=version.n,
                prompt=version.texts[language]["prompt"],
                language=language,
                evidence=version.answer_key.evidence,
            )
        )
    return found


def certificates_of(course: Course, actor: Actor, *, typed: str = "") -> QuerySet[Certificate]:
    """The certificates of a course, the newest first; with a code that somebody typed, the one that has it."""
    found: QuerySet[Certificate] = Certificate.objects.filter(record_id=course.pk, keeper_id=actor.organization_id)
    if typed:
        found = found.filter(code=codes.read_code(typed) or NOBODYS)
    return found.defer("credential").order_by("-issued_at", "pk")


def get_certificate(pk: UUID, actor: Actor) -> Certificate:
    """A certificate of the organisation's own courses. Raises Certificate.DoesNotExist, also for her own elsewhere."""
    found: Certificate = Certificate.objects.defer("credential").get(pk=pk, keeper_id=actor.organization_id)
    return found


# --- Those who take it -----------------------------------------------------------------------


def list_requests(actor: Actor) -> list[Enrolment]:
    """Those who ask to be let into a course of the actor's organisation, the longest waiting first."""
    rows = Enrolment.objects.filter(keeper_id=actor.organization_id, status=EnrolmentState.REQUESTED)
    return list(rows.select_related("person", "organization").order_by("created_at", "pk"))


def list_learners(course: Course, actor: Actor) -> QuerySet[Enrolment]:
    """Those who are in a course or have completed it, by name."""
    rows: QuerySet[Enrolment] = Enrolment.objects.filter(
        course=course,
        keeper_id=actor.organization_id,
        status__in=[EnrolmentState.ACTIVE, EnrolmentState.COMPLETED],
    )
    return rows.select_related("person", "organization").order_by("person__last_name", "person__first_name", "pk")


def get_kept_enrolment(pk: UUID, actor: Actor) -> Enrolment:
    """An enrolment that the actor's organisation keeps. Raises Enrolment.DoesNotExist, also for her own elsewhere."""
    rows = Enrolment.objects.filter(keeper_id=actor.organization_id)
    found: Enrolment = rows.select_related("person", "organization", "course", "record").get(pk=pk)
    return found


def has_closed_parts(enrolment: Enrolment) -> bool:
    """Whether the learner's version of the course has parts that wait for others. One query."""
    return any(item.waits or item.least_before is not None for item in outline_of(enrolment).items)


# --- What happened ---------------------------------------------------------------------------


def history_of(pk: UUID, workflow: Workflow, states: Collection[tuple[str, Any]]) -> list[dict[str, Any]]:
    """The timeline of a course, an enrolment or a proposal, newest first, in words; without names of people."""
    records = list(TransitionRecord.objects.filter(object_id=pk).order_by("-at", "-object_version"))
    organizations = Organization.objects.in_bulk({record.organization_id for record in records})
    labels, roles = dict(states), dict(Role.choices)
    events = []
    for index, record in enumerate(records):
        organization = organizations.get(record.organization_id)
        role = ", ".join(str(roles[name]) for name in record.role.split("+") if name in roles)
        who = f"{organization.name} ({role})" if organization and role else str(organization or _("Enlace, by rule"))
        events.append(
            {
                "at": record.at,
                "title": str(workflow.transitions[record.name].past),
                "by": who,
                "note": record.note,
                "from_label": str(labels.get(record.source, record.source)),
                "to_label": str(labels.get(record.target, record.target)),
                "now": index == 0,
            }
        )
    return events
