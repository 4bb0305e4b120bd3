"""The pages that everybody reads, in four languages."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from wagtail.models import Page

from network_site.publishing.models import HomePage, OrganizationsPage, PublishedRecord, TextPage
from practices.models import DatabankPage

from ..people import People, published

pytestmark = pytest.mark.django_db
LANGUAGES = ("en", "es", "fr", "pt-br")


def read(client: Client, url: str) -> BeautifulSoup:
    answer = client.get(url)
    assert (url, answer.status_code) == (url, 200)
    return BeautifulSoup(answer.content.decode(), "html.parser")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_a_language_answers_in_it(people: People, client: Client, language: str) -> None:
    published(people)
    pages = [
        page
        for model in (HomePage, DatabankPage, OrganizationsPage, TextPage)
        for page in model.objects.live().filter(locale__language_code=language)
    ]
    assert len(pages) == 1 + 1 + 1 + TextPage.objects.filter(locale__language_code="en").count()
    for page in pages:
        tree = read(client, page.url)
        assert (page.url, tree.html["lang"], len(tree.find_all("h1")), len(tree.find_all("main"))) == (
            page.url, language, 1, 1,
        )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_of_the_front_page_leads_somewhere(people: People, client: Client, language: str) -> None:
    published(people)
    links = {link["href"] for link in read(client, f"/{language}/").find_all("a", href=True)}
    inside = sorted(link for link in links if link.startswith("/"))
    assert len(inside) > 10
    answers = {link: client.get(link, follow=True).status_code for link in inside}
    assert {link: status for link, status in answers.items() if status != 200} == {}


def test_each_page_exists_in_each_language() -> None:
    pages = Page.objects.live().filter(depth__gte=2)
    by_key: dict[object, set[str]] = {}
    for page in pages.select_related("locale"):
        by_key.setdefault(page.translation_key, set()).add(page.locale.language_code)
    assert {key: languages for key, languages in by_key.items() if languages != set(LANGUAGES)} == {}


@pytest.mark.parametrize("kind", [HomePage, DatabankPage, OrganizationsPage, TextPage])
def test_the_language_switch_leads_to_the_same_page(client: Client, kind: type[Page]) -> None:
    page = kind.objects.live().filter(locale__language_code="en").first()
    links = {link["hreflang"]: link["href"] for link in read(client, page.url).select("nav.langs a")}
    siblings = kind.objects.filter(translation_key=page.translation_key).select_related("locale")
    assert links == {one.locale.language_code: one.url for one in siblings}


def test_the_front_door_leads_to_the_readers_language(client: Client) -> None:
    for accepted, target in (("es", "/es/"), ("pt-BR,pt;q=0.9", "/pt-br/"), ("de", "/en/"), ("fr-CA", "/fr/")):
        answer = client.get("/", headers={"accept-language": accepted})
        assert (answer.status_code, answer.url) == (302, target)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["nothing-here/", "workspace-of-nobody/", "practices/1-x/v1/v2/"])
def test_what_is_not_there_is_said_in_the_readers_language(client: Client, language: str, path: str) -> None:
    answer = client.get(f"/{language}/{path}")
    tree = BeautifulSoup(answer.content.decode(), "html.parser")
    assert (answer.status_code, tree.html["lang"], len(tree.find_all("h1"))) == (404, language, 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_records_of_nobody_are_not_found_and_a_wrong_title_is_moved(
    people: People, client: Client, language: str
) -> None:
    version = published(people)
    record = PublishedRecord.objects.get(pk=version.practice_id)
    base = DatabankPage.objects.get(locale__language_code=language).url
    organizations = OrganizationsPage.objects.get(locale__language_code=language).url
    assert client.get(f"{base}{record.path}").status_code == 200
    for path in (f"{record.number}-wrong/", f"{record.number}/"):
        moved = client.get(base + path)
        assert (moved.status_code, moved.url) == (301, base + record.path)
    assert client.get(f"{base}{record.number + 1}-{record.slug}/").status_code == 404
    assert client.get(f"{organizations}no-such-house/").status_code == 404


def runs(tag: Any) -> bool:
    """Whether a browser may do anything with it: linked data is a block of data, and holds no bare angle bracket."""
    return tag.get("type") != "application/ld+json" or "<" in tag.get_text()


def test_public_pages_are_without_inline_code_and_under_a_policy(people: People, client: Client) -> None:
    published(people)
    databank = DatabankPage.objects.get(locale__language_code="en").url
    for url in ("/en/", databank, databank + PublishedRecord.objects.get().path):
        answer = client.get(url)
        tree = BeautifulSoup(answer.content.decode(), "html.parser")
        assert [script for script in tree.find_all("script") if not script.get("src") and runs(script)] == []
        assert tree.find_all(attrs={"style": True}) == []
        assert [tag.name for tag in tree.find_all(True) if any(name.startswith("on") for name in tag.attrs)] == []
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert "unsafe-inline" not in answer["Content-Security-Policy"]


def test_a_title_of_a_practice_cannot_carry_code(people: People, client: Client) -> None:
    version = published(people, title="<script>alert(1)</script> & co", one_line='"><img src=x onerror=alert(1)>')
    record = PublishedRecord.objects.get(pk=version.practice_id)
    databank = DatabankPage.objects.get(locale__language_code="en").url
    for url in ("/en/", databank, databank + record.path):
        tree = read(client, url)
        assert "<script>alert(1)</script> & co" in tree.get_text()
        assert [tag for tag in tree.find_all(["script", "img"]) if "alert(1)" in str(tag) and runs(tag)] == []
