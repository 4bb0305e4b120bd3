"""What the clock does with offers: it closes them, reminds of the end, and hides what nobody confirms."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from funders import services
from funders.models import Offer
from funders.states import deadline_of, stale_before
from network_site.common import outbox
from network_site.common.models import Notice, Outbox
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord

from ..people import People, acting
from .builders import donor, offered, step

pytestmark = pytest.mark.django_db

ZONE = "America/Lima"
LAST = timezone.localdate() + dt.timedelta(days=60)
END = dt.datetime.combine(LAST + dt.timedelta(days=1), dt.time.min, ZoneInfo(ZONE))


def status(offer: Offer) -> str:
    with acting_as(service_actor("clock"), reason="test"):
        return str(Offer.objects.get(pk=offer.pk).status)


def run_relay() -> None:
    """Do what waits in the outbox now."""
    for pk in outbox.claim(200):
        outbox.deliver(pk)


def told(user: User) -> list[str]:
    with acting(user):
        return sorted(Notice.objects.filter(recipient_id=user.pk).values_list("kind", flat=True))


def test_an_offer_closes_when_its_last_day_ends_where_it_is_made(people: People) -> None:
    offer = offered(donor(people), closes_on=LAST, time_zone=ZONE)
    assert deadline_of(offer) == END

    assert services.close_ended(END - dt.timedelta(seconds=1)) == 0
    assert status(offer) == "open"
    assert services.close_ended(END) == 1
    assert services.close_ended(END) == 0

    assert status(offer) == "closed"
    assert PublishedRecord.objects.get(pk=offer.pk).snapshot["status"] == "closed"


def test_an_announced_and_a_paused_offer_end_too_and_one_without_a_last_day_does_not(people: People) -> None:
    focal_point = donor(people)
    paused = offered(focal_point, closes_on=LAST, time_zone=ZONE)
    step(focal_point, paused, "pause")
    endless = offered(focal_point)

    services.close_ended(END + dt.timedelta(days=400))

    assert (status(paused), status(endless)) == ("closed", "open")


def test_those_who_follow_are_reminded_30_7_and_1_day_before_once_each(people: People) -> None:
    offer = offered(donor(people), closes_on=LAST, time_zone=ZONE)
    follower, other = people.focal_point(), people.focal_point()
    with acting(follower):
        services.follow(PublishedRecord.objects.get(pk=offer.pk))
    noon = dt.datetime.combine(LAST, dt.time(12), ZoneInfo(ZONE))

    for before in (31, 30, 30, 29, 8, 7, 7, 2, 1, 1, 0):
        services.remind_of_ends(noon - dt.timedelta(days=before))
    run_relay()

    days = sorted(row.data["days"] for row in Outbox.objects.filter(kind="offer.ends", object_id=offer.pk))
    assert days == [1, 7, 30]
    assert told(follower) == ["offer.ends"] * 3
    assert told(other) == []


def test_a_new_last_day_is_told_and_reminded_of_anew(people: People) -> None:
    focal_point = donor(people)
    offer = offered(focal_point, closes_on=LAST, time_zone=ZONE)
    follower = people.focal_point()
    with acting(follower):
        services.follow(PublishedRecord.objects.get(pk=offer.pk))
    noon = dt.datetime.combine(LAST, dt.time(12), ZoneInfo(ZONE))
    services.remind_of_ends(noon - dt.timedelta(days=7))

    later = LAST + dt.timedelta(days=30)
    with acting(focal_point):
        services.save_offer(offer, lock_version=offer.lock_version, fields={"closes_on": later})
    services.remind_of_ends(noon + dt.timedelta(days=23))
    run_relay()

    assert told(follower) == ["offer.changed", "offer.ends", "offer.ends"]


def test_what_nobody_confirmed_for_a_year_is_hidden_until_somebody_does(people: People) -> None:
    focal_point = donor(people)
    offer = offered(focal_point)
    later = timezone.now() + dt.timedelta(days=368)
    assert services.hide_stale(timezone.now() + dt.timedelta(days=360)) == 0

    assert services.hide_stale(later) == 1
    assert services.hide_stale(later) == 0
    run_relay()

    record = PublishedRecord.objects.get(pk=offer.pk)
    assert (record.state, record.withdrawal_reason) == ("withdrawn", "Nobody has confirmed this offer for a year.")
    assert told(focal_point) == ["offer.hidden"]
    assert status(offer) == "open"

    step(focal_point, offer, "verify")

    record.refresh_from_db()
    assert (record.state, record.version) == ("published", 2)


def test_a_closed_offer_is_not_hidden(people: People) -> None:
    focal_point = donor(people)
    offer = offered(focal_point)
    step(focal_point, offer, "close")

    services.hide_stale(timezone.now() + dt.timedelta(days=4000))

    assert PublishedRecord.objects.get(pk=offer.pk).state == "published"


def test_network_staff_confirm_a_public_offer_without_a_new_edition(people: People) -> None:
    offer = offered(donor(people))
    specialist = people.specialist()

    step(specialist, offer, "verify")

    record = PublishedRecord.objects.get(pk=offer.pk)
    assert (record.version, record.last_confirmed) == (1, timezone.localdate())


def test_a_year_before_a_leap_day_is_a_day_of_that_month() -> None:
    assert stale_before(dt.date(2028, 2, 29)) == dt.date(2027, 2, 28)
    assert stale_before(dt.date(2026, 11, 22)) == dt.date(2025, 11, 22)
