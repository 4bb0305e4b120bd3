"""Lists as CSV and XLSX: no formula, no foreign row, long ones in the background."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from network_site.common import exports, outbox, periodic
from network_site.common.hooks import as_service
from network_site.common.models import Export
from network_site.common.scoping import unscoped
from network_site.organizations.enums import Role
from network_site.organizations.models import Membership, User

from ..people import People, acting, draft, organization_of, published
from .test_api import for_members

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]

PROBES = {
    '=HYPERLINK("http://example.org","x")': '\'=HYPERLINK("http://example.org","x")',
    "+1": "'+1",
    "-1": "'-1",
    "@x": "'@x",
    "\t=1": "'\t=1",
    "\r=1": "'\r=1",
    "\n=1": "'\n=1",
    "\0=1": "'=1",
    "\x01=1": "'=1",
    "＝1": "'＝1",
    "plain": "plain",
    'say "so", then': 'say "so", then',
}


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def xlsx_cells(content: bytes) -> list[list[Any]]:
    return [list(row) for row in load_workbook(io.BytesIO(content)).active.iter_rows()]


def take(client: Client, source: str, kind: str = "csv", query: str = "", **more: Any) -> Any:
    return client.get(f"/en/export/{source}/{kind}/{query}", **more)


# --- Formulas --------------------------------------------------------------------------------


def test_no_cell_is_a_formula_in_csv() -> None:
    content = exports.write("csv", [exports.Column("a", "A")], [{"a": probe} for probe in PROBES])
    assert content.startswith(b"\xef\xbb\xbf")
    assert [row[0] for row in csv_rows(content)] == ["A", *PROBES.values()]


def test_no_cell_is_a_formula_in_xlsx() -> None:
    content = exports.write("xlsx", [exports.Column("a", "=A")], [{"a": probe} for probe in PROBES])
    cells = [row[0] for row in xlsx_cells(content)]
    # A workbook knows one kind of line end.
    expected = [text.replace("\r", "\n") for text in PROBES.values()]
    assert [cell.value.replace("_x000D_", "\n").replace("\r", "\n") for cell in cells[1:]] == expected
    assert {cell.data_type for cell in cells} == {"s"}


def test_numbers_dates_and_nothing_stay_what_they_are() -> None:
    row = {"n": 3, "d": Decimal("2.50"), "on": dt.date(2026, 3, 9), "none": None, "is": True, "neg": -4}
    columns = [exports.Column(name, name) for name in row]
    assert [cell.value for cell in xlsx_cells(exports.write("xlsx", columns, [row]))[1]] == [
        3, 2.5, "2026-03-09", None, "yes", -4,
    ]  # fmt: skip
    assert csv_rows(exports.write("csv", columns, [row]))[1] == ["3", "2.50", "2026-03-09", "", "yes", "-4"]


def test_a_practices_own_words_come_out_guarded(people: People, client: Client) -> None:
    published(people, title="=HYPERLINK(1)", one_line="+1 inspectors")
    for kind in ("csv", "xlsx"):
        content = take(client, "practices", kind).content
        rows = csv_rows(content) if kind == "csv" else [[cell.value for cell in row] for row in xlsx_cells(content)]
        assert (rows[1][1], rows[1][2]) == ("'=HYPERLINK(1)", "'+1 inspectors")


# --- Lists -----------------------------------------------------------------------------------


def test_the_databank_with_the_filters_of_its_page(people: People, client: Client) -> None:
    for country in ("UY", "PY"):
        published(people, people.focal_point(people.organization(country=country)))
    answer = take(client, "practices", query="?country=UY")
    rows = csv_rows(answer.content)
    assert [row[rows[0].index("Country")] for row in rows[1:]] == ["Uruguay"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="enlace-practices.csv"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert len(csv_rows(take(client, "practices").content)) == 3
    in_spanish = csv_rows(client.get("/es/export/practices/csv/?country=UY").content)
    assert "/es/practicas/" in in_spanish[1][-1]
    page = client.get("/en/practices/?country=UY").content.decode()
    assert 'href="/en/export/practices/csv/?country=UY"' in page


def test_organisations_and_terms(people: People, client: Client) -> None:
    ministry = people.organization(country="UY", names={"en": "Zebra ministry"})
    hidden = people.organization(listed=False)
    assert [row[0] for row in csv_rows(take(client, "organizations", query="?q=zebra").content)[1:]] == [ministry.key]
    assert hidden.key not in take(client, "organizations").content.decode()
    terms = csv_rows(take(client, "terms", query="?scheme=LAF").content)
    assert (len(terms), terms[1][:2]) == (48, ["LAF", "LAF1"])
    assert len([heading for heading in terms[0] if heading.startswith("Label, ")]) == 4


@pytest.mark.parametrize("path", ["practices/pdf/", "nothing/csv/", "practices/CSV/"])
def test_other_lists_and_kinds_are_not_found(client: Client, path: str) -> None:
    assert client.get(f"/en/export/{path}").status_code == 404


def test_members_take_what_only_members_read(people: People, client: Client, sign_in: SignIn) -> None:
    for_members(people, published(people))
    assert "For members only" not in take(client, "practices").content.decode()
    assert "For members only" in take(sign_in(people.focal_point()), "practices").content.decode()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("source", "queries"), [("practices", 4), ("organizations", 2)])
def test_a_list_costs_the_same_for_one_row_or_three(
    people: People, client: Client, count: int, source: str, queries: int
) -> None:
    for _ in range(count):
        published(people, people.focal_point(people.organization(country="UY")))
    take(client, source)
    with CaptureQueriesContext(connection) as seen:
        assert take(client, source).status_code == 200
    asked = [query for query in seen if "SAVEPOINT" not in query["sql"] and "set_config" not in query["sql"]]
    assert len(asked) == queries


# --- Private lists ---------------------------------------------------------------------------


def test_our_practices_are_ours_alone(people: People, client: Client, sign_in: SignIn) -> None:
    mine, rival = people.focal_point(), people.focal_point()
    draft(mine, title="Ours")
    draft(rival, title="A rival's secret")
    assert take(client, "our-practices").url == "/en/accounts/login/?next=/en/export/our-practices/csv/"
    for kind in ("csv", "xlsx"):
        content = take(sign_in(mine), "our-practices", kind).content
        rows = csv_rows(content) if kind == "csv" else [[cell.value for cell in row] for row in xlsx_cells(content)]
        assert [row[1] for row in rows] == ["Title", "Ours"]
    without = people.user("loner")
    assert len(csv_rows(take(sign_in(without), "our-practices").content)) == 1


def asked_who_she_is(answer: Any) -> bool:
    return answer.status_code == 302 and "/accounts/reauthenticate/" in answer.url


def test_a_private_list_leaves_only_with_whoever_showed_recently_who_she_is(people: People, client: Client) -> None:
    focal_point = people.focal_point()
    draft(focal_point, title="Ours")
    published(people)
    # The session is open, but nobody says since when.
    client.force_login(focal_point)
    for method in (client.get, client.post):
        assert asked_who_she_is(method("/en/export/our-practices/csv/"))
    asked = take(client, "our-practices", query="?status=draft")
    assert parse_qs(urlsplit(asked.url).query)["next"] == ["/en/export/our-practices/csv/?status=draft"]
    # What everybody reads asks for nothing.
    assert len(csv_rows(take(client, "practices").content)) == 2
    done = client.post(asked.url, {"password": "a long enough password"}, follow=True)
    assert [row[1] for row in csv_rows(done.content)] == ["Title", "Ours"]


# --- Long lists ------------------------------------------------------------------------------


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists count as long from the second row on, so that a test need not make thousands."""
    monkeypatch.setattr(exports, "AT_ONCE", 1)
    monkeypatch.setattr(exports, "TELL_EVERY", 1)


