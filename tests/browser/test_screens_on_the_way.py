"""Screens that no address leads to: what is answered to a form, and what an account shows after one more proof."""

from __future__ import annotations

import io
import re

import pytest
from docx import Document
from playwright.sync_api import Page, expect

from network_site.organizations.seeding import DEMO_PASSWORD

from .site import Site
from .test_accessibility import LOCALES, all_faults, faults_here
from .test_accounts import with_authenticator
from .visitors import Visitors, heading, press

pytestmark = pytest.mark.browser
both_languages = pytest.mark.parametrize("language", ["en", "es"])


def send(page: Page) -> None:
    """Press the main button of the page's form."""
    page.locator("main form button[type=submit]").last.click()


def prove(page: Page) -> None:
    """Show the password once more where it is asked for."""
    expect(page).to_have_url(re.compile("/reauthenticate/"))
    page.locator("main [name=password]").fill(DEMO_PASSWORD)
    page.locator("main form", has=page.locator("[name=password]")).locator("button[type=submit]").click()


def test_the_pages_of_a_second_factor_have_no_fault(visitors: Visitors) -> None:
    """A person adds a passkey, sees her codes, and looks at everything that she could change."""
    page = visitors.window("donor")
    page.goto("/en/accounts/2fa/webauthn/add/")
    prove(page)
    heading(page, "Add a passkey")
    assert all_faults(page) == {}
    with_authenticator(page)
    page.reload()
    page.locator("#mfa_webauthn_add").click()
    expect(page).to_have_url(re.compile("/recovery-codes/"))
    found = {page.url: all_faults(page)}
    page.goto("/en/accounts/2fa/webauthn/")
    ways = page.locator("main a[href*='/webauthn/keys/']").evaluate_all("links => links.map(link => link.pathname)")
    assert sorted(way.rstrip("/").rpartition("/")[2] for way in ways) == ["edit", "remove"]
    shown = (
        "",
        "webauthn/",
        "webauthn/reauthenticate/",
        "recovery-codes/",
        "recovery-codes/generate/",
        "totp/activate/",
    )
    for way in (*ways, *(f"/en/accounts/2fa/{name}" for name in shown)):
        answer = page.goto(way)
        assert answer is not None
        assert (answer.status, page.url.endswith(way)) == (200, True)
        found[way] = all_faults(page)
    assert {where: what for where, what in found.items() if what} == {}


@both_languages
def test_the_pages_of_a_code_have_no_fault(language: str, visitors: Visitors) -> None:
    page = visitors.window()
    page.goto(f"/{language}/accounts/login/")
    page.locator("[name=login]").fill("publisher@demo.enlace.example")
    page.locator("[name=password]").fill(DEMO_PASSWORD)
    send(page)
    expect(page).to_have_url(re.compile("/2fa/authenticate/"))
    assert all_faults(page) == {}
    page.locator("[name=code]").fill("000000")
    page.locator("main form", has=page.locator("[name=code]")).locator("button[type=submit]").first.click()
    page.locator("main [role=alert]").first.wait_for()
    assert faults_here(page) == {}


def test_taking_an_app_away_has_no_fault(visitors: Visitors) -> None:
    page = visitors.window("admin")
    page.goto("/en/accounts/2fa/totp/deactivate/")
    prove(page)
    expect(page).to_have_url(re.compile("/totp/deactivate/"))
    assert all_faults(page) == {}


@both_languages
def test_the_comparison_with_a_word_file_has_no_fault(language: str, visitors: Visitors, site: Site) -> None:
    page = visitors.window("contributor", locale=LOCALES[language])
    page.goto(site.screen("word", language))
    download = page.locator("main a[href$='/word/form/']").get_attribute("href")
    document = Document(io.BytesIO(page.request.get(str(download)).body()))
    cells = [row.cells for table in document.tables for row in table.rows]
    for key, text in (("title", "Job advice in public libraries and buses"), ("start_year", "soon")):
        (answer,) = [row[-1] for row in cells if f"⟦{key}⟧" in row[0].text]
        answer.paragraphs[0].text = text
    changed = io.BytesIO()
    document.save(changed)

    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    page.locator("[name=file]").set_input_files({"name": "f.docx", "mimeType": kind, "buffer": changed.getvalue()})
    send(page)

    expect(page.locator("[name=take][value=title]")).to_be_visible()
    assert faults_here(page) == {}


@both_languages
def test_a_conflict_has_no_fault(language: str, visitors: Visitors, site: Site) -> None:
    mine, theirs = visitors.window("contributor"), visitors.window("focal")
    mine.goto(site.screen("step_contact", language))
    theirs.goto(site.screen("step_contact"))
    theirs.locator("[name=transfer_offer]").fill(f"One study visit a year ({language})")
    press(theirs, "Save and leave")
    expect(theirs.locator("main")).to_contain_text("Saved.")
    mine.locator("[name=transfer_offer]").fill("Two study visits a year")
    with mine.expect_response(lambda answer: answer.request.method == "POST") as sent:
        send(mine)
    assert sent.value.status == 409
    mine.locator("main section textarea").first.wait_for()
    assert faults_here(mine) == {}


@both_languages
def test_a_form_that_came_from_nowhere_has_no_fault(language: str, visitors: Visitors) -> None:
    page = visitors.window()
    page.goto(f"/{language}/accounts/password/reset/")
    page.locator("[name=email]").fill("somebody@example.org")
    page.context.clear_cookies()
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        send(page)
    assert sent.value.status == 403
    page.locator("main ol").wait_for()
    assert faults_here(page) == {}


@both_languages
def test_too_many_tries_have_a_page_without_fault(language: str, visitors: Visitors) -> None:
    page = visitors.window()
    statuses = []
    for _try in range(4):
        page.goto(f"/{language}/accounts/password/reset/")
        page.locator("[name=email]").fill(f"nobody-{language}@example.org")
        with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
            send(page)
        statuses.append(sent.value.status)
    assert statuses == [302, 302, 302, 429]
    page.locator("main h1").wait_for()
    assert faults_here(page) == {}
