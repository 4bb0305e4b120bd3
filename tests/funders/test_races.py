"""Money at the same moment: ten donors, one need (PostgreSQL); and the same one after the other on both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from funders import services
from funders.models import Negotiation
from network_site.common.idempotency import new_key
from network_site.common.models import Outbox
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord
from projects.services import OverFunded

from ..people import People, acting
from ..practices.test_races import audit_faults, kinds, together
from .builders_rooms import Market, commit, promise, receive, room_of, step


def pledging(donor: User, room: Negotiation, amount: str, **more: Any) -> Callable[[], Any]:
    """A job: promise an amount."""

    def job() -> Negotiation:
        with acting(donor):
            return services.make_pledge(room_of(room), promise=promise(amount), **more)

    return job


def ten(market: Market) -> list[tuple[User, Negotiation]]:
    donors = [market.new_donor() for _number in range(10)]
    return [(donor, market.talking(donor)) for donor in donors]


@pytest.mark.django_db
def test_ten_pledges_one_after_the_other_never_exceed_the_need(people: People) -> None:
    market = Market(people)
    outcomes = []
    for donor, room in ten(market):
        try:
            outcomes.append(pledging(donor, room, "30000")())
        except OverFunded as refused:
            outcomes.append(refused)
    assert kinds(outcomes) == {"done": 3, "OverFunded": 7}
    assert market.sums() == ("90000.00", "0.00", "0.00", "100000.00")


@pytest.mark.postgresql
def test_ten_pledges_at_once_never_exceed_the_need(committed_people: People) -> None:
    market = Market(committed_people)
    rooms = ten(market)
    outcomes = together(*[pledging(donor, room, "30000") for donor, room in rooms])
    assert kinds(outcomes) == {"done": 3, "OverFunded": 7}
    assert market.sums() == ("90000.00", "0.00", "0.00", "100000.00")
    # Whoever was refused holds nothing: her room is where it was.
    with acting(market.minister):
        assert Counter(Negotiation.objects.values_list("status", flat=True)) == {"pledged": 3, "under_discussion": 7}
    assert audit_faults() == []


@pytest.mark.postgresql
def test_ten_commitments_at_once_close_the_gap_to_the_cent_and_are_said_once(committed_people: People) -> None:
    market = Market(committed_people)
    rooms = [(donor, room) for donor, room in ten(market)]
    for donor, room in rooms:
        pledging(donor, room, "10000")()
    outcomes = together(*[lambda d=donor, r=room: commit(d, r) for donor, room in rooms])
    assert kinds(outcomes) == {"done": 10}
    assert market.sums() == ("0.00", "100000.00", "0.00", "0.00")
    assert Outbox.objects.filter(kind="funding.complete").count() == 1
    assert audit_faults() == []


@pytest.mark.postgresql
def test_ten_clicks_on_one_pledge_are_one(committed_people: People) -> None:
    market = Market(committed_people)
    room, key = market.talking(), new_key()
    outcomes = together(*[pledging(market.donor, room, "30000", key=key)] * 10)
    assert kinds(outcomes) == {"done": 10}
    assert market.sums()[0] == "30000.00"
    other = market.talking(market.rival)
    outcomes = together(*[pledging(market.rival, other, "30000")] * 10)
    assert kinds(outcomes) == {"done": 1, "TransitionRefused": 9}
    assert market.sums()[0] == "60000.00"


@pytest.mark.postgresql
def test_ten_interests_of_one_donor_are_one_room(committed_people: People) -> None:
    market = Market(committed_people)

    def interest() -> Negotiation:
        with acting(market.donor):
            return services.express_interest(PublishedRecord.objects.get(pk=market.record.pk))

    outcomes = together(*[interest] * 10)
    assert kinds(outcomes) == {"done": 10}
    assert len({outcome.pk for outcome in outcomes}) == 1


@pytest.mark.postgresql
def test_a_pledge_is_committed_or_withdrawn_or_lapses_but_only_one_of_them(committed_people: People) -> None:
    market = Market(committed_people)
    seen = []
    for _round in range(5):
        donor = market.new_donor()
        room = market.pledged("10000", donor=donor)
        outcomes = together(
            lambda d=donor, r=room: commit(d, r),
            lambda d=donor, r=room: step(d, r, "withdraw", "No."),
            lambda r=room: step(market.minister, r, "decline", "No."),
        )
        with acting(donor):
            seen.append((kinds(outcomes).get("done", 0) >= 1, room_of(room).status))
    committed = [status for _done, status in seen if status == "committed"]
    expected = Decimal(10000) * len(committed)
    assert all(done for done, _status in seen)
    assert market.sums() == ("0.00", f"{expected:.2f}", "0.00", f"{100000 - expected:.2f}")
    assert audit_faults() == []


@pytest.mark.postgresql
def test_never_more_arrives_than_was_committed_at_once(committed_people: People) -> None:
    market = Market(committed_people)
    room = market.committed("10000")
    outcomes = together(*[lambda: receive(market.minister, room, "3000")] * 10)
    assert kinds(outcomes) == {"done": 3, "TransitionRefused": 7}
    assert market.sums() == ("0.00", "10000.00", "9000.00", "90000.00")
