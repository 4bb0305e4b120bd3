"""Every screen in two languages, narrow and wide: no fault that axe knows, nothing sideways, nothing from elsewhere.

With scripts, and by night without: each screen is loaded a second time while Chromium runs no script of its page.
Where that leaves the same elements, axe has seen them already; where scripts change something, axe looks again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

from . import execution_screens, learning_screens, match_screens, needs_screens, project_screens
from .site import Site
from .visitors import NARROW, WIDE, Visitors

pytestmark = pytest.mark.browser

PUBLIC = (
    "home", "databank", "databank_narrowed", "databank_empty", "practice_documented", "practice_reviewed",
    "practice_settled", "practice_version", "organizations", "organization", "about", "functions", "news_list", "news",
    "publications", "publication", "countries", "country", "glossary", "vocabulary", "vocabulary_scheme",
    "vocabulary_term", "api", "missing", "withdrawn", "unreadable",
    "search", "search_words", "search_practices", "search_table", "search_map", "search_nothing",
    *needs_screens.PUBLIC,
    "offers", "offers_nothing", "offer_public", "offer_closed",
    *execution_screens.PUBLIC,
    *project_screens.PUBLIC,
    *learning_screens.PUBLIC,
)  # fmt: skip
ACCOUNTS = (
    "sign_in", "sign_up", "sign_out", "inactive", "sso_start", "sso_refused", "invitation_closed", "invitation_unknown",
    "mail_stop", "mail_stop_unknown", "addresses", "address_sent", "address_confirm", "password_change",
    "password_reset", "password_reset_sent", "password_reset_key", "password_reset_done", "prove_by_password",
    "prove_by_code", "safety", "passkeys", "my_sessions", "my_data",
)  # fmt: skip
WORKSPACE = (
    "workspace", "workspace_network", "notices", "list", "new", "step_brief", "step_where", "step_story",
    "step_results", "step_needs", "step_contact", "step_with_questions", "check", "version", "version_in_review",
    "version_for_staff", "version_to_publish", "translate", "screening", "reviewers", "adjudication", "queue",
    "reviews", "review_closed", "review_open", "review_filed", "forbidden", "foreign", "file_missing",
    "people", "people_for_members", "person", "farewell", "leave", "invite", "trail", "mail_settings",
    "exports", "export_ready", "export_running", "searches", "searches_none", "save_search", "word", "interview",
    "assistance", "assistance_waiting",
    "assistance_open", "confirm",
    "diagnostics", "diagnostics_none", "diagnostic_new", "diagnostic", "diagnostic_open", "diagnostic_area",
    *needs_screens.WORKSPACE,
    *match_screens.WORKSPACE,
    "our_offers", "offer", "offer_draft", "offer_new", "offer_edit", "offer_rule_new", "offer_rule", "partner_profile",
    "requests", "requests_nothing", "request",
    *execution_screens.WORKSPACE,
    *project_screens.WORKSPACE,
    # Rooms, pledges, calls for an agency.
    "rooms", "rooms_of_donor", "room", "room_for_ministry", "funding", "express", "pledge", "commit", "receipt",
    "call_new", "agency_call", "propose", "proposals", "proposal",
    *learning_screens.WORKSPACE,
)  # fmt: skip
# Inside Wagtail's admin: the frame is Wagtail's, the content is ours.
CONSOLE = (
    "console_home", "console_letters", "console_discard", "console_organizations", "console_organization_new",
    "console_organization", "console_verification", "console_schemes", "console_terms", "console_term_new",
    "console_term", "console_term_out", "console_announcements", "console_announcement_new", "console_announcement",
    "console_glossary", "console_concept_new", "console_concept",
)  # fmt: skip
# For developers: what later pages will be made of.
GALLERY = (
    "databank_map", "components_finding", "components_judging", "components_figures", "components_writing",
    "components_telling", "component_map", "component_compare", "frame_public", "frame_entrance",
    "frame_workspace", "frame_form-step", "frame_form-step_refused", "frame_check", "frame_editor", "frame_player",
)  # fmt: skip
STATUS = {
    "missing": 404, "withdrawn": 410, "forbidden": 403, "foreign": 404, "file_missing": 404, "unreadable": 400,
    "sso_refused": 403, "mail_stop_unknown": 404, "invitation_closed": 410, "invitation_unknown": 410,
    **learning_screens.STATUS,
}  # fmt: skip
# Where an address names no language, the reader's browser does.
LOCALES = {"en": "en-GB", "es": "es-ES", "fr": "fr-FR", "pt-br": "pt-BR"}
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}
SIZES = {"narrow": NARROW, "wide": WIDE}
# Every screen in two languages at two widths. By day the longer words are seen where there is little room, which is
# where something breaks first; the other three pairs cost as much again each, and are looked at by night.
LOOKS = (
    pytest.param("es", "narrow", id="es-narrow"),
    pytest.param("en", "wide", id="en-wide", marks=pytest.mark.nightly),
    pytest.param("en", "narrow", id="en-narrow", marks=pytest.mark.nightly),
    pytest.param("es", "wide", id="es-wide", marks=pytest.mark.nightly),
)
LISTEN = """
window.violations = [];
addEventListener("securitypolicyviolation", event => {
  window.violations.push(event.violatedDirective + " " + event.blockedURI);
});
"""


# The elements as they stand, without what is new in each answer.
SHAPE = """() => {
  const copy = document.documentElement.cloneNode(true);
  copy.querySelectorAll("[nonce]").forEach(one => one.removeAttribute("nonce"));
  copy.querySelectorAll("input[type=hidden]").forEach(one => one.removeAttribute("value"));
  return copy.outerHTML;
}"""
SCRIPTS_OFF = "Emulation.setScriptExecutionDisabled"


def faults(page: Page, within: str = "html") -> list[str]:
    """What axe finds: rule and place."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: Any = page.evaluate(
        "([where, options]) => axe.run(where, options)", [within, RULES | {"resultTypes": ["violations"]}]
    )
    return [
        f"{fault['id']}: {' '.join(map(str, node['target']))} {node['html'][:160]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def sideways(page: Page) -> list[str]:
    """The parts that reach over the right edge; empty when the page does not scroll sideways."""
    return page.evaluate(  # type: ignore[no-any-return]
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
        [...document.querySelectorAll("body *")].filter(one => one.getBoundingClientRect().right > innerWidth + 0.5)
        .slice(-5).map(one => one.outerHTML.slice(0, 160))"""
    )


def measured(page: Page, within: str, widths: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    """What is wrong with the page as it stands, at each of these widths."""
    for name in widths:
        page.set_viewport_size(SIZES[name])  # type: ignore[arg-type]
        yield name, faults(page, within)
        yield f"{name}, sideways", sideways(page)


def faults_here(page: Page, within: str = "html", widths: Iterable[str] = tuple(SIZES)) -> dict[str, list[str]]:
    """What is wrong with a page as it stands: one at the end of a way cannot be loaded twice."""
    return {where: what for where, what in measured(page, within, widths) if what}


def visit_without_scripts(page: Page, address: str) -> None:
    """Load a page as a browser does that runs no scripts; axe, which is one, can look at it afterwards."""
    link = page.context.new_cdp_session(page)
    link.send(SCRIPTS_OFF, {"value": True})
    page.goto(address)
    link.send(SCRIPTS_OFF, {"value": False})
    link.detach()


def all_faults(page: Page, widths: Iterable[str] = tuple(SIZES)) -> dict[str, list[str]]:
    """What is wrong with the page that was loaded, with and without scripts; the page stays without."""
    shape = page.evaluate(SHAPE)
    found = faults_here(page, widths=widths)
    visit_without_scripts(page, page.url)
    # Words in a <noscript> are elements only now.
    if page.evaluate(SHAPE) != shape or page.locator("noscript").count():
        found |= {f"{where}, without scripts": what for where, what in faults_here(page, widths=widths).items()}
    return found


def look(page: Page, address: str, status: int, language: str) -> None:
    """Load a page once; everything that must hold at any width."""
    hosts: set[str] = set()
    complaints: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.add_init_script(LISTEN)
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == status
    page.wait_for_load_state("load")
    assert page.evaluate("window.violations") == []
    # Chromium itself reports every answer of 400 and more on the console.
    assert [words for words in complaints if not (status >= 400 and f"status of {status}" in words)] == []
    assert hosts == {urlsplit(address).netloc}
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == language
    assert page.title().endswith("– Enlace")


def test_the_measures_find_planted_faults(visitors: Visitors, site: Site) -> None:
    """Without this a broken measure would find nothing for ever."""
    page = visitors.window(viewport=NARROW)
    page.goto(site.screen("about"))
    assert (faults(page), sideways(page)) == ([], [])
    page.evaluate(
        """() => { document.querySelector("main").insertAdjacentHTML("beforeend",
        "<img src='/static/none.png'><button></button><p class='planted'>wide</p>");
        document.querySelector(".planted").style.cssText = "width: 900px; color: #ccc; background: #fff"; }"""
    )
    assert {fault.split(":")[0] for fault in faults(page)} >= {"image-alt", "button-name", "color-contrast"}
    assert len(sideways(page)) == 1


def test_without_scripts_none_has_run(visitors: Visitors, site: Site) -> None:
    """Without this the second look at each screen would be the first one again."""
    page = visitors.window(site.viewer("step_brief"))
    page.goto(site.screen("step_brief"))
    shape = page.evaluate(SHAPE)
    page.reload()
    assert page.evaluate(SHAPE) == shape
    visit_without_scripts(page, page.url)
    assert page.evaluate(SHAPE) != shape


@pytest.mark.parametrize(("language", "width"), LOOKS)
@pytest.mark.parametrize("screen", [*PUBLIC, *ACCOUNTS, *WORKSPACE, *GALLERY])
def test_screen_has_no_fault(screen: str, language: str, width: str, visitors: Visitors, site: Site) -> None:
    page = visitors.window(site.viewer(screen), viewport=SIZES[width], locale=LOCALES[language])
    look(page, site.screen(screen, language), STATUS.get(screen, 200), language)
    assert faults_here(page, widths=[width]) == {}


@pytest.mark.nightly
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("screen", [*PUBLIC, *ACCOUNTS, *WORKSPACE, *GALLERY])
def test_screen_without_scripts_has_no_fault(screen: str, language: str, visitors: Visitors, site: Site) -> None:
    page = visitors.window(site.viewer(screen), locale=LOCALES[language])
    page.goto(site.screen(screen, language))
    assert all_faults(page) == {}


@pytest.mark.parametrize(("language", "width"), LOOKS)
@pytest.mark.parametrize("screen", CONSOLE)
def test_screen_of_the_console_has_no_fault(
    screen: str, language: str, width: str, visitors: Visitors, site: Site
) -> None:
    """Our own part of it; not without scripts, because Wagtail's admin needs them."""
    ours = "section[aria-labelledby=console-panel]" if screen == "console_home" else ".console"
    page = visitors.window(site.viewer(screen), viewport=SIZES[width], locale=LOCALES[language])
    answer = page.goto(site.screen(screen, language))
    assert answer is not None
    assert answer.status == 200
    assert page.locator("html").get_attribute("lang") == language
    assert page.locator("h1").count() == 1
    assert faults_here(page, ours, [width]) == {}


def test_the_map_is_walked_by_keyboard_and_shows_where_one_is(visitors: Visitors, site: Site) -> None:
    page = visitors.window()
    page.goto(site.screen("component_map").replace("/map/", "/map/bare/"))
    stops = page.locator(".stage").first.locator("svg a:not([tabindex='-1'])")
    names = stops.evaluate_all("links => links.map(link => link.getAttribute('aria-label'))")
    assert names == [
        "Canada: 12 practices", "Guatemala: 2 practices", "Barbados: 1 practice", "Brazil: 3 projects planned",
        "Paraguay: 104 practices",
    ]  # fmt: skip
    stops.first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    walked = []
    for _stop in names:
        here = page.evaluate(
            """() => { const link = document.activeElement, pin = getComputedStyle(link.querySelector(".pin"));
            return [link.getAttribute("aria-label"), pin.strokeWidth]; }"""
        )
        walked.append(tuple(here))
        page.keyboard.press("Tab")
    assert walked == [(name, "4px") for name in names]


@pytest.mark.parametrize(
    "screen",
    [
        "new", "translate", "screening", "reviewers", "review_closed", "course_people", "course_proposal_new",
        "kept_answer", "kept_request", "kept_course_new", "kept_question_typed", "kept_prompt_new",
    ],
)  # fmt: skip
def test_a_refused_form_has_no_fault(screen: str, visitors: Visitors, site: Site) -> None:
    page = visitors.window(site.viewer(screen), viewport=NARROW)
    page.goto(site.screen(screen, "es"))
    # Forms without this attribute ask nothing: a single button does something at once.
    page.locator("main form[novalidate] button[type=submit]").last.click()
    page.locator("main [role=alert]").first.wait_for()
    found = {"narrow": faults(page), "sideways": sideways(page)}
    assert {where: what for where, what in found.items() if what} == {}


@pytest.mark.parametrize("language", ["fr", "pt-br"])
@pytest.mark.parametrize(
    "screen",
    [
        "home", "databank", "practice_reviewed", "step_results", "check", "review_open", "my_quiz_open", "my_lesson",
        "certificate_mine",
    ],
)  # fmt: skip
def test_longer_words_fit_a_narrow_window(screen: str, language: str, visitors: Visitors, site: Site) -> None:
    page = visitors.window(site.viewer(screen), viewport=NARROW)
    look(page, site.screen(screen, language), 200, language)
    assert sideways(page) == []


@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
def test_a_number_stands_on_one_line(viewport: Any, visitors: Visitors, site: Site) -> None:
    """A large figure that breaks between its digits is another number."""
    page = visitors.window(viewport=viewport)
    for screen in ("home", "practice_settled"):
        page.goto(site.screen(screen))
        broken = page.locator(".big").evaluate_all(
            """figures => figures.filter(figure => {
                const text = figure.firstChild, found = /\\d[\\d\\s.,]*/.exec(text.data);
                if (!found) { return false; }
                const range = document.createRange();
                range.setStart(text, found.index);
                range.setEnd(text, found.index + found[0].trimEnd().length);
                return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1;
            }).map(figure => figure.textContent)"""
        )
        assert broken == [], screen


@pytest.mark.parametrize("screen", ["home", "practice_reviewed", "step_brief", "review_open", "my_quiz_open"])
def test_twice_the_text_size_loses_nothing(screen: str, visitors: Visitors, site: Site) -> None:
    """WCAG 1.4.4: 1280 px at 200 % are 640 px; and 1.4.12: wider spacing of lines, words and letters."""
    page = visitors.window(site.viewer(screen), viewport={"width": 640, "height": 450}, bypass_csp=True)
    page.goto(site.screen(screen))
    page.add_style_tag(
        content="* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
        " p { margin-bottom: 2em !important }"
    )
    assert sideways(page) == []
