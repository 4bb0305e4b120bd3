"""The courses of seed/courses/: written as pages in four languages, published by the demonstration's people.

Ids follow from the code of the course and the key of a thing, so that planting them again changes nothing, and
progress stays with its item.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import yaml
from django.conf import settings
from django.db import transaction
from django.utils.text import slugify
from wagtail.models import Locale, Page

from network_site.organizations.actor import acting_as
from network_site.organizations.models import User
from network_site.organizations.seeding import demo_account
from network_site.organizations.selectors import actor_for
from network_site.publishing import translations
from practices.models import Practice

from . import services
from .enums import CourseStatus, QuestionStatus, QuizRole
from .models import Course, CoursePage, CoursesPage, LessonPage, ModulePage, QuestionVersion

SEED = Path(__file__).parent / "seed" / "courses"
NAMESPACE = uuid5(NAMESPACE_URL, "enlace:courses")
FIRST = "en"
WRITER, REVIEWER = "publisher", "specialist"
HTML = {"text"}


def load(progress: Callable[[str], object]) -> int:
    """Plant the courses that are missing. Returns how many are new."""
    count = 0
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(SEED.glob("*.yaml"))]
    for content in sorted(files, key=lambda one: one["position"]):
        user = User.objects.get(email=demo_account(WRITER).email)
        with acting_as(actor_for(user), reason="courses of the seed"), transaction.atomic():
            known = Course.objects.filter(code=content["code"]).first()
            if known is not None and known.status != CourseStatus.DRAFT:
                continue
            course = _frame(content)
            _review(course)
            Planting(course, content).plant()
            services.publish_course(Course.objects.select_related("owner").get(pk=course.pk))
        progress(f"  course: {content['texts'][FIRST]['title']}")
        count += 1
    return count


def key_of(code: str, key: str) -> UUID:
    """The id of a thing of a course of the seed."""
    return uuid5(NAMESPACE, f"{code}:{key}")


def _frame(content: Mapping[str, Any]) -> Course:
    """The course itself, its bank, its quizzes and its cases."""
    code = content["code"]
    course = services.save_course(
        code=code,
        pk=key_of(code, ""),
        fields={name: content[name] for name in ("position", "level", "hours", "pass_mark", "honours_mark")}
        | {"entry": content["enrolment"], "licence": content["licence"], "source": content["source"]},
        terms=content["terms"],
    )
    for module in content["modules"]:
        for item in module["items"]:
            if "quiz" in item:
                _quiz(course, item["quiz"])
            elif "case" in item:
                given = item["case"]
                services.save_case_study(
                    course,
                    key=given["key"],
                    pk=key_of(code, f"case:{given['key']}"),
                    weight=given["weight"],
                    need={"terms": given["need"]["terms"], "titles": given["need"]["title"]},
                    prompts=[_prompt(prompt) for prompt in given["prompts"]],
                )
    return course


def _review(course: Course) -> None:
    """Somebody else of the Network has read the questions."""
    reviewer = User.objects.get(email=demo_account(REVIEWER).email)
    with acting_as(actor_for(reviewer), reason="courses of the seed"):
        drafts = QuestionVersion.objects.filter(question__course=course, question__status=QuestionStatus.DRAFT)
        for version in drafts.select_related("question__course").order_by("pk"):
            services.review_question(version.question, n=version.n)


def _quiz(course: Course, given: Mapping[str, Any]) -> None:
    for question in given["questions"]:
        services.save_question(
            course,
            key=question["key"],
            tag=question["tag"],
            type=question["type"],
            points=question["points"],
            structure=question["structure"],
            texts=question["texts"],
            answer_key=question["answer_key"],
        )
    tags = dict.fromkeys(question["tag"] for question in given["questions"])
    pools = [(pool["tag"], pool["draw"]) for pool in given.get("pools") or ()] or [(tag, None) for tag in tags]
    services.save_quiz(
        course,
        key=given["key"],
        pk=key_of(course.code, f"quiz:{given['key']}"),
        fields={
            "role": given["role"],
            "weight": given["weight"] if given["role"] != QuizRole.PRE else 0,
            "attempts_allowed": given["attempts"],
            "feedback": given["feedback"],
            "counting": given["grading"],
        },
        pools=pools,
    )


def _prompt(given: Mapping[str, Any]) -> dict[str, Any]:
    texts = given["outcome"]["texts"]
    outcome = dict(given["outcome"]) | {"texts": {code: {"text": text} for code, text in texts.items()}}
    return dict(given) | {"outcome": outcome}


class Planting:
    """The pages of one course, in all languages, and what ties them."""

    def __init__(self, course: Course, content: Mapping[str, Any]) -> None:
        self.course, self.content = course, content
        self.locales = {code: Locale.objects.get(language_code=code) for code, _name in settings.LANGUAGES}
        self.made: dict[str, dict[str, Page]] = {}

    def plant(self) -> None:
        """Course, modules and their items, language by language; then the translations, as editors see them."""
        for code in self.locales:
            if code in self.content["texts"]:
                self._course(code)
        for brothers in self.made.values():
            for code, page in brothers.items():
                if code != FIRST:
                    translations.adopt(brothers[FIRST], page)

    def _course(self, code: str) -> None:
        above = CoursesPage.objects.get(locale=self.locales[code])
        text = self.content["texts"][code]
        page = self._page(
            CoursePage,
            "",
            code,
            above,
            title=text["title"],
            course_code=self.course.code,
            summary=text["summary"],
            audience=text["audience"],
            outcomes=self._stream("outcomes", [{"outcome": one} for one in text["outcomes"]], code),
        )
        for module in self.content["modules"]:
            words = module["texts"][code]
            below = self._page(
                ModulePage, f"module:{module['key']}", code, page, title=words["title"], summary=words["summary"]
            )
            for item in module["items"]:
                ((kind, given),) = item.items()
                self._item(kind, given, code, below)

    def _item(self, kind: str, given: Mapping[str, Any], code: str, above: Page) -> None:
        words = given["texts"][code]
        body = words.get("body") or words.get("context") or []
        if body:
            body = [*body, *self._practices(given.get("practices") or (), code)]
        self._page(
            LessonPage,
            f"{kind}:{given['key']}",
            code,
            above,
            title=words["title"],
            summary=words.get("summary") or words.get("intro", ""),
            minutes=given["minutes"],
            is_required=given.get("is_required", True),
            waits=given.get("waits", False),
            quiz_key=given["key"] if kind == "quiz" else "",
            case_key=given["key"] if kind == "case" else "",
            content=self._stream(given["key"], body, code),
        )

    def _practices(self, given: Iterable[Mapping[str, Any]], code: str) -> list[dict[str, Any]]:
        keys = [one["seed"] for one in given]
        known = dict(Practice.objects.filter(import_key__in=keys).values_list("import_key", "pk"))
        return [
            {"practice": {"record": str(known[one["seed"]]), "why": one["why"].get(code, one["why"][FIRST])}}
            for one in given
            if one["seed"] in known
        ]

    def _page(self, model: type[Page], key: str, code: str, above: Page, **values: Any) -> Page:
        page = model(
            locale=self.locales[code],
            translation_key=key_of(self.course.code, f"page:{key}"),
            slug=slugify(values["title"])[:200] or key,
            live=True,
            **values,
        )
        # The parent has got children since it was read.
        Page.objects.get(pk=above.pk).add_child(instance=page)
        self.made.setdefault(key, {})[code] = page
        return page

    def _stream(self, key: str, given: Iterable[Mapping[str, Any]], code: str) -> str:
        """Blocks as a stream stores them; a block has the same id in each language, which ties its strings."""
        made = []
        for place, block in enumerate(given):
            ((kind, value),) = block.items()
            name = f"block:{key}:{place}"
            made.append({"type": kind, "value": self._value(value, name), "id": str(self._id(name))})
        return json.dumps(made)

    def _value(self, value: Any, name: str) -> Any:
        if isinstance(value, list):
            return [
                {
                    "type": "item",
                    "value": self._value(one, f"{name}:{place}"),
                    "id": str(self._id(f"{name}:{place}")),
                }
                for place, one in enumerate(value)
            ]
        if isinstance(value, Mapping):
            return {part: self._value(one, f"{name}:{part}") for part, one in value.items()}
        return value

    def _id(self, name: str) -> UUID:
        return key_of(self.course.code, name)
