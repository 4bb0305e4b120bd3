"""The map of the Americas: all members are on it, where they can be told apart, and equal to the list beside it."""

from __future__ import annotations

import gzip
import json
from math import hypot

import pytest
from bs4 import BeautifulSoup
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from network_site.common import americas, outbox
from network_site.taxonomy.models import Country
from practices.models import DatabankPage

from ..people import People, published


def entry(code: str, count: int = 1, **more: str) -> dict[str, object]:
    return {
        "code": code,
        "label": f"Land {code}",
        "count": count,
        "said": f"{count} practices",
        "url": f"?{code}",
        **more,
    }


def drawn(*entries: dict[str, object]) -> BeautifulSoup:
    given = {"countries": entries, "title": "Practices by country", "has": "has a practice", "planned": "planned"}
    return BeautifulSoup(render_to_string("components/map.html", given), "html.parser")


@pytest.mark.django_db
def test_every_member_has_a_place_and_nobody_else() -> None:
    assert set(americas.sheet().countries) == set(Country.objects.members().values_list("iso2", flat=True))
    assert len(americas.sheet().countries) == 35


def test_the_smallest_states_are_circles_and_all_others_shapes() -> None:
    without = {code for code, one in americas.sheet().countries.items() if not one.shape}
    assert without == {"AG", "BB", "DM", "GD", "KN", "LC", "TT", "VC"}


def test_counts_never_cover_each_other_and_stay_on_the_paper() -> None:
    paper = americas.sheet()
    places = [(one.x, one.y) for one in paper.countries.values()]
    near = [
        (one, two)
        for index, one in enumerate(places)
        for two in places[:index]
        if hypot(one[0] - two[0], one[1] - two[1]) < 18
    ]
    assert near == []
    assert [place for place in places if not (9 < place[0] < paper.width - 9 and 9 < place[1] < paper.height - 9)] == []


def test_a_country_with_records_is_one_stop_of_the_keyboard_with_its_count_in_words() -> None:
    tree = drawn(entry("PY", 3), entry("CA"), entry("BB", 12))
    stops = [link for link in tree.svg.find_all("a") if link.get("tabindex") != "-1"]
    assert [(link["aria-label"], link["href"], link.find("text").string) for link in stops] == [
        ("Land CA: 1 practices", "?CA", "1"),
        ("Land BB: 12 practices", "?BB", "12"),
        ("Land PY: 3 practices", "?PY", "3"),
    ]
    assert [link.find("title").string for link in stops] == [link["aria-label"] for link in stops]


def test_the_shape_of_a_country_leads_the_mouse_to_the_same_place_and_is_silent() -> None:
    shapes = drawn(entry("PY")).svg.find_all("a", tabindex="-1")
    assert [(link["href"], link["aria-hidden"]) for link in shapes] == [("?PY", "true")]


def test_countries_without_records_are_shapes_only() -> None:
    tree = drawn()
    assert (tree.find_all("a"), len(tree.select("circle.pin"))) == ([], 0)


def test_who_is_not_on_the_map_stands_in_a_row_beside_it_in_the_given_order() -> None:
    tree = drawn(entry("EE", 3), entry("CA"), entry("JP", 1))
    row = tree.select(".outside li")
    assert [(one.a["href"], one.a["aria-label"]) for one in row] == [
        ("?EE", "Land EE: 3 practices"),
        ("?JP", "Land JP: 1 practices"),
    ]


def test_what_is_planned_is_told_by_a_pattern_and_a_word() -> None:
    tree = drawn(entry("BR", state="planned"), entry("CA"))
    assert [path["fill"] for path in tree.select("path.on") if path.get("fill")] == ["url(#hatch)"]
    assert [one.get_text(strip=True) for one in tree.select(".key li")] == ["has a practice", "planned", "nothing yet"]


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt-br"])
def test_numbers_of_the_drawing_are_the_same_in_every_language(language: str) -> None:
    with translation.override(language):
        pin = drawn(entry("CA")).select_one("circle.pin")
    place = americas.sheet().countries["CA"]
    assert (pin["cx"], pin["cy"]) == (str(place.x), str(place.y))


def test_the_drawing_weighs_little() -> None:
    full = drawn(*(entry(code, 3) for code in americas.sheet().countries))
    assert len(gzip.compress(str(full.svg).encode())) <= 10 * 1024


def test_the_data_name_their_source() -> None:
    assert "Natural Earth (public domain)" in json.loads(americas.DATA.read_text(encoding="utf-8"))["source"]


# --- Where it is shown -----------------------------------------------------------------------


def published_in(people: People, country: str, **fields: str) -> None:
    published(people, people.focal_point(people.organization(country=country)), **fields)


def links(tree: BeautifulSoup, part: str) -> set[tuple[str, int]]:
    """Addresses and counts of the links in a part of a page."""
    found = set()
    for link in tree.select(f"{part} a:not([tabindex='-1'])"):
        number = link.find("text") or link.find_parent("li").select_one(".num [aria-hidden], .num[aria-hidden]")
        found.add((link["href"], int(number.get_text())))
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "es"])
def test_front_page_and_databank_say_the_same_on_the_map_and_in_the_list(
    people: People, client: Client, language: str
) -> None:
    for country in ("UY", "UY", "BB", "EE"):
        published_in(people, country)
    base = DatabankPage.objects.get(locale__language_code=language).url
    front = BeautifulSoup(client.get(f"/{language}/").content.decode(), "html.parser")
    expected = {("UY", 2), ("BB", 1), ("EE", 1)}
    on_map = links(front, "figure.atlas")
    assert on_map == {(f"{base}?country={code}", count) for code, count in expected}
    by_country = front.select("ul.index")[0]
    assert links(BeautifulSoup(str(by_country), "html.parser"), "ul") == on_map
    databank = BeautifulSoup(client.get(f"{base}?view=map").content.decode(), "html.parser")
    on_map = links(databank, "figure.atlas")
    assert on_map == {(f"?country={code}", count) for code, count in expected}
    assert links(databank, "ul.index") == on_map


@pytest.mark.django_db
def test_the_map_of_the_databank_keeps_every_filter(people: People, client: Client) -> None:
    published_in(people, "UY", title="Inspection on wheels")
    published_in(people, "BB", title="Something else")
    outbox.drain()
    base = DatabankPage.objects.get(locale__language_code="en").url
    as_list = BeautifulSoup(client.get(f"{base}?q=wheels&sort=title&page=1").content.decode(), "html.parser")
    switch = [(link.get_text(), link["href"], link.get("aria-current")) for link in as_list.select(".switch a")]
    assert switch == [("List", "?q=wheels&sort=title", "true"), ("Map", "?q=wheels&sort=title&view=map", None)]
    as_map = BeautifulSoup(client.get(base + switch[1][1]).content.decode(), "html.parser")
    assert links(as_map, "figure.atlas") == {("?country=UY&q=wheels&sort=title", 1)}
    assert as_map.select_one("#facets input[name=view]")["value"] == "map"
    assert as_map.select("li.rec") == []
    chip = as_map.select_one(".chips a")
    assert chip["href"] == "?sort=title&view=map"


@pytest.mark.django_db
def test_a_map_without_anything_on_it_is_not_shown(people: People, client: Client) -> None:
    published_in(people, "UY")
    base = DatabankPage.objects.get(locale__language_code="en").url
    tree = BeautifulSoup(client.get(f"{base}?view=map&q=nothing+like+this").content.decode(), "html.parser")
    assert tree.select("figure.atlas") == []
    assert tree.select_one(".empty a")["href"] == f"{base}?view=map"
