"""A practice in public: its versions, its languages, its end, and what its pages cost."""

from __future__ import annotations

import copy
import datetime as dt
import gzip
from collections.abc import Callable, Iterable
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from network_site.common import outbox
from network_site.organizations.models import User
from network_site.publishing import services as publishing
from network_site.publishing.models import PublishedRecord, PublishedVersion
from practices import services
from practices.enums import Exclusion, PracticeStatus
from practices.models import DatabankPage, PracticeVersion
from practices.snapshot import JSON_SCHEMA, SCHEMA

from ..people import People, acting, assign, draft, endorsed, get, in_review, published, review, step, submitted
from .documents import documented
from .pages import soup, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def address(version: PracticeVersion, language: str = "en", tail: str = "") -> str:
    """The public address of a practice."""
    page = DatabankPage.objects.get(locale__language_code=language)
    return f"{page.url}{PublishedRecord.objects.get(pk=version.practice_id).path}{tail}"


def publish_again(people: People, focal_point: User, version: PracticeVersion) -> None:
    """Bring a next version the whole way."""
    specialist = people.specialist()
    step(focal_point, version, "submit")
    step(specialist, version, "start_screening")
    with acting(specialist):
        services.screen_practice(get(version.pk), answers=dict.fromkeys(Exclusion.values, True))
    step(specialist, version, "pass_screening")
    for reviewer in (people.reviewer(), people.reviewer("international_organization")):
        assign(specialist, version, reviewer)
        review(reviewer, version)
    step(people.publisher(), version, "publish")


# --- Versions --------------------------------------------------------------------------------


def test_the_public_version_stays_while_the_next_is_written_and_both_keep_their_address(
    people: People, sign_in: SignIn, client: Client
) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    first = published(people, focal_point)
    browser = sign_in(focal_point)
    answer = browser.post(reverse("practices:next_version", args=[first.pk]))
    with acting(focal_point):
        second = PracticeVersion.objects.get(number=2)
        assert answer.url == reverse("practices:version", args=[second.pk])
        services.save_version(second, lock_version=1, fields={"title": "Inspection by letter"})
    reader = Client()
    assert soup(reader.get(address(first))).h1.get_text() == "Inspection by appointment"
    again = browser.post(reverse("practices:next_version", args=[first.pk]), follow=True)
    assert "The next version is already being written." in words(again)

    publish_again(people, focal_point, second)
    assert soup(reader.get(address(first))).h1.get_text() == "Inspection by letter"
    old = reader.get(address(first, tail="v1/"))
    assert (old.status_code, soup(old).h1.get_text()) == (200, "Inspection by appointment")
    assert "You are reading version 1" in words(old)
    assert reader.get(address(first, tail="v2/")).status_code == 200
    assert reader.get(address(first, tail="v3/")).status_code == 404
    with acting(focal_point):
        assert (get(first.pk).status, get(second.pk).status) == (PracticeStatus.SUPERSEDED, PracticeStatus.PUBLISHED)


def test_an_address_with_an_old_title_leads_to_the_present_one(people: People, client: Client) -> None:
    version = published(people)
    record = PublishedRecord.objects.get(pk=version.practice_id)
    base = DatabankPage.objects.get(locale__language_code="en").url
    for path, target in (
        (f"{record.number}-an-old-title/", ""),
        (f"{record.number}/", ""),
        (f"{record.number}-an-old-title/v1/", "v1/"),
    ):
        answer = client.get(base + path)
        assert (answer.status_code, answer.url) == (301, address(version, tail=target))


@pytest.mark.parametrize("path", ["999/", "0/", "999-no/", "99999999999999999999/", "1-x/v99999999999999999999/", "x/"])
def test_an_address_of_nothing_is_not_found(client: Client, path: str) -> None:
    assert client.get(DatabankPage.objects.get(locale__language_code="en").url + path).status_code == 404


def test_the_snapshot_of_a_version_never_changes(people: People) -> None:
    focal_point = people.focal_point()
    first = published(people, focal_point)
    before = PublishedVersion.objects.get(record_id=first.practice_id, version=1)
    with acting(focal_point):
        second = services.open_next_version(get(first.pk))
        services.save_version(second, lock_version=1, fields={"title": "Inspection by letter"})
    publish_again(people, focal_point, second)
    after = PublishedVersion.objects.get(record_id=first.practice_id, version=1)
    assert (after.snapshot, after.digest) == (before.snapshot, before.digest)


def test_the_owners_confirmation_is_read_by_everybody(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    focal_point = people.focal_point()
    version = published(people, focal_point)
    later = dt.date(2031, 5, 4)
    # The world outside is the calendar: years have passed.
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: later)
    step(focal_point, version, "reconfirm")
    with acting(focal_point):
        assert get(version.pk).last_confirmed == later
    record = PublishedRecord.objects.get(pk=version.practice_id)
    assert record.last_confirmed == later
    # The snapshot itself is what was published, and stays so.
    assert record.snapshot["last_confirmed"] != later.isoformat()


# --- Withdrawal ------------------------------------------------------------------------------


