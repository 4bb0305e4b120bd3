"""The whole way of a practice as the people concerned walk it, from the first word to its address for quotations."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from .answers import BRIEF, MORE_CONDITIONS, PORTUGUESE, STEPS, TITLE
from .planting import DOUBLE
from .site import Site
from .visitors import Visitors, fill, follow, heading, press

pytestmark = pytest.mark.browser

RUBRIC_WORDS = "The text can be repeated; the outcome has a named source."


def test_a_practice_goes_from_the_first_word_to_its_permanent_address(visitors: Visitors, site: Site) -> None:
    workspace = written(visitors)
    foreign_ministry_finds_nothing(visitors, workspace)
    sent_by_the_focal_point(visitors)
    screened_and_given_to_two_reviewers(visitors)
    for reviewer in ("reviewer-a", "reviewer-b"):
        reviewed(visitors, reviewer)
    published(visitors)
    read_by_everybody(visitors)


def written(visitors: Visitors) -> str:
    """The contributor writes it through all steps and hands it over; the address of its workspace page."""
    page = visitors.window("contributor")
    page.goto("/en/workspace/")
    follow(page, "Share a practice")
    fill(page, BRIEF)
    press(page, "Save and go on")
    for step, answers in STEPS.items():
        expect(page).to_have_url(re.compile(f"/edit/{step}/$"))
        fill(page, answers)
        if step == "needs":
            for row in MORE_CONDITIONS:
                press(page, "Add a condition")
                fill(page, row)
        press(page, "Save and go on")
    heading(page, "Check your answers")
    expect(page.locator("main")).to_contain_text("All required answers are given")
    press(page, "Hand to the focal point")
    heading(page, TITLE)
    expect(page.locator("main")).to_contain_text("With the focal point")
    return page.url


def foreign_ministry_finds_nothing(visitors: Visitors, workspace: str) -> None:
    page = visitors.window("focal-b")
    for address in (workspace, f"{workspace}check/", f"{workspace}edit/brief/", f"{workspace}text/fr/"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 404
        assert TITLE not in page.content()


def sent_by_the_focal_point(visitors: Visitors) -> None:
    """The focal point gives it a Portuguese text and sends it."""
    page = visitors.window("focal")
    task(page, "Read it and send it for review")
    page.get_by_role("link", name="Português").last.click()
    fill(page, PORTUGUESE)
    press(page, "Save the translation")
    press(page, "Send for review")
    expect(page.locator("main")).to_contain_text("Sent to the Network")


def screened_and_given_to_two_reviewers(visitors: Visitors) -> None:
    """The specialist answers the five questions; whoever has a tie to the practice cannot be asked."""
    page = visitors.window("specialist")
    task(page, "Screen this practice")
    press(page, "Start the screening")
    follow(page, "Answer the five questions")
    questions = ("relevant", "repeatable", "ethical", "lawful", "no_promotion")
    fill(page, dict.fromkeys(questions, "yes"))
    press(page, "Save the answers")
    expect(page).to_have_url(re.compile("/reviewers/$"))

    page.get_by_label(re.compile("Ruth Okoye")).check()
    press(page, "Ask this person")
    refusal = page.locator("main [role=alert]")
    expect(refusal).to_contain_text("This person belongs to the organisation that owns the practice.")
    expect(page.locator("main")).to_contain_text("Nobody is asked yet")

    for name in ("Sofia Mendes", "Karim Adeyemi"):
        page.get_by_label(re.compile(name)).check()
        press(page, "Ask this person")
        expect(page.locator("main")).to_contain_text(f"{name} was asked to review.")


def reviewed(visitors: Visitors, reviewer: str) -> None:
    """Declaration first, then the file with the rubric; once filed it stands."""
    page = visitors.window(reviewer)
    task(page, "Declare your interests")
    heading(page, "Your declaration of interest")
    expect(page.locator("main")).not_to_contain_text("Half of all visits met a closed door")
    fill(page, {"interest": "none"})
    press(page, "File my declaration")
    heading(page, TITLE)
    expect(page.locator("main")).to_contain_text("Half of all visits met a closed door")
    answers = dict.fromkeys(names(page, "x_"), "yes")
    answers |= dict.fromkeys(names(page, "c_"), "3")
    answers |= dict.fromkeys(names(page, "a_"), "partly")
    assert (len(answers)) == 17
    fill(page, answers | {"rationale": RUBRIC_WORDS})
    press(page, "File my review")
    expect(page.locator("main")).to_contain_text("Your review is filed. Thank you.")
    row = page.locator("tr", has_text=TITLE)
    expect(row).to_contain_text("Review filed")


def published(visitors: Visitors) -> None:
    page = visitors.window("publisher")
    task(page, "Publish this practice")
    press(page, "Publish")
    expect(page.locator("main")).to_contain_text("Published")


def read_by_everybody(visitors: Visitors) -> None:
    """Signed out, in Portuguese, and at the address that stays."""
    page = visitors.window()
    page.goto("/en/practices/")
    page.get_by_role("link", name=TITLE, exact=True).click()
    heading(page, TITLE)
    expect(page.locator("main")).to_contain_text("12.5")
    expect(page.locator("main")).to_contain_text(RUBRIC_WORDS)
    assert "Rosa Lima" in page.inner_text("main")

    page.get_by_role("link", name="Português").first.click()
    expect(page).to_have_url(re.compile(r"/pt-br/praticas/\d+-inspection-visits-by-appointment/$"))
    heading(page, PORTUGUESE["title"])
    expect(page.locator("html")).to_have_attribute("lang", "pt-br")
    expect(page.locator("main")).to_contain_text(PORTUGUESE["problem"])

    page.get_by_role("link", name="Español").first.click()
    heading(page, TITLE)
    expect(page.get_by_role("heading", level=1)).to_have_attribute("lang", "en")
    expect(page.locator("main .note").first).to_contain_text(re.compile("inglés", re.IGNORECASE))

    page.locator(".perma a").click()
    expect(page).to_have_url(re.compile(r"/es/practicas/\d+-[a-z-]+/v1/$"))
    heading(page, TITLE)


def task(page: Page, words: str) -> None:
    """From the workspace's list of tasks to the page of our practice."""
    page.goto("/en/workspace/")
    page.locator("main li", has_text=TITLE).get_by_role("link", name=words).first.click()


def names(page: Page, prefix: str) -> list[str]:
    """The questions whose names begin so, each once."""
    found = page.locator(f"main [name^='{prefix}']").evaluate_all("fields => fields.map(field => field.name)")
    return list(dict.fromkeys(found))


def test_a_declared_interest_releases_the_reviewer(visitors: Visitors, site: Site) -> None:
    page = visitors.window("reviewer-b")
    page.goto(site.screen("review_closed"))
    fill(page, {"interest": "collaborator", "note": "I taught their inspectors."})
    press(page, "File my declaration")
    expect(page.locator("main")).to_contain_text("You are released from this review.")
    answer = page.goto(site.screen("review_closed"))
    assert answer is not None
    assert answer.status == 404


def test_somebody_of_the_owners_house_signs_in_and_sees_no_review(visitors: Visitors) -> None:
    page = visitors.window(DOUBLE)
    page.goto("/en/workspace/reviews/")
    expect(page.locator("main")).to_contain_text("Nothing to review")
