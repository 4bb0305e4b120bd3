"""Work that follows a change is done, once, whoever dies meanwhile (reliability page, section 3)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.models import Q
from django.utils import timezone

from network_site.common import outbox
from network_site.common.models import Notice, Outbox
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import Role
from network_site.organizations.models import Organization

from ..databases import is_postgresql
from ..people import People, submitted

pytestmark = pytest.mark.embedded

heard: list[tuple[str, int]] = []


@outbox.consumer("test.heard")
def hear(row: Outbox) -> None:
    heard.append((row.kind, row.object_version))


@outbox.consumer("test.broken")
def fail(row: Outbox) -> None:
    raise RuntimeError("A sentence of a ministry's draft.")


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    heard.clear()
    yield
    heard.clear()


def leave(kind: str, count: int = 1) -> list[UUID]:
    """So many rows of a kind."""
    subject = Organization.objects.get(kind="network")
    first = Outbox.objects.count()
    for number in range(first, first + count):
        outbox.enqueue(kind, subject=subject, version=number)
    return list(Outbox.objects.filter(kind=kind).order_by("created_at").values_list("pk", flat=True)[:count])


def row(pk: UUID) -> Outbox:
    return Outbox.objects.get(pk=pk)


def due(*pks: UUID) -> None:
    """Time passes until these rows are due."""
    Outbox.objects.filter(pk__in=pks).update(next_at=timezone.now() - timedelta(seconds=1))


def lease_runs_out() -> None:
    Outbox.objects.filter(state="taken").update(leased_until=timezone.now() - timedelta(seconds=1))


# --- Leaving work ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_work_is_left_with_its_cause_or_not_at_all() -> None:
    with transaction.atomic():
        leave("test.heard")
        transaction.set_rollback(True)
    assert Outbox.objects.count() == 0


@pytest.mark.django_db
def test_the_same_event_twice_is_one_row() -> None:
    subject = Organization.objects.get(kind="network")
    for version in (1, 1, 2):
        outbox.enqueue("test.heard", subject=subject, version=version)
    assert sorted(Outbox.objects.values_list("object_version", flat=True)) == [1, 2]


# --- Claiming --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_claimed_row_is_nobody_elses_for_the_time_of_its_lease() -> None:
    first, second = leave("test.heard", 2)
    before = timezone.now()
    assert outbox.claim(1) == [first]
    assert outbox.claim() == [second]
    assert outbox.claim() == []
    taken = row(first)
    assert taken.state == "taken"
    assert before + outbox.LEASE <= taken.leased_until <= timezone.now() + outbox.LEASE  # type: ignore[operator]


@pytest.mark.django_db
def test_a_row_that_is_not_due_is_left_alone() -> None:
    (pk,) = leave("test.heard")
    Outbox.objects.filter(pk=pk).update(next_at=timezone.now() + timedelta(minutes=1))
    assert outbox.claim() == []
    due(pk)
    assert outbox.claim() == [pk]


@pytest.mark.django_db
def test_the_rows_of_a_dead_relay_come_back_after_the_lease() -> None:
    (pk,) = leave("test.heard")
    assert outbox.claim() == [pk]
    assert outbox.claim() == []
    lease_runs_out()
    assert outbox.claim() == [pk]
    assert outbox.deliver(pk) is True
    lease_runs_out()
    assert outbox.claim() == []


def test_claimers_never_share_a_row(committed_db: str) -> None:
    rows = leave("test.heard", 60)
    taken: dict[int, list[UUID]] = {}
    barrier = threading.Barrier(4)

    def claim(number: int) -> None:
        found = taken.setdefault(number, [])
        barrier.wait(30)
        try:
            while some := outbox.claim(7):
                found += some
        finally:
            connections.close_all()

    threads = [threading.Thread(target=claim, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    together = [pk for found in taken.values() for pk in found]
    assert sorted(together) == sorted(rows)


# --- Delivering ------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_row_is_done_once() -> None:
    (pk,) = leave("test.heard")
    assert outbox.deliver(pk) is False
    outbox.claim()
    assert (outbox.deliver(pk), outbox.deliver(pk)) == (True, False)
    done = row(pk)
    assert (done.state, done.tries, done.leased_until, done.done_at is not None) == ("done", 1, None, True)
    assert heard == [("test.heard", 0)]


@pytest.mark.django_db
def test_a_row_without_a_consumer_is_done() -> None:
    (pk,) = leave("test.unheard")
    assert outbox.drain() == 1
    assert row(pk).state == "done"


@pytest.mark.django_db
def test_what_fails_is_tried_again_after_a_growing_pause_and_dies_after_eight() -> None:
    (pk,) = leave("test.broken")
    pauses, states = [], []
    for _try in range(8):
        due(pk)
        assert outbox.claim() == [pk]
        before = timezone.now()
        assert outbox.deliver(pk) is False
        failed = row(pk)
        pauses.append(round((failed.next_at - before).total_seconds(), -0))
        states.append(failed.state)
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256]
    assert states == ["waiting"] * 7 + ["dead"]
    due(pk)
    lease_runs_out()
    assert outbox.claim() == []
    assert (failed.tries, failed.last_error, failed.leased_until) == (8, "RuntimeError", None)


def test_the_pause_has_an_end() -> None:
    assert min(outbox.FIRST_PAUSE * 2**20, outbox.LONGEST_PAUSE) == timedelta(minutes=15)


@pytest.mark.django_db
def test_a_failure_leaves_nothing_of_what_the_consumer_wrote() -> None:
    def half(found: Outbox) -> None:
        Outbox.objects.filter(pk=found.pk).update(data={"half": True})
        raise ValueError

    outbox.consumer("test.half")(half)
    (pk,) = leave("test.half")
    assert outbox.drain(1) == 0
    assert (row(pk).data, row(pk).last_error, row(pk).tries) == ({}, "ValueError", 1)


@pytest.mark.django_db
def test_one_broken_row_does_not_stop_the_others() -> None:
    broken, good = *leave("test.broken"), *leave("test.heard")
    assert outbox.drain() == 1
    assert (row(broken).state, row(good).state) == ("waiting", "done")


@pytest.mark.django_db
def test_a_dead_letter_gets_another_round_and_nothing_else_does() -> None:
    (pk,) = leave("test.broken")
    assert outbox.retry(pk) is False
    Outbox.objects.filter(pk=pk).update(state="dead", tries=8)
    assert (outbox.retry(pk), outbox.retry(pk), outbox.retry(uuid4())) == (True, False, False)
    assert (row(pk).state, row(pk).tries) == ("waiting", 0)
    assert outbox.claim() == [pk]


@pytest.mark.django_db
def test_the_age_is_that_of_the_oldest_row_that_waits() -> None:
    assert outbox.age() == timedelta(0)
    old, _new = leave("test.heard", 2)
    Outbox.objects.filter(pk=old).update(created_at=timezone.now() - timedelta(hours=2))
    assert timedelta(hours=2) <= outbox.age() < timedelta(hours=2, minutes=1)
    outbox.drain()
    assert outbox.age() == timedelta(0)


@pytest.mark.django_db
def test_a_dead_letter_is_not_forgotten_by_the_health_page(client: Any) -> None:
    assert client.get("/health/").json() == {"status": "ok", "database": True, "outbox_age_seconds": 0.0}
    (pk,) = leave("test.heard")
    Outbox.objects.filter(pk=pk).update(created_at=timezone.now() - timedelta(minutes=10))
    assert client.get("/health/").json()["outbox_age_seconds"] >= 600


# --- Notices ---------------------------------------------------------------------------------


def notices() -> list[tuple[UUID, str]]:
    with acting_as(service_actor("relay"), reason="test"):
        return sorted(Notice.objects.values_list("recipient_id", "kind"))


@pytest.mark.django_db
def test_everybody_concerned_is_told_once_however_often_the_row_is_handed_out(people: People) -> None:
    specialist, lead = people.specialist(), people.member(people.network(), Role.LEAD)
    people.publisher()
    submitted(people.focal_point())
    outbox.drain()
    expected = sorted((one.pk, "practice.submitted") for one in (specialist, lead))
    assert notices() == expected
    for _again in range(3):
        Outbox.objects.filter(kind="practice.submitted").update(
            state="taken", done_at=None, leased_until=timezone.now() - timedelta(seconds=1)
        )
        assert outbox.drain() == 1
    assert notices() == expected


# --- The relay itself ------------------------------------------------------------------------


@contextmanager
def relay(database: str) -> Iterator[subprocess.Popen[bytes]]:
    """The relay as a process of its own on this test's database."""
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    if is_postgresql():
        site = connection.settings_dict
        environment["DATABASE_URL"] = f"postgresql://{site['USER']}@{site['HOST']}:{site['PORT']}/{database}"
    else:
        environment["DATABASE_URL"] = f"sqlite:///{database}"
    process = subprocess.Popen(
        [sys.executable, "manage.py", "relay"],
        cwd=settings.BASE_DIR,
        env=environment | {"DJANGO_SETTINGS_MODULE": "network_site.settings.test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Look again and again until it holds; another process does it, so there is nothing to join."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "It did not happen in time."
        threading.Event().wait(0.01)


def done() -> int:
    """How many events are done; mails that follow, and what the search has to do, are rows of their own."""
    others = Q(kind="mail.due") | Q(kind__startswith="search.")
    return Outbox.objects.filter(state="done").exclude(others).count()


def test_a_relay_killed_in_the_middle_loses_nothing_and_tells_nobody_twice(committed_people: People) -> None:
    specialists = [committed_people.specialist() for _number in range(3)]
    version = submitted(committed_people.focal_point())
    count = 150
    for number in range(100, 100 + count - 1):
        outbox.enqueue("practice.submitted", subject=version, version=number)
    database = str(connection.settings_dict["NAME"])

    kills = 0
    for threshold in (10, 70):
        with relay(database) as process:
            wait_until(lambda threshold=threshold: done() >= threshold)
            process.send_signal(signal.SIGKILL)
            assert process.wait(30) == -signal.SIGKILL
        kills += done() < count
        # Five minutes pass.
        lease_runs_out()
    with relay(database) as process:
        # The mails that follow are rows of their own.
        wait_until(lambda: not Outbox.objects.exclude(state="done").exists(), 120)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0

    assert kills == 2
    assert done() == count
    assert notices() == sorted((one.pk, "practice.submitted") for one in specialists for _event in range(count))


def test_once_delivers_what_is_due_and_stops(committed_db: str, capsys: Any) -> None:
    leave("test.heard", 3)
    call_command("relay", "--once")
    said, everything = capsys.readouterr().out.strip(), Outbox.objects.filter(state="done").count()
    assert (said, done()) == (f"{everything} delivered", 3)
