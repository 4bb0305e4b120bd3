"""Renew the pictures in docs/screenshots/ from a running site with its demonstration content.

    make run                                                     in one terminal
    .venv/bin/python tools/screenshots.py http://localhost:8000  in another
    .venv/bin/python tools/screenshots.py http://localhost:8000 home review   only these

Each screen is taken at 320 and at 1280 pixels. Of long pages (FIRST_PART) the picture shows the window's first 900
pixels, of all others the whole page. The reviewer of the demonstration files her declaration, because only then the
rubric opens; the learner completes the shortest course, because only then there is a certificate.

Needs the developers' packages, Pillow, and Chromium (CHROMIUM=/path/to/it, else /usr/bin/chromium).
"""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "screenshots"
PASSWORD = "enlace-demonstration"
WIDTHS = (320, 1280)
HEIGHT = 900
# Of long pages the window's first part.
FIRST_PART = {
    "home-1280", "diagnostic-320", "diagnostic-1280", "matches-320", "matches-1280", "lesson-320",
}  # fmt: skip
LARGEST = 600_000
COURSES = ROOT / "learning" / "seed" / "courses"
COLOURS = (256, 128, 64, 32)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def home(page: Page) -> None:
    page.goto("/en/")


def databank(page: Page) -> None:
    page.goto("/en/practices/")


def practice(page: Page) -> None:
    """A reviewed practice of the demonstration: it shows every part of the page."""
    page.goto("/en/practices/?sort=evidence")
    page.locator("main h2 a, main h3 a").first.click()


def practice_in_spanish(page: Page) -> None:
    practice(page)
    page.locator("header a[hreflang=es]").first.click()


def search(page: Page) -> None:
    page.goto("/es/buscar/?q=perfilado+de+desempleados&kind=practice")


def sign_in(page: Page) -> None:
    page.goto("/en/accounts/login/")


def workspace(page: Page) -> None:
    page.goto("/en/workspace/")


def form_step(page: Page) -> None:
    own_draft(page)
    page.locator("main").get_by_role("link", name="Go on writing").click()
    page.locator(".steps a").nth(1).click()


def check(page: Page) -> None:
    own_draft(page)
    page.locator("main").get_by_role("link", name="Check the answers").click()


def own_draft(page: Page) -> None:
    page.goto("/en/workspace/practices/")
    page.locator("main tr", has_text="Draft").get_by_role("link").first.click()


def review(page: Page) -> None:
    """The rubric beside the file; the declaration is filed when it still is to be filed."""
    page.goto("/en/workspace/reviews/")
    page.locator("main tr").filter(has_not_text="Review filed").get_by_role("link").first.click()
    declaration = page.locator("main [name=interest][value=none]")
    if declaration.count():
        declaration.check()
        page.get_by_role("button", name="File my declaration").click()
    page.locator("main [name=rationale]").wait_for()


def needs(page: Page) -> None:
    page.goto("/en/needs/")


def diagnostic(page: Page) -> None:
    page.goto("/en/workspace/diagnostics/")
    page.locator("main tr").get_by_role("link").first.click()


def matches(page: Page) -> None:
    """Why a practice is first for a need, and what is missing."""
    page.goto("/en/workspace/needs/")
    page.locator("main tbody").get_by_role("link").first.click()
    page.locator("main a[href*='/matches/needs/']").first.click()


def requests(page: Page) -> None:
    page.goto("/en/workspace/requests/")


def request(page: Page) -> None:
    """A request as the donor reads it: rule by rule why it fits."""
    requests(page)
    page.locator("main h2 a, main h3 a, main tbody a").first.click()


def project(page: Page) -> None:
    """The project of the demonstration that is in execution."""
    page.goto("/en/projects/")
    page.locator("main article, main tbody tr, main li").filter(has_text="In execution").get_by_role(
        "link"
    ).first.click()


def lesson(page: Page) -> None:
    """A lesson of the course on Balmi, as who takes it reads it."""
    into_course(page, "the Balmi case")
    page.locator("nav.side").get_by_role("link", name="Balmi in one table").first.click()


def into_course(page: Page, words: str) -> None:
    """Begin a course, or go on in it."""
    page.goto("/en/courses/")
    page.locator("main").get_by_role("link", name=words).first.click()
    begin = page.get_by_role("button", name="Begin", exact=True)
    (begin if begin.count() else page.locator("main").get_by_role("link", name="Go on", exact=True)).first.click()


