"""Courses in the search: found by what lessons say, in every language, and never by what is right or what happened."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from learning import services
from learning.models import Course
from network_site.common import outbox
from network_site.organizations.actor import acting_as, service_actor
from network_site.publishing.models import PublishedRecord
from search import indexing, queries
from search.asked import SearchQuery
from search.kinds import kinds
from search.kinds.courses import KIND, CourseKind
from search.models import Entry
from search.models.entries import entry_id

from ..databases import Stages
from ..learning.catalogue import WHY, Catalogue, secrets, set_scene, soup, words, write
from ..learning.catalogue import publish as publish_again
from ..people import acting

pytestmark = pytest.mark.embedded


@pytest.fixture
def scene(stages: Stages) -> Iterator[Catalogue]:
    with stages.open(set_scene) as built:
        yield built


def entry_of(scene: Catalogue, code: str) -> dict[str, Any]:
    with acting_as(service_actor("relay"), reason="test"):
        body: dict[str, Any] = Entry.objects.get(pk=entry_id(KIND, str(scene.courses[code]))).body
        return body


def found(scene: Catalogue, text: str, language: str = "en") -> list[str]:
    """Codes of the courses that have these words, the best first."""
    codes = {str(pk): code for code, pk in scene.courses.items()}
    keys, _is_reduced = queries.keys(SearchQuery(text=text, language=language, kinds=(KIND,)), None)
    return [codes[key] for key in keys]


def test_courses_stand_among_the_kinds_after_offers() -> None:
    names = [name for name, _kind in kinds.items()]
    assert names.index(KIND) == names.index("offer") + 1
    assert isinstance(kinds.get(KIND), CourseKind)


def test_a_course_is_found_by_its_title_and_by_the_words_of_its_lessons(scene: Catalogue) -> None:
    assert found(scene, "condor") == ["condor"]
    assert found(scene, "vicuna") == ["llama"]
    assert found(scene, "vicuña", "es") == ["llama"]
    assert set(found(scene, "lesson")) == {"llama", "tapir", "condor"}


def test_the_document_of_a_course(scene: Catalogue) -> None:
    record = scene.record("tapir")
    body = entry_of(scene, "tapir")
    assert (body["kind"], body["audience"], body["languages"], body["source_language"]) == (
        "course", "public", ["en", "es"], "en",
    )  # fmt: skip
    # In Spanish a lesson has no text; and terms above the given ones count too.
    assert (body["facets"]["language"], body["facets"]["theme"]) == (["en"], ["LAF3", "LAF3.1"])
    assert body["texts"]["en"]["title"] == "A small course tapir"
    assert body["texts"]["en"]["summary"] == "Summary."
    assert body["texts"]["en"]["body"].split("\n") == [
        "Module", "Before", "Lesson 1", "Lesson 2", "Quiz", "Case", "After", "Lesson 1.", "Lesson 2.",
    ]  # fmt: skip
    assert body["texts"]["es"]["body"].split("\n")[-1] == "Lección 1."
    assert record.code in body["texts"]["en"]["keywords"].split("\n")
    condor = entry_of(scene, "condor")["facets"]
    assert (condor["theme"], condor["group"], condor["problem"]) == (["LAF5", "LAF5.1"], ["TG06"], ["D9", "D9.1"])


def test_every_block_of_a_lesson_is_read(scene: Catalogue) -> None:
    with acting(scene.publisher):
        write(
            "condor", "en", "lesson-1",
            {"heading": "Alpha"},
            {"text": "<p>Beta &amp; <strong>gamma</strong></p>"},
            {"note": "Delta"},
            {"steps": [{"type": "item", "value": word, "id": ""} for word in ("Epsilon", "Zeta")]},
            {"quote": {"text": "Eta", "who": "Somebody", "source": ""}},
            {"cite": {"text": "Theta", "url": ""}},
            {"practice": {"record": str(scene.practice), "why": WHY}},
        )  # fmt: skip
        publish_again("condor")
    outbox.drain()
    body = entry_of(scene, "condor")["texts"]["en"]["body"].split("\n")
    start = body.index("Alpha")
    assert body[start : start + 8] == ["Alpha", "Beta & gamma", "Delta", "Epsilon", "Zeta", "Eta", "Theta", WHY]


def test_nobody_finds_a_key_or_an_outcome(scene: Catalogue) -> None:
    for code in scene.courses:
        body = json.dumps(entry_of(scene, code), ensure_ascii=False)
        assert [secret for secret in secrets() if secret in body] == []
    assert found(scene, "allocated") == []
    assert found(scene, "municipalities") == []


def test_the_page_of_results_shows_courses_as_their_cards(scene: Catalogue) -> None:
    page = soup(Client(), "/en/search/?q=tapir&kind=course")
    (card,) = page.select("main .rec")
    assert card.h3.a["href"] == scene.path("tapir")  # type: ignore[index]
    assert "Intermediate · 10 hours" in words(card)
    names = {label["for"]: words(label) for label in page.select("main label")}
    boxes = {box["name"] for box in page.select("input[type=checkbox]") if box.get("id") in names}
    assert {"theme", "language"} <= boxes
    spanish = soup(Client(), "/es/buscar/?q=llama&kind=course")
    assert spanish.select_one("main .rec h3 a")["href"] == scene.path("llama", base="/es/cursos/")  # type: ignore[index]


def test_a_withdrawn_course_is_found_no_more(scene: Catalogue) -> None:
    with acting(scene.publisher):
        services.withdraw_course(Course.objects.get(code="tapir"), reason="Rewritten.")
    outbox.drain()
    assert found(scene, "tapir") == []
    with acting_as(service_actor("relay"), reason="test"):
        assert Entry.objects.get(pk=entry_id(KIND, str(scene.courses["tapir"]))).is_gone
        assert indexing.drift(KIND).keys == ()


def test_documents_cost_the_same_for_one_and_for_three(scene: Catalogue, django_assert_num_queries: Any) -> None:
    keys = [str(pk) for pk in scene.courses.values()]
    with acting_as(service_actor("relay"), reason="test"):
        for some in (keys[:1], keys):
            with django_assert_num_queries(3):
                assert len(list(CourseKind().documents(some))) == len(some)
        assert {key for key, _stamp in CourseKind().stamps()} == set(keys)
    assert PublishedRecord.objects.of_kind(KIND).count() == 3
