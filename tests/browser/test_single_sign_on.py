"""Signing in through one's organisation, with a browser on both sites: the way in, and the ways that lead nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from playwright.sync_api import Page, expect

from ..organizations.identity_servers import OURS, SAML, OpenID
from .site import Site, run
from .test_accessibility import faults_here
from .visitors import Visitors, fill, heading, press

pytestmark = pytest.mark.browser


class OpenIDInABrowser(OpenID):
    """A provider whose person may also stop."""

    stops = False

    def get_authorize(self, given: dict[str, str], headers: dict[str, str]) -> Any:
        if self.stops:
            answer = urlencode({"error": "access_denied", "state": given["state"]})
            return 302, "", f"{given['redirect_uri']}?{answer}"
        return super().get_authorize(given, headers)


class SAMLInABrowser(SAML):
    """A provider that sends the browser back with the form of a page, as they all do."""

    def get_sso(self, given: dict[str, str], headers: dict[str, str]) -> Any:
        _status, _kind, told = super().get_sso(given, headers)
        answer = json.loads(told)
        page = (
            "<!doctype html><title>Signed in</title><main><form method=post action='{action}'>"
            "<input type=hidden name=SAMLResponse value='{SAMLResponse}'><button>Back to Enlace</button></form></main>"
        )
        return 200, "text/html", page.format(**{name: escape(value) for name, value in answer.items()})


def configure(site: Site, folder: Path, key: str, domain: str, **described: Any) -> None:
    """What staff of the Network do: a file, and the command."""
    file = folder / f"{key}.yaml"
    file.write_text(yaml.safe_dump({"key": key, "organization": key, "domains": [domain], **described}))
    run("manage.py", "identity_provider", "save", file, env=site.env)


@pytest.fixture(scope="module")
def openid(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenIDInABrowser]:
    with OpenIDInABrowser().running() as server:
        configure(
            site, tmp_path_factory.mktemp("openid"), "demo-ministry-b", "labour.example",
            protocol="oidc", issuer=server.url, client_id=server.client_id, client_secret=server.secret,
        )  # fmt: skip
        yield server


@pytest.fixture(scope="module")
def saml(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SAMLInABrowser]:
    with SAMLInABrowser().running() as server:
        server.given = {"subject": "another-lasting-name", "email": "eva@foundation.example"}
        configure(
            site, tmp_path_factory.mktemp("saml"), "demo-foundation", "foundation.example",
            protocol="saml", entity_id=server.url, sso_url=f"{server.url}/sso", certificates=OURS.certificate(),
        )  # fmt: skip
        yield server


def go_to_provider(page: Page, address: str) -> None:
    """From the front door to the page that says where one goes."""
    page.goto("/en/accounts/login/")
    page.locator("main").get_by_role("link", name="Sign in with your organisation").click()
    heading(page, "Sign in with your organisation")
    fill(page, {"email": address})
    press(page, "Go on")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Go on to ")


def test_a_person_comes_back_from_an_openid_provider_signed_in(visitors: Visitors, openid: OpenIDInABrowser) -> None:
    page = visitors.window()
    go_to_provider(page, "ana@labour.example")
    expect(page.locator("main")).to_contain_text(openid.url.removeprefix("http://"))
    page.get_by_role("link", name="Go to the sign-in page").focus()
    page.keyboard.press("Enter")
    heading(page, "My work")
    expect(page.locator("header")).to_contain_text("Costa Serena")
    page.goto("/en/accounts/email/")
    expect(page.locator("main")).to_contain_text("ana@labour.example")


def test_a_person_comes_back_from_a_saml_provider_signed_in(visitors: Visitors, saml: SAMLInABrowser) -> None:
    """Its page posts from another site, so that none of our cookies come with the answer."""
    page = visitors.window()
    go_to_provider(page, "eva@foundation.example")
    page.get_by_role("link", name="Go to the sign-in page").click()
    page.get_by_role("button", name="Back to Enlace").click()
    heading(page, "My work")


def test_who_stops_at_the_provider_is_told_and_can_begin_again(visitors: Visitors, openid: OpenIDInABrowser) -> None:
    page = visitors.window()
    go_to_provider(page, "ana@labour.example")
    openid.stops = True
    page.get_by_role("link", name="Go to the sign-in page").click()
    heading(page, "You are not signed in")
    expect(page.get_by_role("alert")).to_contain_text("You stopped signing in at")
    openid.stops = False
    page.get_by_role("link", name="Begin again").click()
    heading(page, "Sign in with your organisation")
    expect(page.locator("[name=provider]")).to_have_value("demo-ministry-b")


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_pages_on_the_way_have_no_fault(language: str, visitors: Visitors, openid: OpenIDInABrowser) -> None:
    page = visitors.window()
    page.goto(f"/{language}/accounts/organisation/")
    page.locator("main form button[type=submit]").click()
    page.locator("main [role=alert]").first.wait_for()
    assert faults_here(page) == {}
    page.goto(f"/{language}/accounts/organisation/")
    fill(page, {"provider": "demo-ministry-b"})
    page.locator("main form button[type=submit]").click()
    page.locator("main a.btn").wait_for()
    assert faults_here(page) == {}
