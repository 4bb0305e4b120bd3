"""Terms suggested from the text: the same every time, with reasons, never chosen for anybody; and how good they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from network_site.organizations.models import User
from practices import seeding
from practices.importing import version_terms
from practices.suggestions import PLACES, SUGGESTED, suggest

from ..people import People, acting, draft, get
from .pages import filled, soup

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]

TEXTS = {
    "title": "Labour inspection by appointment",
    "one_line": "Inspectors write to employers before they visit.",
    "problem": "Half of all visits met a closed door.",
    "description": "Young people are not concerned.",
}


def records() -> list[dict[str, Any]]:
    """The documented practices of the seed."""
    folder = Path(seeding.SEED) / "documented"
    return [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    ]


def measured(scheme: str) -> tuple[float, float]:
    """Precision of the (up to) five suggestions, and recall of the terms that the Network gave, over all records."""
    right = suggested = given = 0
    for record in records():
        wanted = set(version_terms(record).get(scheme, []))
        if not wanted:
            continue
        found = suggest(scheme, {name: record.get(name) or "" for name in PLACES}, record["language"])
        right += len({suggestion.code for suggestion in found} & wanted)
        suggested += len(found)
        given += len(wanted)
    return (round(right / suggested, 2) if suggested else 0.0, round(right / given, 2) if given else 0.0)


@pytest.mark.parametrize(
    ("scheme", "precision", "recall"),
    [("LAF", 0.25, 0.5), ("TG", 0.3, 0.75), ("DI", 0.2, 0.5)],
)
def test_how_good_they_are_on_the_seeded_practices(scheme: str, precision: float, recall: float) -> None:
    assert len(records()) == 18
    assert scheme in SUGGESTED
    found = measured(scheme)
    assert (found[0] >= precision, found[1] >= recall) == (True, True)


def test_reasons_are_words_of_the_text_and_the_order_is_always_the_same() -> None:
    first = suggest("LAF", TEXTS, "en")
    assert first[0].code == "LAF1.1"
    assert set(first[0].words) <= {word.strip(".") for text in TEXTS.values() for word in text.split()}
    assert [suggest("LAF", TEXTS, "en") for _time in range(3)] == [first] * 3
    assert len(first) <= 5


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("es", "Inspección del trabajo con multas y visitas a lugares de trabajo"),
        ("fr", "Inspection du travail : visites et sanctions"),
        ("pt-br", "Inspeção do trabalho com visitas e sanções"),
    ],
)
def test_they_are_found_in_the_language_of_the_text(language: str, text: str) -> None:
    assert suggest("LAF", {"title": text}, language)[0].code == "LAF1.1"


def test_nothing_is_suggested_from_nothing() -> None:
    assert suggest("LAF", {}, "en") == []
    assert suggest("LAF", {"title": "the and of"}, "en") == []


# --- On the page -----------------------------------------------------------------------------


def test_they_stand_beside_the_field_with_their_words_and_nothing_is_ticked(people: People, sign_in: SignIn) -> None:
    focal_point = people.focal_point()
    version = draft(focal_point, **TEXTS, terms={"LAF": ["LAF3.1"]})
    page = sign_in(focal_point).get(reverse("practices:edit", args=[version.pk, "brief"]))
    buttons = soup(page).find_all("button", attrs={"name": "tick_labour_function"})
    assert buttons[0]["value"] == "LAF1.1"
    assert "inspection" in buttons[0].find_parent("li").get_text().lower()
    assert filled(page, "title")["labour_function"] == ["LAF3.1"]
    assert "LAF3.1" not in [button["value"] for button in buttons]


def test_without_a_script_the_button_ticks_and_keeps_what_was_typed(people: People, sign_in: SignIn) -> None:
    focal_point = people.focal_point()
    version = draft(focal_point, **TEXTS, terms={"LAF": ["LAF3.1"]})
    browser = sign_in(focal_point)
    here = reverse("practices:edit", args=[version.pk, "brief"])
    sent = filled(browser.get(here), "title") | {"one_line": "Typed just now", "tick_labour_function": "LAF1.1"}
    page = browser.post(here, sent)
    assert page.status_code == 200
    now = filled(page, "title")
    assert (now["one_line"], sorted(now["labour_function"])) == (["Typed just now"], ["LAF1.1", "LAF3.1"])
    assert soup(page).find(class_="err-msg") is None
    with acting(focal_point):
        assert list(get(version.pk).version_terms.filter(term__scheme_id="LAF").values_list("term_id", flat=True)) == [
            "LAF3.1"
        ]


def test_a_new_practice_has_them_from_what_was_typed(people: People, sign_in: SignIn) -> None:
    browser = sign_in(people.focal_point())
    sent = filled(browser.get(reverse("practices:new")), "title") | TEXTS | {"tick_labour_function": "LAF1.1"}
    page = browser.post(reverse("practices:new"), sent)
    assert page.status_code == 200
    assert filled(page, "title")["labour_function"] == ["LAF1.1"]
