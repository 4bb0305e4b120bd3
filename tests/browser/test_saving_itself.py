"""The form saves itself while somebody types, and a suggested term is one press away: both as a person sees them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .site import Site
from .test_accessibility import faults
from .visitors import Visitors, press

pytestmark = pytest.mark.browser

SAVED = re.compile(r"^Saved at \d\d:\d\d\.")
MINE, THEIRS = "Typed in the second window", "Typed in the first window"


def write(page: Page, name: str, text: str) -> None:
    """Key by key, as only a person does: what a script puts in does not count as typed."""
    page.locator(f"[name={name}]").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def wait_until_saved(page: Page) -> None:
    expect(page.locator("[data-keep-status]")).to_have_text(SAVED)


def test_what_is_typed_is_saved_without_a_button_and_a_reload_keeps_it(visitors: Visitors, site: Site) -> None:
    page = visitors.window("contributor")
    page.goto(site.screen("step_where"))
    write(page, "region", "Valdoria, the northern valleys")
    wait_until_saved(page)

    page.reload()

    expect(page.locator("[name=region]")).to_have_value("Valdoria, the northern valleys")
    # It came from the site: this browser had nothing to put back, and a colleague's shows it as well.
    expect(page.locator("[data-keep-note]")).to_be_hidden()
    colleague = visitors.window("focal")
    colleague.goto(site.screen("step_where"))
    expect(colleague.locator("[name=region]")).to_have_value("Valdoria, the northern valleys")


def test_of_two_windows_the_second_is_told_and_decides(visitors: Visitors, site: Site) -> None:
    first, second = visitors.window("contributor"), visitors.window("focal")
    for page in (first, second):
        page.goto(site.screen("step_story"))
    write(first, "where_to_read", THEIRS)
    wait_until_saved(first)

    write(second, "where_to_read", MINE)

    expect(second.locator("[data-keep-status]")).to_contain_text("Not saved: somebody else changed this page.")
    expect(second.get_by_role("heading", name="Not saved: somebody else changed this")).to_be_visible()
    expect(second.get_by_label("What you wrote").first).to_have_value(MINE)
    expect(second.get_by_label("What is saved now")).to_have_value(THEIRS)
    expect(second.locator("[name=where_to_read]")).to_have_value(MINE)
    assert faults(second) == []

    press(second, "Save what I wrote in its place")

    wait_until_saved(second)
    expect(second.locator("[data-autosave-conflict]")).to_be_hidden()
    first.goto(site.screen("step_story"))
    expect(first.locator("[name=where_to_read]")).to_have_value(MINE)


def test_a_suggested_term_is_ticked_by_keyboard_announced_and_saved(visitors: Visitors, site: Site) -> None:
    page = visitors.window("contributor")
    page.goto(site.screen("step_brief"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    button = page.locator("button[data-tick]").first
    words, code, name = button.inner_text(), button.get_attribute("value"), button.get_attribute("data-tick")
    box = page.locator(f"[name={name}][value='{code}']")
    expect(box).not_to_be_checked()

    button.focus()
    page.keyboard.press("Enter")

    expect(box).to_be_checked()
    expect(box).to_be_focused()
    expect(page.locator(f"button[data-tick][value='{code}']")).to_be_hidden()
    expect(page.locator("[data-tick-said]").first).to_have_text(f"Ticked: {words.strip()}")
    assert asked == []  # the form saves itself later
    wait_until_saved(page)
    page.reload()
    expect(box).to_be_checked()
    expect(page.locator(f"button[data-tick][value='{code}']")).to_have_count(0)
