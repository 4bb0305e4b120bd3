"""A whole course as an official takes it: from the catalogue to a certificate that a stranger checks.

She begins in Spanish and goes on in English from the middle of a quiz. What the course says, and the keys of its
questions, come from the file of the seed; in the Spanish half buttons go by the words of the catalogue, in the English
half by the words as they stand on the screen.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from django.utils import translation
from django.utils.translation import gettext, pgettext
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from learning.seeding import SEED
from network_site.common import pdf as drawing

from .learning_screens import AT_WORK
from .site import Site, run
from .test_one_need_end_to_end import sent
from .visitors import Visitors, fill, follow, heading, press

pytestmark = pytest.mark.browser

COURSE: dict[str, Any] = yaml.safe_load((SEED / "balmi.yaml").read_text(encoding="utf-8"))
PARTS = {given["key"]: given for module in COURSE["modules"] for item in module["items"] for given in item.values()}
PROMPTS: list[dict[str, Any]] = PARTS["case-balmi"]["prompts"]
OFFICIAL, NAME, INITIALS, ADMINISTRATOR = "contributor", "Ana Rivas", "A. R.", "admin"
# A colleague of hers among them, who decides and completes nothing.
FOUR, FIFTH = ("focal", AT_WORK, "learner", "reviewer-a"), "reviewer-b"
WHY = (
    "Because a fixed rule is easier to defend in a small ministry, because the offices can carry it out with the staff "
    "they have, and because we can look after one year at what came of it."
)
AT_HOME = "Most of the money pays for public works, and nobody knows who finds a job afterwards."
TRIED = "Two training programmes since 2019."


def test_an_official_takes_a_course_in_two_languages(visitors: Visitors, site: Site) -> None:
    others_decide(site, *FOUR)
    reader = Reader(visitors.window(OFFICIAL, locale="es-ES"))
    begun(reader, site)
    tried_without_knowing(reader)
    read(reader, "three-reasons", "pull-and-push", "three-kinds")
    passed(reader, "quiz-why")
    read(reader, "balmi-in-a-table", "who-and-where", "what-is-there")
    went_on_in_english_from_the_middle_of_a_quiz(reader)
    decided_and_saw_what_happened(reader)
    saw_peers_once_there_were_five(reader, site)
    applied_at_home(reader)
    went_on_where_she_was(reader)
    passed(reader, "quiz-balmi")
    read(reader, "from-answers-to-need", "contracts-and-monitoring")
    passed(reader, "after")
    completed(reader)
    downloaded_the_certificate(reader)
    checked_by_a_stranger(reader, visitors, site)
    found_her_draft_need(reader)
    her_administrator_learns_that_she_completed_it_and_nothing_more(reader, visitors)


@dataclass
class Reader:
    """The official before her window, the language in which she reads, and the addresses at which she has been."""

    page: Page
    language: str = "es"
    been: dict[str, str] = field(default_factory=dict)

    @property
    def main(self) -> Locator:
        return self.page.locator("main")

    def say(self, words: str, context: str = "", **values: str) -> str:
        """Words of the site in her language."""
        with translation.override(self.language):
            said = pgettext(context, words) if context else gettext(words)
        return said % values if values else said

    def press(self, words: str, context: str = "") -> None:
        sent(self.page, lambda: press(self.page, self.say(words, context)))

    def comes_to(self, key: str) -> None:
        """Expect to stand before this part of the course, in her language."""
        heading(self.page, PARTS[key]["texts"][self.language]["title"])
        expect(self.page.locator("html")).to_have_attribute("lang", self.language)
        self.been[key] = urlsplit(self.page.url).path

    def goes_on(self) -> None:
        """Follow the last link below the text, which leads to the next part."""
        sent(self.page, lambda: self.page.locator("main nav.row a").last.click())


def others_decide(site: Site, *names: str) -> None:
    """Other people of the demonstration decide the case; of nobody else's work anything is planted."""
    run("-m", "tests.browser.deciding", *names, env=site.env)


def right(quiz: str, language: str) -> dict[str, Any]:
    """The answers to all questions of a quiz, by the names of their fields, from the keys of the seed."""
    found: dict[str, Any] = {}
    # The quiz after the course asks what the one before it asked.
    for question in PARTS[quiz]["questions"] or PARTS["before"]["questions"]:
        found |= _right(question["key"], question["type"], question["answer_key"]["answer"], language)
    return found


def _right(key: str, kind: str, answer: Any, language: str) -> dict[str, Any]:
    if kind in {"match", "classify"}:
        return {f"{key}-at_{item}": place for item, place in answer.items()}
    if kind == "number":
        return {f"{key}-answer": answer["value"].replace(".", "," if language == "es" else ".")}
    return {f"{key}-answer": str(answer).lower() if kind == "truefalse" else answer}


