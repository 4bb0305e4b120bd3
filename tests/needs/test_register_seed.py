"""The needs of the seed: planted once, true to their source, and found by the search."""

from __future__ import annotations

import jsonschema
import pytest
from django.test import Client

from needs import seeding
from needs.models import Need
from needs.selectors import unmet_report
from needs.snapshot import JSON_SCHEMA
from network_site.organizations.actor import ANONYMOUS, acting_as, service_actor
from network_site.organizations.seeding import load_demo_accounts
from network_site.publishing.models import PublishedRecord
from search import indexing, queries
from search.asked import SearchQuery

from ..people import People, acting
from .stating import do, registered

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


def found(text: str, **asked: object) -> list[str]:
    """Titles of the needs that the search finds for the current actor."""
    result = queries.search(SearchQuery(text=text, kinds=("need",), **asked))  # type: ignore[arg-type]
    keys = [hit.entry.key for hit in result.hits]
    records = {str(record.pk): record for record in PublishedRecord.objects.filter(pk__in=keys)}
    return [records[key].title for key in keys]


def index(*needs: Need) -> None:
    with acting_as(service_actor("relay"), reason="test"):
        indexing.refresh("need", [str(need.pk) for need in needs])


def test_the_needs_of_the_source_are_planted_once_and_public() -> None:
    with acting_as(service_actor("seeding"), reason="test"):
        load_demo_accounts()
    assert seeding.load_needs(lambda line: None) == 19
    assert seeding.load_needs(lambda line: None) == 0
    with acting_as(ANONYMOUS):
        records = list(PublishedRecord.objects.live().of_kind("need"))
        report = unmet_report()
    assert sorted(record.snapshot["source"]["number"] for record in records) == list(range(1, 18))
    for record in records:
        jsonschema.validate(record.snapshot, JSON_SCHEMA)
        assert record.country_id == "MN"
        assert record.snapshot["source"]["place"]
        assert not record.is_demo
    assert [row.record.snapshot["source"]["number"] for row in report.rows] == [15, 17]
    with acting_as(service_actor("relay"), reason="test"):
        demo = Need.objects.filter(is_demo=True).order_by("status")
        shown = list(demo.values_list("status", "audience", "country_id"))
    assert shown == [("in_diagnosis", "network", None), ("submitted", "public", None)]
    page = Client().get("/en/needs/unmet/").content.decode()
    assert "There is no way to complain" in page
    assert "Written from a published report." in Client().get("/en/needs/17/", follow=True).content.decode()


def test_the_search_finds_a_registered_need_in_another_language(people: People) -> None:
    need = registered(people, title="Letters without an answer")
    hidden = registered(people, title="Letters for members", audience="network")
    private = registered(people, title="Letters of a ministry", audience="ministry")
    index(need, hidden, private)
    with acting_as(ANONYMOUS):
        assert found("letters") == ["Letters without an answer"]
        # The label of its problem is there in all languages.
        assert found("quejas") == ["Letters without an answer"]
    member = people.focal_point()
    with acting(member):
        assert sorted(found("letters")) == ["Letters for members", "Letters without an answer"]


def test_a_withdrawn_need_is_found_no_more(people: People) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    need = registered(people, focal_point, title="Letters without an answer")
    index(need)
    do(focal_point, need, "withdraw", note="The law changed.")
    index(need)
    with acting_as(ANONYMOUS):
        assert found("letters") == []


def test_who_finds_nothing_and_may_state_a_need_is_led_to_it(people: People, sign_in: object) -> None:
    words = "Does your ministry lack this?"
    assert words not in Client().get("/en/search/?q=xqzzyv").content.decode()
    member = sign_in(people.focal_point())  # type: ignore[operator]
    assert words in member.get("/en/search/?q=xqzzyv").content.decode()
    donor = sign_in(people.member(people.organization("donor")))  # type: ignore[operator]
    assert words not in donor.get("/en/search/?q=xqzzyv").content.decode()
