"""A colleague is invited, comes, and signs in with a passkey in French: the whole way, as people go it."""

from __future__ import annotations

import email
import email.policy
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .site import Site, wait_until
from .test_accessibility import faults, sideways
from .visitors import NARROW, Visitors, fill, press

pytestmark = pytest.mark.browser

PASSWORD = "seven quiet rivers"


def letter_to(site: Site, address: str) -> str:
    """The text of the newest mail to an address, as the embedded profile keeps it."""

    def newest() -> str:
        found = []
        for path in (site.folder / "var" / "mail").glob("*.log"):
            for part in path.read_bytes().split(b"-" * 79 + b"\n"):
                message = email.message_from_bytes(part, policy=email.policy.default)
                body = message.get_body(("plain",)) if message["To"] == address else None
                if body is not None:
                    found.append((path.stat().st_mtime_ns, body.get_content()))
        return str(max(found)[1]) if found else ""

    return str(wait_until(newest, seconds=40, what=f"a mail to {address} is there"))


def link_in(letter: str) -> str:
    return re.findall(r"http://\S+", letter)[0]


def with_authenticator(page: Page, **options: Any) -> Any:
    """Give a window a telephone of its own: an authenticator that verifies its owner."""
    link = page.context.new_cdp_session(page)
    link.send("WebAuthn.enable")
    given = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = link.send("WebAuthn.addVirtualAuthenticator", {"options": given | options})
    return link, made["authenticatorId"]


def invite(visitors: Visitors, address: str, roles: list[str], language: str) -> None:
    """The ministry's administrator sends an invitation."""
    page = visitors.window("admin")
    page.goto("/en/workspace/organization/people/")
    page.get_by_role("link", name="Invite a colleague").click()
    fill(page, {"email": address, "roles": roles, "language": language})
    press(page, "Send the invitation")
    expect(page.locator("main").get_by_role("status").first).to_contain_text(address)


def come(page: Page, site: Site, address: str, language: str) -> None:
    """Follow the link of the letter and open an account."""
    page.goto(link_in(letter_to(site, address)))
    expect(page).to_have_url(f"{site.url}/{language}/accounts/invitation/")
    fill(
        page,
        {"first_name": "Aimée", "last_name": "Baptiste", "language": language, "password": PASSWORD, "again": PASSWORD},
    )
    page.locator("main form button[type=submit]").click()


def add_passkey(page: Page, language: str, password: str = PASSWORD) -> None:
    """Show the password once more, then let the authenticator make a passkey."""
    page.goto(f"/{language}/accounts/2fa/webauthn/add/")
    page.locator("[name=password]").fill(password)
    page.locator("main form button[type=submit]").click()
    expect(page.locator("[name=passwordless]")).to_be_checked()
    page.locator("#mfa_webauthn_add").click()
    expect(page).to_have_url(re.compile("/recovery-codes/"))


def sign_in_with_passkey(page: Page, language: str) -> None:
    page.goto(f"/{language}/accounts/login/")
    page.locator("#passkey_login").click()


def test_a_colleague_is_invited_and_signs_in_with_a_passkey_in_french(visitors: Visitors, site: Site) -> None:
    address = "aimee@ministry.example"
    invite(visitors, address, ["contributor"], "fr")
    page = visitors.window(locale="fr-FR")
    come(page, site, address, "fr")
    expect(page).to_have_url(f"{site.url}/fr/workspace/")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    link, authenticator = with_authenticator(page)
    add_passkey(page, "fr")
    credentials = link.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})["credentials"]
    assert [one["isResidentCredential"] for one in credentials] == [True]
    page.context.clear_cookies()
    sign_in_with_passkey(page, "fr")
    expect(page).to_have_url(f"{site.url}/fr/workspace/")
    # She is in the list of her people, and the letter opens nothing any more.
    page.goto("/fr/workspace/organization/people/")
    expect(page.locator("main")).to_contain_text("Aimée Baptiste")
    answer = page.goto(link_in(letter_to(site, address)))
    assert answer is not None
    assert answer.status == 410


def test_an_administrator_sets_a_passkey_up_instead_of_an_app_and_it_is_her_second_factor(
    visitors: Visitors, site: Site
) -> None:
    address = "second.administrator@ministry.example"
    invite(visitors, address, ["administrator"], "fr")
    page = visitors.window(locale="fr-FR")
    come(page, site, address, "fr")
    # Whoever needs a second factor gets nowhere before she has one.
    expect(page).to_have_url(re.compile("/fr/accounts/reauthenticate/"))
    page.goto("/fr/workspace/organization/people/")
    expect(page).to_have_url(re.compile("/fr/accounts/reauthenticate/"))
    with_authenticator(page)
    add_passkey(page, "fr")
    page.goto("/fr/workspace/organization/people/")
    expect(page).to_have_url(f"{site.url}/fr/workspace/organization/people/")
    page.context.clear_cookies()
    sign_in_with_passkey(page, "fr")
    expect(page).to_have_url(f"{site.url}/fr/workspace/")
    assert page.goto("/fr/workspace/organization/trail/").status == 200  # type: ignore[union-attr]


def test_a_passkey_as_second_step_after_the_password(visitors: Visitors, site: Site) -> None:
    address = "third@ministry.example"
    invite(visitors, address, ["contributor"], "en")
    page = visitors.window()
    come(page, site, address, "en")
    with_authenticator(page)
    add_passkey(page, "en")
    page.context.clear_cookies()
    page.goto("/en/accounts/login/")
    fill(page, {"login": address, "password": PASSWORD})
    page.locator("main form button[type=submit]").first.click()
    expect(page).to_have_url(re.compile("/accounts/2fa/authenticate/"))
    page.locator("#mfa_webauthn_authenticate").click()
    expect(page).to_have_url(f"{site.url}/en/workspace/")


def test_a_passkey_that_is_refused_is_said_so(visitors: Visitors) -> None:
    page = visitors.window()
    page.goto("/en/accounts/login/")
    note = page.locator("[data-passkey=failed]")
    expect(note).to_be_hidden()
    with_authenticator(page, isUserVerified=False)
    page.locator("#passkey_login").click()
    expect(note).to_be_visible()
    expect(page).to_have_url(re.compile("/accounts/login/"))


def test_the_page_of_an_invitation_has_no_fault_with_and_without_errors(visitors: Visitors, site: Site) -> None:
    address = "fourth@ministry.example"
    invite(visitors, address, ["contributor", "focal_point"], "es")
    page = visitors.window(viewport=NARROW)
    page.goto(link_in(letter_to(site, address)))
    assert (faults(page), sideways(page)) == ([], [])
    page.locator("main form button[type=submit]").click()
    page.locator("main [role=alert]").first.wait_for()
    assert (faults(page), sideways(page)) == ([], [])


def test_the_token_is_in_no_log_of_the_site_but_the_address_that_was_opened(visitors: Visitors, site: Site) -> None:
    """The web server's own list of addresses sees the first click; the relay and the site say nothing of it."""
    address = "fifth@ministry.example"
    invite(visitors, address, ["learner"], "en")
    token = link_in(letter_to(site, address)).rstrip("/").rpartition("/")[2]
    assert len(token) == 64
    assert token not in site.log("relay")
    assert token not in site.log("server")
