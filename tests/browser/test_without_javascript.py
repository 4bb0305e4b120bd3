"""The whole form with scripts switched off, rows included."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .answers import BRIEF, MORE_CONDITIONS, STEPS
from .site import Site
from .visitors import Visitors, fill, heading, press, sign_in

pytestmark = pytest.mark.browser

TITLE = "Written without a script"


@pytest.fixture
def page(visitors: Visitors) -> Page:
    return visitors.window(java_script_enabled=False)


def test_a_practice_is_written_and_sent(page: Page) -> None:
    sign_in(page, "focal")
    page.goto("/en/workspace/practices/new/")
    fill(page, BRIEF | {"title": TITLE})
    press(page, "Add a person")
    expect(page.locator("[name=title]")).to_have_value(TITLE)
    expect(page.locator("main [role=alert]")).to_have_count(0)
    fill(page, {"contacts-1-name": "Ivo Prado", "contacts-1-email": "ivo@example.org"})
    press(page, "Save and go on")
    for step, answers in STEPS.items():
        expect(page).to_have_url(re.compile(f"/edit/{step}/$"))
        fill(page, answers)
        if step == "needs":
            for row in MORE_CONDITIONS:
                press(page, "Add a condition")
                fill(page, row)
            expect(page.locator("[name='preconditions-0-statement']")).to_have_value(
                answers["preconditions-0-statement"]
            )
        press(page, "Save and go on")
    heading(page, "Check your answers")
    expect(page.locator("main")).to_contain_text("Ivo Prado")
    press(page, "Send for review")
    expect(page.locator("main")).to_contain_text("Sent to the Network")


def test_a_row_is_taken_out(page: Page) -> None:
    sign_in(page, "focal")
    page.goto("/en/workspace/practices/new/")
    fill(page, BRIEF | {"title": "Two people, then one"})
    press(page, "Add a person")
    fill(page, {"contacts-1-name": "Ivo Prado", "contacts-1-email": "ivo@example.org"})
    press(page, "Save and go on")
    page.goto("/en/workspace/practices/")
    page.get_by_role("link", name="Two people, then one").click()
    page.locator("main").get_by_role("link", name="Go on writing").click()
    fill(page, {"contacts-1-DELETE": True})
    press(page, "Save and leave")
    expect(page.locator("main")).to_contain_text("Rosa Lima")
    expect(page.locator("main")).not_to_contain_text("Ivo Prado")


def test_the_databank_is_searched_and_read(page: Page, site: Site) -> None:
    page.goto(site.screen("databank"))
    total = page.locator("main li article, main ul > li").count()
    page.locator("main [name=q]").fill("inspection")
    page.get_by_role("button", name="Apply filters").click()
    expect(page).to_have_url(re.compile(r"q=inspection"))
    expect(page.locator("main")).to_contain_text("“inspection”")
    assert page.locator("main li article, main ul > li").count() <= total
    page.locator("main h2 a, main h3 a").first.click()
    expect(page.get_by_role("heading", level=1)).not_to_be_empty()
