"""A small course, published through the services: two lessons, a quiz before and after, a quiz, a case."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

from django.utils.text import slugify
from wagtail.models import Locale, Page

from learning import services
from learning.models import Course, CoursePage, CoursesPage, LessonPage, ModulePage, QuestionVersion
from learning.outline import Item, Outline
from network_site.organizations.enums import Role
from network_site.organizations.models import User
from network_site.organizations.selectors import network_organization
from network_site.publishing.models import PublishedRecord, PublishedVersion

from ..people import People, acting

LANGUAGES = ("en", "es")
EVIDENCE = {"document": "000", "quote": "39 regions and 264 small municipalities", "place": "slide 7"}
QUESTIONS: dict[str, dict[str, Any]] = {
    "regions": {
        "type": "number",
        "structure": {"decimals": 0},
        "texts": {"en": {"prompt": "How many regions?"}, "es": {"prompt": "¿Cuántas regiones?"}},
        "answer_key": {
            "answer": {"value": "39", "tolerance": "0"},
            "feedback": {"en": {"_": "There are 39."}, "es": {"_": "Son 39."}},
            "evidence": EVIDENCE,
        },
    },
    "towns": {
        "type": "single",
        "structure": {"options": ["few", "many"]},
        "texts": {
            "en": {"prompt": "How many towns?", "options": {"few": "39", "many": "264"}},
            "es": {"prompt": "¿Cuántos municipios?", "options": {"few": "39", "many": "264"}},
        },
        "answer_key": {
            "answer": "many",
            "feedback": {"en": {"_": "There are 264 of them."}, "es": {"_": "Son 264."}},
            "evidence": EVIDENCE,
        },
    },
}
OPEN = {
    "type": "open",
    "structure": {"min_words": 3},
    "texts": {"en": {"prompt": "And yours?"}, "es": {"prompt": "¿Y los suyos?"}},
    "answer_key": {"answer": None, "feedback": {"en": {"_": "A model answer."}, "es": {"_": "Un modelo."}}},
}
PROMPTS: list[dict[str, Any]] = [
    {
        "key": "where",
        "kind": "choice",
        "structure": {"options": ["region", "town"]},
        "texts": {
            "en": {
                "question": "Region or town?",
                "options": {"region": "Region", "town": "Town"},
                "at_home": "At home?",
            },
            "es": {
                "question": "¿Región o municipio?",
                "options": {"region": "Región", "town": "Municipio"},
                "at_home": "¿Y en su país?",
            },
        },
        "min_words": 3,
        "home": "problem",
        "outcome": {
            "status": "reported",
            "texts": {"en": {"text": "By region."}, "es": {"text": "Por región."}},
            "quote": "Funds allocated by Region (39)",
            "place": "slide 9",
        },
    },
    {
        "key": "why",
        "kind": "text",
        "structure": {},
        "texts": {
            "en": {"question": "What else?", "at_home": "What was tried?"},
            "es": {"question": "¿Qué más?", "at_home": "¿Qué se intentó?"},
        },
        "min_words": 3,
        "home": "tried",
        "outcome": {"status": "not_reported", "texts": {"en": {"text": "Nothing."}, "es": {"text": "Nada."}}},
    },
]


def published_course(
    *, code: str = "small", with_open: bool = False, reviewer: User | None = None, **fields: Any
) -> PublishedRecord:
    """The course, published by whoever acts (a publisher of the Network). `fields` are those of its frame."""
    course = written_course(code=code, with_open=with_open, reviewer=reviewer, **fields)
    return services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))


def written_course(
    *, code: str = "small", with_open: bool = False, reviewer: User | None = None, **fields: Any
) -> Course:
    """The same, not published yet."""
    frame = {"hours": 2, "level": "introductory", "source": {"document": "000", "title": "Balmi"}}
    course = services.save_course(code=code, fields=frame | fields, terms=["LAF3.1"])
    questions = QUESTIONS | ({"open": OPEN} if with_open else {})
    for key, question in questions.items():
        tag = "text" if question["type"] == "open" else "facts"
        services.save_question(course, key=key, tag=tag, points=1, **question)
    review_bank(course, reviewer)
    pools: list[tuple[str, int | None]] = [("facts", None)]
    services.save_quiz(course, key="before", fields={"role": "pre", "weight": 0, "attempts_allowed": 1}, pools=pools)
    services.save_quiz(
        course, key="quiz", fields={"weight": 1}, pools=[*pools, *([("text", None)] if with_open else [])]
    )
    services.save_quiz(course, key="after", fields={"role": "post", "weight": 1}, pools=pools)
    need = {"terms": ["LAF3.1"], "titles": {"en": "Money for places", "es": "Dinero para los lugares"}}
    services.save_case_study(course, key="case", weight=1, need=need, prompts=PROMPTS)
    keys: dict[str, UUID] = {}
    for code_of_language in LANGUAGES:
        _pages(course, code_of_language, keys)
    return course


def review_bank(course: Course, reviewer: User | None = None) -> None:
    """Somebody else of the Network than who wrote them has read the questions that nobody reviewed yet."""
    email = "second-pair-of-eyes@example.org"
    if reviewer is None:
        reviewer = User.objects.filter(email=email).first()
    if reviewer is None:
        reviewer = People().member(network_organization(), Role.SPECIALIST, user=User.objects.create_user(email))
    with acting(reviewer):
        waiting = QuestionVersion.objects.filter(question__course=course, reviewed_by=None).select_related("question")
        newest = {version.question_id: version for version in waiting.order_by("n")}
        for version in newest.values():
            services.review_question(version.question, n=version.n)


def _pages(course: Course, language: str, keys: dict[str, UUID]) -> None:
    locale = Locale.objects.get(language_code=language)
    words = {"en": "Lesson", "es": "Lección"}[language]

    def add(model: Any, key: str, above: Page, title: str, **values: Any) -> Any:
        page = model(
            title=title,
            slug=f"{slugify(title)}-{course.code}-{key}",
            locale=locale,
            translation_key=keys.setdefault(key, uuid4()),
            live=True,
            **values,
        )
        Page.objects.get(pk=above.pk).add_child(instance=page)
        return page

    top = CoursesPage.objects.get(locale=locale)
    titles = {"en": "A small course", "es": "Un curso pequeño"}
    page = add(
        CoursePage, "course", top, f"{titles[language]} {course.code}", course_code=course.code, summary="Summary."
    )
    module = add(ModulePage, "module", page, {"en": "Module", "es": "Módulo"}[language])
    add(LessonPage, "before", module, {"en": "Before", "es": "Antes"}[language], quiz_key="before", is_required=False)
    for number in (1, 2):
        body = [{"type": "text", "value": f"<p>{words} {number}.</p>", "id": str(uuid4())}]
        add(LessonPage, f"lesson-{number}", module, f"{words} {number}", minutes=10, content=json.dumps(body))
    add(LessonPage, "quiz", module, {"en": "Quiz", "es": "Prueba"}[language], quiz_key="quiz")
    add(LessonPage, "case", module, {"en": "Case", "es": "Caso"}[language], case_key="case")
    add(LessonPage, "after", module, {"en": "After", "es": "Después"}[language], quiz_key="after")


def outline(record: PublishedRecord, version: int | None = None) -> Outline:
    """A version of the course as learners work through it."""
    found = PublishedVersion.objects.get(record=record, version=version or record.version)
    return Outline(found.snapshot)


def items(record: PublishedRecord) -> dict[str, Item]:
    """The items of the newest version by their English titles."""
    return {item.document["texts"]["en"]["title"]: item for item in outline(record).items}
