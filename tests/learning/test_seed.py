"""The three courses of the seed: planted through the services, whole, and true to their sources."""

from __future__ import annotations

import re
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

pytestmark = pytest.mark.embedded
SOURCES = Path(__file__).parents[3] / "shared" / "sources"
FILES = sorted(seeding.SEED.glob("*.yaml"))


def contents() -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text(encoding="utf-8")) for path in FILES]


def items(content: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [item[kind] for module in content["modules"] for item in module["items"] if kind in item]


def quotes(content: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Document, quote and where it stands here."""
    found = []
    for quiz in items(content, "quiz"):
        for question in quiz["questions"]:
            evidence = question["answer_key"].get("evidence")
            if evidence:
                found.append((evidence["document"], evidence["quote"], question["key"]))
    document = content["source"]["document"]
    for case in items(content, "case"):
        for prompt in case["prompts"]:
            if prompt["outcome"].get("quote"):
                found.append((document, prompt["outcome"]["quote"], prompt["key"]))
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_quote_stands_word_for_word_in_its_source(path: Path) -> None:
    if not SOURCES.is_dir():
        pytest.skip("the source documents are not beside this clone")
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    texts = {one.name[:3]: " ".join(one.read_text(encoding="utf-8").split()) for one in SOURCES.glob("*.txt")}
    given = quotes(content)
    assert len(given) >= 8
    assert [key for document, quote, key in given if " ".join(quote.split()) not in texts[document]] == []


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
    assert (balmi.count(ItemKind.CASE), len(balmi.items[-1].document)) == (1, 7)
    (case,) = [item for item in balmi.items if item.case]
    assert len(case.case["prompts"]) == 11  # type: ignore[index]
    # Editors see no translation as stale, where it was made from what stands there.
    pages = with_state(LessonPage.objects.filter(locale__language_code="es"))
    assert not [page.title for page in pages if page.is_missing]
    with acting_as(service_actor("grader"), reason="test"):
        assert Course.objects.count() == 3
        assert CourseTerm.objects.exists()
