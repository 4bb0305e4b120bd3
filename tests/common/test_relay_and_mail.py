"""No mail is lost, and none comes twice but in the one window that nobody can close (decision 0020)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection

from network_site.common import notices, outbox, rhythms
from network_site.common.models import Mailing, Notice, Outbox
from network_site.organizations.actor import acting_as, service_actor

from ..databases import is_postgresql
from ..people import People, acting, draft, submitted
from .smtp import MailServer, mail_server
from .test_outbox import lease_runs_out, wait_until

pytestmark = pytest.mark.embedded


@contextmanager
def relay(server: MailServer) -> Iterator[subprocess.Popen[bytes]]:
    """The relay as a process of its own, with this server for its mail."""
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    site = connection.settings_dict
    environment["DATABASE_URL"] = (
        f"postgresql://{site['USER']}@{site['HOST']}:{site['PORT']}/{site['NAME']}"
        if is_postgresql()
        else f"sqlite:///{site['NAME']}"
    )
    process = subprocess.Popen(
        [sys.executable, "manage.py", "relay"],
        cwd=settings.BASE_DIR,
        env=environment | {"DJANGO_SETTINGS_MODULE": "tests.common.settings_smtp", "TEST_SMTP_PORT": str(server.port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(30)


def all_done() -> bool:
    return not Outbox.objects.exclude(state="done").exists()


def mailings() -> list[tuple[str, bool]]:
    """The Message-ID of every mailing, and whether it counts as sent."""
    with acting_as(service_actor("relay")):
        return sorted((f"<{mailing.pk}@localhost>", mailing.sent_at is not None) for mailing in Mailing.objects.all())


def test_a_relay_killed_before_the_server_took_the_mail_loses_none(committed_people: People) -> None:
    committed_people.specialist()
    submitted(committed_people.focal_point())
    with mail_server() as server:
        server.stall = "greeting"
        with relay(server) as process:
            assert server.reached.wait(60)  # claimed, and on its way to the server
            assert Outbox.objects.get(kind="mail.due").state == "taken"
            process.send_signal(signal.SIGKILL)
            assert process.wait(30) == -signal.SIGKILL
        assert server.message_ids() == []
        assert [sent for _name, sent in mailings()] == [False]
        server.stall = ""
        lease_runs_out()  # five minutes pass
        with relay(server):
            wait_until(all_done)
        assert [(name, True) for name in server.message_ids()] == mailings()


def test_a_relay_killed_in_the_window_sends_one_mail_twice_under_one_name(committed_people: People) -> None:
    """The server has the mail, the database does not know: the reader's program sees one Message-ID."""
    committed_people.specialist()
    submitted(committed_people.focal_point())
    with mail_server() as server:
        server.stall = "accepted"
        with relay(server) as process:
            assert server.reached.wait(60)
            process.send_signal(signal.SIGKILL)
            assert process.wait(30) == -signal.SIGKILL
        server.stall = ""
        lease_runs_out()
        with relay(server):
            wait_until(all_done)
        ((name, sent),) = mailings()
        assert (server.message_ids(), sent) == ([name, name], True)
        first, second = server.letters
        assert (first["Subject"], first["To"]) == (second["Subject"], second["To"])


def test_a_server_that_is_away_is_tried_again(committed_people: People) -> None:
    committed_people.specialist()
    submitted(committed_people.focal_point())
    with mail_server() as server:
        port = server.port
    with mail_server() as elsewhere:
        closed = MailServer.__new__(MailServer)
        closed.port = port
        with relay(closed):
            wait_until(lambda: Outbox.objects.filter(kind="mail.due", tries__gte=1, state="waiting").exists())
        assert [sent for _name, sent in mailings()] == [False]
        assert Outbox.objects.get(kind="mail.due").last_error == "ConnectionRefusedError"
        Outbox.objects.filter(state="waiting").update(next_at=datetime.now(UTC) - timedelta(seconds=1))
        lease_runs_out()
        with relay(elsewhere):
            wait_until(all_done)
        assert [(name, True) for name in elsewhere.message_ids()] == mailings()


def test_two_relays_send_every_mail_and_every_digest_once(committed_people: People) -> None:
    """Twenty events at once for three people, and a digest for each of four, with two relays at work."""
    people = committed_people
    specialists = [people.specialist() for _number in range(3)]
    version = submitted(people.focal_point())
    for number in range(100, 119):
        outbox.enqueue("practice.submitted", subject=version, version=number)
    ministry = people.organization(country="PY")
    readers = [people.focal_point(ministry) for _number in range(4)]
    hers = draft(readers[0])
    yesterday = datetime.now(UTC) - timedelta(days=2)
    for reader in readers:
        with acting(reader):
            rhythms.choose(person_id=reader.pk, rhythms={"practice.published": "daily"})
    with acting_as(service_actor("relay")):
        for number in range(5):
            event = Outbox(
                kind="practice.published",
                object_type=hers._meta.label_lower,
                object_id=hers.pk,
                dedupe_key=f"practice.published:{number}",
            )
            notices.tell(
                event, recipients=[one.pk for one in readers], subject=hers.title, url_name="practices:version"
            )
        Notice.objects.filter(kind="practice.published").update(created_at=yesterday)
    with mail_server() as server, relay(server), relay(server):
        wait_until(lambda: len(server.message_ids()) >= 3 * 20 + 4, 120)
        wait_until(all_done)
        expected = mailings()
        assert Counter(server.message_ids()) == Counter(name for name, _sent in expected)
    assert {sent for _name, sent in expected} == {True}
    told = Counter((str(letter["To"]), str(letter["Subject"]).partition(":")[0]) for letter in server.letters)
    assert told == {(one.email, "A ministry sent a practice"): 20 for one in specialists} | {
        (one.email, "Your day"): 1 for one in readers
    }


def test_two_schedulers_at_the_same_moment_leave_one_digest(committed_people: People) -> None:
    """Threads with connections of their own, twenty rounds; the digest's key is unique."""
    import threading

    from django.db import connections

    from network_site.common.mailings import schedule_digests

    reader = committed_people.focal_point(committed_people.organization(country="PY"))
    hers = draft(reader)
    day = datetime(2026, 11, 3, tzinfo=UTC)
    left: list[int] = []
    for number in range(20):
        event = Outbox(
            kind="practice.published",
            object_type=hers._meta.label_lower,
            object_id=hers.pk,
            dedupe_key=f"practice.published:{number}",
        )
        with acting_as(service_actor("relay")):
            notices.tell(event, recipients=[reader.pk], subject=hers.title, url_name="practices:version")
            Notice.objects.filter(mailing__isnull=True).update(created_at=day + timedelta(days=number))
        barrier = threading.Barrier(3)

        def look(now: datetime = day + timedelta(days=number + 2), barrier: threading.Barrier = barrier) -> None:
            barrier.wait(30)
            try:
                left.append(schedule_digests(now))
            finally:
                connections.close_all()

        threads = [threading.Thread(target=look) for _number in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert (len(left), sum(left)) == (60, 20)
    with acting_as(service_actor("relay")):
        assert Mailing.objects.count() == 20
        assert Notice.objects.filter(mailing__isnull=True).count() == 0
    assert Outbox.objects.filter(kind="mail.due").count() == 20
