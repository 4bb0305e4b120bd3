"""The whole way of a need as the people concerned walk it: from the first score to the practice that comes of it.

English by day, the other three languages by night. Screens are addressed by their routes and the names of their
questions; buttons and links by the words that the catalogue of the language has for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext
from playwright.sync_api import Locator, Page, expect

from funders.enums import NegotiationStatus, Verdict
from funders.workflow.negotiation import NEGOTIATION
from needs.enums import NeedStatus
from needs.workflow.need import NEED
from network_site.common.templatetags.enlace import format_money
from practices.enums import AdaptationResult
from projects.enums import Origin, ProjectStatus, ReviewVerdict, Section, ValueState
from projects.workflow import PROJECT
from projects.workflow.update import UPDATE

from ..funders.builders_rooms import PDF
from . import story_answers as given
from .site import Site, wait_until
from .visitors import PATIENCE, Visitors, fill, press

pytestmark = pytest.mark.browser
BY_NIGHT = [pytest.param(code, marks=pytest.mark.nightly) for code in ("es", "fr", "pt-br")]
MINISTRY, WRITER, DONOR, NETWORK, LEAD = "mongolia", "mongolia-contributor", "donor-focal", "specialist", "operator"


@pytest.mark.parametrize("language", ["en", *BY_NIGHT])
def test_a_need_goes_from_the_first_score_to_a_practice(visitors: Visitors, site: Site, language: str) -> None:
    # A sign-in proves for a quarter of an hour who it is: each story begins with its own.
    visitors.sessions.clear()
    story = Story(visitors, language)
    diagnosed(story)
    accepted_and_sent(story)
    registered(story)
    matched(story)
    fit_was_checked(story)
    started_half_filled(story)
    finished(story)
    passed_the_checks(story)
    judged_signed_and_published(story)
    found_eligible_and_followed(story)
    talked_in_private(story)
    pledged_and_the_gap_stays(story)
    committed_and_the_gap_closes(story)
    begun(story)
    reported_zero_and_late(story)
    completed(story)
    offered_as_a_practice(story)


@dataclass
class Story:
    """The people of one story, each before a window of her own, and what they have found."""

    visitors: Visitors
    language: str
    windows: dict[str, Page] = field(default_factory=dict)
    found: dict[str, str] = field(default_factory=dict)

    def of(self, name: str) -> Page:
        """The window of somebody; of nobody with an empty name."""
        if name not in self.windows:
            self.windows[name] = self.visitors.window(name)
        return self.windows[name]

    def at(self, name: str, route: str, *args: Any) -> Page:
        """Somebody's window, on a page of the site."""
        page = self.of(name)
        with self.spoken():
            page.goto(reverse(route, args=args))
        return page

    def spoken(self) -> Any:
        return translation.override(self.language)

    def say(self, words: Any, context: str = "", **values: Any) -> str:
        """Words of the site in the language of the story; a lazy text or a message of the catalogue."""
        with self.spoken():
            text = pgettext(context, words) if context else gettext(words) if isinstance(words, str) else str(words)
            return text % values if values else text

    def money(self, amount: Decimal, currency: str = "USD") -> str:
        with self.spoken():
            return format_money(amount, currency)

    def step(self, page: Page, workflow: Any, name: str) -> None:
        """Press the button of a step of a life cycle."""
        sent(page, lambda: press(page, self.say(workflow.transitions[name].label)))

    def press(self, page: Page, words: Any, context: str = "") -> None:
        """Press a button that sends something, and wait for the page that answers."""
        sent(page, lambda: press(page, self.say(words, context)))

    def follow(self, page: Page, words: Any) -> None:
        """Follow the link with exactly these words, or with these and what only screen readers hear."""
        said = re.compile(rf"^\s*{re.escape(self.say(words))}\s*(:.*)?$")
        sent(page, lambda: main(page).get_by_role("link", name=said).first.click())


def sent(page: Page, act: Callable[[], None]) -> None:
    """Do what leads to another page, or to the same one anew, and wait for it."""
    with page.expect_navigation(timeout=PATIENCE):
        act()