def test_a_withdrawn_practice_answers_410_with_the_reason_at_every_address(people: People, client: Client) -> None:
    version = published(people)
    step(people.publisher(), version, "withdraw", note="The ministry <asked> for it.")
    for language in ("en", "es", "fr", "pt-br"):
        for tail in ("", "v1/"):
            page = client.get(address(version, language, tail))
            assert (page.status_code, "The ministry <asked> for it." in words(page)) == (410, True)
            assert "Half of all visits met a closed door." not in words(page)
    databank = client.get(DatabankPage.objects.get(locale__language_code="en").url)
    assert "Inspection by appointment" not in words(databank)


def test_a_withdrawal_without_a_reason_is_refused(people: People, sign_in: SignIn) -> None:
    version = published(people)
    publisher = people.publisher()
    browser = sign_in(publisher)
    with acting(publisher):
        seen = get(version.pk).lock_version
    for note in ("", "   "):
        page = browser.post(
            reverse("practices:step", args=[version.pk, "withdraw"]), {"version": str(seen), "note": note}
        )
        assert (page.status_code, "Give the reason." in words(page)) == (422, True)
    assert PublishedRecord.objects.get(pk=version.practice_id).state == "published"


# --- Languages -------------------------------------------------------------------------------

SPANISH = {
    "title": "Inspección con cita", "one_line": "Avisan antes.", "problem": "Puertas cerradas.",
    "description": "Escriben una semana antes.",
}  # fmt: skip


def translated(people: People, focal_point: User) -> PracticeVersion:
    """A published practice in English with a Spanish text."""
    version = draft(focal_point)
    with acting(focal_point):
        services.translate_version(get(version.pk), language="es", texts=SPANISH)
    publish_again(people, focal_point, version)
    return version


def test_the_language_switch_stays_on_the_record(people: People, client: Client) -> None:
    version = translated(people, people.focal_point())
    page = client.get(address(version))
    links = {link["hreflang"]: link["href"] for link in soup(page).select("nav.langs a")}
    assert links == {language: address(version, language) for language in ("en", "es", "fr", "pt-br")}
    assert [client.get(url).status_code for url in links.values()] == [200] * 4
    old = client.get(address(version, tail="v1/"))
    links = {link["hreflang"]: link["href"] for link in soup(old).select("nav.langs a")}
    assert links["es"] == address(version, "es", "v1/")


def test_a_text_is_shown_in_the_readers_language_where_there_is_one(people: People, client: Client) -> None:
    version = translated(people, people.focal_point())
    page = soup(client.get(address(version, "es")))
    assert (page.html["lang"], page.h1.get_text(), page.h1.get("lang")) == ("es", SPANISH["title"], None)


def test_a_missing_translation_is_said_and_the_text_marked_with_its_language(people: People, client: Client) -> None:
    version = translated(people, people.focal_point())
    page = client.get(address(version, "fr"))
    tree = soup(page)
    assert (tree.html["lang"], tree.h1.get_text(), tree.h1.get("lang")) == ("fr", "Inspection by appointment", "en")
    assert tree.select_one(".note.flat") is not None
    card = soup(client.get(DatabankPage.objects.get(locale__language_code="fr").url)).find(
        string="Inspection by appointment"
    )
    assert card.find_parent(attrs={"lang": True})["lang"] == "en"


def test_a_translation_is_marked_stale_once_its_source_has_changed(people: People, client: Client) -> None:
    focal_point = people.focal_point()
    first = translated(people, focal_point)
    record = PublishedRecord.objects.get(pk=first.practice_id)
    assert record.snapshot["texts"]["es"]["stale"] is False
    with acting(focal_point):
        second = services.open_next_version(get(first.pk))
        services.save_version(second, lock_version=1, fields={"title": "Inspection by letter"})
    publish_again(people, focal_point, second)
    record.refresh_from_db()
    assert record.snapshot["texts"]["es"]["stale"] is True
    page = soup(client.get(address(first, "es")))
    assert (page.h1.get_text(), page.select_one(".note.flat") is not None) == (SPANISH["title"], True)


def test_a_translation_of_an_unchanged_next_version_is_not_stale(people: People) -> None:
    focal_point = people.focal_point()
    first = translated(people, focal_point)
    with acting(focal_point):
        second = services.open_next_version(get(first.pk))
        services.save_version(second, lock_version=1, fields={"reach": "2,000 firms"})
    publish_again(people, focal_point, second)
    assert PublishedRecord.objects.get(pk=first.practice_id).snapshot["texts"]["es"]["stale"] is False


# --- What is public, and what is not -----------------------------------------------------------


def test_the_page_names_contacts_who_agreed_and_no_reviewer(people: People, client: Client) -> None:
    contacts = [
        {"name": "Rosa Lima", "email": "rosa@example.org", "language": "es", "is_public": True},
        {"name": "Carlos Prudente", "email": "carlos@example.org", "language": "es", "is_public": False},
    ]
    reviewers = [people.reviewer(), people.reviewer("international_organization")]
    for number, reviewer in enumerate(reviewers):
        User.objects.filter(pk=reviewer.pk).update(first_name=f"Reviewer{number}", last_name="Secretname")
    version = endorsed(people.focal_point(), people.specialist(), reviewers, rows={"contacts": contacts})
    step(people.publisher(), version, "publish")
    page = client.get(address(version)).content.decode()
    document = str(PublishedRecord.objects.get(pk=version.practice_id).snapshot)
    for text in (page, document):
        assert ("Rosa Lima" in text, "Carlos Prudente" in text, "carlos@example.org" in text) == (True, False, False)
        assert ("Secretname" in text, reviewers[0].email in text, str(reviewers[0].pk) in text) == (False,) * 3


