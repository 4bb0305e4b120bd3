"""X1: what others collected to break sanitisers, through every text of a practice, shown in Chromium: nothing runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.template import engines
from playwright.sync_api import Error

from network_site.common.html import MAX_ATTRIBUTES, MAX_BYTES, MAX_MARKUP, clean
from practices import services
from practices.models import PracticeVersion
from practices.models.practice import LIMITS

from ..browser.conftest import ARGUMENTS, CHROMIUM
from ..people import People, acting, draft
from .corpora import FOREIGN, Window, payloads

# A page as ours are made: the one tag for rich text, escaping for all others, also in head and attributes.
PAGE = """{% load enlace i18n %}<!doctype html><html lang="en"><head><meta charset="utf-8">
<title>{{ texts.0.title }}</title>{% for text in texts %}<meta name="description" content="{{ text.one_line }}">
{% endfor %}</head><body>{% for text in texts %}<article class="corpus">
{% include "practices/parts/html.html" with text=text.description only %}
<h1 lang="en">{{ text.title }}</h1><p>{{ text.one_line }}</p><div>{{ text.problem|linebreaks }}</div>
<ul>{% for aim in text.objectives %}<li>{{ aim }}</li>{% endfor %}</ul><div>{{ text.reach }}</div>
<blockquote>{{ text.transfer_offer|linebreaks }}</blockquote></article>{% endfor %}</body></html>"""
RICH_OR_PLAIN = (*services.RICH_TEXTS, *services.PLAIN_TEXTS)
TOGETHER = 60
# How many of them run when nobody cleans them: 36 of 124, and more than 1,100 of 4,945.
FLOOR = {"sample": 28, "whole": 1_100}


@contextmanager
def chromium_window() -> Iterator[Window]:
    """Chromium, after the database has done its part: the two do not like each other in one thread."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield Window(chromium.new_page())
        chromium.close()


def through_the_service(version: PracticeVersion, payload: str) -> dict[str, Any] | None:
    """What is in the database after somebody wrote the payload into every text; None if it was refused."""
    # A letter behind it, because some payloads are blank and a draft has its texts.
    fields = {name: payload[: LIMITS.get(name, 10_000) - 2] + " x" for name in RICH_OR_PLAIN}
    fields["objectives"] = [payload[:500]]  # type: ignore[assignment]
    # Also inside of markup that we keep, where it stands in other states of the parser.
    # Something comes first, because a comment that never ends would leave no text at all.
    fields["description"] = f"<p>x</p>{payload}<p>{payload}</p><ul><li><a href='{payload}'>x</a></li></ul>"
    try:
        with transaction.atomic():
            services.save_version(version, lock_version=version.lock_version, fields=fields)
            stored: dict[str, Any] = PracticeVersion.objects.values(*RICH_OR_PLAIN, "objectives").get(pk=version.pk)
            transaction.set_rollback(True)
    except ValidationError:
        return None
    return stored


def shown(texts: list[dict[str, Any]]) -> str:
    return engines["django"].from_string(PAGE).render({"texts": texts})


def raw(payload: str) -> str:
    return f"<!doctype html><html><body><div class='corpus'>{payload}</div></body></html>"


def run_raw(sample: tuple[str, ...]) -> int:
    """How many of these run when nobody cleans them."""
    count = 0
    with chromium_window() as window:
        for payload in sample:
            try:
                count += window.show(raw(payload)) > 0
            except Error:
                # It navigated away or closed itself, which only a page that runs it can do.
                count += 1
    return count


def nothing_runs(people: People, sample: tuple[str, ...]) -> None:
    writer = people.contributor(people.organization())
    version = draft(writer)
    with acting(writer):
        stored = [through_the_service(version, payload) for payload in sample]
    kept = [one for one in stored if one is not None]
    assert len(kept) > len(sample) * 0.95
    pages = {begin: kept[begin : begin + TOGETHER] for begin in range(0, len(kept), TOGETHER)}
    documents = [(len(part), shown(part)) for part in pages.values()]
    with chromium_window() as window:
        for number, document in documents:
            assert window.show(document) == 0
            assert window.asked == []
            assert window.page.evaluate(FOREIGN) == []
            assert window.page.locator("article.corpus").count() == number


