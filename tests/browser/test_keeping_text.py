"""Nothing that somebody typed gets lost: not by a reload, a dead line, a second click or a colleague."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .answers import BRIEF
from .site import Site
from .visitors import Visitors, fill, heading, press

pytestmark = pytest.mark.browser

WORDS = "Inspectors were afraid of dogs. Half of all visits met a closed door."


def kept(page: Page) -> bool:
    """Whether the browser has put something aside for the form on this page."""
    return bool(
        page.evaluate(
            "() => { const form = document.querySelector('form[data-keep]');"
            "return localStorage.getItem('enlace.keep.' + form.getAttribute('data-keep')) !== null; }"
        )
    )


def wait_until_kept(page: Page) -> None:
    page.wait_for_function(
        "() => { const form = document.querySelector('form[data-keep]');"
        "return localStorage.getItem('enlace.keep.' + form.getAttribute('data-keep')) !== null; }"
    )


def test_a_reload_puts_back_what_was_typed(visitors: Visitors, site: Site) -> None:
    page = visitors.window("contributor")
    page.goto(site.screen("step_brief"))
    page.locator("[name=problem]").fill(WORDS)
    page.locator("[name=labour_function][value='LAF3.3']").check()
    wait_until_kept(page)

    page.reload()

    expect(page.locator("[name=problem]")).to_have_value(WORDS)
    expect(page.locator("[name=labour_function][value='LAF3.3']")).to_be_checked()
    expect(page.locator("[data-keep-note]")).to_contain_text("what you typed here before, which was not saved")

    page.get_by_role("button", name="Discard what I typed").click()
    expect(page.locator("[name=problem]")).not_to_have_value(WORDS)
    assert not kept(page)


def test_what_is_saved_is_not_put_back_again(visitors: Visitors, site: Site) -> None:
    page = visitors.window("contributor")
    page.goto(site.screen("step_needs"))
    page.locator("[name=risks_if_copied]").fill(WORDS)
    wait_until_kept(page)
    press(page, "Save and leave")
    expect(page.locator("main")).to_contain_text("Saved. You can go on whenever you like.")

    page.goto(site.screen("step_needs"))

    expect(page.locator("[name=risks_if_copied]")).to_have_value(WORDS)
    expect(page.locator("[data-keep-note]")).to_be_hidden()
    assert not kept(page)


def test_a_dead_line_holds_the_form_and_sends_it_once_when_it_is_back(visitors: Visitors, site: Site) -> None:
    page = visitors.window("contributor")
    page.goto(site.screen("step_contact"))
    page.locator("[name=transfer_offer]").fill(WORDS)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)

    page.context.set_offline(True)
    press(page, "Save and leave")

    expect(page.locator("[data-keep-status]")).to_contain_text("There is no connection.")
    expect(page.locator("[name=transfer_offer]")).to_have_value(WORDS)
    assert sent == []
    assert kept(page)

    page.context.set_offline(False)

    expect(page.locator("main")).to_contain_text("Saved. You can go on whenever you like.")
    expect(page.locator("main")).to_contain_text(WORDS)
    # The form once; besides it may have saved itself.
    assert len([url for url in sent if not url.endswith("/autosave/")]) == 1


def test_a_dead_line_and_a_closed_window_keep_a_new_practice(visitors: Visitors) -> None:
    page = visitors.window("contributor")
    page.goto("/en/workspace/practices/new/")
    fill(page, BRIEF | {"title": "Typed on a train"})
    page.context.set_offline(True)
    press(page, "Save and go on")
    expect(page.locator("[data-keep-status]")).to_contain_text("There is no connection.")
    page.close()

    again = page.context.new_page()
    page.context.set_offline(False)
    again.goto("/en/workspace/practices/new/")

    expect(again.locator("[name=title]")).to_have_value("Typed on a train")
    expect(again.locator("[name='contacts-0-email']")).to_have_value("rosa@example.org")


def test_a_stale_save_shows_both_texts_and_can_be_sent_after_all(visitors: Visitors, site: Site) -> None:
    mine, theirs = visitors.window("contributor"), visitors.window("focal")
    for page in (mine, theirs):
        page.goto(site.screen("step_story"))
    theirs.locator("[name=where_to_read]").fill("The decree of 2021")
    press(theirs, "Save and leave")
    expect(theirs.locator("main")).to_contain_text("Saved.")

    mine.locator("[name=where_to_read]").fill("The report of the ministry")
    press(mine, "Save and leave")

    heading(mine, "Not saved: somebody else changed this")
    expect(mine.get_by_label("What you wrote").first).to_have_value("The report of the ministry")
    expect(mine.get_by_label("What is saved now")).to_have_value("The decree of 2021")

    press(mine, "Save what I wrote in its place")

    mine.goto(site.screen("step_story"))
    expect(mine.locator("[name=where_to_read]")).to_have_value("The report of the ministry")
    expect(mine.locator("[data-keep-note]")).to_be_hidden()


def test_a_conflict_names_what_differs_and_nothing_else(visitors: Visitors, site: Site) -> None:
    """Texts as their writers typed them, without markup; what both left alone is not shown."""
    mine, theirs = visitors.window("contributor"), visitors.window("focal")
    for page in (mine, theirs):
        page.goto(site.screen("step_brief"))
    theirs.locator("[name=one_line]").fill("Theirs in one sentence")
    press(theirs, "Save and leave")
    expect(theirs.locator("main")).to_contain_text("Saved.")

    mine.locator("[name=one_line]").fill("Mine in one sentence")
    press(mine, "Save and leave")

    heading(mine, "Not saved: somebody else changed this")
    assert mine.locator("main h2").all_inner_texts() == ["In one sentence"]
    expect(mine.get_by_label("What you wrote")).to_have_value("Mine in one sentence")
    expect(mine.get_by_label("What is saved now")).to_have_value("Theirs in one sentence")


def test_a_double_click_makes_one_practice(visitors: Visitors) -> None:
    page = visitors.window("contributor")
    page.goto("/en/workspace/practices/new/")
    fill(page, BRIEF | {"title": "Clicked twice in a hurry"})

    page.get_by_role("button", name="Save and go on").dblclick()

    expect(page).to_have_url(re.compile("/edit/where/$"))
    assert count(page, "Clicked twice in a hurry") == 1


def test_a_double_click_without_script_makes_one_practice(visitors: Visitors) -> None:
    """The key in the form answers the second sending with what the first one made."""
    page = visitors.window("contributor", java_script_enabled=False)
    page.goto("/en/workspace/practices/new/")
    fill(page, BRIEF | {"title": "Clicked twice without a script"})

    page.get_by_role("button", name="Save and go on").dblclick()

    expect(page).to_have_url(re.compile("/edit/where/$"))
    assert count(page, "Clicked twice without a script") == 1


def count(page: Page, title: str) -> int:
    """How many practices of that title the organisation has."""
    page.goto("/en/workspace/practices/")
    return page.locator("main").get_by_role("link", name=title).count()


def test_signing_out_takes_what_was_kept_from_a_shared_machine(visitors: Visitors, site: Site) -> None:
    page = visitors.window("focal-b")
    page.goto("/en/workspace/practices/new/")
    page.locator("[name=problem]").fill(WORDS)
    wait_until_kept(page)

    page.locator("header").get_by_role("button", name="Sign out").click()

    page.wait_for_load_state()
    assert page.evaluate("() => Object.keys(localStorage).filter(name => name.startsWith('enlace.keep.'))") == []
    del visitors.sessions["focal-b"]


def test_a_reviewer_keeps_the_rubric_after_a_refused_filing(visitors: Visitors, site: Site) -> None:
    page = visitors.window("reviewer-a")
    page.goto(site.screen("review_open"))
    fill(page, {"c_effectiveness": "2", "rationale": WORDS})

    press(page, "File my review")

    expect(page.locator("main [role=alert]").first).to_be_visible()
    expect(page.locator("[name=rationale]")).to_have_value(WORDS)
    expect(page.locator("[name=c_effectiveness][value='2']")).to_be_checked()
    page.goto(site.screen("review_open"))
    expect(page.locator("[name=rationale]")).to_have_value(WORDS)