@pytest.fixture
def focal_point(people: People, sign_in: SignIn, short_patience: None) -> User:
    """Somebody who is signed in, and whose ministry has too many practices for a file that comes at once."""
    user = people.focal_point()
    for _ in range(2):
        draft(user)
    sign_in(user)
    return user


def order(client: Client, source: str, kind: str = "csv", key: str = "") -> Export:
    answer = client.post(f"/en/export/{source}/{kind}/", {"key": key} if key else {})
    assert answer.status_code == 302, answer.content
    with as_service("relay", "test"):
        return Export.objects.get(pk=answer.url.rstrip("/").rpartition("/")[2])


def state_of(export: Export) -> Export:
    with as_service("relay", "test"):
        return Export.objects.get(pk=export.pk)


def test_anonymous_readers_get_the_first_rows_and_a_line_that_says_so(
    people: People, client: Client, short_patience: None
) -> None:
    for _ in range(2):
        published(people)
    rows = csv_rows(take(client, "practices").content)
    assert len(rows) == 3
    assert rows[2][0] == "Only the first 1 of 2 rows. Narrow the list, or sign in to get all."


def test_a_long_list_is_written_in_the_background_and_kept_for_its_owner(
    people: People, client: Client, sign_in: SignIn, short_patience: None
) -> None:
    focal_point = people.focal_point()
    for title in ("One", "Two", "=Three"):
        draft(focal_point, title=title)
    draft(people.focal_point(), title="A rival's secret")
    sign_in(focal_point)
    asked = take(client, "our-practices")
    assert (asked.status_code, "It has 3 rows." in asked.content.decode()) == (200, True)
    export = order(client, "our-practices")
    page = reverse("workspace:export", args=[export.pk])
    waiting = client.get(page)
    assert ("0 of 3 rows" in waiting.content.decode(), waiting.headers["Refresh"]) == (True, "5")
    part = client.get(page, headers={"HX-Request": "true"})
    assert part.content.decode().strip().startswith('<div id="progress"')
    assert client.get(f"/en/files/{export.pk}/").status_code == 404

    assert outbox.drain() > 0
    done = client.get(page)
    assert ("The file is ready: 3 rows." in done.content.decode(), "Refresh" in done.headers) == (True, False)
    file = client.get(f"/en/files/{export.pk}/")
    rows = csv_rows(b"".join(file.streaming_content))
    assert sorted(row[1] for row in rows) == ["'=Three", "One", "Title", "Two"]
    assert f"enlace-our-practices-{timezone.now():%Y-%m-%d}.csv" in file.headers["Content-Disposition"]
    assert "Our practices" in client.get(reverse("workspace:exports")).content.decode()

    colleague = people.member(organization_of(focal_point), Role.FOCAL_POINT)
    for other in (colleague, people.specialist()):
        browser = Client()
        browser.force_login(other)
        from ..people import prove_second_factor

        prove_second_factor(browser, other)
        assert browser.get(page).status_code == 404
        assert browser.get(f"/en/files/{export.pk}/").status_code == 404


