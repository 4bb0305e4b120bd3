"""Screens of courses that no address leads to: what is answered to a form that cannot be taken as it is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from ..learning.learners import REASON
from .site import Site
from .test_accessibility import LOCALES, faults_here
from .visitors import Visitors, fill

pytestmark = pytest.mark.browser
both_languages = pytest.mark.parametrize("language", ["en", "es"])
PROMPTS = [f"p{number}" for number in range(1, 12)]
TEXTS = {"p7", "p8", "p9"}


def refused(page: Page, button: str) -> None:
    """Press a button by its name, and be answered that something is lacking."""
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        page.locator(f"main form button[name={button}]").click()
    assert sent.value.status == 422
    page.locator("main [role=alert]").first.wait_for()


@both_languages
def test_a_request_without_a_reason_has_no_fault(language: str, visitors: Visitors, site: Site) -> None:
    page = visitors.window("contributor", locale=LOCALES[language])
    page.goto(site.screen("course_asks", language))
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        page.locator("main form button[type=submit]").first.click()
    assert sent.value.status == 422
    expect(page.locator("main [name=why]")).to_be_visible()
    assert faults_here(page) == {}


@both_languages
def test_a_quiz_with_errors_and_one_with_gaps_have_no_fault(language: str, visitors: Visitors, site: Site) -> None:
    page = visitors.window(site.viewer("my_quiz_open"), locale=LOCALES[language])
    page.goto(site.screen("my_quiz_open", language))
    fill(page, {"balmi-regions-answer": "about forty", "balmi-poor-answer": "half"})
    refused(page, "hand_in")
    expect(page.locator("main [name='balmi-regions-answer']")).to_have_value("about forty")
    assert faults_here(page) == {}

    fill(page, {"balmi-regions-answer": "39", "balmi-poor-answer": ""})
    refused(page, "hand_in")
    expect(page.locator("main input[name=anyway]")).to_have_count(1)
    assert faults_here(page) == {}


@both_languages
def test_a_case_with_errors_has_no_fault(language: str, visitors: Visitors, site: Site) -> None:
    page = visitors.window(site.viewer("my_case"), locale=LOCALES[language])
    page.goto(site.screen("my_case", language))
    fill(page, {"p1-value": "most of it"})
    refused(page, "lock")
    assert faults_here(page) == {}

    fill(page, {"p1-value": "40"})
    refused(page, "lock")
    expect(page.locator("main [role=group]:has(.err)")).to_have_count(len(PROMPTS))
    assert faults_here(page) == {}


def test_short_reasons_are_asked_about_once(visitors: Visitors, site: Site) -> None:
    """Whoever does not want to say more locks as it is."""
    page = visitors.window(site.viewer("my_case"))
    page.goto(site.screen("my_case"))
    for prompt in PROMPTS:
        value = {} if prompt in TEXTS else {f"{prompt}-value": "40" if prompt == "p1" else "a"}
        fill(page, value | {f"{prompt}-text": "No time." if prompt == "p2" else REASON})
    refused(page, "lock")
    expect(page.locator("main .err")).to_have_count(1)
    page.locator("main form button[name=lock]").click()
    expect(page.locator("main #opened")).to_contain_text("No time.")
    assert faults_here(page) == {}
