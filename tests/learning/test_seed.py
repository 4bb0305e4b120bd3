"""The three courses of the seed: planted through the services, whole, and true to their sources."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from learning import seeding
from learning.enums import ItemKind
from learning.models import Course, CourseTerm, LessonPage
from learning.outline import Outline
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.seeding import load_demo_accounts
from network_site.publishing.models import PublishedRecord
from network_site.publishing.translations import with_state
from tools import quotes

pytestmark = pytest.mark.embedded
FILES = sorted(seeding.SEED.glob("*.yaml"))


def contents() -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES]


def items(content: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [item[kind] for module in content["modules"] for item in module["items"] if kind in item]


def minutes(content: dict[str, Any]) -> int:
    return sum(given["minutes"] for module in content["modules"] for item in module["items"] for given in item.values())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_question_and_every_outcome_is_proved(path: Path) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    proved = {one.key for one in quotes.quotes_of(content)}
    assert len(proved) >= 8
    outcomes = [prompt for case in items(content, "case") for prompt in case["prompts"]]
    wanted = [question["key"] for quiz in items(content, "quiz") for question in quiz["questions"]]
    wanted += [prompt["key"] for prompt in outcomes if prompt["outcome"]["status"] != "not_reported"]
    assert [key for key in wanted if key not in proved] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_quote_was_found_word_for_word_in_its_source(path: Path) -> None:
    """Where this fails, run tools/quotes.py: the quote is new or changed, and nobody has looked it up."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert quotes.unchecked(quotes.quotes_of(content), quotes.committed()) == []


def test_what_was_found_says_no_more_than_the_courses_and_is_true_to_the_sources() -> None:
    given = [quote for content in contents() for quote in quotes.quotes_of(content)]
    found = quotes.committed()
    assert {(document, words) for document, one in found.items() for words in one["quotes"]} == {
        (quote.document, quote.words) for quote in given
    }
    # The documents are in few clones; where they are, they have the last word.
    if quotes.SOURCES.is_dir():
        assert quotes.check(given, quotes.SOURCES) == found


@pytest.mark.parametrize(
    "change",
    [lambda quote: quote._replace(words=f"{quote.words} indeed"), lambda quote: quote._replace(document="004")],
    ids=["other words", "other document"],
)
def test_a_quote_that_nobody_looked_up_is_noticed(change: Callable[[quotes.Quote], quotes.Quote]) -> None:
    for content in contents():
        for quote in quotes.quotes_of(content):
            assert quotes.unchecked([quote, change(quote)], quotes.committed()) == [change(quote)]


def test_quotes_are_looked_up_in_the_documents(tmp_path: Path) -> None:
    (tmp_path / "007_abc.txt").write_text("Each office\nhas **two** officers.", encoding="utf-8")
    quote = quotes.Quote("007", "office has two officers", "staff")
    found = quotes.check([quote, quote], tmp_path)
    assert list(found) == ["007"]
    assert found["007"]["quotes"] == ["office has two officers"]
    for wrong in (quote._replace(words="office has three officers"), quote._replace(document="008")):
        with pytest.raises(quotes.Missing, match="staff"):
            quotes.check([quote, wrong], tmp_path)
    (tmp_path / "007_abc.txt").write_text("Each office has two officers!", encoding="utf-8")
    assert quotes.check([quote], tmp_path)["007"]["sha256"] != found["007"]["sha256"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_parts_of_a_course_last_as_long_as_it_says(path: Path) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert minutes(content) == pytest.approx(content["hours"] * 60, rel=0.1)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_mark_cannot_be_copied_from_the_answers(path: Path) -> None:
    """What counts is told when no attempt is left; the quiz after a course has one, as the one before it has."""
    rules = {
        (quiz["role"], quiz["attempts"], quiz["feedback"], quiz["grading"])
        for quiz in items(yaml.safe_load(path.read_text(encoding="utf-8")), "quiz")
        if quiz["weight"]
    }
    assert rules - {("post", 1, "after_close", "first")} == {("lesson", 3, "after_close", "highest")}


def test_english_and_spanish_are_complete_and_the_others_have_titles_and_quizzes() -> None:
    missing = []
    for content in contents():
        for module in content["modules"]:
            for item in module["items"]:
                ((kind, given),) = item.items()
                bodies = {"lesson": ("body",), "case": ("context",), "quiz": ()}[kind]
                for code in ("en", "es", "fr", "pt-br"):
                    wanted = ("title", *(bodies if code in {"en", "es"} else ()))
                    missing += [
                        f"{given['key']} {code} {name}" for name in wanted if not given["texts"][code].get(name)
                    ]
                for question in given.get("questions", ()):
                    missing += [
                        f"{question['key']} {code}"
                        for code in ("en", "es", "fr", "pt-br")
                        if code not in question["texts"]
                    ]
    assert missing == []


@pytest.mark.django_db
def test_planting_publishes_three_courses_once() -> None:
    with acting_as(service_actor("seeding"), reason="test"):
        load_demo_accounts()
    said: list[str] = []
    assert seeding.load(said.append) == 3
    assert seeding.load(said.append) == 0
    records = list(PublishedRecord.objects.live().of_kind("course").order_by("number"))
    assert [(record.code, record.snapshot["code"]) for record in records] == [
        ("C-0001", "balmi"),
        ("C-0002", "file-to-person"),
        ("C-0003", "labour-migration"),
    ]
    for record in records:
        snapshot = record.snapshot
        assert {code: text["state"] for code, text in snapshot["texts"].items()} == {
            "en": "source",
            "es": "complete",
            "fr": "part",
            "pt-br": "part",
        }
        words = str(snapshot)
        # Neither a right answer nor what happened is in what readers get.
        assert "feedback" not in re.sub(r"'feedback': '(now|after_submit|after_close)'", "", words)
        assert "outcome'" not in words
    balmi = Outline(records[0].snapshot)
    assert (balmi.count(ItemKind.CASE), len(balmi.items[-1].document)) == (1, 9)
    (case,) = [item for item in balmi.items if item.case]
    assert len(case.case["prompts"]) == 11  # type: ignore[index]
    # What tells how a case went on opens when everything before it is done, the case among it.
    for record, count in zip(records, (3, 6, 0), strict=True):
        outline = Outline(record.snapshot)
        waiting = [item for item in outline.items if item.waits]
        assert len(waiting) == count
        assert all(any(one.case for one in outline.in_the_way(item, (), {})) for item in waiting)
    # Editors see no translation as stale, where it was made from what stands there.
    pages = with_state(LessonPage.objects.filter(locale__language_code="es"))
    assert not [page.title for page in pages if page.is_missing]
    with acting_as(service_actor("grader"), reason="test"):
        assert Course.objects.count() == 3
        assert CourseTerm.objects.exists()