def main(page: Page) -> Locator:
    return page.locator("main")


def names(page: Page, pattern: str) -> list[str]:
    """The questions whose names match, each once."""
    every = page.locator("main [name]").evaluate_all("fields => fields.map(field => field.name)")
    return [name for name in dict.fromkeys(every) if re.fullmatch(pattern, name)]


def id_in(page: Page, pattern: str) -> str:
    """A part of the address at which somebody has arrived."""
    expect(page).to_have_url(re.compile(pattern))
    found = re.search(pattern, page.url)
    assert found is not None
    return found[1]


def facts(page: Page, selector: str) -> dict[str, str]:
    """A list of facts, term by term."""
    pairs = page.locator(f"{selector} > div").evaluate_all(
        "rows => rows.map(row => [row.querySelector('dt').innerText, row.querySelector('dd').innerText])"
    )
    return {term.strip(): figure.strip() for term, figure in pairs}


# --- The need ----------------------------------------------------------------------------------------


def diagnosed(story: Story) -> None:
    """The contributor answers all forty items on nine pages; the focal point finishes."""
    page = story.at(WRITER, "needs:diagnostics")
    story.follow(page, "Start a diagnostic")
    fill(page, {"title": f"2026 ({story.language})", "kind": "self"})
    story.press(page, "Begin with area 1")
    answered = 0
    while "/area/" in page.url:
        for name in names(page, r".*-score"):
            item = name.removesuffix("-score").replace("-", ".")
            fill(page, {name: given.SCORES.get(item, given.USUAL)})
            answered += 1
        if f"{given.LACKING.replace('.', '-')}-note" in names(page, r".*-note"):
            fill(page, {f"{given.LACKING.replace('.', '-')}-note": given.NOTE})
        story.press(page, "Save and go on")
    assert answered == given.ITEMS
    total = story.say("%(answered)s of %(total)s items answered", answered=given.ITEMS, total=given.ITEMS)
    expect(main(page)).to_contain_text(total)
    story.found["diagnostic"] = id_in(page, r"/diagnostics/([0-9a-f-]{36})/$")

    focal_point = story.at(MINISTRY, "needs:diagnostic", story.found["diagnostic"])
    story.press(focal_point, "Finish", "diagnostic")
    expect(main(focal_point)).to_contain_text(story.say("Finished", "diagnostic"))


def accepted_and_sent(story: Story) -> None:
    """Two needs are drafted from the lowest scores; one is read, completed and sent."""
    page = story.at(WRITER, "needs:diagnostic", story.found["diagnostic"])
    fill(page, {"items": [given.LACKING, given.SECOND]})
    story.press(page, "Draft needs")
    with story.spoken():
        words = ngettext("%(count)d need was drafted.", "%(count)d needs were drafted.", 2) % {"count": 2}
    expect(main(page)).to_contain_text(words)

    story.at(WRITER, "needs:diagnostic", story.found["diagnostic"])
    drafts = page.locator("#needs li")
    expect(drafts).to_have_count(2)
    draft = drafts.filter(has_text=f"{given.LACKING} ·").get_by_role("link")
    lacking = draft.inner_text()
    sent(page, draft.click)
    expect(page.get_by_role("heading", level=1)).to_have_text(lacking)
    expect(main(page)).to_contain_text(given.NOTE)
    story.found["need"] = id_in(page, r"/needs/([0-9a-f-]{36})/$")

    story.follow(page, "Go on writing")
    for step, answers in given.NEED.items():
        expect(page).to_have_url(re.compile(f"/edit/{step}/$"))
        if step == "help":
            expect(page.locator(f"main [name=problems][value='{given.LACKING}']")).to_be_checked()
        if step == "skills":
            expect(page.locator(f"main [name=essential][value='{given.LACKING}']")).to_be_checked()
            for name, code in (("asked", given.LACKING), ("missing", given.MISSING)):
                box = page.locator(f"main [name=useful][value='{code}']")
                story.found[name] = page.locator(f"label[for='{box.get_attribute('id')}']").inner_text().strip()
        fill(page, answers)
        story.press(page, "Save and go on")
    expect(main(page)).to_contain_text(story.say("All required answers are given"))

    focal_point = story.at(MINISTRY, "needs:check", story.found["need"])
    story.step(focal_point, NEED, "submit")
    expect(main(focal_point)).to_contain_text(story.say(NeedStatus.SUBMITTED.label))