def test_a_file_that_was_written_is_not_for_whoever_finds_the_session_open(
    people: People, client: Client, focal_point: User
) -> None:
    for _ in range(2):
        published(people)
    private, public = order(client, "our-practices"), order(client, "practices")
    outbox.drain()
    left_open = Client()
    left_open.force_login(focal_point)
    assert asked_who_she_is(left_open.get(f"/en/files/{private.pk}/"))
    assert left_open.get(f"/en/files/{public.pk}/").status_code == 200
    assert client.get(f"/en/files/{private.pk}/").status_code == 200


def test_ten_clicks_are_one_file(client: Client, focal_point: User) -> None:
    key = "6b0c1f0e-8f0a-4a57-b9d8-111111111111"
    assert order(client, "our-practices", key=key).pk == order(client, "our-practices", key=key).pk


def test_who_has_left_the_organisation_gets_no_file(client: Client, focal_point: User) -> None:
    export = order(client, "our-practices")
    with as_service("seeding", "test"):
        assert unscoped(Membership).filter(user_id=focal_point.pk).update(valid_to=timezone.now()) == 1
    outbox.drain()
    assert state_of(export).state == Export.State.FAILED
    assert not state_of(export).file


def test_more_than_a_file_holds_is_refused_with_a_way_out(
    client: Client, focal_point: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "MAX_ROWS", 1)
    answer = client.post("/en/export/our-practices/csv/")
    assert (answer.status_code, "narrow the list" in answer.content.decode()) == (422, True)
    with acting(focal_point), pytest.raises(exports.TooManyRows):
        exports.request_export(source="our-practices", kind="csv", params=QueryDict(), rows=2)
    with pytest.raises(exports.TooManyRows):
        exports.write("csv", [exports.Column("a", "A")], [{"a": 1}, {"a": 2}])


def test_after_seven_days_file_and_row_are_gone(client: Client, focal_point: User) -> None:
    export = order(client, "our-practices")
    outbox.drain()
    export = state_of(export)
    assert export.expires_at - export.created_at >= dt.timedelta(days=6, hours=23)
    storage, name = export.file.storage, export.file.name
    with as_service("relay", "test"):
        Export.objects.filter(pk=export.pk).update(expires_at=timezone.now())
    assert client.get(f"/en/files/{export.pk}/").status_code == 404
    assert client.get(reverse("workspace:export", args=[export.pk])).status_code == 404
    assert storage.exists(name)
    assert "exports" in periodic.Clock().tick(now=0)
    assert not storage.exists(name)
    with as_service("relay", "test"):
        assert not Export.objects.filter(pk=export.pk).exists()
