"""Work that failed: it is found, tried again, or given up with a reason; nobody's text is on the screen."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from network_site.common import deadletters, outbox
from network_site.common.models import AuditEntry, Notice, Outbox
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import Role
from network_site.organizations.models import Organization, User

from ..common.test_outbox import relay, wait_until
from ..people import People, acting, submitted
from .screens import client_of, errors, page, staff_client, table, words

LETTERS = "/admin/console/letters/"
mended: list[bool] = []
done: list[UUID] = []


@outbox.consumer("test.mendable")
def fail_until_mended(row: Outbox) -> None:
    if not mended:
        raise RuntimeError("A sentence of a ministry's draft.")
    done.append(row.pk)


@pytest.fixture(autouse=True)
def broken() -> None:
    mended.clear()
    done.clear()


def leave(kind: str, count: int = 1) -> list[UUID]:
    subject = Organization.objects.get(kind="network")
    first = Outbox.objects.count()
    for number in range(first, first + count):
        outbox.enqueue(kind, subject=subject, version=number)
    return list(Outbox.objects.filter(kind=kind).order_by("created_at").values_list("pk", flat=True))


def let_die(*pks: UUID) -> None:
    """Eight times it comes due, is handed out by the relay, and fails."""
    for _try in range(outbox.MAX_TRIES):
        Outbox.objects.filter(pk__in=pks).update(next_at=timezone.now() - timedelta(seconds=1))
        call_command("relay", "--once")


def entries(people: People) -> list[tuple[str, str]]:
    with acting_as(service_actor("auditor"), reason="test"):
        rows = AuditEntry.objects.filter(tenant_id=people.network().pk, action__startswith="outbox")
        return list(rows.order_by("sequence").values_list("action", "reason"))


@pytest.mark.django_db
def test_an_operator_finds_what_failed_eight_times_and_retries_it_and_it_is_delivered(people: People) -> None:
    (pk,) = leave("test.mendable")
    let_die(pk)
    assert Outbox.objects.get(pk=pk).state == "dead"
    client = staff_client(people, Role.ADMINISTRATOR)
    tree = page(client, LETTERS)
    assert table(tree, 0) == [["test.mendable", "1", "0 minutes ago", "RuntimeError", "Retry the one of test.mendable"]]
    (row,) = table(tree, 1)
    assert row[0].startswith("test.mendable organizations.organization")
    assert row[1].startswith("RuntimeError tests.console.test_dead_letters:")
    assert row[2] == "8"
    assert "A sentence" not in str(tree)

    mended.append(True)
    answer = client.post(f"{LETTERS}{pk}/retry/", follow=True)
    assert "It is tried again now." in answer.content.decode()
    call_command("relay", "--once")
    assert (done, Outbox.objects.get(pk=pk).state) == ([pk], "done")
    assert "Nothing failed." in words(page(client, LETTERS))
    assert entries(people) == [("outbox.retried", "test.mendable")]


def test_the_relay_delivers_what_an_operator_gave_back_to_it(committed_people: People) -> None:
    """A process of its own: a notice that failed while something was broken arrives after the retry."""
    specialist = committed_people.specialist()
    operator = committed_people.member(committed_people.network(), Role.ADMINISTRATOR)
    submitted(committed_people.focal_point())
    Outbox.objects.filter(kind="practice.submitted").update(state="dead", tries=8, last_error="OperationalError")
    client = client_of(operator)
    client.post(f"{LETTERS}retry/", {"kind": "practice.submitted"})
    with relay(str(connection.settings_dict["NAME"])):
        wait_until(lambda: not Outbox.objects.filter(kind="practice.submitted").exclude(state="done").exists())
    with acting_as(service_actor("relay"), reason="test"):
        assert list(Notice.objects.values_list("recipient_id", "kind")) == [(specialist.pk, "practice.submitted")]


@pytest.mark.django_db
def test_all_of_a_kind_are_retried_together_and_the_others_are_left(people: People) -> None:
    mine, other = leave("test.mendable", 3), leave("test.other")
    Outbox.objects.update(state="dead", tries=8)
    client = staff_client(people, Role.LEAD)
    answer = client.post(f"{LETTERS}retry/", {"kind": "test.mendable"}, follow=True)
    assert "3 are tried again now." in answer.content.decode()
    assert set(Outbox.objects.filter(state="waiting", tries=0).values_list("pk", flat=True)) == set(mine)
    assert list(deadletters.list_letters().values_list("pk", flat=True)) == other
    assert entries(people) == [("outbox.kind_retried", "test.mendable: 3")]
    for kind in ("test.mendable", "", "no.such"):
        assert "There were none" in client.post(f"{LETTERS}retry/", {"kind": kind}, follow=True).content.decode()


@pytest.mark.django_db
def test_a_letter_is_given_up_with_a_reason_only(people: People) -> None:
    (pk,) = leave("test.mendable")
    Outbox.objects.update(state="dead", tries=8, last_error="DoesNotExist")
    client = staff_client(people, Role.LEAD)
    path = f"{LETTERS}{pk}/discard/"
    assert "What it is about is gone." in words(page(client, path))
    for given in ("", "  \u200b "):
        answer = client.post(path, {"reason": given})
        assert answer.status_code == 422
        assert "Say why it is given up." in answer.content.decode()
    assert Outbox.objects.get(pk=pk).state == "dead"
    assert client.post(path, {"reason": "The practice was withdrawn"}).status_code == 302
    given_up = Outbox.objects.get(pk=pk)
    assert (given_up.state, given_up.done_at is not None) == ("discarded", True)
    assert entries(people) == [("outbox.discarded", "test.mendable: The practice was withdrawn")]
    assert (outbox.claim(), outbox.retry(pk)) == ([], False)
    assert client.get(path, follow=True).status_code == 404


@pytest.mark.django_db
def test_two_operators_at_once_do_a_thing_once(people: People) -> None:
    (pk,) = leave("test.mendable")
    Outbox.objects.update(state="dead", tries=8)
    with acting(people.member(people.network(), Role.LEAD)):
        assert [deadletters.retry(pk=pk), deadletters.retry(pk=pk), deadletters.retry(pk=uuid4())] == [
            True, False, False,
        ]  # fmt: skip
        assert deadletters.discard(pk=pk, reason="late") is False
    assert entries(people) == [("outbox.retried", "test.mendable")]


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.PUBLISHER, Role.WEB_EDITOR])
def test_the_services_ask_for_the_role_themselves(people: People, role: str) -> None:
    (pk,) = leave("test.mendable")
    Outbox.objects.update(state="dead", tries=8)
    strangers: list[User] = [
        people.member(people.network(), role),
        people.member(people.organization(), Role.ADMINISTRATOR),
    ]
    for user in strangers:
        with acting(user):
            for verb in (
                lambda: deadletters.retry(pk=pk),
                lambda: deadletters.retry_kind(kind="test.mendable"),
                lambda: deadletters.discard(pk=pk, reason="no"),
            ):
                with pytest.raises(PermissionDenied):
                    verb()
    assert Outbox.objects.get(pk=pk).state == "dead"


@pytest.mark.django_db
def test_a_long_reason_is_refused(people: People) -> None:
    (pk,) = leave("test.mendable")
    Outbox.objects.update(state="dead")
    with acting(people.member(people.network(), Role.LEAD)), pytest.raises(ValidationError, match="under 500"):
        deadletters.discard(pk=pk, reason="x" * 501)


@pytest.mark.django_db
def test_the_figures_say_how_the_outbox_stands(people: People) -> None:
    pks = leave("test.mendable", 6)
    for pk, state in zip(pks, ("waiting", "waiting", "taken", "dead", "discarded", "done"), strict=True):
        Outbox.objects.filter(pk=pk).update(state=state, done_at=timezone.now())
    oldest = timezone.now() - timedelta(hours=3)
    Outbox.objects.filter(pk=pks[2]).update(created_at=oldest)
    assert deadletters.totals() == deadletters.Totals(2, 1, 1, 1, oldest)
    assert "Oldest that waits 3 hours" in words(page(staff_client(people, Role.LEAD), LETTERS)).replace("\xa0", " ")


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 3, 60])
def test_the_list_costs_the_same_however_long_it_is(count: int, people: People) -> None:
    leave("test.mendable", count)
    Outbox.objects.update(state="dead", tries=8)
    client = staff_client(people, Role.LEAD)
    client.get(LETTERS)
    with CaptureQueriesContext(connection) as queries:
        tree = page(client, LETTERS)
    assert len(table(tree, 1)) == min(count, 50)
    ours = [query["sql"] for query in queries if "common_outbox" in query["sql"]]
    # Figures, kinds, how many there are, one page of them.
    assert len(ours) == 4
    assert errors(tree) == []
