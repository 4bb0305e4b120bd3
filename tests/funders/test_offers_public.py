"""Offers as anybody finds them: list, page, feed, export, API, search, organisation and country; and the seed."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from funders import selectors, services
from funders.cards import card, offers_url, page_context
from funders.models import Offer
from funders.rules import facts_of, judge, rules_of
from funders.seeding import load
from funders.selectors import OfferQuery
from funders.snapshot import JSON_SCHEMA
from network_site.common import outbox
from network_site.organizations.enums import OrganizationKind
from network_site.organizations.models import Organization
from network_site.organizations.seeding import load_demo_accounts
from network_site.publishing.models import PublishedRecord
from search import queries
from search.asked import SearchQuery
from search.kinds import kinds

from ..people import People, acting, organization_of
from ..queries import asking
from .builders import CAP, YEARS, donor, drafted, offered, project_snapshot, step
from .test_offers_life import PROFILE

pytestmark = pytest.mark.django_db


def record_of(offer: Offer) -> PublishedRecord:
    return PublishedRecord.objects.select_related("owner", "country").get(pk=offer.pk)


def test_the_list_is_narrowed_and_open_offers_come_first(people: People, client: Client) -> None:
    giver = donor(people)
    ended = offered(giver, title="Ended grants")
    step(giver, ended, "close")
    offered(giver, title="Grants for Paraguay", countries=["PY"], languages=["es"])
    offered(giver, title="An expert", form="expert", person="Rosa Lima", competences={"D6.1": "Two years"})

    titles = [one["title"] for one in client.get("/en/offers/").context["cards"]]
    assert sorted(titles[:2]) == ["An expert", "Grants for Paraguay"]
    assert titles[2] == "Ended grants"

    def shown(**params: Any) -> set[str]:
        return {one["title"] for one in client.get("/en/offers/", params).context["cards"]}

    assert shown(form="expert") == {"An expert"}
    assert shown(country="PY") == {"Grants for Paraguay", "An expert", "Ended grants"}
    assert shown(country="BR") == {"An expert", "Ended grants"}
    assert shown(language="es", status="open") == {"Grants for Paraguay", "An expert"}
    assert shown(theme="LAF1.1") == set()
    assert shown(form=["visit", "nonsense"], page="x") == set()


def test_facets_count_as_if_their_own_choice_were_not_made(people: People) -> None:
    giver = donor(people)
    offered(giver, countries=["PY"])
    offered(giver, form="visit", countries=["BR"])

    found = selectors.list_public_offers(OfferQuery(form=("visit",)))

    counts = {facet.name: {option.value: option.count for option in facet.options} for facet in found.facets}
    assert counts["form"] == {"funding": 1, "visit": 1}
    assert counts["country"] == {"BR": 1}
    assert (found.total, found.total_of_all) == (1, 2)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_offer_or_three(count: int, people: People) -> None:
    giver = donor(people)
    for _each in range(count):
        offered(giver, countries=["PY"], rules=(CAP,))
    with asking(5):
        found = selectors.list_public_offers(OfferQuery())
        cards = [card(record, "/") for record in found.page.object_list]
    assert len(cards) == count


def test_the_page_shows_each_rule_in_its_own_words_and_as_data(people: People, client: Client) -> None:
    offer = offered(donor(people), rules=(CAP, YEARS), most=150000, currency="USD")
    record = record_of(offer)

    answer = client.get(f"/en/offers/{record.path}")

    page = answer.content.decode()
    assert answer.status_code == 200
    assert CAP["sentence"] in page
    assert "USD\u00a0150,000, asked of donors" in page
    assert "48 months" in page
    assert page_context(record)["verified_on"] == timezone.localdate()
    assert "Follow" not in page  # nobody has signed in
    assert client.get(f"/en/offers/{record.number}/").url.endswith(record.path)


def test_a_page_of_an_offer_that_was_put_away_says_why(people: People, client: Client) -> None:
    giver = donor(people)
    offer = offered(giver)
    step(giver, offer, "close")
    step(giver, offer, "archive")
    record = record_of(offer)

    answer = client.get(f"/en/offers/{record.path}")
    machine = client.get(f"/api/v1/offers/{record.number}/")

    assert (answer.status_code, machine.status_code) == (410, 410)
    assert "The offer has ended and was put away." in answer.content.decode()
    for number in (0, 999, 10**20):
        assert client.get(f"/en/offers/{number}/").status_code == 404


def test_an_offer_is_read_in_its_own_language_where_there_is_no_other(people: People, client: Client) -> None:
    offer = offered(donor(people), source_language="es", title="Fondo Farol", summary="Para sistemas.")

    page = client.get(f"/en/offers/{record_of(offer).path}").content.decode()

    assert '<h1 lang="es">Fondo Farol</h1>' in page
    assert "Shown in Spanish." in page


def test_feed_and_export_hold_what_the_list_holds(people: People, client: Client) -> None:
    giver = donor(people)
    offered(giver, title="Grants for all", rules=(CAP,))
    drafted(giver, title="Zqdraftqz")

    feed = client.get("/en/offers/feed/").content.decode()
    file = client.get(reverse("take_list", args=["offers", "csv"])).content.decode()
    none = client.get("/en/offers/feed/", {"form": "visit"}).content.decode()

    assert "Grants for all" in feed
    assert "Grants for all" in file
    assert CAP["sentence"] in file
    assert "Grants for all" not in none
    assert "Zqdraftqz" not in feed + file


def test_the_api_gives_offers_with_their_rules_as_data(people: People, client: Client) -> None:
    offer = offered(donor(people), rules=(CAP,), least=1000, most=5000, currency="EUR")
    offered(donor(people), form="visit")
    number = record_of(offer).number

    found = client.get("/api/v1/offers/", {"form": "funding"}).json()
    one = client.get(f"/api/v1/offers/{number}/").json()

    assert (found["count"], found["results"][0]["number"]) == (1, number)
    assert one["funding"] == {"min_award_amount": "1000.00", "max_award_amount": "5000.00", "currency": "EUR"}
    assert one["status"] == {"value": "open", "label": "Open"}
    assert one["document"]["rules"][0]["value"] == {"amount": "150000", "currency": "USD", "of": "asked"}
    assert client.get("/api/v1/offers/999/").status_code == 404


def test_offers_are_found_by_their_words_and_their_rules(people: People) -> None:
    offer = offered(donor(people), title="Zebra grants", rules=({**CAP, "sentence": "Only for quagga keepers."},))
    outbox.drain()

    with translation.override("en"):
        for words in ("zebra", "quagga"):
            hits = queries.search(SearchQuery(text=words, kinds=("offer",))).hits
            assert [hit.title for hit in hits] == ["Zebra grants"]
    kind = kinds.get("offer")
    assert kind is not None
    assert [key for key, _stamp in kind.stamps()] == [str(offer.pk)]


def test_an_organisations_page_shows_its_profile_and_its_offers(people: People, client: Client) -> None:
    giver = donor(people)
    organization = organization_of(giver)
    offered(giver, title="Grants for all")
    with acting(giver):
        services.save_profile(fields=PROFILE, lock_version=0)

    page = client.get(f"/en/organisations/{organization.key}/").content.decode()

    assert "Services." in page
    assert "office@example.org" in page
    assert "Grants for all" in page


def test_a_country_shows_open_offers_for_it_and_for_any(people: People) -> None:
    from network_site.taxonomy.models import Country

    giver = donor(people)
    offered(giver, title="For Paraguay", countries=["PY"])
    offered(giver, title="For any")
    offered(giver, title="For Brazil", countries=["BR"])
    step(giver, offered(giver, title="Ended"), "close")

    records, total = selectors.offers_for(Country.objects.get(pk="PY"))

    assert ({record.title for record in records}, total) == ({"For Paraguay", "For any"}, 2)


# --- The seed ------------------------------------------------------------------------------------


@pytest.fixture
def seeded(people: People) -> list[str]:
    """The seed, planted; the lines of its progress."""
    from network_site.organizations.actor import acting_as, service_actor

    lines: list[str] = []
    with acting_as(service_actor("seeding"), reason="test"):
        load_demo_accounts()
    load(lines.append)
    return lines


def test_the_seed_is_planted_once(seeded: list[str]) -> None:
    assert len(seeded) == 11
    assert load(lambda line: None) == 0


def test_documented_offers_are_closed_name_their_source_and_invent_nothing(seeded: list[str], client: Client) -> None:
    documented = [
        record for record in PublishedRecord.objects.of_kind("offer") if record.snapshot["source"].get("title")
    ]

    assert {record.snapshot["source"]["year"] for record in documented} == {2004, 2020}
    for record in documented:
        assert (record.snapshot["status"], record.is_demo, record.owner.kind) == (
            "closed",
            False,
            OrganizationKind.NETWORK,
        )
        assert (record.snapshot["closes_on"], record.snapshot["languages"]) == (None, [])
        page = client.get(f"/en/offers/{record.path}").content.decode()
        assert "Closed:" in page
        assert str(record.snapshot["source"]["year"]) in page
    others = PublishedRecord.objects.of_kind("offer").exclude(pk__in=[record.pk for record in documented])
    assert {record.is_demo for record in others} == {True}


@pytest.mark.parametrize(
    ("sums", "months", "verdict"),
    [("150000.00", 36, "eligible"), ("150000.00", 48, "eligible"), ("150001.00", 36, "not"), ("150000.00", 49, "not")],
)
def test_the_fund_of_2004_judges_as_its_source_says(sums: str, months: int, verdict: str, seeded: list[str]) -> None:
    fund = next(record for record in PublishedRecord.objects.of_kind("offer") if "OAS" in record.title)
    owner = Organization.objects.filter(kind=OrganizationKind.MINISTRY, country="PY").first()
    assert owner is not None
    project = project_snapshot(owner, months=months, sums={"total": sums, "counterpart": "0.00", "needed": sums})

    assert judge(rules_of(fund.snapshot), facts_of(project)).verdict == verdict


def test_every_published_offer_of_the_seed_fits_the_schema_and_has_a_page_in_each_language(
    seeded: list[str], client: Client
) -> None:
    records = list(PublishedRecord.objects.of_kind("offer"))
    assert len(records) == 8
    for record in records:
        jsonschema.validate(json.loads(json.dumps(record.snapshot)), JSON_SCHEMA)
        for language in ("en", "es", "fr", "pt-br"):
            with translation.override(language):
                assert client.get(f"{offers_url()}{record.path}").status_code == 200