def registered(story: Story) -> None:
    """The specialist looks at what could be the same matter, then registers it; everybody can read it."""
    page = story.at(NETWORK, "needs:queue")
    sent(page, lambda: main(page).get_by_role("link", name=given.TITLE, exact=True).first.click())
    sent(page, lambda: page.locator("main a[href$='/overlaps/']").first.click())
    questions = names(page, r"o.*-answer")
    assert questions, "the seed has needs of the same function"
    fill(page, dict.fromkeys(questions, "different"))
    story.press(page, "Save these answers")
    story.step(page, NEED, "register")
    expect(main(page)).to_contain_text(story.say(NeedStatus.REGISTERED.label))
    story.follow(page, "Open the public page")
    address = page.url
    anybody = story.of("")
    anybody.goto(address)
    expect(anybody.get_by_role("heading", level=1)).to_have_text(given.TITLE)
    expect(main(anybody)).not_to_contain_text("Tuya Ganbat")


def matched(story: Story) -> None:
    """Why a practice is first: the points that are shown are its score; and what is missing, and who has it."""
    page = story.of(WRITER)
    first = page.locator("main article").first

    def is_there() -> bool:
        story.at(WRITER, "matching:need", story.found["need"])
        return first.is_visible()

    wait_until(is_there, seconds=60, what="the relay has compared the need")
    title = first.get_by_role("heading", level=3).inner_text()
    story.found["practice"] = title
    scores = []
    for match in page.locator("main article").all():
        scores.append(int(match.locator(".score b").inner_text()))
        assert scores[-1] == sum(int(figure(text)) for text in match.locator(".pts dt").all_inner_texts())
    assert scores[0] == max(scores)
    expect(first.locator(".pts")).to_contain_text(story.say("Same problem: %(names)s", names=story.found["asked"]))
    covered = story.say("Covers %(covered)s of %(of)s competences", covered=1, of=2)
    expect(first).to_contain_text(covered)
    row = page.locator("main tr", has=page.locator("th", has_text=story.found["missing"]))
    expect(row.locator("td").first).to_contain_text(title)
    who_has_it = row.locator("td").last.get_by_role("link")
    assert title not in who_has_it.all_inner_texts()
    assert who_has_it.count() > 0


# --- The fit check -----------------------------------------------------------------------------------


def fit_was_checked(story: Story) -> None:
    """Twenty-five answers, three of them doubtful; each doubt becomes a task, worded by the ministry."""
    page = story.of(WRITER)
    sent(page, lambda: page.locator("main article").first.locator("a[href*='/fit/']").click())
    number = page.locator("main [name=number]")
    expect(number).to_have_value(re.compile(r"^P-\d{4}$"))
    story.found["code"] = number.input_value()
    story.press(page, "Begin")
    questions = names(page, r"light-.*")
    fill(page, dict.fromkeys(questions, "green"))
    for part, place, light, note in given.DOUBTS:
        asked = page.locator(f"section[aria-labelledby='part-{part}'] > div").nth(place)
        asked.locator(f"[name^='light-'][value='{light}']").check()
        asked.locator("[name^='note-']").fill(note)
    story.press(page, "Finish the check")
    result = facts(page, "aside .facts")
    assert list(map(int, result.values())) == [len(questions) - len(given.DOUBTS), 2, 1, 0], result
    kinds = page.locator("main [name^='tasks-'][name$='-kind']")
    for place in range(len(given.DOUBTS)):
        task = given.TASKS[kinds.nth(place).input_value()]
        fill(page, {f"tasks-{place}-text": task})
    story.press(page, "Save the tasks")
    for text in given.TASKS.values():
        expect(page.locator("main textarea", has_text=text)).to_have_count(1)


# --- The project -------------------------------------------------------------------------------------


