"""The page of notices: by record, the unread first, read one by one or all."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from network_site.common import notices
from network_site.common.models import Notice, Outbox
from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import User
from practices.models import PracticeVersion

from ..databases import is_postgresql
from ..people import People, acting, draft

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
PATH = "/en/workspace/notices/"


def told(person: User, version: PracticeVersion, kind: str, hours: int) -> UUID:
    """She was told something of a practice, so many hours after noon."""
    key = f"{kind}:{version.pk}:{hours}"
    event = Outbox(kind=kind, object_type=version._meta.label_lower, object_id=version.pk, dedupe_key=key)
    with acting_as(service_actor("relay")):
        notices.tell(event, recipients=[person.pk], subject=version.title, url_name="practices:version")
        mine = Notice.objects.filter(dedupe_key__startswith=key)
        mine.update(created_at=NOON + timedelta(hours=hours))
        return mine.get().pk


def titles(client: Client, path: str = PATH) -> list[str]:
    page = client.get(path).content.decode()
    return re.findall(r'class="notice-title"><bdi>([^<]*)', page)


def unread(person: User) -> set[UUID]:
    with acting(person):
        return set(Notice.objects.filter(read_at__isnull=True).values_list("pk", flat=True))


def test_notices_stand_under_their_record_the_unread_first(people: People, sign_in: Callable[..., Client]) -> None:
    person = people.focal_point()
    old, new, read = (draft(person, title=title) for title in ("Old", "New", "Read"))
    told(person, old, "practice.screened", 0)
    told(person, new, "practice.screened", 1)
    last = told(person, new, "practice.published", 3)
    seen = told(person, read, "practice.published", 9)
    client = sign_in(person)
    assert client.post(f"{PATH}{seen}/").status_code == 302
    assert titles(client) == ["New", "Old", "Read"]
    page = client.get(PATH).content.decode()
    words = re.findall(r'notices/[0-9a-f-]{36}/">(Your[^<]*)<', page)
    assert words == [
        "Your practice is in the databank.",
        "Your practice passed the screening and is in review.",
        "Your practice passed the screening and is in review.",
        "Your practice is in the databank.",
    ]
    assert page.count("Mark as read") == 2
    assert f'action="{PATH}{last}/"' in page


def test_marking_one_record_leaves_what_came_later_and_what_is_of_others(
    people: People, sign_in: Callable[..., Client]
) -> None:
    person = people.focal_point()
    one, other = draft(person, title="One"), draft(person, title="Other")
    first, second = told(person, one, "practice.screened", 0), told(person, one, "practice.published", 1)
    later, elsewhere = told(person, one, "practice.withdrawn", 2), told(person, other, "practice.screened", 0)
    assert unread(person) == {first, second, later, elsewhere}
    answer = sign_in(person).post(f"{PATH}{second}/")
    assert (answer.status_code, answer["Location"]) == (302, PATH)
    assert unread(person) == {later, elsewhere}


def test_going_to_a_record_reads_its_notice(people: People, sign_in: Callable[..., Client]) -> None:
    person = people.focal_point()
    version = draft(person)
    notice = told(person, version, "practice.screened", 0)
    answer = sign_in(person).get(f"{PATH}{notice}/")
    assert answer["Location"] == f"/en/workspace/practices/{version.pk}/"
    assert unread(person) == set()


def test_marking_all_leaves_what_came_while_the_page_was_read(people: People, sign_in: Callable[..., Client]) -> None:
    person = people.focal_point()
    version = draft(person)
    told(person, version, "practice.screened", 0)
    client = sign_in(person)
    until = re.search(r'name="until" value="([^"]+)"', client.get(PATH).content.decode())
    assert until is not None
    came = told(person, version, "practice.published", 1)
    client.post(PATH, {"until": until[1]})
    assert unread(person) == {came}


@pytest.mark.parametrize(
    "until", ["", "yesterday", "2026-11-03", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59-23:59"]
)
def test_a_strange_moment_marks_what_there_is(people: People, sign_in: Callable[..., Client], until: str) -> None:
    person = people.focal_point()
    with_notice = told(person, draft(person), "practice.screened", -24 * 30)
    assert unread(person) == {with_notice}
    assert sign_in(person).post(PATH, {"until": until}).status_code == 302
    assert unread(person) == set()


def test_somebody_elses_notice_is_not_there(people: People, sign_in: Callable[..., Client]) -> None:
    person, other = people.focal_point(), people.focal_point()
    notice = told(other, draft(other), "practice.screened", 0)
    client = sign_in(person)
    assert [client.get(f"{PATH}{notice}/").status_code, client.post(f"{PATH}{notice}/").status_code] == [404, 404]
    client.post(PATH)
    assert unread(other) == {notice}


def test_twenty_records_a_page_and_eight_lines_a_record(people: People, sign_in: Callable[..., Client]) -> None:
    person = people.focal_point()
    for number in range(21):
        told(person, draft(person, title=f"Practice {number:02}"), "practice.screened", number)
    busy = draft(person, title="Busy")
    for number in range(10):
        told(person, busy, "practice.published", 100 + number)
    client = sign_in(person)
    assert titles(client) == ["Busy", *(f"Practice {number:02}" for number in range(20, 1, -1))]
    assert titles(client, f"{PATH}?page=2") == ["Practice 01", "Practice 00"]
    assert "and 2 earlier notices" in client.get(PATH).content.decode()
    assert (
        titles(client, f"{PATH}?page=-1")
        == titles(client, f"{PATH}?page=9{'9' * 40}")
        == ["Practice 01", "Practice 00"]
    )


def test_without_notices_the_page_says_why(people: People, sign_in: Callable[..., Client]) -> None:
    page = sign_in(people.focal_point()).get(PATH).content.decode()
    assert "No notices yet" in page
    assert "Mark all as read" not in page


@pytest.mark.parametrize("records", [1, 3])
def test_the_page_costs_the_same_for_one_record_or_three(
    people: People, sign_in: Callable[..., Client], records: int
) -> None:
    person = people.focal_point()
    for number in range(records):
        version = draft(person)
        told(person, version, "practice.screened", number)
        told(person, version, "practice.published", number)
    client = sign_in(person)
    client.get(PATH)
    with CaptureQueriesContext(connection) as captured:
        page = client.get(PATH)
    of_notices = [query for query in captured.captured_queries if '"common_notice"' in query["sql"]]
    assert len(page.context["page"].object_list) == records
    # How many records, the records, their notices, the newest; and for the frame how many are unread, twice.
    assert len(of_notices) == 6
    if not is_postgresql():  # there each change of the actor is a statement too
        assert len(captured) == 10
