"""Published projects as anybody reads them: list, page, versions, feed, exports, search, and what stays private."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from network_site.organizations.actor import acting_as, service_actor
from network_site.publishing import services as publishing
from network_site.publishing.models import CountryPage, OrganizationsPage, PublishedRecord
from projects.models import ProjectsPage
from projects.views.sections import places
from search import indexing
from search.models import Entry

from ..people import People
from ..practices.pages import soup, words
from ..queries import asking
from .documents import publish

pytestmark = [pytest.mark.django_db]


def list_url(language: str = "en") -> str:
    return str(ProjectsPage.objects.get(locale__language_code=language).url)


def address(record: PublishedRecord, tail: str = "", language: str = "en") -> str:
    return f"{list_url(language)}{record.path}{tail}"


# --- The list --------------------------------------------------------------------------------


def test_the_list_shows_what_is_asked_for_what_is_committed_and_until_when(people: People, client: Client) -> None:
    publish(people.organization(country="PY"))

    page = client.get(list_url())

    card = soup(page).select_one(".rec")
    assert card is not None
    text = " ".join(card.get_text(" ").replace("\N{NO-BREAK SPACE}", " ").split())
    assert "Training before the first client" in text
    assert "Asked for: USD 50,000 · Committed: USD 20,000 · 18 months" in text
    assert "Interest is taken until 15 January 2027" in text
    assert "Seeking funding" in text
    assert "Paraguay" in text


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", {"A", "B", "C", "D"}),
        ("?stage=seeking", {"A", "D"}),
        ("?stage=running", {"B"}),
        ("?stage=ended", {"C"}),
        ("?country=PY", {"A", "D"}),
        ("?country=BR", {"B", "D"}),
        ("?theme=LAF1", {"A", "C", "D"}),
        ("?theme=LAF2.1", {"B"}),
        ("?amount=to-50", {"A"}),
        ("?amount=to-50&amount=to-150", {"A", "B"}),
        ("?amount=other", {"D"}),
        ("?stage=seeking&amount=to-150", set()),
        ("?amount=nonsense&stage=nonsense&sort=nonsense&page=nonsense", {"A", "B", "C", "D"}),
    ],
)
def test_stage_country_function_and_amount_narrow_the_list(
    people: People, client: Client, asked: str, found: set[str]
) -> None:
    owner = people.organization()
    publish(owner, texts=titled("A"))
    publish(
        owner,
        texts=titled("B"),
        status="in_execution",
        country="BR",
        terms={"LAF": ["LAF2.1"]},
        sums={"needed": "50000.01"},
    )
    publish(owner, texts=titled("C"), status="closed", country="CL", sums={"needed": "2000000.01"})
    publish(owner, texts=titled("D"), country=None, countries=["PY", "BR"], currency="EUR")

    page = client.get(f"{list_url()}{asked}")

    assert {link.get_text() for link in soup(page).select(".rec h3 a")} == found


def titled(title: str) -> dict[str, Any]:
    return {"en": {"title": title, "summary": "", "state": "source"}}


def test_each_facet_counts_as_if_its_own_choice_were_not_made(people: People, client: Client) -> None:
    owner = people.organization()
    publish(owner)
    publish(owner, country="BR", sums={"needed": "600000"})

    page = soup(client.get(f"{list_url()}?country=PY"))

    counts = {str(label["for"]): " ".join(label.get_text(" ").split()) for label in page.select(".facets .opt label")}
    assert "Brazil 1" in counts.values()
    assert "Paraguay 1" in counts.values()
    chosen = page.select_one('input[name="country"][value="PY"]')
    assert chosen is not None
    assert chosen.has_attr("checked")
    assert page.select_one('input[name="amount"][value="to-2000"]').has_attr("disabled")  # type: ignore[union-attr]
    assert [" ".join(tab.get_text(" ").split()) for tab in page.select(".tabs a")] == [
        "All 1", "Seeking funding 1", "In execution 0", "Ended 0",
    ]  # fmt: skip


def test_requests_are_ordered_by_deadline_and_by_amount(people: People, client: Client) -> None:
    owner = people.organization()
    publish(owner, texts=titled("late"), interest_until="2027-06-01", sums={"needed": "90000"})
    publish(owner, texts=titled("open"), interest_until=None, sums={"needed": "100000"})
    publish(owner, texts=titled("soon"), interest_until="2027-01-01", sums={"needed": "9000"})

    def order(sort: str) -> list[str]:
        return [link.get_text() for link in soup(client.get(f"{list_url()}?sort={sort}")).select(".rec h3 a")]

    assert order("deadline") == ["soon", "late", "open"]
    assert order("amount") == ["open", "late", "soon"]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_project_or_three(people: People, client: Client, count: int) -> None:
    owner = people.organization()
    for _number in range(count):
        publish(owner)
    url = list_url()
    client.get(url)

    with asking(LIST_COST):
        page = client.get(url)

    assert len(soup(page).select(".rec")) == count


LIST_COST = 17


# --- The page --------------------------------------------------------------------------------


def test_the_page_shows_all_sections_matrix_budget_plan_and_signature(people: People, client: Client) -> None:
    record = publish(people.organization(country="PY"))

    page = client.get(address(record))

    tree, text = soup(page), words(page).replace("\N{NO-BREAK SPACE}", " ")
    assert len(tree.find_all("h1")) == 1
    assert len(tree.select("#terms ~ details, #terms ~ p.tor-none")) == 16
    assert "Source: Assessment of the employment service, page 12" in text
    captions = {caption.get_text() for caption in tree.find_all("caption")}
    assert {"Results matrix", "By component and source, in USD", "Lines of the budget", "Risks", "Work plan by quarter",
            "Procurement plan", "Parties"} <= captions  # fmt: skip
    assert "rate 1.08695652 of 2 Nov 2026" in text
    assert "EUR 9,200" in text
    gap = [" ".join(item.get_text(" ").split()) for item in tree.select(".gap-dl > div")]
    assert [item.replace("\N{NO-BREAK SPACE}", " ") for item in gap] == [
        "Needed USD 50,000", "Committed USD 20,000", "Received of it USD 5,000", "Still open USD 30,000",
    ]  # fmt: skip
    assert "Who signed Paraguay 20 November 2026" in text
    assert "Pledged" not in text


def test_old_versions_stay_at_their_address_and_say_that_they_are_old(people: People, client: Client) -> None:
    owner = people.organization()
    first = publish(owner)
    record = publish(owner, record_id=first.pk, version=2, sums={"committed": "50000.00"})

    old, new = client.get(address(record, "v1/")), client.get(address(record))

    assert "This is an older version." in words(old)
    assert "USD 20,000" in words(old).replace("\N{NO-BREAK SPACE}", " ")
    assert "This is an older version." not in words(new)
    assert client.get(address(record, "v3/")).status_code == 404


def test_an_old_slug_leads_on_and_a_withdrawn_project_says_why(people: People, client: Client) -> None:
    record = publish(people.organization())
    moved = client.get(f"{list_url()}{record.number}-other/")
    assert (moved.status_code, moved["Location"]) == (301, address(record))

    with acting_as(service_actor("seeding"), reason="test"):
        publishing.withdraw(record_id=record.pk, reason="The ministry took it back.")

    gone = client.get(address(record))
    assert gone.status_code == 410
    assert "The ministry took it back." in words(gone)
    assert client.get(f"{list_url()}999999/").status_code == 404


def test_the_page_is_data_for_search_engines(people: People, client: Client) -> None:
    record = publish(people.organization(country="PY"))

    nodes = soup(client.get(address(record))).find_all("script", type="application/ld+json")

    project, way = (json.loads(node.get_text()) for node in nodes)
    assert (project["@type"], project["identifier"][0]) == ("Project", record.code)
    assert project["seeks"]["priceSpecification"] == {
        "@type": "PriceSpecification", "price": "30000.00", "priceCurrency": "USD",
    }  # fmt: skip
    assert way["@type"] == "BreadcrumbList"


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_row_or_three(people: People, client: Client, count: int) -> None:
    from .documents import SNAPSHOT

    more = {name: SNAPSHOT[name] * count for name in ("risks", "parties", "procurement", "assignments", "activities")}
    record = publish(people.organization(country="PY"), **more)
    url = address(record)
    client.get(url)

    with asking(PAGE_COST):
        client.get(url)


PAGE_COST = 16


# --- Beside the page -------------------------------------------------------------------------


def test_feed_export_country_organisation_and_sitemap_name_the_project(people: People, client: Client) -> None:
    owner = people.organization(country="EE", listed=True)
    record = publish(owner, country="EE", countries=["PY"])

    feed = client.get(f"{list_url()}feed/?country=PY").content.decode()
    assert address(record) in feed
    assert "Training before the first client" in feed
    assert "<entry>" not in client.get(f"{list_url()}feed/?country=BR").content.decode()

    csv = client.get("/en/export/projects/csv/?stage=seeking").content.decode("utf-8-sig")
    assert record.code in csv
    assert "30000.00" in csv

    country = CountryPage.objects.get(country_id="EE", locale__language_code="en")
    assert address(record) in client.get(country.url).content.decode()
    directory = OrganizationsPage.objects.get(locale__language_code="en")
    assert address(record) in client.get(f"{directory.url}{owner.key}/").content.decode()
    assert any(address(record) in place.paths.values() for place in places())


def test_a_project_is_found_by_its_words_and_its_country(people: People, client: Client) -> None:
    record = publish(people.organization(country="PY"))

    indexing.refresh("project", [str(record.pk)])

    entry = Entry.objects.get(kind="project", key=str(record.pk))
    assert entry.body["texts"]["en"]["title"] == "Training before the first client"
    assert "Paraguay" in entry.body["texts"]["es"]["keywords"]
    assert "A month beside a mentor." in entry.body["texts"]["en"]["body"]
    assert entry.body["facets"]["country"] == ["PY"]
