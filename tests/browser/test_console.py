"""The operator of the Network at her console, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .site import wait_until
from .visitors import Visitors, heading

pytestmark = pytest.mark.browser

PRACTICE = "Safety talks at the gate"
LETTERS = "/admin/console/letters/"


def test_an_operator_finds_what_failed_and_after_the_retry_it_arrives(visitors: Visitors) -> None:
    """A ministry sent a practice, and the word of it to the Network failed eight times."""
    specialist = visitors.window("specialist")
    specialist.goto("/en/workspace/notices/")
    expect(specialist.locator("main")).not_to_contain_text(PRACTICE)

    page = visitors.window("operator")
    page.goto("/admin/")
    waiting = page.get_by_role("region", name="Waiting for you")
    expect(waiting).to_contain_text("Look: 1 · Notices, mail or index entries")
    waiting.get_by_role("link", name="Work that failed").click()
    heading(page, "Work that failed")
    row = page.get_by_role("region", name="Failed work", exact=True).get_by_role("row").nth(1)
    expect(row).to_contain_text("practice.submitted")
    expect(row).to_contain_text("OperationalError")
    expect(page.locator("main")).not_to_contain_text(PRACTICE)

    row.get_by_role("button", name="Retry").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_text("It is tried again now.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Nothing failed. There is nothing to do here.")

    def told() -> bool:
        specialist.reload()
        return PRACTICE in specialist.locator("main").inner_text()

    wait_until(told, seconds=30, what="the site's own relay has told the specialist")
    page.goto(LETTERS)
    expect(page.locator("main")).to_contain_text("Nothing failed. There is nothing to do here.")