# --- In Spanish --------------------------------------------------------------------------------------


def begun(reader: Reader, site: Site) -> None:
    """From the catalogue to the course, and in."""
    page = reader.page
    page.goto(site.screen("courses", "es"))
    title = COURSE["texts"]["es"]["title"]
    follow(page, title)
    heading(page, title)
    reader.press("Begin", "a course")


def tried_without_knowing(reader: Reader) -> None:
    """The quiz before the course: one answer, the rest left open on purpose."""
    reader.comes_to("before")
    reader.press("Begin the quiz")
    (first, *_others) = right("before", "es").items()
    fill(reader.page, dict([first]))
    reader.press("Hand in", "quiz")
    expect(reader.main).to_contain_text(reader.say("Some questions are not answered yet."))
    reader.press("Hand in as it is")
    expect(reader.main).to_contain_text(reader.say("From %(mark)s of 100 on it is enough to pass.", mark="65"))
    reader.goes_on()


def read(reader: Reader, *keys: str) -> None:
    for key in keys:
        reader.comes_to(key)
        reader.press("Done; go on")


def passed(reader: Reader, key: str) -> None:
    """Begin a quiz, answer everything as the key has it, and read that it is right."""
    reader.comes_to(key)
    reader.press("Begin the quiz")
    fill(reader.page, right(key, reader.language))
    reader.press("Hand in", "quiz")
    is_all_right(reader)
    reader.goes_on()


def is_all_right(reader: Reader) -> None:
    for words in (reader.say("%(percent)s of 100", percent="100"), reader.say("That is enough to pass.")):
        expect(reader.main).to_contain_text(words)


# --- In English --------------------------------------------------------------------------------------


def went_on_in_english_from_the_middle_of_a_quiz(reader: Reader) -> None:
    """Half of the answers given in Spanish, with a comma; they are all there in English."""
    page = reader.page
    reader.comes_to("quiz-read")
    reader.press("Begin the quiz")
    fill(page, {"read-longterm-answer": "62", "read-offices-answer": "2,6", "read-delivery-answer": "c"})
    reader.press("Save and go on later")

    page.locator("header summary", has_text="Español").click()
    sent(page, page.locator("header details a[hreflang=en]").click)
    reader.language = "en"
    heading(page, "Check: read the country")
    sent(page, lambda: press(page, "Go on with the quiz"))
    expect(page.locator("main [name='read-offices-answer']")).to_have_value("2,6")
    expect(page.locator("main [name='read-delivery-answer'][value=c]")).to_be_checked()
    expect(reader.main).to_contain_text("Poverty in Balmi is spread about evenly over the country.")
    fill(page, {name: value for name, value in right("quiz-read", "en").items() if "offices" not in name})
    reader.press("Hand in", "quiz")
    is_all_right(reader)
    reader.goes_on()


def decided_and_saw_what_happened(reader: Reader) -> None:
    """Eleven decisions with their reasons, locked; before that nothing says what happened, afterwards everything."""
    page = reader.page
    reader.comes_to("case-balmi")
    for prompt in PROMPTS:
        fill(page, decision(prompt))
    assert not [text for text in outcomes() if text in reader.main.inner_text()]
    sent(page, lambda: press(page, "Lock my decisions and see what happened"))
    expect(page.locator("#opened")).to_contain_text("It is what happened, not what was right.")
    for text in outcomes():
        expect(page.locator("#opened")).to_contain_text(text)
    expect(page.locator("#opened")).to_contain_text("40 per cent")


def decision(prompt: Mapping[str, Any]) -> dict[str, Any]:
    values = {"number": "40", "choice": "b"}
    own = {f"{prompt['key']}-value": values[prompt["kind"]]} if prompt["kind"] in values else {}
    return own | {f"{prompt['key']}-text": WHY}


def outcomes() -> list[str]:
    return [prompt["outcome"]["texts"]["en"] for prompt in PROMPTS]


def saw_peers_once_there_were_five(reader: Reader, site: Site) -> None:
    page = reader.page
    too_few = page.get_by_text("Shown when at least five others have decided.")
    expect(too_few).to_have_count(len(PROMPTS))
    expect(page.locator("main .bars")).to_have_count(0)
    others_decide(site, FIFTH)
    page.reload()
    expect(too_few).to_have_count(0)
    expect(page.locator("main .bars")).to_have_count(sum(prompt["kind"] != "text" for prompt in PROMPTS))
    for words in ("50 per cent", "5 of 5"):
        expect(page.locator("main .bars").first).to_contain_text(words)
    expect(page.locator("main blockquote")).to_have_count(len(PROMPTS) * 5)