def started_half_filled(story: Story) -> None:
    """A project from the need and its first practice: half filled, and every proposal says where it is from."""
    page = story.at(WRITER, "needs:need", story.found["need"])
    story.follow(page, "Start a project")
    practice = page.locator("main [name=practice]").first
    expect(page.locator(f"label[for='{practice.get_attribute('id')}']")).to_contain_text(story.found["practice"])
    practice.check()
    story.press(page, "Start the project")
    expect(page.get_by_role("heading", level=1)).to_have_text(given.TITLE)
    story.found["project"] = id_in(page, r"/projects/([0-9a-f-]{36})/$")
    proposed = {
        Section.CONTEXT: (Origin.NEED, Origin.DIAGNOSTIC),
        Section.OBJECTIVE: (Origin.PRACTICE, Origin.ADAPTATION),
        Section.RESULTS: (Origin.NEED,),
        Section.BUDGET: (Origin.ADAPTATION,),
        Section.RISKS: (Origin.PRACTICE, Origin.ADAPTATION),
        Section.MONITORING: (Origin.DEFAULT,),
    }
    for section, origins in proposed.items():
        story.at(WRITER, "projects:section", story.found["project"], section.value)
        expect(page.locator("main .tag.warn").first).to_have_text(story.say("Proposed, unread"))
        for origin in origins:
            words = re.compile(re.escape(story.say(origin.label)), re.IGNORECASE)
            expect(page.locator("main .from, main tbody th .quiet").filter(has_text=words).first).to_be_visible()
            if origin == Origin.PRACTICE:
                cited = page.locator("main .from, main tbody th .quiet").filter(has_text=story.found["code"])
                expect(cited.first).to_be_visible()
    story.at(WRITER, "projects:section", story.found["project"], Section.CONTEXT.value)
    expect(main(page)).to_contain_text(given.NEED["brief"]["problem"])


def finished(story: Story) -> None:
    """What nobody could propose is written; then every proposal is read and accepted, section by section."""
    page = story.at(WRITER, "projects:findings", story.found["project"])
    assert page.locator("main section .list-c li").count() > 1, "the checks find much in a draft that just began"
    for section in Section:
        written_and_read(story, section)
    changed_row(story, Section.RESULTS, given.SIGN, given.OUTCOME)
    added_row(story, "results", given.PRODUCT)
    added_row(story, "activities", given.ACTIVITY)
    changed_row(story, Section.BUDGET, given.TASKS["budget"], given.ADVISER)
    added_row(story, "budget", given.COUNTERPART)


def written_and_read(story: Story, section: Section) -> None:
    """The texts of a section as the ministry wants them; what is proposed in it is accepted with the same button."""
    page = story.at(WRITER, "projects:section", story.found["project"], section.value)
    fill(page, given.FACTS if section == Section.IDENTIFICATION else {})
    fill(page, {f"text-{key}": text for key, text in given.TEXTS.get(section.value, {}).items()})
    button = page.locator("main button[name=accept_all], main button[name=save]")
    if button.count():
        sent(page, button.last.click)


def changed_row(story: Story, section: Section, name: str, answers: Mapping[str, str]) -> None:
    """Change a row that was proposed."""
    page = story.at(WRITER, "projects:section", story.found["project"], section.value)
    row = page.locator("main tbody tr", has_text=name).first
    sent(page, lambda: row.locator("a[href*='/rows/']").first.click())
    fill(page, dict(answers))
    story.press(page, "Save")


def added_row(story: Story, kind: str, answers: Mapping[str, str]) -> None:
    page = story.at(WRITER, "projects:row_new", story.found["project"], kind)
    fill(page, dict(answers))
    story.press(page, "Save")


