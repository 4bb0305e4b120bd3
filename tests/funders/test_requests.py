"""What a donor reads of requests: verdicts of its own offers alone, and follows that nobody else learns of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from funders import selectors, services
from funders.models import Follow, Offer
from funders.selectors import RequestQuery
from network_site.common import outbox
from network_site.common.models import Notice
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import Role
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord
from projects.slots import request_actions

from ..people import People, acting, organization_of
from ..queries import asking
from .builders import CAP, YEARS, donor, drafted, offered, project_snapshot, publish_request, requested, step

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]


def sums(needed: str, *, committed: str = "0.00") -> dict[str, str]:
    return {"total": needed, "counterpart": "0.00", "needed": needed, "committed": committed, "received": "0.00"}


def verdicts(user: User, **params: Any) -> dict[int, str]:
    with acting(user) as actor:
        found = selectors.list_requests(actor, RequestQuery(**params))
        return {request.number: request.verdict for request in found.requests}


def test_requests_are_judged_by_the_readers_own_open_offers(people: People) -> None:
    reader = donor(people)
    offered(reader, rules=(CAP, YEARS))
    fits = requested(people)
    too_much = requested(people, sums=sums("150001.00"))
    unsaid = requested(people, months=None)

    assert verdicts(reader) == {fits.number: "eligible", unsaid.number: "check", too_much.number: "not"}
    assert list(verdicts(reader)) == [fits.number, unsaid.number, too_much.number]


def test_the_best_of_several_offers_counts_and_drafts_and_closed_ones_do_not(people: People) -> None:
    reader = donor(people)
    offered(reader, rules=({"kind": "themes", "value": {"codes": ["LAF1.1"]}, "sentence": "Inspection only."},))
    fitting = offered(reader, title="The one that fits", rules=(CAP,))
    drafted(reader, rules=(CAP,))
    requested(people)
    with acting(reader) as actor:
        (request,) = selectors.list_requests(actor, RequestQuery()).requests
        assert request.best is not None
        assert (request.best.offer.title, len(request.judged)) == ("The one that fits", 2)

    step(reader, fitting, "close")

    assert set(verdicts(reader).values()) == {"not"}


def test_an_offer_of_another_donor_judges_nothing_here(people: People) -> None:
    reader, other = donor(people), donor(people)
    offered(other, rules=(CAP,))
    record = requested(people)

    assert verdicts(reader) == {record.number: ""}
    with acting(reader) as actor:
        assert not selectors.list_requests(actor, RequestQuery()).has_offers


def test_only_requests_that_seek_funding_are_listed(people: People) -> None:
    reader = donor(people)
    offered(reader, rules=(CAP,))
    seeking = requested(people)
    negotiating = requested(people, status="negotiating")
    running = requested(people, status="in_execution")

    assert set(verdicts(reader)) == {seeking.number, negotiating.number}
    with acting(reader) as actor:
        assert selectors.get_request(actor, running.number) is None


def test_filters_narrow_and_facets_count_as_if_their_own_choice_were_not_made(people: People) -> None:
    reader = donor(people)
    offered(reader, rules=(CAP,))
    paraguay = requested(people, people.organization(country="PY"), sums=sums("40000.00"))
    mexico = requested(people, people.organization(country="MX"), sums=sums("200000.00"), terms={"LAF": ["LAF1.1"]})
    euro = requested(people, people.organization(country="BR"), currency="EUR")

    assert set(verdicts(reader, country=("MX", "BR"))) == {mexico.number, euro.number}
    assert set(verdicts(reader, theme=("LAF1",))) == {mexico.number}
    assert set(verdicts(reader, amount=("50",))) == {paraguay.number}
    assert set(verdicts(reader, amount=("unknown",))) == {euro.number}
    assert set(verdicts(reader, verdict=("not", "check"))) == {mexico.number, euro.number}
    assert set(verdicts(reader, only=("smaller",))) == {paraguay.number}
    with acting(reader) as actor:
        found = selectors.list_requests(actor, RequestQuery(country=("PY",)))
    counts = {facet.name: {option.value: option.count for option in facet.options} for facet in found.facets}
    assert counts["country"] == {"BR": 1, "MX": 1, "PY": 1}
    assert counts["verdict"] == {"eligible": 1, "check": 0, "not": 0}
    assert [(currency, str(amount)) for currency, amount in found.still_open] == [("USD", "40000.00")]


def test_still_open_counts_what_is_committed_and_adds_no_currencies(people: People) -> None:
    reader = donor(people)
    requested(people, sums=sums("100000.00", committed="30000.00"))
    requested(people, currency="EUR", sums=sums("5000.00"))
    with acting(reader) as actor:
        found = selectors.list_requests(actor, RequestQuery())

    assert [(currency, str(amount)) for currency, amount in found.still_open] == [
        ("EUR", "5000.00"),
        ("USD", "70000.00"),
    ]


def test_a_list_is_sorted_by_its_deadline_or_its_amount(people: People) -> None:
    reader = donor(people)
    late = requested(people, interest_until="2099-12-31", sums=sums("10.00"))
    soon = requested(people, interest_until="2099-01-31", sums=sums("20.00"))
    never = requested(people, sums=sums("5.00"))
    past = requested(people, interest_until="2020-01-31", sums=sums("1.00"))

    assert list(verdicts(reader, sort="deadline")) == [soon.number, late.number, never.number, past.number]
    assert list(verdicts(reader, sort="amount")) == [past.number, never.number, late.number, soon.number]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_request_or_three(count: int, people: People) -> None:
    reader = donor(people)
    for _each in range(count):
        offered(reader, rules=(CAP, YEARS))
        requested(people, people.organization(country="PY"))
    with acting(reader) as actor, asking(7):
        found = selectors.list_requests(actor, RequestQuery())
    assert len(found.requests) == count


def test_the_page_says_why_rule_by_rule(people: People, sign_in: SignIn) -> None:
    reader = donor(people)
    offered(reader, rules=(CAP, YEARS))
    record = requested(people, sums=sums("165000.00"), months=None)

    page = sign_in(reader).get(reverse("funders:request", args=[record.number])).content.decode()

    assert "Not above USD 150,000." in page
    assert "above USD\u00a0150,000" in page
    assert "Eligible if it is USD\u00a015,000 less" in page
    assert "The request does not say how long it takes." in page
    assert "Not eligible" in page


def test_the_list_and_its_filters_are_a_page(people: People, sign_in: SignIn) -> None:
    reader = donor(people)
    offered(reader, rules=(CAP,))
    record = requested(people)
    client = sign_in(reader)

    page = client.get(reverse("funders:requests"), {"verdict": "eligible", "sort": "deadline"})
    nothing = client.get(reverse("funders:requests"), {"country": "MX"})

    assert page.status_code == 200
    assert reverse("funders:request", args=[record.number]) in page.content.decode()
    assert "No request fits all of this" in nothing.content.decode()


def test_numbers_that_are_none_are_the_same_404(people: People, sign_in: SignIn) -> None:
    client = sign_in(donor(people))
    for number in (0, 999, 2**31, 10**20):
        assert client.get(f"/en/workspace/requests/{number}/").status_code == 404


# --- Following -----------------------------------------------------------------------------------


def test_an_organisation_follows_once_and_no_longer(people: People, sign_in: SignIn) -> None:
    reader = donor(people)
    record = requested(people)
    client = sign_in(reader)
    address = reverse("funders:follow", args=["project", record.number])
    here = reverse("funders:requests")

    assert client.post(address, {"next": here}).url == here
    client.post(address, {"next": "https://elsewhere.example/"})
    with acting(reader) as actor:
        assert Follow.objects.count() == 1
        (request,) = selectors.list_requests(actor, RequestQuery(only=("followed",))).requests
        assert request.is_followed
    assert client.post(address, {"next": "https://elsewhere.example/"}).url.startswith("/")
    client.post(address, {"stop": "1"})
    with acting(reader):
        assert Follow.objects.count() == 0


def test_a_learner_follows_nothing_and_a_practice_is_not_followed(people: People) -> None:
    record = requested(people)
    with acting(people.member(organization_of(donor(people)), Role.LEARNER)), pytest.raises(PermissionDenied):
        services.follow(record)
    record.kind = "practice"
    with acting(donor(people)), pytest.raises(PermissionDenied):
        services.follow(record)


def test_a_donor_learns_nothing_of_another_donor(people: People, sign_in: SignIn) -> None:
    one, other = donor(people), donor(people)
    ministry = people.focal_point()
    record = requested(people, organization_of(ministry))
    secret = drafted(one, title="Zqsecretqz fund", rules=(CAP,))
    with acting(one):
        services.follow(record)

    for reader in (other, ministry, people.specialist()):
        with acting(reader):
            assert not Offer.objects.filter(pk=secret.pk).exists()
            assert Follow.objects.count() == 0
        client = sign_in(reader)
        for name, args in (("offer", [secret.pk]), ("offer_edit", [secret.pk]), ("rule_new", [secret.pk, "most"])):
            assert client.get(reverse(f"funders:{name}", args=args)).status_code == 404
        for address in (reverse("funders:offers"), reverse("funders:requests"), "/en/offers/", "/api/v1/offers/"):
            assert "Zqsecretqz" not in client.get(address).content.decode()
        page = client.get(reverse("funders:request", args=[record.number])).content.decode()
        assert "No longer follow" not in page


def test_the_services_that_need_not_read_follows_do_not(people: People) -> None:
    reader = donor(people)
    with acting(reader):
        services.follow(requested(people))

    for name in ("clock", "matcher", "funding"):
        with acting_as(service_actor(name), reason="test"):
            assert Follow.objects.count() == 0
    with acting_as(service_actor("relay"), reason="test"):
        assert Follow.objects.count() == 1


def test_followers_are_told_of_each_new_edition_once_and_nobody_else_is(people: People) -> None:
    reader, other = donor(people), donor(people)
    ministry = people.organization(country="PY")
    snapshot = project_snapshot(ministry)
    record = publish_request(ministry, snapshot, version=1)
    with acting(reader):
        services.follow(record)
    publish_request(ministry, snapshot | {"months": 24}, version=2)

    for _again in range(2):
        for pk in outbox.claim(200):
            outbox.deliver(pk)

    heard = {}
    for person in (reader, other):
        with acting(person):
            heard[person.pk] = Notice.objects.filter(kind="request.changed").count()
    assert heard == {reader.pk: 1, other.pk: 0}


def test_a_notice_leads_to_the_request_or_to_its_public_page(people: People, sign_in: SignIn) -> None:
    reader = donor(people)
    record = requested(people)
    client = sign_in(reader)
    address = reverse("funders:followed", args=[record.pk])

    assert client.get(address).url == reverse("funders:request", args=[record.number])
    assert client.get(reverse("funders:followed", args=["00000000-0000-4000-8000-000000000000"])).status_code == 404


def test_the_public_page_of_a_request_offers_to_follow_it(people: People) -> None:
    reader = donor(people)
    record = requested(people)
    fill = request_actions.get("funders: follow")
    assert fill is not None
    with acting(reader) as actor:
        template, panel = fill(record, actor)  # type: ignore[misc]
        assert (template, panel["is_followed"]) == ("funders/request_follow.html", False)
    with acting(people.member(organization_of(reader), Role.LEARNER)) as actor:
        assert fill(record, actor) is None
    running = PublishedRecord(kind="project", snapshot=record.snapshot | {"status": "in_execution"})
    with acting(reader) as actor:
        assert fill(running, actor) is None
