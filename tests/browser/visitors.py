"""People in front of a browser: sign in, fill forms, press buttons, and nothing that a person could not do."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect

from network_site.organizations.seeding import DEMO_PASSWORD, current_code, demo_account

from .site import Site

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 700}
PATIENCE = 20_000  # a busy machine is slow, and a wait ends as soon as it is fulfilled

expect.set_options(timeout=PATIENCE)


@dataclass
class Visitors:
    """Opens windows for people; whoever signed in once keeps that session (a code works only once in 30 seconds)."""

    browser: Browser
    site: Site
    sessions: dict[str, Any] = field(default_factory=dict)
    contexts: list[BrowserContext] = field(default_factory=list)

    def window(self, name: str = "", **options: Any) -> Page:
        """A window of its own: of nobody, or of somebody who is signed in."""
        if name and name not in self.sessions:
            self._remember(name)
        context = self.browser.new_context(
            **{
                "viewport": WIDE,
                "locale": "en-GB",
                "base_url": self.site.url,
                "storage_state": self.sessions.get(name),
                **options,
            }
        )
        context.set_default_timeout(PATIENCE)
        self.contexts.append(context)
        return context.new_page()

    def _remember(self, name: str) -> None:
        page = self.window()
        sign_in(page, name)
        self.sessions[name] = page.context.storage_state()
        page.context.close()

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        self.contexts.clear()


def sign_in(page: Page, name: str) -> None:
    """Password, and the code on a second page where the account has one; then the workspace in her language."""
    email = name if "@" in name else f"{name}@demo.enlace.example"
    page.goto("/en/accounts/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(DEMO_PASSWORD)
    press(page, "Sign in")
    if "@" not in name and demo_account(name).secret:
        expect(page.get_by_role("heading", level=1)).to_have_text("Enter your code")
        page.locator("[name=code]").fill(current_code(demo_account(name)))
        press(page, "Sign in")
    expect(page).to_have_url(re.compile(r"/(en|es|fr|pt-br)/workspace/$"))


def press(page: Page, words: str, *, nth: int = 0) -> None:
    """Press the button in the main text that says these words."""
    page.locator("main").get_by_role("button", name=words, exact=True).nth(nth).click()


def follow(page: Page, words: str) -> None:
    """Follow the first link in the main text with these words."""
    page.locator("main").get_by_role("link", name=words).first.click()


def fill(page: Page, answers: dict[str, Any]) -> None:
    """Answer questions by their names: texts, choices (a value or a list of values), boxes (True or False)."""
    for name, value in answers.items():
        control = page.locator(f"main [name='{name}']")
        kind = control.first.evaluate("field => field.type")
        if kind in {"radio", "checkbox"} and not isinstance(value, bool):
            for one in value if isinstance(value, list) else [value]:
                page.locator(f"main [name='{name}'][value='{one}']").check()
        elif kind == "checkbox":
            control.set_checked(value)
        elif kind == "select-one":
            control.select_option(value)
        else:
            control.fill(value)


def heading(page: Page, words: str) -> None:
    """Expect to be on the page with this heading."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)