def passed_the_checks(story: Story) -> None:
    """A promise without a measure stands in the way until it is worded anew; then the focal point sends it on."""
    page = story.at(WRITER, "projects:findings", story.found["project"])
    with story.spoken():
        error = ngettext(
            "One error stands in the way of the quality review.",
            "%(count)s errors stand in the way of the quality review.", 1,
        )  # fmt: skip
    expect(main(page)).to_contain_text(error)
    focal_point = story.at(MINISTRY, "projects:project", story.found["project"])
    story.step(focal_point, PROJECT, "start_drafting")
    expect(focal_point.locator("main .acts button[aria-disabled=true]")).to_have_count(1)
    sent(page, lambda: page.locator("main .list-c a", has_text=given.PROMISE).first.click())
    place = page.url.partition("#")[2]
    text = page.locator(f"[id='{place}'] textarea")
    expect(text).to_have_value(re.compile(given.PROMISE))
    text.fill(given.REWORDED)
    story.press(page, "Save")

    story.at(WRITER, "projects:findings", story.found["project"])
    expect(main(page)).to_contain_text(story.say("No error stands in the way of the quality review."))
    story.at(MINISTRY, "projects:project", story.found["project"])
    expect(main(focal_point)).to_contain_text(story.say("Every proposal has been read."))
    story.step(focal_point, PROJECT, "send_to_review")
    expect(main(focal_point)).to_contain_text(story.say(ProjectStatus.REVIEW.label))


def judged_signed_and_published(story: Story) -> None:
    """Two people who did not write it judge it, one of them asked; then the ministry signs, and it is public."""
    project = story.found["project"]
    page = story.at(NETWORK, "projects:reviewers", project)
    page.get_by_label(re.compile("Sofia Mendes")).check()
    story.press(page, "Ask this person")
    for name in (NETWORK, "reviewer-a"):
        judge = story.at(name, "projects:review", project)
        fill(judge, {"has_interest": "no", "verdict": ReviewVerdict.READY.value, "note": "It can be carried out."})
        story.press(judge, "File my judgement")
    story.at(NETWORK, "projects:project", project)
    story.step(page, PROJECT, "pass_to_ministry")

    focal_point = story.at(MINISTRY, "projects:project", project)
    story.follow(focal_point, "Read and sign")
    fill(focal_point, {"name": given.SIGNATURE, "agreed": True})
    story.press(focal_point, "Sign", "signature")
    expect(main(focal_point)).to_contain_text(story.say("Signed and published."))
    story.follow(focal_point, "Open the public page")
    story.found["public"] = urlsplit(focal_point.url).path
    story.found["number"] = id_in(focal_point, r"/(\d+)-[a-z0-9-]+/$")
    assert gap(story) == given.NEEDED
    expect(story.of("").get_by_role("heading", level=1)).to_have_text(given.TITLE)
    expect(main(story.of(""))).not_to_contain_text(given.SIGNATURE)


def gap(story: Story) -> Decimal:
    """What everybody reads as still open on the public page."""
    page = story.of("")
    page.goto(story.found["public"])
    shown = facts(page, ".gap-dl")[story.say("Still open")]
    assert shown.startswith("USD"), shown
    return figure(shown)


def figure(shown: str) -> Decimal:
    """A whole number, whatever stands before it and between its thousands."""
    return Decimal(re.sub(r"\D", "", shown))


# --- The donor ---------------------------------------------------------------------------------------


def found_eligible_and_followed(story: Story) -> None:
    """The donor reads rule by rule why its offer fits, and follows; nobody else learns of it."""
    page = story.at(DONOR, "funders:requests")
    sent(page, lambda: main(page).get_by_role("link", name=given.TITLE, exact=True).first.click())
    offer = page.locator("main section section", has=page.get_by_role("link", name=given.OFFER))
    expect(offer.locator(".tag").first).to_have_text(story.say(Verdict.ELIGIBLE.label))
    points = offer.locator("li")
    expect(points).to_have_count(given.RULES)
    assert points.locator(".vh").all_inner_texts() == [story.say("In order:")] * given.RULES
    button = page.locator("form[action*='/follow/project/'] button")
    sent(page, button.click)
    expect(button).to_have_attribute("name", "stop")
    expect(page.locator("body")).to_contain_text(story.say("Your organisation follows it. Nobody else learns of this."))
    story.at(DONOR, "funders:requests")
    page.goto(f"{page.url}?only=followed")
    expect(main(page).get_by_role("link", name=given.TITLE, exact=True)).to_have_count(1)
    ministry = story.at(MINISTRY, "funders:funding", story.found["project"])
    expect(main(ministry)).to_contain_text(story.say("No donor has come yet"))