def test_a_documented_record_says_that_nobody_reviewed_it(people: People, client: Client) -> None:
    version = documented(people.specialist())
    step(people.publisher(), version, "publish")
    page = words(client.get(address(version)))
    assert "Documented, not reviewed" in page
    assert "Not yet confirmed by the institution." in page
    assert "Box 3, p. 41" in page
    assert "Label:" not in page


# --- What pages cost -------------------------------------------------------------------------


def many(people: People, count: int) -> None:
    """So many published practices: one real one and copies of its snapshot."""
    version = published(people, people.focal_point(people.organization(country="UY")))
    record = PublishedRecord.objects.select_related("owner").get(pk=version.practice_id)
    specialist = people.specialist()
    countries = ["UY", "PY", "BR", "CL", "PE"]
    functions = ["LAF1.1", "LAF2.1", "LAF3.1"]
    with acting(specialist):
        for number in range(1, count):
            snapshot = copy.deepcopy(record.snapshot)
            snapshot |= {"id": str(uuid4()), "country": countries[number % 5]}
            snapshot["texts"]["en"]["title"] = f"Practice number {number}"
            publishing.publish(
                kind="practice",
                record_id=uuid4(),
                owner=record.owner,
                country_id=countries[number % 5],
                version=1,
                schema=SCHEMA,
                json_schema=JSON_SCHEMA,
                snapshot=snapshot,
                terms=[functions[number % 3], "TG16"],
                evidence_level=number % 5,
                provenance="PV01",
            )


# What opens, closes and marks the request's transaction is no question to the data.
TRANSACTION = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK", "BEGIN", "COMMIT", "SELECT set_config")


def cost(client: Client, url: str) -> int:
    """Queries of a page that was read once before; what opens and closes its transaction asks nothing."""
    assert client.get(url).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    frame = ("SAVEPOINT", "RELEASE", "SELECT set_config")
    return sum(not query["sql"].startswith(frame) for query in queries)


def test_front_page_and_databank_cost_the_same_for_three_practices_and_three_hundred(
    people: People, client: Client
) -> None:
    databank = DatabankPage.objects.get(locale__language_code="en").url
    urls = {"home": "/en/", "databank": databank, "narrowed": f"{databank}?q=practice&country=PY&theme=LAF2&sort=title"}
    many(people, 3)
    outbox.drain()
    few = {name: cost(client, url) for name, url in urls.items()}
    many(people, 297)
    outbox.drain()
    assert client.get(urls["narrowed"]).context["found"].total > 0
    assert PublishedRecord.objects.count() == 300
    assert {name: cost(client, url) for name, url in urls.items()} == few
    assert {"home": few["home"] <= 14, "databank": few["databank"] <= 16} == {"home": True, "databank": True}, few


def test_the_front_page_with_its_style_weighs_at_most_sixty_kilobytes(people: People, client: Client) -> None:
    many(people, 30)
    page = client.get("/en/").content
    with open(str(finders.find("enlace/enlace.css")), "rb") as file:
        style = file.read()
    weight = len(gzip.compress(page)) + len(gzip.compress(style))
    assert weight <= 60 * 1024


def lists(browser: Client, names: Iterable[str]) -> dict[str, int]:
    return {name: cost(browser, reverse(name)) for name in names}


def test_a_ministrys_lists_cost_the_same_for_one_practice_and_three(people: People, sign_in: SignIn) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    names = ("practices:list", "workspace:home", "workspace:notices")
    submitted(focal_point)
    draft(focal_point)
    one = lists(sign_in(focal_point), names)
    for _number in range(2):
        submitted(focal_point)
        draft(focal_point)
    assert lists(sign_in(focal_point), names) == one


def test_the_networks_lists_cost_the_same_for_one_practice_and_three(people: People, sign_in: SignIn) -> None:
    specialist, focal_point = people.specialist(), people.focal_point(people.organization(country="UY"))
    names = ("practices:queue", "workspace:home", "practices:list")
    submitted(focal_point)
    one = lists(sign_in(specialist), names)
    submitted(people.focal_point(people.organization(country="PY")))
    submitted(focal_point)
    assert lists(sign_in(specialist), names) == one


def test_a_reviewers_lists_cost_the_same_for_one_review_and_three(people: People, sign_in: SignIn) -> None:
    specialist, reviewer = people.specialist(), people.reviewer()
    names = ("practices:reviews", "workspace:home")
    found: list[dict[str, Any]] = []
    for _number in range(3):
        assign(specialist, in_review(people.focal_point(), specialist), reviewer)
        found.append(lists(sign_in(reviewer), names))
    assert found[1:] == [found[0]] * 2
