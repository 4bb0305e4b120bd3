"""Everything that a writer does, with the keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from network_site.organizations.seeding import DEMO_PASSWORD

from .answers import BRIEF
from .site import Site
from .visitors import Visitors, heading

pytestmark = pytest.mark.browser

FAR = 400
WHERE = """() => {
  const one = document.activeElement;
  const box = one.getBoundingClientRect();
  const shape = getComputedStyle(one);
  const words = one.labels && one.labels.length ? one.labels[0].textContent : one.textContent;
  return {
    tag: one.tagName.toLowerCase(), type: one.type || "", name: one.name || "", value: one.value || "",
    words: (words || "").trim(), outline: shape.outlineStyle, width: parseFloat(shape.outlineWidth) || 0,
    seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""


def tab_to(page: Page, *, name: str = "", words: str = "") -> None:
    """Press Tab until the field of that name, or the link or button of those words, has the focus."""
    here = {}
    for _press in range(FAR):
        page.keyboard.press("Tab")
        here = page.evaluate(WHERE)
        if (name and here["name"] == name) or (words and here["words"].startswith(words) and not name):
            return
    raise AssertionError(f"Tab never came to {name or words}; it ended on {here}")


def write(page: Page, name: str, text: str) -> None:
    tab_to(page, name=name)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(text)


def tick(page: Page, name: str, value: str) -> None:
    """Tab through the boxes of a group and tick one with the space bar."""
    for _press in range(FAR):
        page.keyboard.press("Tab")
        here = page.evaluate(WHERE)
        if here["name"] == name and here["value"] == value:
            page.keyboard.press("Space")
            return
    raise AssertionError(f"Tab never came to {name}={value}")


def test_signing_in_writing_a_first_page_and_sending_it(visitors: Visitors) -> None:
    page = visitors.window()
    page.goto("/en/")
    tab_to(page, words="Sign in")
    page.keyboard.press("Enter")
    heading(page, "Sign in")
    write(page, "login", "contributor@demo.enlace.example")
    write(page, "password", DEMO_PASSWORD)
    page.keyboard.press("Enter")
    heading(page, "My work")

    tab_to(page, words="Share a practice")
    page.keyboard.press("Enter")
    heading(page, "The practice in brief")
    for name in ("title", "one_line", "problem", "description"):
        write(page, name, str(BRIEF[name]) if name != "title" else "Written without a mouse")
    tick(page, "labour_function", "LAF1.1")
    tick(page, "target_groups", "TG16")
    write(page, "contacts-0-name", "Rosa Lima")
    write(page, "contacts-0-email", "rosa@example.org")
    tab_to(page, words="Save and go on")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile("/edit/where/$"))


def test_sending_a_complete_practice(visitors: Visitors, site: Site) -> None:
    page = visitors.window("focal")
    page.goto(site.screen("check"))
    tab_to(page, words="Send for review")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Sent to the Network")


def test_errors_are_announced_and_lead_to_their_question(visitors: Visitors) -> None:
    page = visitors.window("contributor")
    page.goto("/en/workspace/practices/new/")
    write(page, "title", "Only a title")
    tab_to(page, words="Save and go on")
    page.keyboard.press("Enter")

    expect(page).to_have_title(re.compile("^Error:"))
    summary = page.locator("main [role=alert]").first
    expect(summary).to_be_visible()
    targets = summary.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href').slice(1))")
    assert len(targets) >= 4
    assert [page.locator(f"[id='{target}']").count() for target in targets] == [1] * len(targets)
    page.locator(f"main [role=alert] a[href='#{targets[0]}']").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == targets[0]
    expect(page.locator("[name=title]")).to_have_value("Only a title")


def test_the_first_stop_skips_to_the_main_text(visitors: Visitors) -> None:
    page = visitors.window()
    page.goto("/en/practices/")
    page.keyboard.press("Tab")
    assert page.evaluate(WHERE)["words"] == "Skip to the main text"
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.id") == "main"


@pytest.mark.parametrize(
    "screen",
    [
        "home", "databank", "practice_reviewed", "step_brief", "check", "review_open", "mail_settings", "word",
        "assistance", "confirm", "exports", "my_data", "my_lesson", "my_quiz_open", "my_case", "certificate_mine",
    ],
)  # fmt: skip
def test_every_stop_of_the_keyboard_is_seen_and_marked(screen: str, visitors: Visitors, site: Site) -> None:
    """No stop outside of the window, none without a visible ring, no trap."""
    page = visitors.window(site.viewer(screen))
    page.goto(site.screen(screen))
    stops = []
    for _press in range(FAR):
        page.keyboard.press("Tab")
        here = page.evaluate(WHERE)
        if here["tag"] == "body" or (stops and here == stops[0] and len(stops) > 3):
            break
        stops.append(here)
    assert len(stops) > 5
    unseen = [stop for stop in stops if not stop["seen"]]
    unmarked = [stop for stop in stops if stop["outline"] == "none" or stop["width"] < 1]
    assert (unseen, unmarked) == ([], [])
