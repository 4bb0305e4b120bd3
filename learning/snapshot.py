"""The published form of a course: one JSON document with every language, and its schema.

Learners read this and nothing else, in the version with which they began. It names questions by the versions that may
be drawn, without their words, and holds neither keys nor outcomes: those are read by the service that marks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.conf import settings

from network_site.common.html import plain
from network_site.common.language import CODES

from .blocks import published
from .enums import CourseStatus, Entry, Feedback, ItemKind, Level, QuestionStatus, QuizRole
from .models import Case, Course, CoursePage, LessonPage, ModulePage, Question, QuestionVersion, Quiz

SCHEMA = "enlace.course/1"
SOURCE_LANGUAGE = "en"

_text = {"type": "string"}
_ids = {"type": "array", "items": _text}
_count = {"type": "integer", "minimum": 0}
_texts = {"type": "object", "minProperties": 1, "propertyNames": {"enum": list(CODES)}}
_blocks = {
    "type": "array",
    "items": {"type": "object", "required": ["type", "value"], "properties": {"type": _text, "value": {}}},
}
_words = {
    **_texts,
    "additionalProperties": {
        "type": "object",
        "required": ["title", "summary", "body"],
        "properties": {"title": _text, "summary": _text, "body": _blocks},
        "additionalProperties": False,
    },
}
_quiz = {
    "type": ["object", "null"],
    "required": ["id", "role", "weight", "attempts", "minutes", "feedback", "counting", "shuffled", "pools"],
    "properties": {
        "id": _text,
        "role": {"enum": list(QuizRole.values)},
        "weight": _count,
        "attempts": {"type": ["integer", "null"], "minimum": 1},
        "minutes": {"type": ["integer", "null"], "minimum": 1},
        "feedback": {"enum": list(Feedback.values)},
        "counting": _text,
        "shuffled": {"type": "boolean"},
        "pools": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tag", "draw", "questions"],
                "properties": {"tag": _text, "draw": {"type": "integer", "minimum": 1}, "questions": _ids},
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
_case = {
    "type": ["object", "null"],
    "required": ["id", "weight", "need", "prompts"],
    "properties": {
        "id": _text,
        "weight": _count,
        "need": {"type": "object"},
        "prompts": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["id", "key", "kind", "structure", "texts", "min_words", "home"],
                "additionalProperties": False,
                "properties": {
                    "id": _text,
                    "key": _text,
                    "kind": _text,
                    "structure": {"type": "object"},
                    "texts": {"type": "object"},
                    "min_words": _count,
                    "home": _text,
                },
            },
        },
    },
    "additionalProperties": False,
}

JSON_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A course",
    "type": "object",
    "required": [
        "schema", "id", "number", "version", "code", "source_language", "texts", "owner", "country", "level", "hours",
        "pass_mark", "honours_mark", "entry", "has_certificate", "licence", "source", "terms", "prerequisites",
        "modules", "is_demo",
    ],
    "properties": {
        "schema": {"const": SCHEMA},
        "id": _text,
        "number": {"type": "integer", "minimum": 1},
        "version": {"type": "integer", "minimum": 1},
        "code": _text,
        "source_language": {"enum": list(CODES)},
        "texts": {
            **_texts,
            "additionalProperties": {
                "type": "object",
                "required": ["title", "summary", "audience", "outcomes", "state"],
                "properties": {
                    "title": _text, "summary": _text, "audience": _text, "outcomes": _ids,
                    # Whether everything is there in this language, or the texts of lessons are still missing.
                    "state": {"enum": ["source", "complete", "part"]},
                },
                "additionalProperties": False,
            },
        },
        "owner": {
            "type": "object",
            "required": ["id", "key", "names", "kind", "country"],
            "properties": {
                "id": _text, "key": _text, "names": {"type": "object"}, "kind": _text,
                "country": {"type": ["string", "null"]},
            },
            "additionalProperties": False,
        },
        "country": {"type": "null"},
        "level": {"enum": list(Level.values)},
        "hours": {"type": "integer", "minimum": 1},
        "pass_mark": {"type": "integer", "minimum": 0, "maximum": 100},
        "honours_mark": {"type": "integer", "minimum": 0, "maximum": 100},
        "entry": {"enum": list(Entry.values)},
        "has_certificate": {"type": "boolean"},
        "licence": _text,
        "source": {"type": "object"},
        "terms": _ids,
        "prerequisites": _ids,
        "modules": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["id", "texts", "items"],
                "properties": {
                    "id": _text,
                    "texts": _texts,
                    "items": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "type": "object",
                            "required": [
                                "id", "kind", "minutes", "is_required", "waits", "least_before", "texts", "quiz",
                                "case",
                            ],
                            "properties": {
                                "id": _text,
                                "kind": {"enum": list(ItemKind.values)},
                                "minutes": _count,
                                "is_required": {"type": "boolean"},
                                "waits": {"type": "boolean"},
                                "least_before": {"type": ["integer", "null"], "minimum": 1, "maximum": 100},
                                "texts": _words,
                                "quiz": _quiz,
                                "case": _case,
                            },
                            "additionalProperties": False,
                        },
                    },
                },
                "additionalProperties": False,
            },
        },
        "is_demo": {"type": "boolean"},
    },
    "additionalProperties": False,
}  # fmt: skip


class Tree:
    """The live pages of a course in every language, read level by level: four queries however many lessons."""

    def __init__(self, course: Course) -> None:
        self.courses = list(
            CoursePage.objects.live()
            .filter(course_code=course.code)
            .select_related("locale")
            .order_by("locale__language_code")
        )
        self.modules = self._below(ModulePage, self.courses)
        self.lessons = self._below(LessonPage, [page for pages in self.modules.values() for page in pages])

    def _below(self, model: Any, above: Iterable[Any]) -> dict[str, list[Any]]:
        """Pages of this kind under those, in their order, by the path of the page above."""
        found: dict[str, list[Any]] = defaultdict(list)
        parents = {page.path for page in above}
        if not parents:
            return found
        depth = {page.depth for page in above}.pop() + 1
        pages = model.objects.live().filter(depth=depth).select_related("locale").order_by("path")
        for page in pages:
            parent = page.path[: -page.steplen]
            if parent in parents:
                found[parent].append(page)
        return found

    def source(self) -> CoursePage | None:
        """The page from which the others were translated."""
        return next((page for page in self.courses if page.locale.language_code == SOURCE_LANGUAGE), None)

    def brothers(self, level: dict[str, list[Any]]) -> dict[UUID, dict[str, Any]]:
        """Pages of one level by translation key and language."""
        found: dict[UUID, dict[str, Any]] = defaultdict(dict)
        for pages in level.values():
            for page in pages:
                found[page.translation_key][page.locale.language_code] = page
        return found


def build_snapshot(course: Course, tree: Tree | None = None) -> dict[str, Any]:
    """The document of a course as its live pages are now; number and version are the public plane's.

    Raises LookupError without a live page in the source language.
    """
    tree = tree or Tree(course)
    page = tree.source()
    if page is None:
        raise LookupError(SOURCE_LANGUAGE)
    modules, lessons = tree.brothers(tree.modules), tree.brothers(tree.lessons)
    quizzes = {quiz.key: quiz for quiz in Quiz.objects.filter(course=course).prefetch_related("pools")}
    cases = {case.key: case for case in Case.objects.filter(course=course).prefetch_related("prompts")}
    newest = _bank(course)
    bank = {tag: [str(version.pk) for version in versions] for tag, versions in newest.items()}
    texts_of_questions = {str(version.pk): version.texts for versions in newest.values() for version in versions}
    written = [
        {
            "id": str(module.translation_key),
            "texts": {
                code: {"title": plain(brother.title), "summary": plain(brother.summary)}
                for code, brother in _in_order(modules[module.translation_key])
            },
            "items": [
                _item(lesson, lessons[lesson.translation_key], quizzes, cases, bank)
                for lesson in tree.lessons.get(module.path, [])
            ],
        }
        for module in tree.modules.get(page.path, [])
    ]
    return {
        "id": str(course.pk),
        "code": course.code,
        "source_language": SOURCE_LANGUAGE,
        "texts": {
            brother.locale.language_code: {
                "title": plain(brother.title),
                "summary": plain(brother.summary),
                "audience": plain(brother.audience),
                "outcomes": [plain(str(block.value)) for block in brother.outcomes],
                "state": _state(brother.locale.language_code, written, texts_of_questions),
            }
            for brother in tree.courses
        },
        "owner": {
            "id": str(course.owner_id),
            "key": course.owner.key,
            "names": course.owner.names,
            "kind": course.owner.kind,
            "country": course.owner.country_id,
        },
        "country": None,
        "level": course.level,
        "hours": course.hours,
        "pass_mark": course.pass_mark,
        "honours_mark": course.honours_mark,
        "entry": course.entry,
        "has_certificate": course.has_certificate,
        "licence": course.licence,
        "source": course.source,
        "terms": [row.term_id for row in course.course_terms.order_by("term__scheme_id", "term__position")],
        "prerequisites": [
            str(pk)
            for pk in course.prerequisites.filter(required__status=CourseStatus.PUBLISHED).values_list(
                "required_id", flat=True
            )
        ],
        "modules": written,
        "is_demo": course.is_demo,
    }


def _in_order(brothers: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(code, brothers[code]) for code, _name in settings.LANGUAGES if code in brothers]


def _state(code: str, modules: list[dict[str, Any]], bank: Mapping[str, Mapping[str, Any]]) -> str:
    """Whether everything is there in a language: titles, texts, questions and the decisions of cases."""
    if code == SOURCE_LANGUAGE:
        return "source"
    items = [item for module in modules for item in module["items"]]
    is_lacking = any(code not in module["texts"] for module in modules) or any(
        code not in item["texts"] or (item["texts"][SOURCE_LANGUAGE]["body"] and not item["texts"][code]["body"])
        for item in items
    )
    asked = [bank[pk] for item in items for pool in (item["quiz"] or {}).get("pools", ()) for pk in pool["questions"]]
    asked += [prompt["texts"] for item in items for prompt in (item["case"] or {}).get("prompts", ())]
    return "part" if is_lacking or any(code not in texts for texts in asked) else "complete"


def _item(
    lesson: LessonPage,
    brothers: dict[str, LessonPage],
    quizzes: dict[str, Quiz],
    cases: dict[str, Case],
    bank: dict[str, list[str]],
) -> dict[str, Any]:
    quiz, case = quizzes.get(lesson.quiz_key), cases.get(lesson.case_key)
    return {
        "id": str(lesson.translation_key),
        "kind": ItemKind.QUIZ.value if quiz else ItemKind.CASE.value if case else ItemKind.LESSON.value,
        "minutes": lesson.minutes,
        "is_required": lesson.is_required,
        "waits": lesson.waits,
        "least_before": lesson.least_before,
        "texts": {
            code: {
                "title": plain(brother.title),
                "summary": plain(brother.summary),
                "body": published(brother.content),
            }
            for code, brother in _in_order(brothers)
        },
        "quiz": _quiz_document(quiz, bank) if quiz else None,
        "case": _case_document(case) if case else None,
    }


def _bank(course: Course) -> dict[str, list[QuestionVersion]]:
    """The newest version of every reviewed question, by tag."""
    found: dict[str, list[QuestionVersion]] = defaultdict(list)
    questions = Question.objects.filter(course=course, status=QuestionStatus.REVIEWED).prefetch_related("versions")
    for question in questions:
        newest = max(question.versions.all(), key=lambda version: version.n, default=None)
        if newest is not None:
            found[question.tag].append(newest)
    return found


def _quiz_document(quiz: Quiz, bank: dict[str, list[str]]) -> dict[str, Any]:
    """The rules of a quiz, and what may be drawn for it."""
    pools = [
        {"tag": pool.tag, "draw": pool.draw or len(bank.get(pool.tag, [])), "questions": bank.get(pool.tag, [])}
        for pool in quiz.pools.all()
    ]
    return {
        "id": str(quiz.pk),
        "role": quiz.role,
        "weight": quiz.weight,
        "attempts": quiz.attempts_allowed,
        "minutes": quiz.minutes,
        "feedback": quiz.feedback,
        "counting": quiz.counting,
        "shuffled": quiz.is_shuffled,
        "pools": pools,
    }


def _case_document(case: Case) -> dict[str, Any]:
    return {
        "id": str(case.pk),
        "weight": case.weight,
        "need": {"terms": case.need_terms, "titles": case.need_titles},
        "prompts": [
            {
                "id": str(prompt.pk),
                "key": prompt.key,
                "kind": prompt.kind,
                "structure": prompt.structure,
                "texts": prompt.texts,
                "min_words": prompt.min_words,
                "home": prompt.home,
            }
            for prompt in case.prompts.all()
        ],
    }


def open_document(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """The document as everybody may read it: without the texts of parts that wait for others."""
    modules = []
    for module in snapshot["modules"]:
        items = [item if _opens_at_once(item) else _without_texts(item) for item in module["items"]]
        modules.append(module | {"items": items})
    return {**snapshot, "modules": modules}


def _opens_at_once(item: Mapping[str, Any]) -> bool:
    return not item["waits"] and item["least_before"] is None


def _without_texts(item: dict[str, Any]) -> dict[str, Any]:
    return item | {"texts": {code: text | {"body": []} for code, text in item["texts"].items()}}