def talked_in_private(story: Story) -> None:
    """A room for the donor, the ministry and the Network; a neighbour and a provider find nothing there."""
    page = story.of(DONOR)
    page.goto(story.found["public"])
    story.follow(page, "Say that you are interested")
    fill(page, {"text": given.FIRST_WORDS})
    story.press(page, "Open our room")
    story.found["room"] = id_in(page, r"/rooms/([0-9a-f-]{36})/$")

    ministry = story.at(MINISTRY, "funders:room", story.found["room"])
    expect(main(ministry)).to_contain_text(given.FIRST_WORDS)
    story.step(ministry, NEGOTIATION, "discuss")
    said(story, ministry, given.ANSWER)
    story.at(DONOR, "funders:room", story.found["room"])
    expect(main(page)).to_contain_text(given.ANSWER)
    said(story, page, given.THANKS)
    for stranger in ("focal-b", "provider"):
        other = story.of(stranger)
        answer = other.goto(page.url)
        assert answer is not None
        assert answer.status == 404
        assert given.ANSWER not in other.content()


def said(story: Story, page: Page, text: str) -> None:
    """Say something in a room."""
    page.locator("form[action$='/message/'] [name=text]").fill(text)
    story.press(page, "Send", "a message")
    expect(main(page)).to_contain_text(text)


def pledged_and_the_gap_stays(story: Story) -> None:
    """A pledge in euros, worth its rate in the room; the public gap does not move."""
    page = story.at(DONOR, "funders:room", story.found["room"])
    story.follow(page, NEGOTIATION.transitions["pledge"].label)
    fill(page, given.PLEDGE)
    story.press(page, "Make this pledge")
    for amount in (story.money(given.PLEDGED, "EUR"), story.money(given.WORTH)):
        expect(page.locator("main aside")).to_contain_text(amount)
    assert gap(story) == given.NEEDED
    ministry = story.at(MINISTRY, "funders:room", story.found["room"])
    told = facts(ministry, ".gap-dl")
    assert figure(told[story.say("Pledged only")]) == given.WORTH
    assert figure(told[story.say("Still open")]) == given.NEEDED


