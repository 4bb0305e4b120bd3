"""People at the console, and what stands on its pages."""

from __future__ import annotations

import re
from typing import Any

from bs4 import BeautifulSoup
from django.test import Client

from network_site.organizations.models import User

from ..people import People, prove_second_factor


def staff_client(people: People, *roles: str) -> Client:
    """A browser in which somebody of the Network's staff is signed in with all that it takes."""
    return client_of(people.member(people.network(), *roles))


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    prove_second_factor(client, user)
    return client


def page(client: Client, path: str, status: int = 200) -> BeautifulSoup:
    answer = client.get(path)
    assert (path, answer.status_code) == (path, status)
    return BeautifulSoup(answer.content.decode(), "html.parser")


def words(tree: Any) -> str:
    """The text of the main part, with single spaces."""
    return re.sub(r"\s+", " ", tree.find("main").get_text(" "))


def table(tree: Any, number: int = 0) -> list[list[str]]:
    """The cells of a table's rows."""
    found = tree.find("main").find_all("table")[number]
    return [
        [re.sub(r"\s+", " ", cell.get_text(" ")).strip() for cell in row.find_all(["th", "td"])]
        for row in found.tbody.find_all("tr")
    ]


def fields(tree: Any) -> dict[str, str]:
    """Names and values of the fields of the page's form, as a browser would send them."""
    found = {}
    for form in tree.find("main").find_all("form", method="post"):
        for field in form.find_all(["input", "textarea", "select"]):
            kind = field.get("type")
            if not field.get("name") or (kind in {"radio", "checkbox"} and not field.has_attr("checked")):
                continue
            if field.name == "select":
                chosen = field.find("option", selected=True)
                found[field["name"]] = chosen["value"] if chosen else ""
            elif field.name == "textarea":
                found[field["name"]] = field.get_text().removeprefix("\n")
            else:
                found[field["name"]] = field.get("value", "on" if kind == "checkbox" else "")
    found.pop("csrfmiddlewaretoken", None)
    return found


def errors(tree: Any) -> list[str]:
    """What stands beside fields and above the form."""
    return [re.sub(r"\s+", " ", one.get_text(" ")).strip() for one in tree.select("main .error-message")]
