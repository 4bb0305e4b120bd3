"""A catalogue of three courses for tests, and what nobody may read of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from bs4 import BeautifulSoup
from django.test import Client

from learning import services
from learning.models import Course, LessonPage
from network_site.common import outbox
from network_site.organizations.models import User
from network_site.publishing import services as public
from network_site.publishing.models import PublishedRecord
from practices.snapshot import JSON_SCHEMA, SCHEMA

from ..people import People, acting, published
from .courses import EVIDENCE, OPEN, PROMPTS, QUESTIONS, items, written_course

LIST = "/en/courses/"
WHY = "Look at the letter."


@dataclass
class Catalogue:
    """Three courses: `llama` is short and names a practice, `tapir` is half in Spanish, `condor` is on request and
    comes after `llama`."""

    people: People
    publisher: User
    practice: UUID
    courses: dict[str, UUID]

    def record(self, code: str) -> PublishedRecord:
        return PublishedRecord.objects.get(pk=self.courses[code])

    def path(self, code: str, item: str = "", base: str = LIST) -> str:
        """The address of a course, or of an item of it by its English title."""
        record = self.record(code)
        return f"{base}{record.path}" + (f"{items(record)[item].id}/" if item else "")


def set_scene() -> Catalogue:
    """The three, published in this order, and found by the search."""
    people = People()
    publisher = people.publisher()
    practice = published(people).practice_id
    with acting(publisher):
        records = {
            "llama": _llama(practice),
            "tapir": _tapir(),
        }
        records["condor"] = _condor(records["llama"].pk)
    outbox.drain()
    return Catalogue(people, publisher, practice, {code: record.pk for code, record in records.items()})


def _llama(practice: UUID) -> PublishedRecord:
    written_course(code="llama")
    for language, words in (("en", "Read the vicuna."), ("es", "Lea la vicuña.")):
        write(
            "llama", language, "lesson-1",
            {"text": f"<p>{words}</p>"}, {"heading": "A practice"}, {"practice": {"record": str(practice), "why": WHY}},
        )  # fmt: skip
    return publish("llama")


def _tapir() -> PublishedRecord:
    written_course(code="tapir", hours=10, level="intermediate", has_certificate=False)
    write("tapir", "es", "lesson-2")
    return publish("tapir")


def _condor(first: UUID) -> PublishedRecord:
    course = written_course(code="condor", hours=6, level="advanced", entry="approval")
    services.save_course(code="condor", fields={}, terms=["LAF5.1", "TG06", "D9.1"])
    services.set_prerequisites(course, [Course.objects.get(pk=first)])
    return publish("condor")


def write(code: str, language: str, key: str, *blocks: dict[str, Any]) -> None:
    """Give a lesson of a course these blocks and no others."""
    page = LessonPage.objects.get(locale__language_code=language, slug__endswith=f"-{code}-{key}")
    made = [{"type": kind, "value": value, "id": str(uuid4())} for block in blocks for kind, value in block.items()]
    LessonPage.objects.filter(pk=page.pk).update(content=json.dumps(made))


def publish(code: str) -> PublishedRecord:
    """The next version of a course, from its pages as they are."""
    return services.publish_course(Course.objects.select_related("owner").get(code=code))


def change_practice(scene: Catalogue) -> None:
    """Publish the next version of the practice that `llama` is about."""
    record = PublishedRecord.objects.get(pk=scene.practice)
    with acting(scene.publisher):
        public.publish(
            kind="practice",
            record_id=record.pk,
            owner=record.owner,
            country_id=record.country_id,
            version=record.version + 1,
            schema=SCHEMA,
            json_schema=JSON_SCHEMA,
            snapshot=record.snapshot,
            terms=["LAF1.1"],
        )


def secrets() -> list[str]:
    """What questions are marked by and what came of the case, in every language."""
    found = [EVIDENCE["quote"], "A model answer."]
    for question in (*QUESTIONS.values(), OPEN):
        found += [text["_"] for text in question["answer_key"]["feedback"].values()]
    for prompt in PROMPTS:
        outcome = prompt["outcome"]
        found += [text["text"] for text in outcome["texts"].values()]
        found += [outcome["quote"], outcome["place"]] if "quote" in outcome else []
    return list(dict.fromkeys(found))


def soup(client: Client, path: str) -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return BeautifulSoup(answer.content.decode(), "html.parser")


def words(found: Any) -> str:
    """The text of a piece of a page, with single spaces."""
    return " ".join(found.get_text(" ").split())
