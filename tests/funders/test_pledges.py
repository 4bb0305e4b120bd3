"""What is needed, pledged, committed and received: exact sums, and nobody gives more than is asked."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from funders import services
from funders.models import Negotiation, Pledge, Receipt
from network_site.common.models import Outbox
from network_site.common.workflow import TransitionRefused
from network_site.organizations.actor import acting_as, service_actor
from network_site.publishing.models import PublishedRecord
from projects.models import Funding, Project
from projects.selectors import funding_of
from projects.services import OverFunded, move_sums

from ..people import People, acting
from .builders_rooms import Market, commit, later, promise, receive, room_of, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def market(people: People) -> Market:
    return Market(people)


def change(market: Market, room: Negotiation, amount: str, currency: str = "USD", **more: Any) -> Negotiation:
    with acting(market.donor):
        return services.reduce_pledge(room_of(room), promise=promise(amount, currency, **more))


def test_only_committed_money_closes_the_gap(market: Market) -> None:
    room = market.pledged("40000")
    assert market.sums() == ("40000.00", "0.00", "0.00", "100000.00")
    room = commit(market.donor, room)
    assert market.sums() == ("0.00", "40000.00", "0.00", "60000.00")
    room = receive(market.minister, room, "15000")
    assert (room.status, market.sums()) == ("disbursing", ("0.00", "40000.00", "15000.00", "60000.00"))
    room = receive(market.minister, room, "25000")
    room = step(market.minister, room, "fulfil")
    assert (room.status, market.sums()) == ("fulfilled", ("0.00", "40000.00", "40000.00", "60000.00"))


def test_the_public_page_changes_when_money_is_committed_and_not_when_it_is_pledged(market: Market) -> None:
    def public() -> tuple[int, str, dict[str, str]]:
        record = PublishedRecord.objects.get(pk=market.record.pk)
        sums = record.snapshot["sums"]
        return record.version, record.snapshot["status"], {name: sums[name] for name in ("needed", "committed")}

    before = public()
    assert before == (1, "published", {"needed": "100000.00", "committed": "0.00"})
    # Talks and pledges open the negotiation; nobody outside learns that there is one.
    room = market.pledged("40000")
    with acting(market.minister):
        assert Project.objects.get(pk=market.record.pk).status == "negotiating"
    assert public() == before
    room = commit(market.donor, room)
    assert public() == (2, "negotiating", {"needed": "100000.00", "committed": "40000.00"})
    receive(market.minister, room, "15000")
    record = PublishedRecord.objects.get(pk=market.record.pk)
    assert (record.version, record.snapshot["sums"]["received"]) == (3, "15000.00")
    assert "pledged" not in record.snapshot["sums"]


def test_other_currencies_count_at_a_dated_rate_and_are_rounded_once(market: Market) -> None:
    euros = {"rate": Decimal("1.08345"), "rate_on": dt.date(2026, 3, 2), "rate_source": "European Central Bank"}
    room = market.pledged("33333.33", currency="EUR", **euros)
    with acting(market.donor):
        pledge = room_of(room).pledge
    assert pledge is not None
    assert (pledge.amount, pledge.rate, pledge.converted) == (
        Decimal("33333.33"),
        Decimal("1.08345"),
        Decimal("36115.00"),
    )
    assert (pledge.rate_on, pledge.rate_source) == (dt.date(2026, 3, 2), "European Central Bank")
    assert market.sums() == ("36115.00", "0.00", "0.00", "100000.00")
    other = market.pledged("10000.05", donor=market.rival, currency="CAD")
    # 10,000.05 at 0.73 is 7,300.0365.
    assert market.sums()[0] == "43415.04"
    commit(market.donor, room)
    assert market.sums() == ("7300.04", "36115.00", "0.00", "63885.00")
    step(market.rival, other, "withdraw", "Our budget was cut.")
    assert market.sums() == ("0.00", "36115.00", "0.00", "63885.00")


def test_a_smaller_pledge_is_a_new_version_and_gives_back_the_rest(market: Market) -> None:
    room = change(market, market.pledged("40000"), "25000.50")
    with acting(market.donor):
        versions = list(Pledge.objects.filter(negotiation=room).values_list("version", "amount"))
    assert versions == [(1, Decimal("40000.00")), (2, Decimal("25000.50"))]
    assert market.sums()[0] == "25000.50"
    commit(market.donor, room)
    assert market.sums() == ("0.00", "25000.50", "0.00", "74999.50")


def test_a_pledge_does_not_grow(market: Market) -> None:
    room = market.pledged("40000")
    with pytest.raises(TransitionRefused) as refused:
        change(market, room, "40000.01")
    assert refused.value.messages == ["A pledge only becomes smaller. For more, talk in the room."]
    assert market.sums()[0] == "40000.00"


def test_more_than_can_be_taken_is_refused_without_a_figure(market: Market) -> None:
    market.pledged("60000.01", donor=market.rival)
    room = market.talking()
    with acting(market.donor), pytest.raises(OverFunded) as refused:
        services.make_pledge(room_of(room), promise=promise("40000"))
    assert refused.value.messages == ["This is more than can be taken now. Ask the ministry in your room."]
    with acting(market.donor):
        assert (room_of(room).status, Pledge.objects.count()) == ("under_discussion", 0)
    with acting(market.donor):
        services.make_pledge(room_of(room), promise=promise("39999.99"))
    assert market.sums()[0] == "100000.00"


def test_the_database_has_the_last_word(market: Market) -> None:
    with (
        acting_as(service_actor("funding"), reason="test"),
        pytest.raises(IntegrityError, match=r"project_is_never_overfunded|CHECK constraint"),
        transaction.atomic(),
    ):
        Funding.objects.filter(project_id=market.record.pk).update(pledged=Decimal("100000.01"))
    with pytest.raises(OverFunded), transaction.atomic():
        move_sums(market.record.pk, committed=Decimal("100000.01"))
    assert market.sums() == ("0.00", "0.00", "0.00", "100000.00")


def test_a_pledge_lapses_by_the_clock_and_its_money_is_free_again(market: Market) -> None:
    room = market.pledged("40000", valid_until=later(0))
    assert services.watch_pledges() == (0, 1)
    with acting_as(service_actor("funding"), reason="test"):
        Pledge.objects.update(valid_until=later(-1))
    assert services.watch_pledges() == (1, 0)
    assert services.watch_pledges() == (0, 0)
    with acting(market.donor):
        assert room_of(room).status == "lapsed"
    assert market.sums() == ("0.00", "0.00", "0.00", "100000.00")
    # The same donor may begin anew, in a new room.
    assert market.interested().pk != room.pk


def test_a_donor_is_warned_once_two_weeks_before(market: Market) -> None:
    market.pledged(valid_until=later(20))
    assert services.watch_pledges() == (0, 0)
    assert services.watch_pledges(later(6)) == (0, 1)
    services.watch_pledges(later(7))
    assert Outbox.objects.filter(kind="negotiation.lapsing").count() == 1


def test_a_commitment_that_is_withdrawn_opens_the_gap_again(market: Market) -> None:
    room = market.committed("40000")
    step(market.donor, room, "withdraw", "Our parliament refused.")
    assert market.sums() == ("0.00", "0.00", "0.00", "100000.00")


def test_a_commitment_needs_the_signed_document_and_a_pledge_that_is_valid(market: Market) -> None:
    room = market.pledged()
    with acting_as(service_actor("funding"), reason="test"):
        Pledge.objects.update(valid_until=later(-1))
    with pytest.raises(TransitionRefused) as refused:
        commit(market.donor, room)
    assert refused.value.messages == ["This pledge has run out. Talk about it anew."]
    with acting(market.donor):
        held = room_of(room)
        assert (held.status, held.files.count()) == ("pledged", 0)
    assert market.sums()[1] == "0.00"


def test_never_more_arrives_than_was_committed(market: Market) -> None:
    room = market.committed("10000", currency="CAD")
    # At the commitment's own rate, unless another is given.
    room = receive(market.minister, room, "9999.99", "CAD")
    with acting(market.minister):
        assert [str(one.converted) for one in Receipt.objects.all()] == ["7299.99"]
    with pytest.raises(TransitionRefused) as refused:
        receive(market.minister, room, "1", "CAD", rate=Decimal("0.74"))
    assert refused.value.messages == ["This is more than is left of the commitment."]
    with pytest.raises(TransitionRefused) as refused:
        step(market.minister, room, "fulfil")
    assert refused.value.messages == ["Not all of the committed money has arrived."]
    receive(market.minister, room, "0.01", "CAD")
    assert step(market.minister, room, "fulfil").status == "fulfilled"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"amount": "NaN"}, "Give an amount above zero."),
        ({"amount": "0"}, "Give an amount above zero."),
        ({"amount": "1E+309"}, "Give an amount above zero."),
        ({"amount": "9" * 30}, "Give an amount above zero."),
        ({"amount": "1", "currency": "XQX"}, "Choose a currency by its three letters."),
        ({"amount": "1", "currency": "EUR", "rate": None}, "Give the rate to the currency of the project."),
        (
            {"amount": "1", "currency": "EUR", "rate": Decimal("Infinity")},
            "Give the rate to the currency of the project.",
        ),
        ({"amount": "1", "currency": "EUR", "rate_on": later(1)}, "Give the day of the rate, not later than today."),
        ({"amount": "1", "currency": "EUR", "rate_source": " "}, "Say where the rate is published."),
        ({"amount": "1", "valid_until": later(-1)}, "The last day lies in the past."),
        ({"amount": "0.01", "currency": "EUR", "rate": Decimal("0.1")}, "Give an amount above zero."),
    ],
)
def test_a_promise_that_says_too_little_is_refused(market: Market, given: dict[str, Any], message: str) -> None:
    room = market.talking()
    with acting(market.donor), pytest.raises(TransitionRefused) as refused:
        services.make_pledge(room_of(room), promise=promise(given.pop("amount"), **given))
    assert refused.value.messages == [message]
    assert market.sums()[0] == "0.00"


def test_the_whole_need_committed_is_said_to_those_who_go_on(market: Market) -> None:
    market.committed("60000")
    assert not Outbox.objects.filter(kind="funding.complete").exists()
    market.committed("40000", donor=market.rival)
    assert market.sums() == ("0.00", "100000.00", "0.00", "0.00")
    assert Outbox.objects.filter(kind="funding.complete").count() == 1


def test_who_reads_the_sums(market: Market) -> None:
    market.pledged()
    neighbour = market.people.focal_point()
    seen = {}
    for name in ("minister", "specialist", "donor", "rival"):
        with acting(getattr(market, name)):
            seen[name] = funding_of(market.record.pk) is not None
    with acting(neighbour):
        seen["neighbour"] = funding_of(market.record.pk) is not None
    assert seen == {"minister": True, "specialist": True, "donor": False, "rival": False, "neighbour": False}


def test_one_pledge_for_two_clicks(market: Market) -> None:
    room, key = market.talking(), "5d5b8b9e-6f0d-4f2b-9a5e-8f5f6f3d2c11"
    for _click in range(2):
        with acting(market.donor):
            services.make_pledge(room_of(room), promise=promise("40000"), key=key)
    assert market.sums()[0] == "40000.00"
