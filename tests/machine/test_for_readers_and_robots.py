"""Feeds, sitemap, languages in the head, linked data: what programs find of the public pages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree

from network_site.organizations.models import User
from network_site.publishing import sitemap
from network_site.publishing.models import OrganizationsPage
from practices.models import DatabankPage

from ..people import People, organization_of, published, step
from ..practices.test_public_life import address
from ..queries import NOT_ASKED
from .test_api import for_members, record_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
SITE = "http://localhost:8000"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
MAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}


def page_url(model: Any, language: str = "en") -> str:
    return str(model.objects.get(locale__language_code=language).url)


def feed_of(client: Client, path: str) -> Any:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/atom+xml; charset=utf-8")
    return etree.fromstring(answer.content)


def titles(feed: Any) -> list[str]:
    return [entry.text for entry in feed.findall("a:entry/a:title", ATOM)]


# --- Feeds -----------------------------------------------------------------------------------


def test_the_databank_as_a_feed_with_its_filters(people: People, client: Client, sign_in: SignIn) -> None:
    first = published(people, people.focal_point(people.organization(country="UY")), title="Tom & <b>Jerry</b>")
    second = published(people, people.focal_point(people.organization(country="PY")), title="In Paraguay")
    for_members(people, first)
    base = page_url(DatabankPage)
    feed = feed_of(client, f"{base}feed/")
    assert titles(feed) == ["In Paraguay", "Tom & <b>Jerry</b>"]
    assert titles(feed_of(client, f"{base}feed/?country=UY")) == ["Tom & <b>Jerry</b>"]
    entry = feed.find("a:entry", ATOM)
    assert entry.find("a:id", ATOM).text == f"urn:uuid:{second.practice_id}"
    assert entry.find("a:link", ATOM).get("href") == f"{SITE}{address(second)}"
    assert entry.find("a:author/a:name", ATOM).text == record_of(second).owner.name
    assert titles(feed_of(sign_in(people.focal_point()), f"{base}feed/")) == titles(feed)
    again = client.get(f"{base}feed/", headers={"If-None-Match": client.get(f"{base}feed/").headers["ETag"]})
    assert again.status_code == 304
    french = feed_of(client, f"{page_url(DatabankPage, 'fr')}feed/")
    assert french.get("{http://www.w3.org/XML/1998/namespace}lang") == "fr"
    step(people.publisher(), first, "withdraw", note="Asked for.")
    assert titles(feed_of(client, f"{base}feed/")) == ["In Paraguay"]


def test_an_organisations_practices_as_a_feed_and_links_in_the_head(people: People, client: Client) -> None:
    focal_point = people.focal_point()
    published(people, focal_point, title="Ours")
    published(people, title="Others'")
    ministry = organization_of(focal_point)
    path = f"{page_url(OrganizationsPage)}{ministry.key}/"
    assert titles(feed_of(client, f"{path}feed/")) == ["Ours"]
    assert (
        f'type="application/atom+xml" title="{ministry.name}" href="{path}feed/"' in client.get(path).content.decode()
    )
    listed = client.get(f"{page_url(DatabankPage)}?country=UY&page=1").content.decode()
    assert f'href="{page_url(DatabankPage)}feed/?country=UY"' in listed
    assert client.get(f"{page_url(OrganizationsPage)}nobody/feed/").status_code == 404
    hidden = people.organization(listed=False)
    assert client.get(f"{page_url(OrganizationsPage)}{hidden.key}/feed/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_a_feed_costs_the_same_for_one_entry_or_three(people: People, client: Client, count: int) -> None:
    for _ in range(count):
        published(people)
    path = f"{page_url(DatabankPage)}feed/"
    client.get(path)
    with CaptureQueriesContext(connection) as seen:
        client.get(path)
    records = [query for query in seen if "publishing_publishedrecord" in query["sql"]]
    asked = [query for query in seen if not query["sql"].startswith(NOT_ASKED)]
    assert (len(records), len(asked) <= 9) == (1, True)


# --- Sitemap ---------------------------------------------------------------------------------


def test_the_sitemap_lists_everything_public_in_all_languages(people: People, client: Client) -> None:
    version = published(people)
    gone = published(people)
    step(people.publisher(), gone, "withdraw", note="Asked for.")
    hidden, members = people.organization(listed=False), for_members(people, version)
    answer = client.get("/sitemap.xml")
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    tree = etree.fromstring(answer.content)
    found = {url.findtext("s:loc", namespaces=MAP): url for url in tree.findall("s:url", MAP)}
    for language in ("en", "es", "fr", "pt-br"):
        place = found[f"{SITE}{address(version, language)}"]
        links = {link.get("hreflang"): link.get("href") for link in place.findall("x:link", MAP)}
        assert set(links) == {"en", "es", "fr", "pt-BR", "x-default"}
        assert links["x-default"] == links["en"] == f"{SITE}{address(version)}"
        assert f"{SITE}/{language}/" in found
    assert f"{SITE}/vocab/LAF" in found
    assert f"{SITE}{address(gone)}" not in found
    for secret in (hidden.key, f"/{members.number}-"):
        assert [loc for loc in found if secret in loc] == []
    for path in [loc.removeprefix(SITE) for loc in list(found)[::25]]:
        assert client.get(path).status_code == 200
    assert client.get("/sitemap.xml", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_large_sitemap_becomes_an_index(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = etree.fromstring(client.get("/sitemap.xml").content)
    monkeypatch.setattr(sitemap, "IN_ONE_FILE", 50)
    index = etree.fromstring(client.get("/sitemap.xml").content)
    parts = [entry.text.removeprefix(SITE) for entry in index.findall("s:sitemap/s:loc", MAP)]
    assert len(parts) > 1
    together = [
        loc.text for part in parts for loc in etree.fromstring(client.get(part).content).findall("s:url/s:loc", MAP)
    ]
    assert together == [loc.text for loc in whole.findall("s:url/s:loc", MAP)]
    assert client.get(f"/sitemap-{len(parts) + 1}.xml").status_code == 404


def test_robots_are_told_what_is_not_for_them(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {SITE}/sitemap.xml" in text
    assert "Disallow: /es/workspace/" in text


# --- Languages in the head -------------------------------------------------------------------


def head_links(client: Client, path: str) -> tuple[list[str], dict[str, str]]:
    html = client.get(path).content.decode()
    canonical = re.findall(r'<link rel="canonical" href="([^"]+)"', html)
    return canonical, dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)"', html))


def test_records_and_lists_name_their_other_languages(people: People, client: Client) -> None:
    version = published(people)
    _canonical, links = head_links(client, address(version, "es"))
    assert links == {
        "en": f"{SITE}{address(version)}",
        "es": f"{SITE}{address(version, 'es')}",
        "fr": f"{SITE}{address(version, 'fr')}",
        "pt-BR": f"{SITE}{address(version, 'pt-br')}",
        "x-default": f"{SITE}{address(version)}",
    }
    for model in (DatabankPage, OrganizationsPage):
        canonical, links = head_links(client, f"{page_url(model, 'fr')}?q=a")
        assert canonical == [f"{SITE}{page_url(model, 'fr')}"]
        assert len(links) == 5
    assert head_links(client, "/en/accounts/login/") == ([], {})


# --- Linked data -----------------------------------------------------------------------------


def linked(client: Client, path: str) -> list[dict[str, Any]]:
    html = client.get(path).content.decode()
    return [
        json.loads(block)
        for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, flags=re.DOTALL)
    ]


def test_a_practice_says_what_it_is(people: People, client: Client) -> None:
    nasty = '</script><script>alert(1)</script> & "x" \u2028'
    version = published(people, people.focal_point(people.organization(country="UY")), title=nasty)
    record = record_of(version)
    article, way = linked(client, address(version))
    assert (article["@type"], article["headline"], article["inLanguage"]) == ("Article", record.title, "en")
    assert "</script>" in article["headline"]
    assert article["about"][0]["@id"] == f"{SITE}/vocab/LAF/LAF1.1"
    assert article["spatialCoverage"]["identifier"] == "UY"
    assert [step["name"] for step in way["itemListElement"]] == ["Practices", record.title]
    assert "<script>alert" not in client.get(address(version)).content.decode()
    in_spanish = linked(client, address(version, "es"))[0]
    assert in_spanish["inLanguage"] == "en"


def test_lists_organisations_and_the_site_say_what_they_are(people: People, client: Client) -> None:
    version = published(people)
    dataset, items = linked(client, page_url(DatabankPage))
    assert (dataset["@type"], items["itemListElement"][0]["url"]) == ("Dataset", f"{SITE}{address(version)}")
    for download in dataset["distribution"]:
        assert client.get(download["contentUrl"].removeprefix(SITE)).status_code == 200
    owner = record_of(version).owner
    node, _way = linked(client, f"{page_url(OrganizationsPage)}{owner.key}/")
    assert (node["@type"], node["name"]) == ("GovernmentOrganization", owner.name)
    (site,) = linked(client, "/es/")
    target = site["potentialAction"]["target"]["urlTemplate"]
    assert target == f"{SITE}{page_url(DatabankPage, 'es')}?q={{search_term_string}}"