def applied_at_home(reader: Reader) -> None:
    """The same questions for her own country become a draft need of her ministry."""
    page = reader.page
    homes = {prompt["home"]: prompt["key"] for prompt in reversed(PROMPTS)}
    fill(page, {f"home-{homes['problem']}": AT_HOME, f"home-{homes['tried']}": TRIED})
    sent(page, lambda: press(page, "Make a draft need of it"))
    expect(reader.main).to_contain_text("A draft need was made of your answers.")


def went_on_where_she_was(reader: Reader) -> None:
    page = reader.page
    sent(page, page.locator("nav.side").get_by_role("link", name="My courses", exact=True).click)
    heading(page, "My courses")
    sent(page, lambda: page.locator("main").get_by_role("link", name="Go on", exact=True).click())


def completed(reader: Reader) -> None:
    page = reader.page
    heading(page, COURSE["texts"]["en"]["title"])
    expect(reader.main).to_contain_text("You have completed this course.")
    expect(reader.main).to_contain_text(re.compile(r"Your result is 100 of 100\."))
    reader.been["outline"] = urlsplit(page.url).path
    sent(page, lambda: follow(page, "Your certificate"))


# --- What remains ------------------------------------------------------------------------------------


def downloaded_the_certificate(reader: Reader) -> None:
    """The paper says what the page says, and to herself her name; the page tells others her initials."""
    page = reader.page
    heading(page, "Is this certificate real?")
    expect(reader.main).to_contain_text("This certificate is yours")
    expect(reader.main).to_contain_text("with honours")
    reader.been["certificate"] = urlsplit(page.url).path
    reader.been["code"] = page.locator("main .seal .code").inner_text()
    link = page.locator("main").get_by_role("link", name="PDF", exact=True)
    if not drawing.is_possible():  # the page offers no PDF where the server cannot draw one
        expect(link).to_have_count(0)
        return
    told = on_paper(page, str(link.get_attribute("href")))
    for words in (reader.been["code"], COURSE["texts"]["en"]["title"], NAME):
        assert re.sub(r"\s+", "", words) in told


def on_paper(page: Page, address: str) -> str:
    """What a PDF says, without its spaces."""
    answer = page.request.get(address)
    assert answer.headers["content-type"] == "application/pdf"
    text = "".join(part.extract_text() for part in PdfReader(io.BytesIO(answer.body())).pages)
    return re.sub(r"\s+", "", text)


def checked_by_a_stranger(reader: Reader, visitors: Visitors, site: Site) -> None:
    """Signed out, with the code alone; the name comes when its holder lets it."""
    stranger = visitors.window()
    stranger.goto(site.screen("certificate_check"))
    fill(stranger, {"code": reader.been["code"].lower()})
    press(stranger, "Check")
    seal = stranger.locator("main .seal")
    expect(seal).to_contain_text("Valid on")
    for words in (COURSE["texts"]["en"]["title"], INITIALS, "with honours"):
        expect(seal).to_contain_text(words)
    assert NAME not in stranger.content()
    link = stranger.locator("main").get_by_role("link", name="PDF", exact=True)
    if drawing.is_possible():
        told = on_paper(stranger, str(link.get_attribute("href")))
        assert re.sub(r"\s+", "", INITIALS) in told
        assert "Rivas" not in told
    sent(reader.page, lambda: press(reader.page, "Show my name"))
    stranger.reload()
    expect(seal).to_contain_text(NAME)


def found_her_draft_need(reader: Reader) -> None:
    page = reader.page
    page.goto("/en/workspace/needs/")
    title = PARTS["case-balmi"]["need"]["title"]["en"]
    row = page.locator("main tr", has_text=title)
    expect(row).to_contain_text("Draft")
    row.get_by_role("link", name=title).click()
    heading(page, title)
    for words in (AT_HOME, TRIED):
        expect(reader.main).to_contain_text(words)


def her_administrator_learns_that_she_completed_it_and_nothing_more(reader: Reader, visitors: Visitors) -> None:
    """One line: a name, a course, a day. Not the result, not who only began; and her pages are not there for others."""
    page = visitors.window(ADMINISTRATOR)
    page.goto("/en/workspace/")
    page.locator("nav.side").get_by_role("link", name="Completed courses", exact=True).click()
    heading(page, "Who completed what")
    columns = page.locator("main thead th").all_inner_texts()
    assert columns == ["Name", "Course", "Completed on"]
    rows = [row.locator("th, td").all_inner_texts() for row in page.locator("main tbody tr").all()]
    assert [row[:2] for row in rows] == [[NAME, COURSE["texts"]["en"]["title"]]]
    for address in (reader.been["outline"], reader.been["case-balmi"], f"{reader.been['quiz-balmi']}attempt/1/"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 404
    page.goto(reader.been["certificate"])
    expect(page.locator("main")).not_to_contain_text("This certificate is yours")