def test_the_collections_are_there() -> None:
    assert len(payloads()) > 4_900


@pytest.mark.browser
@pytest.mark.django_db
def test_nothing_of_a_sample_runs(people: People) -> None:
    nothing_runs(people, payloads()[::20])


@pytest.mark.browser
def test_the_same_sample_runs_when_nobody_cleans_it() -> None:
    """Without this a deaf window would find nothing for ever."""
    assert run_raw(payloads()[::40]) >= FLOOR["sample"]


@pytest.mark.browser
@pytest.mark.nightly
@pytest.mark.django_db
def test_nothing_of_the_whole_runs(people: People) -> None:
    nothing_runs(people, payloads())


@pytest.mark.browser
@pytest.mark.nightly
def test_the_whole_runs_when_nobody_cleans_it() -> None:
    assert run_raw(payloads()) >= FLOOR["whole"]


# --- Time --------------------------------------------------------------------------------------

LETTERS = "abcdefghijklmnopqrstuvwxyz"
NAMES = " ".join("".join(name) for name in (*product(LETTERS, repeat=2), *product(LETTERS, repeat=3)))
SLOW = {
    "many attributes": f"<p {NAMES}>x</p>",
    "with slashes": "<p/" + NAMES.replace(" ", "/") + ">x</p>",
    "behind a stray quote": f'<p " a=">" {NAMES}>x</p>',
    "behind a bracket in a value": f'<p a=">" {NAMES}>x</p>',
    "without spaces": "<p " + "".join(f'a{number}="1"' for number in range(7_900)) + ">x</p>",
    "in a tag that never ends": f"<p {NAMES}",
    "as many as are allowed, in many tags": ("<p " + " ".join(NAMES.split()[: MAX_ATTRIBUTES - 2]) + ">x</p>") * 90,
    "nested": "<blockquote>" * (MAX_MARKUP - 1) + "x",
    "nested formatting": "<p><a><b><em>" * (MAX_MARKUP // 4),
    "nested tables": "<table><tr><td>" * (MAX_MARKUP // 3),
    "entities": "&lt;" * (MAX_BYTES // 4 - 1),
    "a long address": f"<a href='https://example.org/{'x' * (MAX_BYTES - 100)}'>x</a>",
    "lines": "- x\n" * (MAX_BYTES // 4 - 1),
    "paragraphs": "a\n\n" * (MAX_BYTES // 3 - 1),
    "brackets": "<" * (MAX_MARKUP - 1),
    "quotes": "<p " + "=\"'" * 7_000,
}


@pytest.mark.parametrize("name", SLOW)
def test_hostile_markup_below_the_caps_is_quick_or_refused(name: str) -> None:
    """Without the cap on attributes the first six take 0.6 s for 100 KB, and four times that for 200 KB."""
    begin = time.process_time()
    with suppress(ValidationError):
        clean(SLOW[name])
    assert time.process_time() - begin < 0.4


@pytest.mark.parametrize("name", list(SLOW)[:6])
def test_a_tag_with_too_many_attributes_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="too much markup"):
        clean(SLOW[name])


@pytest.mark.parametrize(
    "text",
    [
        "<p>" + "word / word " * 5_000 + "</p>",
        "<p>" + "a > b and it's so. " * 3_000 + "</p>",
        f'<p>x</p><img src="data:image/png;base64,{"ab/" * 20_000}">',
        f'<p style="{"margin: 0 " * 400}">x</p>',
    ],
)
def test_long_texts_and_long_values_are_no_attack(text: str) -> None:
    assert "<p>" in clean(text)
