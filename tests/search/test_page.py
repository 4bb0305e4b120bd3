"""The search page, its suggestions, feed, export and API: what they show, to whom, and what they cost."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree

from network_site.common import outbox
from network_site.common.database import allow
from network_site.publishing.models import Audience, PublishedRecord
from search import asked, cards, doors, queries, selectors
from search.api import SearchFilters
from search.facets import FACETS
from search.models import Entry, SearchPage
from search.models.entries import entry_id
from search.viewers import PUBLIC
from search.views.suggestions import SUGGESTIONS_PER_MINUTE

from ..people import People, published, step
from ..practices.test_public_life import many
from ..queries import NOT_ASKED

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

PAGE = "/en/search/"
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def soup(client: Client, query: str = "", page: str = PAGE) -> BeautifulSoup:
    answer = client.get(f"{page}{query}")
    assert answer.status_code == 200
    return BeautifulSoup(answer.content.decode(), "html.parser")


def titles(found: BeautifulSoup) -> list[str]:
    return [" ".join(heading.get_text().split()) for heading in found.select("main .rec h3")]


def plant(people: People, *names: str, **fields: Any) -> list[PublishedRecord]:
    """Published practices with these titles, found by the search."""
    records = []
    for name in names:
        version = published(people, people.focal_point(people.organization(country="UY")), title=name, **fields)
        records.append(PublishedRecord.objects.get(pk=version.practice_id))
    outbox.drain()
    return records


def for_members(record: PublishedRecord) -> None:
    """Let only members read a record."""
    with allow("publishing"):
        PublishedRecord.objects.filter(pk=record.pk).update(audience=Audience.NETWORK)
    outbox.enqueue("record.published", subject=record, data={"kind": "practice"}, repeatable=True)
    outbox.drain()


def hit_of(record: PublishedRecord, **highlights: Any) -> queries.Hit:
    (hit,) = queries.hits([(entry_id("practice", str(record.pk)), 1.0, highlights)], PUBLIC)
    return hit


# --- The page ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "path"), [("en", "search"), ("es", "buscar"), ("fr", "recherche"), ("pt-br", "busca")]
)
def test_every_language_has_its_page_and_every_frame_leads_there(client: Client, language: str, path: str) -> None:
    page = SearchPage.objects.get(locale__language_code=language)
    assert page.url == f"/{language}/{path}/"
    assert soup(client, page=page.url).find("h1").get_text() == page.title  # type: ignore[union-attr]
    cache.delete(selectors.PATHS)
    box = soup(client, page=f"/{language}/glossary/").select_one("header form[role=search]")
    assert box is not None
    assert box["action"] == page.url
    assert page.lead in soup(client, page=page.url).get_text()


def test_everything_of_a_query_is_in_its_address(client: Client, people: People) -> None:
    plant(people, "Zebra crossings")
    found = soup(client, "?q=zebra&kind=practice&country=UY&view=table&sort=title")
    links = [str(link["href"]) for link in found.select("main .tabs a, main .switch a, main .chips a")]
    assert links
    for link in links:
        assert parse_qs(urlsplit(link).query)["q"] == ["zebra"]
    assert found.select_one("#sort option[selected]")["value"] == "title"  # type: ignore[index]
    fields = {field["name"]: field.get("value") for field in found.select("input[form=asked][type=hidden]")}
    assert fields == {"kind": "practice", "view": "table"}
    assert found.select_one("input#words")["value"] == "zebra"  # type: ignore[index]
    (chip,) = [str(link["href"]) for link in found.select(".chips a.chip:not(.plain)")]
    assert parse_qs(urlsplit(chip).query) == {
        "q": ["zebra"], "kind": ["practice"], "sort": ["title"], "view": ["table"],
    }  # fmt: skip


def test_tabs_count_the_kinds_as_if_none_were_chosen(client: Client, people: People) -> None:
    plant(people, "Zebra crossings", "Zebra stables")
    people.organization(names={"en": "Ministry of Zebras, zebra"})
    outbox.drain()
    tabs = {
        link.contents[0].strip(): link.find(class_="num").get_text()
        for link in soup(client, "?q=zebra&kind=organization").select(".tabs a")
    }
    assert tabs == {
        "Everything": "3", "Practices": "2", "Needs": "0", "Projects": "0", "Offers": "0", "Courses": "0",
        "Institutions": "1", "News and pages": "0",
    }  # fmt: skip
    found = soup(client, "?q=zebra")
    assert sorted(tag.get_text(strip=True) for tag in found.select(".rec .tag")) == [
        "Institution", "Practice", "Practice",
    ]  # fmt: skip
    assert soup(client, "?q=zebra&kind=practice").select(".rec .tag") == []


def test_a_filter_of_another_kind_or_without_a_name_can_be_taken_away(client: Client, people: People) -> None:
    plant(people, "Zebra crossings")
    found = soup(client, "?q=zebra&theme=LAF1.1&country=XX")
    chips = [chip.get_text(strip=True) for chip in found.select(".chips a.chip:not(.plain)")]
    assert len(chips) == 2
    assert "RemoveXX" in chips


def test_words_that_were_found_are_marked_and_escaped(people: People) -> None:
    (record,) = plant(people, "Zebra <b>crossings</b> & more")
    title = record.snapshot["texts"]["en"]["title"]
    before, word, after = title.partition("crossings")
    hit = hit_of(record, title=(((before, False), (word, True), (after, False)),))
    (card,) = cards.cards([hit], is_mixed=True)
    assert card["title_pieces"] == ((before, False), (word, True), (after, False))
    assert card["excerpts"] == []
    from django.template.loader import render_to_string

    html = render_to_string("components/record_card.html", {"record": card})
    assert "&lt;b&gt;<mark>crossings</mark>&lt;/b&gt; &amp; more" in html


def test_words_found_elsewhere_are_shown_in_their_own_language(people: People) -> None:
    (record,) = plant(people, "Zebra crossings")
    entry = Entry.objects.get(pk=entry_id("practice", str(record.pk)))
    entry.body["texts"]["es"] = {"title": "Pasos de cebra", "body": "Una cebra más en la calle."}
    Entry.objects.filter(pk=entry.pk).update(body=entry.body)
    hit = hit_of(
        record,
        title=((("Pasos de ", False), ("cebra", True)),),
        body=((("Una ", False), ("cebra", True), (" más", False)),),
    )
    (card,) = cards.cards([hit], is_mixed=False)
    assert card["title_pieces"] == ()
    assert [(one["lang"], one["pieces"][1]) for one in card["excerpts"]] == [
        ("es", ("cebra", True)), ("es", ("cebra", True)),
    ]  # fmt: skip


def test_a_text_in_another_language_says_so(client: Client, people: People) -> None:
    plant(people, "Zebra crossings")
    people.organization(names={"en": "Zebra Ministry"}, about={"en": "Stripes."})
    outbox.drain()
    for record in soup(client, "?q=zebra", "/es/buscar/").select(".rec"):
        assert record.select_one("h3 a")["lang"] == "en"  # type: ignore[index]
        assert "Se muestra en inglés." in record.get_text()
    assert [link.get("lang") for link in soup(client, "?q=zebra").select(".rec h3 a")] == [None, None]


def test_the_table_has_the_columns_of_the_kind(client: Client, people: People) -> None:
    plant(people, "Zebra crossings")

    def columns(query: str) -> list[str]:
        return [head.get_text() for head in soup(client, query).select("main thead th")]

    assert columns("?q=zebra&view=table") == ["Title", "Kind", "Country", "Language of the text", "Published"]
    assert columns("?q=zebra&view=table&kind=practice") == [
        "Title", "Function", "Country", "People served", "Evidence", "Language of the text", "Published",
    ]  # fmt: skip


def test_the_map_leads_to_the_list_of_each_country(client: Client, people: People) -> None:
    plant(people, "Zebra crossings")
    found = soup(client, "?q=zebra&view=map&kind=practice&theme=LAF9")
    assert "Nothing fits all of this" in found.get_text()
    (pin,) = soup(client, "?q=zebra&view=map&kind=practice").select("main .index a")
    assert parse_qs(urlsplit(str(pin["href"])).query) == {"q": ["zebra"], "kind": ["practice"], "country": ["UY"]}


def test_when_nothing_fits_ways_lead_on(client: Client, people: People) -> None:
    plant(people, "Zebra crossings")
    nothing = soup(client, "?q=zebra&kind=organization&evidence=5")
    assert "Nothing fits all of this" in nothing.get_text()
    unfiltered = soup(client, "?q=zebra&evidence=5").find("a", string="The same without filters")
    assert unfiltered is not None
    assert unfiltered["href"] == "?q=zebra"
    assert "(1 result)" in unfiltered.parent.get_text()  # type: ignore[union-attr]
    elsewhere = soup(client, "?q=zebra&kind=organization")
    (other,) = elsewhere.select(".panel .chips a")
    assert (other.get_text(" ", strip=True), other["href"]) == ("Practices 1", "?q=zebra&kind=practice")
    fewer = [link["href"] for link in soup(client, "?q=zebra+unicorn").select(".panel .chips a")]
    assert fewer == ["?q=unicorn", "?q=zebra"]
    assert soup(client, "?q=unicorn").find("a", string="Look for the word in the glossary")["href"] == (  # type: ignore[index]
        "/en/glossary/?q=unicorn"
    )


@pytest.fixture
def engine_away(settings: Any) -> Iterator[None]:
    """Elasticsearch is set up, and nobody answers at its address."""
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    doors.main.cache_clear()
    yield
    doors.main.cache_clear()


def test_when_the_engine_is_away_every_list_answers_and_says_so(
    client: Client, people: People, engine_away: None
) -> None:
    plant(people, "Zebra crossings")
    for page in (PAGE, "/en/practices/"):
        found = soup(client, "?q=zebra", page)
        assert titles(found) == ["Zebra crossings"]
        assert "Reduced search:" in found.select_one("main .note.warn").get_text()  # type: ignore[union-attr]
    answer = client.get("/api/v1/search/?q=zebra").json()
    assert (answer["total"], answer["is_reduced"]) == (1, True)


def test_when_the_engine_answers_nothing_is_said(client: Client, people: People) -> None:
    plant(people, "Zebra crossings")
    for page in (PAGE, "/en/practices/"):
        assert soup(client, "?q=zebra", page).select_one("main .note.warn") is None


@pytest.mark.parametrize("signs", ["%", "_", "***", "\"'", "-- ;", "👩‍🔧"])
def test_signs_alone_find_nothing(client: Client, people: People, signs: str) -> None:
    plant(people, "Zebra crossings")
    answer = client.get(PAGE, {"q": signs})
    assert (answer.status_code, answer.context["result"].total) == (200, 0)


def test_pages_are_told_apart_and_those_of_words_are_not_for_robots(client: Client, people: People) -> None:
    many(people, 25)
    outbox.drain()
    first, second = soup(client, "?q=practice&kind=practice"), soup(client, "?q=practice&kind=practice&page=2")
    assert [one.title.string for one in (first, second)] == [  # type: ignore[union-attr]
        "“practice”, Search – Enlace", "“practice”, Search, page 2 – Enlace",
    ]  # fmt: skip
    for one in (first, second):
        assert one.select_one("meta[name=robots]")["content"] == "noindex"  # type: ignore[index]
        assert one.select_one("link[rel=canonical]") is None
    plain = soup(client)
    assert plain.select_one("meta[name=robots]") is None
    assert plain.select_one("link[rel=canonical]")["href"].endswith(PAGE)  # type: ignore[index,union-attr]
    assert set(titles(first)).isdisjoint(titles(second))
    beyond = client.get(f"{PAGE}?q=practice&kind=practice&page=400")
    assert beyond.context["paging"].number == beyond.context["query"].page == 2
    assert titles(BeautifulSoup(beyond.content.decode(), "html.parser")) == titles(second)


def test_limits_are_said(client: Client) -> None:
    found = soup(client, f"?q={'x' * 300}")
    assert "Only the first 200 characters of your words were used." in found.get_text()


def test_an_exact_question_stays_exact_on_every_page() -> None:
    query = asked.SearchQuery.from_params(QueryDict("q=zebra&exact=1&page=3"))
    assert query.as_params() == "q=zebra&exact=1"


# What each way to show the same words asks the database, the frame of the page included.
PINNED = {
    "q=practice": 20,
    "q=practice&kind=practice": 22,
    "q=practice&view=table": 19,
    "q=practice&view=map": 18,
    "suggest": 12,
    "feed": 14,
}


@pytest.mark.parametrize("most", [30, pytest.param(300, marks=pytest.mark.nightly)])
def test_a_result_costs_the_same_for_one_three_and_hundreds(most: int, client: Client, people: People) -> None:
    def cost(query: str) -> int:
        path = f"{PAGE}{query}/?q=practice" if "=" not in query else f"{PAGE}?{query}"
        client.get(path)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(path).status_code == 200
        return len([one for one in seen if not one["sql"].startswith(NOT_ASKED)])

    def costs() -> dict[str, int]:
        return {query: cost(query) for query in PINNED}

    plant(people, "Practice of one")
    first = costs()
    plant(people, "Practice of two", "Practice of three")
    third = costs()
    many(people, most - 3)
    outbox.drain()
    assert PublishedRecord.objects.count() == most
    assert [third, costs()] == [first, first]
    assert first == PINNED


# --- Suggestions, feed, export -----------------------------------------------------------------


def test_suggestions_name_title_kind_and_address(client: Client, people: People) -> None:
    (record,) = plant(people, "Zebra crossings")
    answer = client.get(f"{PAGE}suggest/?q=zebra")
    assert answer.json() == {
        "said": "1 suggestion",
        "suggestions": [
            {"title": "Zebra crossings", "language": "en", "kind": "Practice", "url": f"/en/practices/{record.path}"}
        ],
    }
    assert answer["Cache-Control"] == "public, max-age=60"
    assert client.get("/es/buscar/suggest/?q=zebra").json()["suggestions"][0]["kind"] == "Práctica"
    assert client.get(f"{PAGE}suggest/?q=z").json() == {"said": "No suggestions", "suggestions": []}
    assert client.get(f"{PAGE}suggest/?q=zebra&kind=organization").json()["suggestions"] == []


def test_suggestions_and_results_are_those_of_the_reader(client: Client, people: People) -> None:
    (record,) = plant(people, "Zebra crossings")
    for_members(record)
    for path in ("?q=zebra", "suggest/?q=zebra", "feed/?q=zebra"):
        assert b"Zebra crossings" not in client.get(f"{PAGE}{path}").content
    assert b"Zebra" not in client.get("/api/v1/search/?q=zebra").content.replace(b"q=zebra", b"")
    client.force_login(people.contributor(people.organization()))
    answer = client.get(f"{PAGE}suggest/?q=zebra")
    assert (len(answer.json()["suggestions"]), answer["Cache-Control"]) == (1, "private, max-age=60")
    assert titles(soup(client, "?q=zebra")) == ["Zebra crossings"]
    # Programs read what everybody may read, whoever asks.
    for path in (f"{PAGE}feed/?q=zebra", "/api/v1/search/?q=zebra"):
        assert b"Zebra crossings" not in client.get(path).content


def test_one_address_may_not_ask_for_suggestions_without_end(client: Client) -> None:
    def ask(address: str) -> Any:
        return client.get(f"{PAGE}suggest/?q=z", REMOTE_ADDR=address)

    answers = {ask("203.0.113.9").status_code for _ in range(SUGGESTIONS_PER_MINUTE)}
    # The window of a minute may have turned meanwhile: then it takes as many again at most.
    refused = next(answer for _ in range(SUGGESTIONS_PER_MINUTE) if (answer := ask("203.0.113.9")).status_code == 429)
    assert (answers, refused.json()["suggestions"], int(refused["Retry-After"]) <= 60) == ({200}, [], True)
    assert ask("203.0.113.10").status_code == 200


def test_a_query_is_a_feed(client: Client, people: People) -> None:
    first, second = plant(people, "Zebra crossings", "Zebra stables")
    head = soup(client, "?q=zebra&kind=practice").select_one("link[type='application/atom+xml']")
    assert head is not None
    answer = client.get(str(head["href"]))
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = etree.fromstring(answer.content)
    assert [entry.findtext("a:title", namespaces=ATOM) for entry in feed.findall("a:entry", ATOM)] == [
        "Zebra stables", "Zebra crossings",
    ]  # fmt: skip
    assert feed.findtext("a:entry/a:id", namespaces=ATOM) == f"urn:uuid:{entry_id('practice', str(second.pk))}"
    assert client.get(str(head["href"]), headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert first.number < second.number


def test_a_result_leaves_as_a_table_for_spreadsheets(client: Client, people: People) -> None:
    plant(people, "=HYPERLINK(1) zebra", "Zebra stables")
    link = soup(client, "?q=zebra&kind=practice&sort=title").find("a", string="CSV")
    assert link is not None
    rows = list(csv.reader(io.StringIO(client.get(str(link["href"])).content.decode("utf-8-sig"))))  # type: ignore[index]
    assert [row[:2] for row in rows] == [
        ["Title", "Kind"], ["'=HYPERLINK(1) zebra", "Practice"], ["Zebra stables", "Practice"],
    ]  # fmt: skip


# --- For programs ------------------------------------------------------------------------------


def test_the_api_takes_every_facet_and_says_what_was_found(client: Client, people: People) -> None:
    assert set(SearchFilters.model_fields) == {*FACETS, "q", "exact", "sort", "lang", "page", "page_size"}
    (record,) = plant(people, "Zebra crossings")
    found = client.get("/api/v1/search/?q=zebra&kind=practice&country=UY&lang=es").json()
    assert (found["total"], found["page"], found["next"], found["is_reduced"]) == (1, 1, None, False)
    (hit,) = found["hits"]
    assert (hit["kind"], hit["id"], hit["title"], hit["language"]) == (
        "practice", str(record.pk), "Zebra crossings", "en",
    )  # fmt: skip
    assert hit["url"].endswith(f"/es/practicas/{record.path}")
    country = next(facet for facet in found["facets"] if facet["name"] == "country")
    assert country == {
        "name": "country",
        "title": "País",
        "values": [{"value": "UY", "label": "Uruguay", "count": 1, "is_chosen": True}],
    }


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("kind=zebra", "kind"), ("sort=best", "sort"), ("page=0", "page"), ("page=101&page_size=100", "page"),
        ("evidence=6", "evidence"), ("language=de", "language"), (f"q={'x' * 201}", "q"), ("word=zebra", "word"),
        ("&".join(f"theme=A{n}&group=B{n}" for n in range(30)), "filters"),
    ],
)  # fmt: skip
def test_the_api_refuses_what_it_does_not_understand(client: Client, query: str, parameter: str) -> None:
    answer = client.get(f"/api/v1/search/?{query}")
    assert answer.status_code == 422
    assert parameter in {error["parameter"] for error in answer.json()["errors"]} | (
        {"evidence", "language"} if answer.json()["errors"][0]["parameter"] in {"evidence", "language"} else set()
    )


def test_what_was_withdrawn_is_found_no_more(client: Client, people: People) -> None:
    version = published(people, people.focal_point(people.organization()), title="Zebra crossings")
    outbox.drain()
    assert client.get("/api/v1/search/?q=zebra").json()["total"] == 1
    step(people.publisher(), version, "withdraw", note="Asked for.")
    outbox.drain()
    assert client.get("/api/v1/search/?q=zebra").json()["total"] == 0
    assert client.get("/en/practices/?q=zebra").context["found"].total == 0
