"""Courses on a thin line and an old machine: what a lesson weighs, whom it asks, and that it needs no script."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Request, expect

from .site import Site
from .visitors import Visitors, fill, heading, press

pytestmark = pytest.mark.browser
MOST = 60 * 1024


@pytest.mark.parametrize("screen", ["my_lesson", "my_lesson_practices"])
def test_a_lesson_weighs_at_most_sixty_kilobytes(screen: str, visitors: Visitors, site: Site) -> None:
    """As it comes over the line, with its style sheet and all scripts; nobody else is asked for anything."""
    page = visitors.window(site.viewer(screen))
    finished: list[Request] = []
    page.on("requestfinished", lambda request: finished.append(request))
    page.goto(site.screen(screen))
    page.wait_for_load_state("networkidle")
    assert {urlsplit(request.url).netloc for request in finished} == {urlsplit(site.url).netloc}
    weights = {urlsplit(request.url).path: request.sizes()["responseBodySize"] for request in finished}
    kinds = {request.resource_type for request in finished}
    assert kinds >= {"document", "stylesheet", "script"}
    assert all(weights.values()), weights
    assert sum(weights.values()) <= MOST, weights


def test_a_lesson_is_read_and_a_quiz_taken_without_scripts(visitors: Visitors, site: Site) -> None:
    page = visitors.window(site.viewer("my_lesson"), java_script_enabled=False)
    page.goto(site.screen("my_lesson"))
    heading(page, "Balmi in one table")
    press(page, "Done; go on")
    heading(page, "Who is out of work, and where")

    page.goto(site.screen("my_quiz"))
    press(page, "Begin the quiz")
    fill(page, {"regions-answer": "39"})
    press(page, "Hand in")
    expect(page.locator("main")).to_contain_text("Some questions are not answered yet.")
    expect(page.locator("main [name='regions-answer']")).to_have_value("39")
    fill(page, {"towns-answer": "few"})
    press(page, "Hand in as it is")
    expect(page.locator("main")).to_contain_text("50 of 100")
    expect(page.locator("main")).to_contain_text("There are 264 of them.")
