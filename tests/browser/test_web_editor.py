"""The Network's web editor publishes a piece of news with a record card in four languages, and sees what is stale."""

from __future__ import annotations

import re
from typing import Any

import polib
import pytest
from playwright.sync_api import Page, expect

from .visitors import Visitors

pytestmark = pytest.mark.browser

SLUG = "inspection-goes-on-appointment"
TITLES = {
    "en": "Inspection goes on appointment",
    "es": "La inspección va con cita",
    "fr": "L’inspection sur rendez-vous",
    "pt-br": "A inspeção vai com hora marcada",
}


def test_news_with_a_card_in_four_languages_and_the_one_that_is_stale(visitors: Visitors) -> None:
    page = visitors.window("web-editor")
    page.goto("/en/workspace/")
    page.get_by_role("link", name="Pages of the site").first.click()
    expect(page.locator("main")).to_contain_text("Here you write the pages that do not come from records")
    expect(page.locator("main")).to_contain_text("Every translation is up to date.")
    address = written(page)
    card = card_of(visitors, address)
    number = pages(page, f"slug={SLUG}&locale=en")[0]["id"]
    sent_into_three_languages(page, number)
    targets = {item["meta"]["locale"]: item["id"] for item in pages(page, f"translation_of={number}")}
    for language in ("es", "fr", "pt-br"):
        translated(page, targets[language], language)
    read_in_every_language(visitors, address, card)

    source_changes(page, number)
    page.goto("/admin/")
    waiting = page.locator("#enlace-stale-content tbody tr")
    expect(waiting).to_have_count(3)
    expect(waiting.first).to_contain_text("Stale")
    translated(page, targets["fr"], "fr")
    page.goto("/admin/")
    expect(waiting).to_have_count(2)
    expect(page.locator("#enlace-stale-content")).not_to_contain_text(TITLES["fr"])
    readers_are_told(visitors, address)


def pages(page: Page, query: str) -> list[dict[str, Any]]:
    """Pages as the admin's own tree finds them."""
    found: list[dict[str, Any]] = page.request.get(f"/admin/api/main/pages/?{query}").json()["items"]
    return found


def publish(page: Page) -> None:
    page.locator("footer").get_by_role("button", name="More actions").click()
    page.locator("button[name=action-publish]").click()
    expect(page.locator(".messages")).to_contain_text("published")


def written(page: Page) -> str:
    """The editor adds the page below News, with the card of a record that she looks up; its public address."""
    (index,) = (item["id"] for item in pages(page, "slug=news&locale=en"))
    page.goto(f"/admin/pages/add/publishing/newspage/{index}/")
    page.locator("#id_title").fill(TITLES["en"])
    page.locator("#id_lead").fill("Inspectors write before they come.")
    page.get_by_role("button", name="Insert a block").first.click()
    page.get_by_role("option", name=re.compile("Record cards")).click()
    page.get_by_role("button", name="Choose a record", exact=True).first.click()
    page.locator("a[data-chooser-modal-choice]").first.click()
    expect(page.locator("a[data-chooser-modal-choice]")).to_have_count(0)
    publish(page)
    return str(page.locator(".messages").get_by_role("link", name="View live").get_attribute("href"))


def card_of(visitors: Visitors, address: str) -> str:
    reader = visitors.window()
    reader.goto(address)
    return str(reader.locator("main li.rec a").get_attribute("href"))


def sent_into_three_languages(page: Page, number: int) -> None:
    page.goto(f"/admin/localize/submit/page/{number}/")
    for box in page.locator("input[name=locales]").all():
        box.check()
    page.get_by_role("button", name="Submit").click()
    expect(page.locator(".messages")).to_contain_text("submitted for translation into 3 locales")


def translated(page: Page, target: int, language: str) -> None:
    """A PO file goes out and comes back; then she publishes."""
    page.goto(f"/admin/pages/{target}/edit/")
    download = page.locator("a[href$='/pofile/download/']").first.get_attribute("href")
    assert download is not None
    file = polib.pofile(page.request.get(download).text())
    for entry in file:
        if entry.msgctxt == "title":
            entry.msgstr = TITLES[language]
        elif entry.msgctxt != "slug":
            entry.msgstr = f"{entry.msgid} ({language})"
    page.locator("input[type=file]").first.set_input_files(
        {"name": f"{language}.po", "mimeType": "text/x-gettext-translation", "buffer": str(file).encode()}
    )
    expect(page.locator(".messages")).to_contain_text("Successfully imported translations from PO File")
    page.get_by_role("button", name=re.compile("^Publish in ")).click()
    expect(page.locator(".messages")).to_contain_text("Published")


def read_in_every_language(visitors: Visitors, address: str, card: str) -> None:
    """The switch stays on the page, and the card is there in each language."""
    reader = visitors.window()
    number = card.rstrip("/").rpartition("/")[2]
    for language, title in TITLES.items():
        reader.goto(address)
        reader.locator(f"nav.langs a[hreflang={language}]").click()
        expect(reader.locator("h1")).to_have_text(title)
        expect(reader.locator("html")).to_have_attribute("lang", language)
        expect(reader.locator(f"main li.rec a[href$='{number}/']")).to_have_count(1)
        expect(reader.locator("main > .note.flat")).to_have_count(0)


def source_changes(page: Page, number: int) -> None:
    page.goto(f"/admin/pages/{number}/edit/")
    page.locator("#id_lead").fill("Inspectors write a week before they come.")
    publish(page)


def readers_are_told(visitors: Visitors, address: str) -> None:
    reader = visitors.window()
    for language, notes in {"en": 0, "es": 1, "fr": 0, "pt-br": 1}.items():
        reader.goto(address)
        reader.locator(f"nav.langs a[hreflang={language}]").click()
        expect(reader.locator("h1")).to_have_text(TITLES[language])
        expect(reader.locator("main > .note.flat")).to_have_count(notes)
