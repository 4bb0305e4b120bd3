"""The public API: what is public and nothing else, in the reader's language, with limits that name themselves."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
from django.core.cache import caches
from django.core.cache.backends.filebased import FileBasedCache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from network_site.common import limits, outbox
from network_site.organizations.models import User
from network_site.publishing import services as publishing
from network_site.publishing.models import Audience, PublishedRecord
from practices.models import PracticeVersion
from practices.snapshot import JSON_SCHEMA, SCHEMA

from ..people import People, acting, published, step

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def record_of(version: PracticeVersion) -> PublishedRecord:
    return PublishedRecord.objects.get(pk=version.practice_id)


def for_members(people: People, version: PracticeVersion) -> PublishedRecord:
    """A record that only signed-in members may read."""
    public = record_of(version)
    snapshot = public.snapshot | {"id": str(uuid4())}
    snapshot["texts"] = {"en": snapshot["texts"]["en"] | {"title": "For members only"}}
    with acting(people.publisher()):
        return publishing.publish(
            kind="practice",
            record_id=uuid4(),
            owner=public.owner,
            country_id=public.country_id,
            version=1,
            schema=SCHEMA,
            json_schema=JSON_SCHEMA,
            snapshot=snapshot,
            terms=["LAF1.1"],
            audience=Audience.NETWORK,
        )


def ask(client: Client, path: str, /, **headers: str) -> Any:
    return client.get(f"/api/v1/{path}", headers=headers or None)


# --- What it says ----------------------------------------------------------------------------


def test_a_practice_in_the_list_its_page_and_its_versions(people: People, client: Client) -> None:
    record = record_of(published(people, people.focal_point(people.organization(country="UY"))))
    listed = ask(client, "practices/?country=UY&theme=LAF1").json()
    assert (listed["count"], listed["next"], listed["previous"]) == (1, None, None)
    entry = listed["results"][0]
    assert (entry["id"], entry["code"], entry["country"]) == (
        str(record.pk),
        record.code,
        {"key": "UY", "name": "Uruguay"},
    )
    assert entry["url"] == f"http://localhost:8000/en/practices/{record.path}"
    detail = ask(client, f"practices/{record.number}/").json()
    assert detail["document"] == record.snapshot
    jsonschema.validate(detail["document"], JSON_SCHEMA)
    versions = ask(client, f"practices/{record.number}/versions/").json()
    assert [(one["version"], one["is_current"]) for one in versions["results"]] == [(1, True)]
    whole = ask(client, f"practices/{record.number}/versions/1/").json()
    assert (whole["digest"], whole["document"]) == (versions["results"][0]["digest"], record.snapshot)
    assert ask(client, f"practices/{record.number}/versions/2/").status_code == 404


def test_filters_and_order_are_those_of_the_databank(people: People, client: Client) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    first = record_of(published(people, focal_point, title="Zinc inspections"))
    second = record_of(published(people, focal_point, title="Asbestos inspections"))
    given = [one["number"] for one in ask(client, "practices/?country=UY").json()["results"]]
    assert given == [second.number, first.number]
    by_title = ask(client, "practices/?country=UY&sort=title&page_size=1").json()
    assert [one["number"] for one in by_title["results"]] == [second.number]
    assert by_title["next"] == "http://localhost:8000/api/v1/practices/?country=UY&sort=title&page_size=1&page=2"
    assert [one["number"] for one in client.get(by_title["next"]).json()["results"]] == [first.number]
    # The search finds what the relay has carried.
    outbox.drain()
    assert ask(client, "practices/?q=zinc").json()["count"] == 1
    assert ask(client, "practices/?country=UY&country=PY").json()["count"] == 2
    assert ask(client, "practices/?country=UY&evidence=5").json()["count"] == 0


@pytest.mark.parametrize(
    ("query", "header", "language", "name"),
    [
        ("", "", "en", "Brazil"),
        ("?lang=es", "fr", "es", "Brasil"),
        ("", "fr-CA, en;q=0.5", "fr", "Brésil"),
        ("", "pt", "pt-br", "Brasil"),
        ("", "xx, nonsense;;", "en", "Brazil"),
    ],
)
def test_labels_come_in_the_readers_language(
    people: People, client: Client, query: str, header: str, language: str, name: str
) -> None:
    ministry = people.organization(country="BR")
    client.cookies["enlace_language"] = "fr"
    answer = ask(client, f"organizations/{ministry.key}/{query}", **({"Accept-Language": header} if header else {}))
    assert answer.headers["Content-Language"] == language
    assert answer.json()["country"]["name"] == name
    assert f"/{language}/" in answer.json()["url"]
    assert "Accept-Language" in answer.headers["Vary"]


def test_terms_by_scheme_and_one_by_code(client: Client) -> None:
    terms = ask(client, "terms/?scheme=LAF&page_size=100").json()
    assert terms["count"] == len(terms["results"]) == 47
    one = ask(client, "terms/LAF1.1/?lang=es").json()
    assert (one["scheme"], one["broader"], one["status"]) == ("LAF", "LAF1", "current")
    assert one["label"] == one["labels"]["es"]
    assert one["url"] == "http://localhost:8000/vocab/LAF/LAF1.1"
    assert ask(client, "schemes/LAF/").json()["terms"] == 47
    assert ask(client, "schemes/?page_size=100").json()["count"] == 22


# --- What it does not say --------------------------------------------------------------------


def test_it_gives_what_everybody_may_read_whoever_asks(people: People, client: Client, sign_in: SignIn) -> None:
    version = published(people)
    hidden = for_members(people, version)
    listed_not = people.organization(listed=False)
    for browser in (Client(), sign_in(people.focal_point()), sign_in(people.specialist())):
        assert "For members only" not in ask(browser, "practices/?page_size=100").text
        assert ask(browser, f"practices/{hidden.number}/").status_code == 404
        assert ask(browser, f"organizations/{listed_not.key}/").status_code == 404
        assert listed_not.key not in ask(browser, "organizations/?page_size=100&q=test").text


def test_a_withdrawn_practice_answers_410_with_the_reason(people: People, client: Client) -> None:
    version = published(people)
    record = record_of(version)
    step(people.publisher(), version, "withdraw", note="The ministry asked for it.")
    for tail in ("", "versions/", "versions/1/"):
        answer = ask(client, f"practices/{record.number}/{tail}")
        assert (answer.status_code, answer.json()["detail"]) == (410, "The ministry asked for it.")
        assert "closed door" not in answer.text
    assert ask(client, "practices/").json()["count"] == 0


# --- Refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "status", "parameter"),
    [
        ("practices/?page=0", 422, "page"),
        ("practices/?page=99999999999999999999999", 422, "page"),
        ("practices/?page=x", 422, "page"),
        ("practices/?page=101&page_size=100", 422, "page"),
        ("practices/?page_size=101", 422, "page_size"),
        ("practices/?sort=best", 422, "sort"),
        ("practices/?evidence=1&evidence=6", 422, "evidence"),
        ("practices/?" + "&".join(["country=UY"] * 51), 422, "country"),
        ("practices/?q=" + "a" * 201, 422, "q"),
        ("practices/?lang=de", 422, "lang"),
        ("practices/?colour=red", 422, "colour"),
        ("terms/LAF1.1/?page=1", 422, "page"),
        ("openapi.json?x=1", 422, "x"),
        ("practices/9999/", 404, None),
        ("practices/99999999999999999999/", 404, None),
        ("practices/1/versions/99999999999999999999/", 404, None),
        ("organizations/nobody/", 404, None),
        ("terms/NONE/", 404, None),
        ("nothing/at/all?x=1", 404, None),
        ("practices/?q=%00", 400, None),
        ("terms/%00/", 400, None),
        ("practices/Z%0A/", 400, None),
        ("practices/1/versions/%0D1/", 400, None),
    ],
)
def test_a_refusal_is_problem_json_and_names_the_parameter(
    client: Client, path: str, status: int, parameter: str | None
) -> None:
    answer = ask(client, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["status"], bool(problem["title"])) == (status, True)
    assert {error["parameter"] for error in problem["errors"]} == ({parameter} if parameter else set())


def test_what_cannot_be_decoded_is_no_error_of_ours(client: Client) -> None:
    assert ask(client, "practices/?q=%ff%fe").status_code == 200
    assert ask(client, "terms/%ff/").status_code == 404


def test_a_refusal_is_in_the_readers_language(client: Client) -> None:
    in_english = ask(client, "practices/?page=0").json()["errors"]
    assert in_english == [{"parameter": "page", "detail": "This takes a number from 1."}]
    answer = ask(client, "practices/?page=0", **{"Accept-Language": "es"})
    assert answer.headers["Content-Language"] == "es"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nobody_writes_here(client: Client, method: str) -> None:
    answer = getattr(Client(enforce_csrf_checks=True), method)("/api/v1/practices/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_address_without_its_slash_leads_to_the_one_with_it(client: Client) -> None:
    answer = ask(client, "practices?q=a")
    assert (answer.status_code, answer.url) == (301, "/api/v1/practices/?q=a")


# --- Caches and other sites ------------------------------------------------------------------


def test_whoever_has_the_answer_already_is_told_so(people: People, client: Client) -> None:
    record = record_of(published(people))
    for path in (f"practices/{record.number}/", "practices/", "terms/LAF1/", "organizations/", "openapi.json"):
        first = ask(client, path)
        again = ask(client, path, **{"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        assert first.headers["Cache-Control"] == "public, max-age=60"
    detail = ask(client, f"practices/{record.number}/")
    since = ask(client, f"practices/{record.number}/", **{"If-Modified-Since": detail.headers["Last-Modified"]})
    assert since.status_code == 304
    in_french = ask(client, f"practices/{record.number}/?lang=fr", **{"If-None-Match": detail.headers["ETag"]})
    assert in_french.status_code == 200


def test_pages_of_other_sites_may_read_but_send_no_cookie(client: Client) -> None:
    answer = ask(client, "schemes/", Origin="https://example.org")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    preflight = client.options("/api/v1/schemes/", headers={"Origin": "https://example.org"})
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")
    head = client.head("/api/v1/schemes/")
    assert (head.status_code, head.content) == (200, b"")


# --- Limits ----------------------------------------------------------------------------------


@pytest.fixture
def three_a_minute(settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    caches["default"].clear()


def test_who_asks_too_often_is_told_when_to_ask_again(three_a_minute: None, client: Client) -> None:
    answers = [ask(client, "schemes/") for _ in range(4)]
    # A minute may end in between; then the fourth is the first of the next one.
    assert [one.status_code for one in answers[:3]] == [200, 200, 200]
    assert answers[0].headers["RateLimit-Policy"] == '"default";q=3;w=60'
    refused = next(one for one in (answers[3], *(ask(client, "schemes/") for _ in range(4))) if one.status_code != 200)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit"].startswith('"default";r=0;t=')
    assert refused.json()["detail"].endswith("seconds.")
    elsewhere = client.get("/api/v1/schemes/", REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 200


def test_addresses_of_one_house_are_counted_together(rf: Any) -> None:
    def seen(address: str) -> str:
        return limits.address_of(rf.get("/", REMOTE_ADDR=address))

    assert seen("2001:db8:1:2:3::1") == seen("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert seen("203.0.113.9") == "203.0.113.9"


def _hits(folder: str, number: int) -> None:
    caches["default"] = FileBasedCache(folder, {})  # type: ignore[assignment]
    for _ in range(number):
        limits.count("test", "somebody", limit=10, window=10**9)


def test_several_workers_count_together_on_files(tmp_path: Path) -> None:
    before = caches["default"]
    workers = [multiprocessing.get_context("fork").Process(target=_hits, args=(str(tmp_path), 50)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]
    caches["default"] = FileBasedCache(str(tmp_path), {})  # type: ignore[assignment]
    try:
        standing = limits.count("test", "somebody", limit=1000, window=10**9)
    finally:
        caches["default"] = before  # type: ignore[assignment]
    assert standing.remaining == 1000 - 201


# --- Cost and description --------------------------------------------------------------------


@pytest.mark.parametrize("path", ["practices/", "organizations/?q=test", "terms/?scheme=LAF", "schemes/"])
def test_a_list_costs_the_same_for_one_entry_or_three(people: People, client: Client, path: str) -> None:
    focal_point = people.focal_point(people.organization(country="UY"))
    published(people, focal_point)
    ask(client, path)

    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert ask(client, path).status_code == 200
        return len([query for query in seen if "SAVEPOINT" not in query["sql"] and "set_config" not in query["sql"]])

    one = cost()
    for country in ("PY", "BR"):
        published(people, people.focal_point(people.organization(country=country)))
    assert (cost(), one) == (one, {"practices/": 3, "organizations/?q=test": 2}.get(path, 2))


def test_the_description_says_everything_in_words(client: Client) -> None:
    document = ask(client, "openapi.json").json()
    assert document["openapi"].startswith("3.1")
    silent = [
        f"{path} {parameter['name']}"
        for path, operations in document["paths"].items()
        for parameter in operations["get"]["parameters"]
        if parameter["in"] == "query" and not parameter.get("description")
    ]
    assert silent == []
    page = client.get("/api/v1/?lang=fr", headers={"Accept-Language": "es"})
    assert page.headers["Content-Language"] == "fr"
    for path in document["paths"]:
        assert path in page.text
    assert "<script>" not in page.text
