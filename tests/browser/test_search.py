"""The search in a real browser: by keyboard, without scripts, on a narrow screen."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from .site import Site
from .test_accessibility import faults, sideways
from .visitors import NARROW, Visitors

pytestmark = pytest.mark.browser

BOX = "input[role=combobox]"
SUGGEST = re.compile(r"/suggest/\?q=")


def open_list(page: Page, box: Locator, words: str) -> Locator:
    """Type, and wait until something is offered."""
    box.press_sequentially(words)
    options = page.get_by_role("listbox").get_by_role("option")
    expect(options.first).to_be_visible()
    return options


@pytest.mark.parametrize("screen", ["search", "about"])
def test_suggestions_are_walked_by_keyboard(screen: str, visitors: Visitors, site: Site) -> None:
    page = visitors.window()
    page.goto(site.screen(screen))
    box = page.locator(BOX)
    expect(box).to_have_attribute("aria-expanded", "false")
    options = open_list(page, box, "work")
    expect(box).to_have_attribute("aria-expanded", "true")
    count = options.count()
    expect(page.locator("[data-said]").first).to_have_text(f"{count} suggestion{'s' if count > 1 else ''}")
    # The open list covers a part of the filters below it, for as long as it is open.
    assert [fault for fault in faults(page) if not fault.startswith("target-size: #facet-")] == []
    # Down to the first, up past the field to the last, and back to the field.
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", options.first.get_attribute("id") or "")
    expect(options.first).to_have_attribute("aria-selected", "true")
    box.press("ArrowUp")
    assert box.get_attribute("aria-activedescendant") is None
    box.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    box.press("Escape")
    expect(page.get_by_role("listbox")).to_have_count(0)
    expect(box).to_have_value("work")
    expect(box).to_be_focused()
    # Down opens the list again and takes the first.
    box.press("ArrowDown")
    target = options.first.get_attribute("data-url") or ""
    box.press("Enter")
    expect(page).to_have_url(site.url + target)


def test_enter_without_a_choice_searches(visitors: Visitors, site: Site) -> None:
    page = visitors.window()
    page.goto(site.screen("about", "es"))
    box = page.locator(BOX)
    box.fill("work")
    box.press("Enter")
    expect(page).to_have_url(site.screen("search", "es") + "?q=work")
    expect(page.locator(BOX)).to_have_value("work")


TYPE = """([field, ...given]) => given.forEach(words => {
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
})"""


def test_what_is_typed_in_one_go_is_asked_once(visitors: Visitors, site: Site) -> None:
    page = visitors.window()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if SUGGEST.search(request.url) else None)
    page.goto(site.screen("search"))
    box = page.locator(BOX)
    box.focus()
    page.evaluate(TYPE, [box.element_handle(), "wo", "wor", "work"])
    expect(page.get_by_role("option").first).to_be_visible()
    assert [url.rpartition("=")[2] for url in asked] == ["work"]


def test_an_older_answer_never_covers_a_newer_question(visitors: Visitors, site: Site) -> None:
    page = visitors.window()
    page.goto(site.screen("search"))
    box = page.locator(BOX)
    # The answer to the first question is held back until the second one is asked.
    held: list[Route] = []
    page.route(re.compile(r"\?q=work$"), lambda route: held.append(route))
    with page.expect_request(SUGGEST):
        box.press_sequentially("work")
    with page.expect_event("requestfailed", lambda request: request.url.endswith("q=work")):
        box.press_sequentially(" q")
    expect(page.locator("[data-said]")).to_have_text("No suggestions")
    expect(page.get_by_role("listbox")).to_have_count(0)
    assert len(held) == 1


def test_a_site_that_does_not_answer_leaves_a_plain_field(visitors: Visitors, site: Site) -> None:
    page = visitors.window()
    page.route(SUGGEST, lambda route: route.abort())
    page.goto(site.screen("search"))
    box = page.locator(BOX)
    with page.expect_event("requestfailed", lambda request: bool(SUGGEST.search(request.url))):
        box.press_sequentially("work")
    expect(page.get_by_role("listbox")).to_have_count(0)
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=work"))


def test_without_scripts_everything_is_a_form_and_links(visitors: Visitors, site: Site) -> None:
    page = visitors.window(java_script_enabled=False)
    page.goto(site.screen("about"))
    page.get_by_role("textbox", name="Search the whole site").fill("work")
    page.get_by_role("banner").get_by_role("button", name="Search").click()
    expect(page.locator("main").get_by_role("status").last).to_contain_text("result")
    page.get_by_role("navigation", name="Kinds").get_by_role("link", name=re.compile("^Practices")).click()
    expect(page).to_have_url(re.compile("kind=practice"))
    facet = page.get_by_role("group", name="Evidence")
    facet.get_by_role("checkbox").first.check()
    page.get_by_label("Sort by").select_option("title")
    page.get_by_role("button", name="Apply filters").click()
    expect(page).to_have_url(re.compile(r"q=work.*kind=practice"))
    assert ("evidence=" in page.url, "sort=title" in page.url) == (True, True)
    chips = page.get_by_role("list", name="Filters in use")
    expect(chips.get_by_role("link")).to_have_count(2)
    chips.get_by_role("link").first.click()
    expect(chips).to_have_count(0)
    expect(page).to_have_url(re.compile("sort=title"))


def test_on_a_narrow_screen_suggestions_stay_inside(visitors: Visitors, site: Site) -> None:
    page = visitors.window(viewport=NARROW)
    page.goto(site.screen("about", "es"))
    open_list(page, page.locator(BOX), "pr")
    assert (sideways(page), faults(page)) == ([], [])


def test_the_workspace_has_the_same_box(visitors: Visitors, site: Site) -> None:
    page = visitors.window("contributor")
    page.goto(site.screen("workspace"))
    options = open_list(page, page.locator(BOX), "work")
    assert (options.count() > 0, faults(page)) == (True, [])
