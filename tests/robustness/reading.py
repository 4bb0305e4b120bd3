"""Reads an answer as a browser would: what runs, what is typed in its forms, what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

INERT_SCRIPTS = {"application/json", "application/ld+json"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
TEXTUAL = {"text", "email", "url", "search", "number", "password", "date", "tel", ""}


@dataclass
class Field:
    name: str
    kind: str
    value: str
    checked: bool = True
    options: list[str] = field(default_factory=list)


@dataclass
class Form:
    action: str
    method: str
    fields: list[Field] = field(default_factory=list)


class Reader(HTMLParser):
    """One pass over a page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.active: list[str] = []
        self.forms: list[Form] = []
        self.headings: list[str] = []
        self._open: str = ""
        self._words: list[str] = []
        self._area: Field | None = None
        self._select: Field | None = None
        self._in_main = False
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in given}
        self.active += [f"<{tag} {name}={attributes[name][:60]}>" for name in attributes if name.startswith("on")]
        for name in ("href", "src", "action", "formaction"):
            target = re.sub(r"[\x00-\x20]", "", attributes.get(name, "")).lower()
            if target.startswith(("javascript:", "vbscript:", "data:text")):
                self.active.append(f"<{tag} {name}={target[:60]}>")
        ours = attributes.get("src", "").startswith("/static/") or attributes.get("type") in INERT_SCRIPTS
        if tag == "script" and not ours:
            self.active.append(f"<script> {attributes}")
        if tag in {"iframe", "object", "embed", "base", "style"}:
            self.active.append(f"<{tag}>")
        if tag == "main":
            self._in_main = True
        if tag == "h1":
            self._open, self._words = "h1", []
        if tag == "form":
            self.forms.append(Form(attributes.get("action", ""), attributes.get("method", "get").lower()))
        if self.forms and attributes.get("name") and "disabled" not in attributes:
            kind = attributes.get("type", "text" if tag == "input" else tag)
            if tag == "input" and kind not in {"submit", "button"}:
                checked = kind not in {"radio", "checkbox"} or "checked" in attributes
                self.forms[-1].fields.append(Field(attributes["name"], kind, attributes.get("value", ""), checked))
            elif tag == "textarea":
                self._area = Field(attributes["name"], "textarea", "")
                self._words = []
            elif tag == "select":
                self._select = Field(attributes["name"], "select", "")
                self.forms[-1].fields.append(self._select)
        if tag == "option" and self._select is not None:
            given_value = attributes.get("value", "")
            if "selected" in attributes or not self._select.options:
                self._select.value = given_value
            self._select.options.append(given_value)

    def handle_data(self, data: str) -> None:
        if self._open or self._area is not None:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "h1" and self._open:
            self.headings.append("".join(self._words).strip())
            self._open = ""
        elif tag == "textarea" and self._area is not None:
            # A browser drops the first line break of a text area.
            self._area.value = re.sub(r"\A\r?\n", "", "".join(self._words))
            self.forms[-1].fields.append(self._area)
            self._area = None
        elif tag == "select":
            self._select = None

    def typed(self) -> dict[str, list[str]]:
        """Every text in the fields of the page's forms, by name."""
        found: dict[str, list[str]] = {}
        for form in self.forms:
            for one in form.fields:
                found.setdefault(one.name, []).append(one.value)
        return found


def even(text: str) -> str:
    """The text with the line breaks and without the characters that a browser changes by itself."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


@dataclass
class Answer:
    """An answer of the site, judged."""

    status: int
    seconds: float
    headers: dict[str, str]
    body: str
    wrongs: list[str]
    page: Reader | None


def judge(response: Any, seconds: float) -> Answer:
    """What is wrong with an answer, whoever asked for whatever."""
    body = "" if response.streaming else response.content.decode("utf-8", "replace")
    wrongs = []
    page = None
    if response.status_code >= 500:
        wrongs.append(f"answered {response.status_code}")
    if seconds > 5:
        wrongs.append(f"took {seconds:.1f} s")
    if "X-Injected" in response.headers or any(re.search(r"[\r\n]", value) for value in response.headers.values()):
        wrongs.append("header injected")
    location = response.headers.get("Location", "")
    if location.startswith(("//", "http", "\\")) and not location.startswith("http://testserver"):
        wrongs.append(f"led away to {location[:80]}")
    if response.headers.get("Content-Type", "").startswith("text/html") and body:
        page = Reader(body)
        if page.active:
            wrongs.append(f"ran something: {page.active[:3]}")
        if "<script>alert" in body:
            wrongs.append("a script came through")
        if len(page.headings) != 1 or not page.headings[0]:
            wrongs.append(f"{response.status_code} without one heading that says what it is: {page.headings}")
    elif response.status_code >= 400 and not response.headers.get("Allow") and len(body) < 10:
        wrongs.append(f"{response.status_code} without a word")
    return Answer(response.status_code, seconds, dict(response.headers), body, wrongs, page)
