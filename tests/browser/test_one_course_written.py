"""A new course as the Network's staff make it: frame, question, review, quiz, pages, publication; then it is taken."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .test_web_editor import pages, publish
from .visitors import Visitors, fill, follow, heading, press

pytestmark = pytest.mark.browser

TITLE, CODE = "Talking with employers", "talking"
QUESTION = {
    "key": "calls",
    "tag": "calling",
    "en_prompt": "When does a counsellor call a firm first?",
    "en_options": "a: Before there is a vacancy\nb: When somebody has to be placed",
    "en_why": "Whoever calls early is called back.",
    "answer": "a",
    "document": "000",
    "quote": "Services contracted to local providers",
    "place": "slide 5",
    "es_prompt": "¿Cuándo llama primero un consejero a una empresa?",
    "es_options": "a: Antes de que haya una vacante\nb: Cuando hay que colocar a alguien",
    "es_why": "A quien llama temprano le devuelven la llamada.",
}


def test_a_course_is_written_reviewed_published_and_taken(visitors: Visitors) -> None:
    writer = visitors.window("publisher")
    begun(writer)
    question = asked(writer)
    reviewed_by_somebody_else(writer, visitors, question)
    drawn(writer)
    written_in_pages(visitors.window("web-editor"))
    published(writer)
    taken(visitors)


def begun(page: Page) -> None:
    page.goto("/en/workspace/")
    page.locator("nav.side").get_by_role("link", name="Courses", exact=True).click()
    follow(page, "New course")
    fill(page, {"code": "not a code", "hours": "1"})
    press(page, "Save")
    expect(page.locator("main .summary")).to_be_visible()
    expect(page.locator("main [name=code]")).to_have_value("not a code")
    fill(page, {"code": CODE})
    press(page, "Save")
    expect(page.locator("main")).to_contain_text("The course is begun. Now write its pages.")
    heading(page, CODE)
    expect(page.locator("#actions")).to_contain_text("Publish the course's page in English first.")


def asked(page: Page) -> str:
    """The question, with what was wrong with it first; its address."""
    follow(page, "Questions")
    follow(page, "Write a question")
    fill(page, {"type": "single"})
    press(page, "Go on")
    fill(page, QUESTION | {"answer": "c"})
    press(page, "Save")
    expect(page.locator("main .summary")).to_be_visible()
    expect(page.locator("main [name=en_options]")).to_have_value(QUESTION["en_options"])
    fill(page, {"answer": "a"})
    press(page, "Save")
    expect(page.locator("main")).to_contain_text("Saved. It is asked as soon as somebody else has reviewed it.")
    expect(page.locator("main")).to_contain_text("You wrote this version.")
    return page.url


def reviewed_by_somebody_else(writer: Page, visitors: Visitors, question: str) -> None:
    reviewer = visitors.window("specialist")
    reviewer.goto(question)
    expect(reviewer.locator("main")).to_contain_text("Before there is a vacancy")
    press(reviewer, "Reviewed: it may be asked")
    expect(reviewer.locator("main")).to_contain_text("Reviewed. The next version of the course asks it.")
    writer.reload()
    expect(writer.locator("main")).not_to_contain_text("You wrote this version.")


def drawn(page: Page) -> None:
    page.locator("main .crumbs, nav.crumbs").get_by_role("link", name=CODE, exact=True).click()
    follow(page, "Quizzes")
    follow(page, "New quiz")
    fill(page, {"key": "check", "pool_calling": True, "draw_calling": "2"})
    press(page, "Save")
    expect(page.locator("main")).to_contain_text("There is only 1 question with this tag.")
    fill(page, {"draw_calling": ""})
    press(page, "Save")
    expect(page.locator("main")).to_contain_text("all questions with the tag calling")


def written_in_pages(page: Page) -> None:
    """In the console: the course, a module, a lesson, and the place of the quiz."""
    (catalogue,) = (item["id"] for item in pages(page, "slug=courses&locale=en"))
    summary = "Employers call back whom they know."
    course = added(page, "coursepage", catalogue, TITLE, {"course_code": CODE, "summary": summary})
    module = added(page, "modulepage", course, "The first call", {})
    entitled(page, "lessonpage", module, "Before you call")
    page.get_by_role("button", name="Insert a block").first.click()
    page.get_by_role("option", name=re.compile("Heading")).click()
    page.locator("[name=content-0-value]").fill("Know what the firm makes")
    publish(page)
    added(page, "lessonpage", module, "Check", {"quiz_key": "check"})


def entitled(page: Page, kind: str, below: int, title: str) -> None:
    """A new page with its title, from which Wagtail makes its address."""
    page.goto(f"/admin/pages/add/learning/{kind}/{below}/")
    page.locator("#id_title").fill(title)
    page.locator("#id_title").press("Tab")
    expect(page.locator("#id_slug")).to_have_value(title.lower().replace(" ", "-"))


def added(page: Page, kind: str, below: int, title: str, values: dict[str, str]) -> int:
    entitled(page, kind, below, title)
    for name, value in values.items():
        control = page.locator(f"#id_{name}")
        if control.evaluate("field => field.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
    publish(page)
    found: list[dict[str, Any]] = pages(page, f"child_of={below}&locale=en&order=-id")
    return int(next(one["id"] for one in found if one["title"] == title))


def published(page: Page) -> None:
    page.goto("/en/workspace/learning/keep/")
    follow(page, TITLE)
    expect(page.locator("#actions")).to_contain_text("Nothing stands in the way.")
    press(page, "Publish this version")
    expect(page.locator("main")).to_contain_text("Version 1 is published.")


def taken(visitors: Visitors) -> None:
    page = visitors.window("learner")
    page.goto("/en/courses/")
    follow(page, TITLE)
    press(page, "Begin")
    heading(page, "Before you call")
    expect(page.locator("main")).to_contain_text("Know what the firm makes")
    press(page, "Done; go on")
    press(page, "Begin the quiz")
    page.locator("header summary", has_text="English").click()
    page.locator("header details a[hreflang=es]").click()
    fill(page, {"calls-answer": "a"})
    press(page, "Entregar")
    expect(page.locator("main")).to_contain_text("100 de 100")
    expect(page.locator("main")).to_contain_text("A quien llama temprano le devuelven la llamada.")
    page.goto("/en/workspace/learning/")
    expect(page.locator("main")).to_contain_text("2 of 2 parts done")
