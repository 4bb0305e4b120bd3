"""What the Network tells everybody: in each reader's language, in its time, put away without JavaScript."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from network_site.common import announcements
from network_site.common.models import Announcement, AuditEntry
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.enums import Role

from ..people import People, acting
from .screens import client_of, fields, page, staff_client, table

pytestmark = pytest.mark.django_db
LIST = "/admin/console/announcements/"
CODES = ("en", "es", "fr", "pt-br")
TEXTS = {code: f"Maintenance ({code})" for code in CODES}


def announce(people: People, **changes: Any) -> Announcement:
    given: dict[str, Any] = {
        "texts": TEXTS, "audience": "public", "level": "info", "starts_at": timezone.now() - timedelta(minutes=1),
    }  # fmt: skip
    with acting(people.publisher()):
        return announcements.save_announcement(**(given | changes))


def shown(client: Client, path: str = "/en/") -> list[str]:
    """The announcements on a page."""
    answer = client.get(path)
    assert answer.status_code == 200
    tree = BeautifulSoup(answer.content.decode(), "html.parser")
    return [" ".join(note.p.get_text(" ").split()) for note in tree.select(".announcements .note")]


@pytest.mark.parametrize("language", CODES)
def test_each_reader_reads_it_in_her_language(language: str, people: People, client: Client) -> None:
    announce(people)
    assert shown(client, f"/{language}/") == [f"Maintenance ({language})"]


def test_it_stands_on_public_pages_and_in_the_workspace(people: People) -> None:
    announce(people, level="warning")
    client = client_of(people.contributor(people.organization()))
    for path in ("/en/", "/en/workspace/", "/en/glossary/"):
        assert shown(client, path) == ["Mind: Maintenance (en)"]


def test_each_audience_sees_its_own(people: People, client: Client) -> None:
    for audience in ("public", "members", "staff"):
        announce(people, audience=audience, texts=dict.fromkeys(CODES, audience))
    member, staff = client_of(people.focal_point()), client_of(people.specialist())
    assert [sorted(shown(one)) for one in (client, member, staff)] == [
        ["public"], ["members", "public"], ["members", "public", "staff"],
    ]  # fmt: skip


def test_it_begins_and_ends_in_its_time(people: People, client: Client) -> None:
    now = timezone.now()
    announce(people, starts_at=now + timedelta(hours=1))
    announce(people, starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1))
    assert shown(client) == []
    announce(people, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1))
    assert shown(client) == ["Maintenance (en)"]


def test_warnings_come_first_and_three_are_enough(people: People, client: Client) -> None:
    for number in range(4):
        announce(people, texts=dict.fromkeys(CODES, f"Note {number}"))
    announce(people, level="warning", texts=dict.fromkeys(CODES, "Storm"))
    assert shown(client) == ["Mind: Storm", "Note 3", "Note 2"]


# --- Put away --------------------------------------------------------------------------------


def test_a_reader_puts_one_away_for_her_session_without_javascript(people: People) -> None:
    kept, away = announce(people, texts=dict.fromkeys(CODES, "Kept")), announce(people)
    client, other = Client(enforce_csrf_checks=True), Client()
    tree = BeautifulSoup(client.get("/en/glossary/?letter=A").content.decode(), "html.parser")
    form = tree.find("form", action=f"/en/announcements/{away.pk}/put-away/")
    sent = {field["name"]: field["value"] for field in form.find_all("input")}
    answer = client.post(form["action"], sent)
    assert (answer.status_code, answer.url) == (302, "/en/glossary/?letter=A")
    assert shown(client) == ["Kept"]
    assert shown(other) == ["Maintenance (en)", "Kept"]
    # Without the token it stays.
    assert client.post(f"/en/announcements/{kept.pk}/put-away/").status_code == 403


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "http:///x"])
def test_nobody_is_sent_elsewhere(target: str, people: People, client: Client) -> None:
    one = announce(people)
    answer = client.post(f"/en/announcements/{one.pk}/put-away/", {"next": target})
    assert (answer.status_code, answer.url) == (302, "/")


def test_a_missing_one_is_answered_alike_and_kept_nowhere(people: People, client: Client) -> None:
    announce(people)
    for pk in (uuid4(), uuid4()):
        assert client.post(f"/en/announcements/{pk}/put-away/", {"next": "/en/"}).url == "/en/"
    assert client.session.get(announcements.PUT_AWAY) is None
    assert client.get(f"/en/announcements/{uuid4()}/put-away/").status_code == 405


# --- What it costs ---------------------------------------------------------------------------


def queries_of(client: Client, path: str = "/en/") -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_a_warm_page_costs_nothing_more_with_announcements_than_without(people: People, client: Client) -> None:
    client.get("/en/")
    without = queries_of(client)
    for number in range(3):
        announce(people, texts=dict.fromkeys(CODES, f"Note {number}"))
    assert queries_of(client) == without + 1  # fills the cache again
    assert queries_of(client) == without
    cache.delete(announcements.KEY)
    assert queries_of(client) == without + 1


# --- Writing ---------------------------------------------------------------------------------


def new(**changes: str) -> dict[str, str]:
    return {f"text_{code}": f"Maintenance ({code})" for code in CODES} | {
        "level": "warning", "audience": "members", "starts_at": "2026-11-20T08:00", "ends_at": "2030-11-20T10:30",
    } | changes  # fmt: skip


def test_it_is_written_changed_and_taken_down_on_the_screen(people: People) -> None:
    client = staff_client(people, Role.WEB_EDITOR)
    assert client.post(f"{LIST}new/", new()).status_code == 302
    one = Announcement.objects.get()
    assert (one.texts, one.level, one.audience, one.ends_at.hour) == (TEXTS, "warning", "members", 10)  # type: ignore[union-attr]
    sent = fields(page(client, f"{LIST}{one.pk}/"))
    assert sent["starts_at"] == "2026-11-20T08:00"
    assert client.post(f"{LIST}{one.pk}/", sent | {"text_en": "<b>Soon</b>"}).status_code == 302
    assert shown(client) == ["Mind: <b>Soon</b>"]
    assert table(page(client, LIST))[0][5].startswith("shown now")
    assert client.post(f"{LIST}{one.pk}/end/").status_code == 302
    assert shown(client) == []
    assert table(page(client, LIST))[0][5] == "over"
    client.post(f"{LIST}{one.pk}/end/")
    with acting_as(service_actor("auditor"), reason="test"):
        actions = AuditEntry.objects.filter(action__startswith="announcement").order_by("sequence")
        assert list(actions.values_list("action", flat=True)) == [
            "announcement.written", "announcement.changed", "announcement.ended",
        ]  # fmt: skip


def test_one_that_has_not_begun_can_be_taken_down(people: People, client: Client) -> None:
    one = announce(people, starts_at=timezone.now() + timedelta(days=1), ends_at=timezone.now() + timedelta(days=2))
    with acting(people.publisher()):
        ended = announcements.end_announcement(announcement=one)
    assert ended.starts_at < ended.ends_at <= timezone.now()  # type: ignore[operator]
    assert shown(client) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text_fr": " \u200b "}, "Write it in this language too"),
        ({"text_en": "x" * 301}, "Keep it under 300 characters."),
        ({"ends_at": "2026-11-20T08:00"}, "The end comes after the beginning."),
        ({"starts_at": "soon"}, "Enter a valid date/time."),
        ({"audience": "ministries"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(change: dict[str, str], said: str, people: People) -> None:
    answer = staff_client(people, Role.LEAD).post(f"{LIST}new/", new(**change))
    body = answer.content.decode()
    assert (answer.status_code, said in body, "Maintenance (pt-br)" in body) == (422, True, True)
    assert Announcement.objects.count() == 0


def test_only_those_whose_task_it_is_write(people: People) -> None:
    one = announce(people)
    for user in (people.specialist(), people.member(people.network(), Role.ADMINISTRATOR), people.focal_point()):
        with acting(user):
            with pytest.raises(PermissionDenied):
                announcements.end_announcement(announcement=one)
            with pytest.raises(PermissionDenied):
                announcements.save_announcement(texts=TEXTS, audience="public", level="info", starts_at=timezone.now())
    assert Announcement.objects.get().ends_at is None


@pytest.mark.parametrize("values", [{"audience": "x"}, {"level": "x"}, {"ends_at": timezone.now() - timedelta(days=9)}])
def test_the_database_keeps_the_rules_too(values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Announcement.objects.create(texts=TEXTS, **values)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_or_three(count: int, people: People) -> None:
    for _number in range(count):
        announce(people)
    client = staff_client(people, Role.LEAD)
    client.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        assert len(table(page(client, LIST))) == count
    assert len([one for one in queries if "common_announcement" in one["sql"]]) == 2