def committed_and_the_gap_closes(story: Story) -> None:
    """With the signed document the converted amount is taken from the gap, for everybody to see."""
    page = story.at(DONOR, "funders:commit", story.found["room"])
    signed = {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": PDF}
    page.locator("main [name=upload]").set_input_files(signed)  # type: ignore[arg-type]
    story.press(page, "Commit the money")
    expect(main(page)).to_contain_text(story.say(NegotiationStatus.COMMITTED.label))
    assert gap(story) == given.NEEDED - given.WORTH
    committed = facts(story.of(""), ".gap-dl")[story.say("Committed")]
    assert figure(committed) == given.WORTH


# --- Execution ---------------------------------------------------------------------------------------


def begun(story: Story) -> None:
    """The Network confirms money and agency; the ministry writes the agreement down; the work has begun."""
    project = story.found["project"]
    page = story.at(LEAD, "projects:project", project)
    story.step(page, PROJECT, "secure")
    story.step(page, PROJECT, "select_agency")

    ministry = story.at(MINISTRY, "projects:project", project)
    story.follow(ministry, "Agreement, reports and results")
    story.follow(ministry, "Write down the signed agreement")
    expect(ministry.locator("main [name=starts_on]")).to_have_value(given.START.isoformat())
    fill(ministry, given.AGREEMENT)
    story.press(ministry, "Save the agreement")
    expect(main(ministry)).to_contain_text(given.AGENCY)

    story.at(LEAD, "projects:execution", project)
    expect(page.locator("main [name=actual_start]")).to_have_value(given.START.isoformat())
    taken(page, "start")
    expect(main(page)).to_contain_text(story.say(ProjectStatus.EXECUTION.label))


def taken(page: Page, name: str, **answers: str) -> None:
    """A step of execution that asks something: open it, answer, send."""
    form = page.locator(f"main details:has(form[action$='/execution/do/{name}/'])")
    form.locator("summary").click()
    fill(page, answers)
    sent(page, lambda: form.get_by_role("button").last.click())


def reported_zero_and_late(story: Story) -> None:
    """The first report says zero; the second is late. Everybody sees that these are two different things."""
    reported(story, 1, given.FIRST_REPORT, {given.MANUAL: "0"})
    page = story.of("")
    page.goto(story.found["public"])
    late, zero, unmeasured = (story.say(words) for words in ("late", "reported as zero", "not measured"))
    assert facts(page, ".figs") == {late: "1", zero: "1", unmeasured: "0"}
    states = {ValueState.ZERO: given.MANUAL, ValueState.LATE: given.INDICATOR}
    table = page.locator("section[aria-labelledby=progress] table").first
    for state, indicator in states.items():
        row = table.locator("tbody tr", has_text=indicator)
        expect(row.locator(".tag")).to_have_text(re.compile(f"^{re.escape(story.say(state.label))}$", re.IGNORECASE))
    expect(table.locator("tbody tr", has_text=given.MANUAL).locator("td").nth(1).locator(".st-0")).to_have_text("0")
    not_told = table.locator("tbody tr", has_text=given.INDICATOR).locator("td").nth(1)
    expect(not_told).to_have_text(story.say("no value"))
    reported(story, 2, given.LAST_REPORT, {given.INDICATOR: "85"})


def reported(story: Story, number: int, words: Mapping[str, str], values: Mapping[str, str]) -> None:
    """The contributor writes and sends a report; the focal point, who did not write it, approves."""
    page = story.at(WRITER, "projects:report", story.found["project"], number)
    fill(page, dict(words))
    for indicator, value in values.items():
        page.locator("main fieldset", has_text=indicator).locator("[name$='-value']").fill(value)
    story.press(page, UPDATE.transitions["send"].label)
    page = story.at(MINISTRY, "projects:execution", story.found["project"])
    story.follow(page, "Read and approve")
    story.step(page, UPDATE, "approve")


def completed(story: Story) -> None:
    """The Network confirms the end, and says what became of the practice that was taken over."""
    page = story.at(LEAD, "projects:execution", story.found["project"])
    worked = AdaptationResult.POSITIVE.value
    taken(page, "complete", actual_end=given.END.isoformat(), result=worked, changed=given.CHANGED)
    expect(main(page)).to_contain_text(story.say(ProjectStatus.COMPLETED.label))
    anybody = story.of("")
    anybody.goto(story.found["public"])
    expect(main(anybody)).to_contain_text(story.say(ProjectStatus.COMPLETED.label))
    sent(anybody, lambda: anybody.locator("aside .facts").get_by_role("link", name=re.compile(r"^P-\d{4}$")).click())
    expect(anybody.get_by_role("heading", level=1)).to_have_text(story.found["practice"])
    expect(main(anybody)).to_contain_text(given.CHANGED)


def offered_as_a_practice(story: Story) -> None:
    """The end of a project offers a practice: the ministry finds the task, and the draft is filled from the project."""
    page = story.at(WRITER, "workspace:home")
    task = main(page).locator("li", has_text=given.TITLE)
    words = story.say("Share what came of this project as a practice")
    sent(page, lambda: task.get_by_role("link", name=words).first.click())
    story.press(page, "Open the practice")
    expect(page).to_have_url(re.compile(r"/practices/[0-9a-f-]{36}/check/$"))
    filled = main(page)
    for text in (
        given.TITLE, given.NEED["brief"]["summary"], given.TEXTS["objective"]["objective"], given.SIGN,
        given.FIRST_REPORT["difficulties"], given.LAST_REPORT["narrative"], given.INDICATOR, given.TASKS["risk"],
    ):  # fmt: skip
        expect(filled).to_contain_text(text)
    shown = filled.inner_text()
    assert shown.index(given.TEXTS["objective"]["objective"]) < shown.index(given.TASKS["clause"])
    for outcome in (rf"85 %\s*\({given.END.year}\)", rf"0 manuals\s*\({given.MIDDLE.year}\)"):
        expect(filled).to_contain_text(re.compile(outcome))
