"""Read a page as a browser does: what its form would send, what stands beside a field."""

from __future__ import annotations

from typing import Any

from bs4 import BeautifulSoup, Tag
from django.http import HttpResponse


def soup(page: HttpResponse) -> BeautifulSoup:
    """The page as a tree."""
    return BeautifulSoup(page.content.decode(), "html.parser")


def words(page: HttpResponse) -> str:
    """Everything that a reader reads, with single spaces."""
    return " ".join(soup(page).get_text(" ").split())


def form_of(page: HttpResponse, holding: str) -> Tag:
    """The form that holds a field of this name."""
    for form in soup(page).find_all("form"):
        if form.find(attrs={"name": holding}):
            return form
    raise AssertionError(f"No form of this page holds {holding}.")


def filled(page: HttpResponse, holding: str) -> dict[str, list[str]]:
    """What a browser would send of the form that holds this field, without its buttons."""
    found: dict[str, list[str]] = {}
    for field in form_of(page, holding).find_all(["input", "textarea", "select"]):
        name, kind = field.get("name"), field.get("type", "text")
        if not name or kind in {"file", "submit", "button"} or name == "csrfmiddlewaretoken":
            continue
        if kind in {"checkbox", "radio"} and not field.has_attr("checked"):
            continue
        if field.name == "textarea":
            found.setdefault(name, []).append(field.get_text().removeprefix("\n"))
        elif field.name == "select":
            found.setdefault(name, []).extend(
                option.get("value", "") for option in field.find_all("option") if option.has_attr("selected")
            )
        else:
            found.setdefault(name, []).append(field.get("value", "on" if kind in {"checkbox", "radio"} else ""))
    return found


def errors_beside(page: HttpResponse) -> dict[str, str]:
    """The words beside each field that was refused, by the field's id."""
    return {
        str(line["id"]).removesuffix("_error").removeprefix("id_"): " ".join(line.get_text(" ").split())
        for line in soup(page).find_all(class_="err-msg")
        if line.get("id")
    }


def values(sent: dict[str, Any]) -> dict[str, list[str]]:
    """What was sent, in the form of `filled`."""
    return {
        name: [str(part) for part in value] if isinstance(value, list) else [str(value)] for name, value in sent.items()
    }