def certificate(page: Page) -> None:
    """A certificate as everybody with its code sees it."""
    page.goto("/en/workspace/learning/certificates/")
    if not page.locator("main section h2 a").count():
        take_course(page, "labour-migration")
        page.goto("/en/workspace/learning/certificates/")
    address = page.locator("main section h2 a").first.get_attribute("href")
    page.context.clear_cookies()
    page.goto(str(address))


def take_course(page: Page, code: str) -> None:
    """Go through a course from where one stands to its end, with the answers of its file."""
    course = yaml.safe_load((COURSES / f"{code}.yaml").read_text(encoding="utf-8"))
    into_course(page, course["texts"]["en"]["title"])
    for module in course["modules"]:
        for item in module["items"]:
            ((kind, given),) = item.items()
            page.locator("nav.side").get_by_role("link", name=given["texts"]["en"]["title"]).first.click()
            if kind == "lesson":
                page.locator("main form button[type=submit]").click()
            elif kind == "quiz":
                page.locator("main form button[type=submit]").last.click()
                for question in given["questions"]:
                    answer(page, question["key"], question["answer_key"]["answer"])
                page.locator("main [name=hand_in]").click()
            else:
                for prompt in given["prompts"]:
                    page.locator(f"main [name='{prompt['key']}-text']").fill("As it is written in our law. " * 4)
                page.locator("main [name=lock]").click()


def answer(page: Page, key: str, right: Any) -> None:
    """Answer a question: boxes and lists by their values, a number by its figures."""
    if isinstance(right, dict) and "value" in right:
        page.locator(f"main [name='{key}-answer']").fill(right["value"])
    elif isinstance(right, dict):
        for one, place in right.items():
            page.locator(f"main [name='{key}-at_{one}']").select_option(place)
    else:
        one = str(right).lower() if isinstance(right, bool) else right
        for value in one if isinstance(one, list) else [one]:
            page.locator(f"main [name='{key}-answer'][value='{value}']").check()


SCREENS: dict[str, tuple[str, Callable[[Page], None]]] = {
    "home": ("", home),
    "databank": ("", databank),
    "practice": ("", practice),
    "practice-es": ("", practice_in_spanish),
    "search": ("", search),
    "sign-in": ("", sign_in),
    "workspace": ("contributor", workspace),
    "form": ("contributor", form_step),
    "check": ("contributor", check),
    "review": ("reviewer-b", review),
    "needs": ("", needs),
    "diagnostic": ("mongolia", diagnostic),
    "matches": ("mongolia", matches),
    "requests": ("donor-focal", requests),
    "request": ("donor-focal", request),
    "project": ("", project),
    "lesson": ("mongolia-contributor", lesson),
    "certificate": ("learner", certificate),
}


def window(browser: Browser, site: str, account: str) -> Page:
    """A window, signed in where the screen needs it."""
    page = browser.new_context(base_url=site, locale="en-GB", viewport={"width": 1280, "height": HEIGHT}).new_page()
    if account:
        page.goto("/en/accounts/login/")
        page.locator("[name=login]").fill(f"{account}@demo.enlace.example")
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/workspace/")
    return page


def compressed(picture: bytes) -> bytes:
    """The picture with as many colours as fit into 600 KB (screens have few colours anyway)."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    small = picture
    for colours in COLOURS:
        out = io.BytesIO()
        image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
            out, "PNG", optimize=True
        )
        small = out.getvalue()
        if len(small) <= LARGEST:
            return small
    raise SystemExit(f"A picture has {len(small):,} bytes with {COLOURS[-1]} colours. Is the page too long?")


def take(page: Page, name: str, show: Callable[[Page], None]) -> None:
    """Show a screen at every width and write its pictures."""
    show(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
        target = FOLDER / f"{name}-{width}.png"
        target.write_bytes(compressed(page.screenshot(full_page=target.stem not in FIRST_PART, animations="disabled")))
        print(f"{target.relative_to(ROOT)}  {target.stat().st_size / 1024:,.0f} KB", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", help="for example http://localhost:8000")
    parser.add_argument("names", nargs="*", metavar="screen", help=f"one or more of: {', '.join(SCREENS)}")
    wishes = parser.parse_args()
    unknown = set(wishes.names) - set(SCREENS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(SCREENS)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS
        )
        pages: dict[str, Page] = {}
        for name in wishes.names or SCREENS:
            account, show = SCREENS[name]
            if account not in pages:
                pages[account] = window(browser, wishes.site, account)
            take(pages[account], name, show)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
