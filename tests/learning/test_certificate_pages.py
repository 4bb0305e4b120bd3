"""What a holder, the public and machines see of certificates: no name without consent, and nothing that is not so."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

import jwt
import pytest
from bs4 import BeautifulSoup
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from jwt.algorithms import OKPAlgorithm
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier, OpenBadgeCredential
from pypdf import PdfReader

from learning import services
from learning.credentials import codes, keys
from learning.models import Certificate, Enrolment, QuestionVersion
from learning.selectors.certificates import NOBODYS, public_certificate
from learning.services.cases import Decision
from learning.views import certificates as views
from network_site.common import pdf as drawing
from network_site.common.templatetags.enlace import format_day
from network_site.organizations.actor import ANONYMOUS, acting_as, service_actor
from network_site.organizations.enums import Role
from network_site.organizations.models import User
from network_site.publishing.models import PublishedRecord

from ..databases import Stages
from ..machine.test_pdf import words
from ..people import People, acting
from ..queries import asking
from .courses import items, published_course

pytestmark = pytest.mark.embedded
needs_pango = pytest.mark.skipif(
    not drawing.is_possible(), reason="needs Pango, which apt-get install libpango-1.0-0 brings"
)

# With a 0 and a 1 in it, which people type as O and I; and one that nobody has.
CODE = "DEM07KQ2MXRA94TBWEHNCV6P1Z"
UNKNOWN = "7KQ2MXRA94TBWEHNCV6P2Z0D1E"
REASON = "Somebody else sat her tests"
NAME = ("Ana", "Benítez")
ILL_FORMED = ["not-a-code", NOBODYS, CODE[:-1], f"{CODE}0", "x" * 300, "<script>alert(1)<b>", "💼", "-"]


@dataclass
class World:
    """A small course, whoever published it, and three who completed it."""

    publisher: User
    course: PublishedRecord
    holder: User
    attended: str
    revoked: str


def take(user: User, course: PublishedRecord, *, passes: bool = True) -> Certificate:
    """All of a course through the services: 83.33 of 100, or 33.33 and a certificate of attendance."""
    parts = items(course)
    with acting(user):
        enrolment = services.enrol(course)
        for title in ("Lesson 1", "Lesson 2"):
            services.finish_item(enrolment, parts[title].id)
        decisions = {
            UUID(prompt["id"]): Decision(
                value="region" if prompt["kind"] == "choice" else "", text="Because they differ much.", confidence=4
            )
            for prompt in (parts["Case"].case or {})["prompts"]
        }
        services.lock_case(enrolment, parts["Case"].id, decisions)
        for title, right in (("Quiz", passes), ("After", False)):
            attempt = services.start_attempt(enrolment, parts[title].id)
            services.hand_in(attempt, parts[title], right_answers(attempt.drawn, whole=right) if passes else None)
        enrolment = services.finish_with_attendance(Enrolment.objects.get(pk=enrolment.pk))
        return Certificate.objects.get(enrolment=enrolment)


def right_answers(drawn: list[str], *, whole: bool) -> dict[UUID, Any]:
    """The right answers to both questions, or to the number alone."""
    with acting_as(service_actor("grader"), reason="test"):
        types = dict(QuestionVersion.objects.filter(pk__in=drawn).values_list("pk", "type"))
    answers = {"number": {"value": "39", "typed": "39"}, "single": "many" if whole else "few"}
    return {pk: answers[kind] for pk, kind in types.items()}


def build() -> World:
    people = People()
    publisher = people.publisher()
    with acting(publisher):
        course = published_course(hours=10)
    ministry = people.organization(country="UY")
    holder, attender, loser = (
        people.member(ministry, Role.LEARNER, first_name=first, last_name=last)
        for first, last in (NAME, ("Berta", "Cruz"), ("Carla", "Díaz"))
    )
    own = take(holder, course)
    with acting_as(service_actor("registrar"), reason="test"):
        Certificate.objects.filter(pk=own.pk).update(code=CODE)
    # Signed anew, under the code of this test.
    for shows in (True, False):
        show(holder, shows=shows)
    attended, revoked = take(attender, course, passes=False), take(loser, course)
    with acting(publisher):
        services.revoke_certificate(revoked.pk, reason=REASON)
    return World(publisher, course, holder, attended.code, revoked.code)


def show(user: User, *, shows: bool, code: str = CODE) -> Certificate:
    with acting(user):
        return services.show_name(Certificate.objects.get(code=code), shows=shows)


@pytest.fixture
def world(stages: Stages) -> Iterator[World]:
    with stages.open(build) as built:
        yield built


def row(code: str = CODE) -> Certificate:
    with acting_as(service_actor("registrar"), reason="test"):
        found: Certificate = Certificate.objects.get(code=code)
        return found


def soup(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def text(response: Any) -> str:
    """The words of the main part of a page."""
    main = soup(response).find("main")
    assert main is not None
    return " ".join(main.get_text(" ").split())


def facts(response: Any) -> dict[str, str]:
    """The list of facts on the page."""
    said = [" ".join(one.get_text(" ").split()) for one in soup(response).select("dl.facts dt, dl.facts dd")]
    return dict(zip(said[::2], said[1::2], strict=True))


def page(client: Client, code: str = CODE, language: str = "en", tail: str = "") -> Any:
    return client.get(f"/{language}/certificates/{quote(code, safe='')}/{tail}")


def machine(client: Client, code: str = CODE, tail: str = "", accept: str = "application/json") -> Any:
    return client.get(f"/credentials/{quote(code, safe='')}/{tail}", headers={"Accept": accept})


def opened(token: str) -> dict[str, Any]:
    """What a badge says, unchecked."""
    found: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return found


def theirs(client: Client, token: str) -> OpenBadgeCredential:
    """What the independent library makes of a badge, with the key that the site publishes where the badge says."""
    address = jwt.get_unverified_header(token)["kid"]
    kid = address.rstrip("/").rpartition("/")[2]
    published = {key["kid"]: key for key in client.get("/credentials/keys/").json()["keys"]}
    alone = client.get("/" + address.partition("//")[2].partition("/")[2]).json()
    assert alone == published[kid]
    return OB3Verifier(OKPAlgorithm.from_jwk(json.dumps(alone))).verify(token)


# --- Is this certificate real? ---------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        codes.shown(CODE),
        codes.shown(CODE).lower(),
        f"  {codes.shown(CODE).replace('-', ' ')} ",
        codes.shown(CODE).replace("-", "\N{EN DASH}"),
        CODE.replace("0", "O").replace("1", "I"),
        CODE.lower().replace("0", "o").replace("1", "l"),
    ],
)
def test_a_code_is_found_however_it_is_typed(world: World, client: Client, typed: str) -> None:
    for answer in (client.get("/en/certificates/", {"code": typed}, follow=True), page(client, typed)):
        assert answer.status_code == 200
        assert facts(answer)["Code"] == "DEM0-7KQ2-MXRA-94TB-WEHN-CV6P-1Z"
    assert machine(client, typed, "status/").status_code == 200


def test_a_valid_certificate_says_what_it_is(world: World, client: Client) -> None:
    answer = page(client)
    assert answer.status_code == 200
    today = format_day(timezone.localdate())
    issuer = world.course.snapshot["owner"]["names"]["en"]
    assert facts(answer) == {
        "Holder": "A. B. (the holder shows initials only)",
        "Result": "Passed, 83.33 of 100",
        "Issued on": today,
        "Course version": "1, in English",
        "Issued by": f"{issuer}, key {row().kid}",
        "Code": "DEM0-7KQ2-MXRA-94TB-WEHN-CV6P-1Z",
    }
    said = text(answer)
    assert f"Valid on {today}" in said
    assert "A small course small Course of 10 hours" in said
    assert "The signature was checked a moment ago, and the certificate has not been revoked." in said
    assert "It says that this person finished the course and passed its tests. It does not license" in said
    assert soup(answer).select_one(".seal .demo") is not None
    links = [link["href"] for link in soup(answer).select(".seal a.btn")]
    assert links[:2] == [f"/credentials/{CODE}/?format=json", f"/credentials/{CODE}/?format=jwt"]
    assert links[2:] == ([f"/en/certificates/{CODE}/pdf/"] if drawing.is_possible() else [])


def test_it_is_read_in_the_readers_language(world: World, client: Client) -> None:
    answer = page(client, language="es")
    assert soup(answer).select_one(".seal h2")["lang"] == "es"  # type: ignore[index]
    assert "Un curso pequeño small" in text(answer)
    # There is no French title: the English one is marked as such.
    title = soup(page(client, language="fr")).select_one(".seal h2")
    assert title is not None
    assert (title["lang"], title.get_text()) == ("en", "A small course small")


def test_who_only_took_part_is_not_followed_by_a_score(world: World, client: Client) -> None:
    answer = page(client, world.attended)
    assert facts(answer)["Result"] == "Attendance"
    assert "It says that this person took part in the course." in text(answer)
    badge = opened(machine(client, world.attended, accept="application/jwt").content.decode())
    for said in (answer.content.decode(), json.dumps(badge)):
        assert "33.33" not in said


def test_a_revoked_certificate_says_so_and_not_why(world: World, client: Client) -> None:
    answer = page(client, world.revoked)
    assert answer.status_code == 200
    assert set(facts(answer)) == {"Issued on", "Course version", "Issued by", "Code"}
    said = text(answer)
    assert f"Revoked on {format_day(timezone.localdate())}" in said
    assert "This certificate is no longer valid." in said
    for hidden in (REASON, "Carla", "C. D.", "83.33", "Valid on", "?format="):
        assert hidden not in answer.content.decode()
    # There is no paper that would say otherwise.
    paper = page(client, world.revoked, tail="pdf/")
    assert (paper.status_code, paper.url) == (302, f"/en/certificates/{world.revoked}/")
    document = machine(client, world.revoked, "status/").json()
    address = row(world.revoked)
    assert document["revokedCredential"] == [{"id": opened(address.credential)["id"], "revoked": True}]
    assert REASON not in json.dumps(document)


@pytest.mark.parametrize("typed", [UNKNOWN, *ILL_FORMED])
def test_a_code_that_nobody_has_and_one_that_is_none_are_the_same(world: World, client: Client, typed: str) -> None:
    for answer in (
        client.get("/en/certificates/", {"code": typed}),
        page(client, typed),
        page(client, typed, tail="pdf/"),
    ):
        assert answer.status_code == 404
        assert "No certificate has this code." in text(answer)
        field = soup(answer).select_one("input[name=code]")
        assert field is not None
        assert field["value"] == typed.strip()
        assert soup(answer).select_one(".seal") is None
    for tail in ("", "status/"):
        answer = machine(client, typed, tail)
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_no_code_is_asked_for_in_words(world: World, client: Client) -> None:
    empty = client.get("/en/certificates/", {"code": "  "})
    assert empty.status_code == 422
    assert "Type the code that stands on the certificate." in text(empty)
    blank = client.get("/en/certificates/")
    assert (blank.status_code, "X-Robots-Tag" in blank.headers) == (200, False)
    label = soup(blank).select_one("label[for=code]")
    assert label is not None
    assert label.get_text() == "Code on the certificate"


def least(ask: Callable[[], object]) -> float:
    """The shortest of many times: what the work itself takes."""
    taken = []
    for _once in range(25):
        begun = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - begun)
    return min(taken)


def test_the_work_is_the_same_for_every_code(world: World) -> None:
    asked = [CODE, world.revoked, UNKNOWN, "no code at all", ""]
    with acting_as(ANONYMOUS):
        for typed in asked:
            with asking(1):
                public_certificate(typed)
        known, *others = [least(lambda typed=typed: public_certificate(typed)) for typed in asked]  # type: ignore[misc]
    for other in others:
        # The check of a signature and all that is read for it are nine tenths of the time.
        assert known / 2 < other < known * 2


def test_what_was_changed_in_the_database_is_not_confirmed(
    world: World, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    own = row()
    for change in (
        {"snapshot": own.snapshot | {"score": "99.00"}},
        {"snapshot": own.snapshot | {"titles": {"en": "Law"}}},
        {"kind": "honours"},
        {"credential": row(world.revoked).credential},
        {"credential": "e30.e30.e30"},
    ):
        with acting_as(service_actor("registrar"), reason="test"):
            Certificate.objects.filter(pk=own.pk).update(**change)
        with caplog.at_level(logging.ERROR, "learning"):
            answer = page(client)
        assert facts(answer) == {"Code": "DEM0-7KQ2-MXRA-94TB-WEHN-CV6P-1Z"}
        assert "Not confirmed" in text(answer)
        assert "Do not rely on this certificate" in text(answer)
        assert str(own.pk) in caplog.text
        assert page(client, tail="pdf/").status_code == 302
        with acting_as(service_actor("registrar"), reason="test"):
            Certificate.objects.filter(pk=own.pk).update(
                snapshot=own.snapshot, kind=own.kind, credential=own.credential
            )
    assert "Valid on" in text(page(client))


def test_an_older_key_still_proves(world: World, client: Client, settings: Any, tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    shutil.copytree(settings.LEARNING_KEYS_DIR, folder)
    settings.LEARNING_KEYS_DIR = folder
    older = row().kid
    newer = keys.rotate().kid
    assert "Valid on" in text(page(client))
    assert [key["kid"] for key in client.get("/credentials/keys/").json()["keys"]][:2] == [newer, older]
    show(world.holder, shows=True)
    assert facts(page(client))["Issued by"].endswith(f"key {newer}")
    theirs(client, row().credential)


# --- The name --------------------------------------------------------------------------------


@contextmanager
def nothing_of(name: tuple[str, ...], email: str) -> Iterator[Callable[[str], None]]:
    """Every text that is handed in is looked through for a name and an address, however they are written."""

    def look(said: str) -> None:
        for hidden in (*name, *(json.dumps(one).strip('"') for one in name), email, email.partition("@")[0]):
            assert hidden.lower() not in said.lower()

    yield look


def everything(client: Client) -> Iterator[str]:
    """All that leaves the house for a code, opened up."""
    yield page(client).content.decode()
    yield page(client, language="pt-br").content.decode()
    for accept in ("application/json", "application/ld+json"):
        answer = machine(client, accept=accept)
        yield answer.content.decode()
        yield json.dumps(opened(answer.json()["id"].partition(",")[2]), ensure_ascii=False)
    yield json.dumps(opened(machine(client, accept="application/jwt").content.decode()), ensure_ascii=False)
    yield machine(client, tail="status/").content.decode()
    if drawing.is_possible():
        paper = page(client, tail="pdf/")
        reader = PdfReader(io.BytesIO(paper.content))
        yield f"{words(reader)} {reader.metadata}"
        yield reader.xmp_metadata.stream.get_data().decode()  # type: ignore[union-attr]
        yield str(paper.headers)


def test_without_consent_nothing_tells_the_name(world: World, client: Client) -> None:
    with nothing_of(NAME, world.holder.email) as look:
        for said in everything(client):
            look(said)
    document = opened(row().credential)
    assert "identifier" not in document["credentialSubject"]


def test_with_consent_page_and_paper_show_it_and_the_badge_knows_its_holder(world: World, client: Client) -> None:
    show(world.holder, shows=True)
    assert facts(page(client))["Holder"] == "Ana Benítez"
    assert "the holder shows initials only" not in text(page(client))
    if drawing.is_possible():
        reader = PdfReader(io.BytesIO(page(client, tail="pdf/").content))
        assert "Ana Benítez passed the course A small course small" in words(reader)
    # A badge lives on elsewhere: it never holds a name, but whoever knows the address can tell that it is hers.
    for token in (
        machine(client).json()["id"].partition(",")[2],
        machine(client, accept="application/jwt").content.decode(),
    ):
        assert "Ana" not in json.dumps(opened(token))
        (identity,) = theirs(client, token).identifiers
        digest = hashlib.sha256(f"{world.holder.email}{CODE}".encode()).hexdigest()
        assert (identity.hashed, identity.identity_hash, identity.identity_type) == (
            True, f"sha256${digest}", "emailAddress",
        )  # fmt: skip


def test_what_was_shown_is_hidden_again(world: World, client: Client) -> None:
    tokens = [machine(client, accept="application/jwt").content.decode()]
    for shows in (True, False):
        # In whatever language she reads while she does it.
        with translation.override("es"):
            show(world.holder, shows=shows)
        tokens.append(machine(client, accept="application/jwt").content.decode())
    assert tokens[1] != tokens[0]
    assert tokens[2] == tokens[0]
    with nothing_of(NAME, world.holder.email) as look:
        for said in everything(client):
            look(said)


def test_the_holder_shows_and_hides_it_on_the_page(world: World, client: Client) -> None:
    url = f"/en/certificates/{CODE}/name/"
    client.force_login(world.holder)
    form = soup(page(client)).select_one(f'form[action="{url}"]')
    assert form is not None
    button = form.select_one("button")
    assert button is not None
    assert (button["name"], button["value"], button.get_text()) == ("shows", "yes", "Show my name")
    answer = client.post(url, {"shows": "yes", "back": "page"}, follow=True)
    assert answer.redirect_chain == [(f"/en/certificates/{CODE}/", 302)]
    assert "Your name is shown to everybody who has the code." in text(answer)
    assert facts(page(Client()))["Holder"] == "Ana Benítez"
    answer = client.post(url, {"shows": "no", "back": "list"})
    assert answer.url == f"/en/workspace/learning/certificates/#c-{CODE}"
    assert facts(page(Client()))["Holder"].startswith("A. B.")
    # Nothing is changed by what says neither.
    for odd in ({}, {"shows": "perhaps", "back": "page"}, {"shows": "yes", "back": "https://elsewhere.example/"}):
        assert client.post(url, odd).url == f"/en/certificates/{CODE}/"
    assert row().shows_name is False
    assert client.get(url).status_code == 405


def test_nobody_else_shows_it(world: World, client: Client, sign_in: Callable[[Any], Client]) -> None:
    url = f"/en/certificates/{CODE}/name/"
    given = {"shows": "yes", "back": "page"}
    answer = client.post(url, given)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    # Not even those who look after the course, and may read the certificate.
    for other in (row(world.attended).person, world.publisher):
        signed_in = sign_in(other)
        assert signed_in.post(url, given).status_code == 404
        assert signed_in.post(f"/en/certificates/{UNKNOWN}/name/", given).status_code == 404
        assert soup(page(signed_in)).select_one(f'form[action="{url}"]') is None
    assert row().shows_name is False


# --- For machines ----------------------------------------------------------------------------


def test_an_independent_library_checks_the_badge_with_the_keys_of_the_site(world: World, client: Client) -> None:
    envelope = machine(client).json()
    assert envelope["@context"] == "https://www.w3.org/ns/credentials/v2"
    assert envelope["type"] == "EnvelopedVerifiableCredential"
    kind, _comma, token = envelope["id"].partition(",")
    assert kind == "data:application/vc+jwt"
    read = theirs(client, token)
    issuer = client.get("/credentials/").json()
    assert (read.issuer.id, read.issuer.name) == (issuer["id"], issuer["name"])
    assert read.achievement.name == "A small course small"
    assert [result.value for result in read.results] == ["approved", "83.33"]
    assert str(read.id).endswith(f"/credentials/{CODE}/")
    assert read.credential_status == [{"id": f"{read.id}status/", "type": "1EdTechRevocationList"}]
    assert machine(client, tail="status/").json() == {
        "id": f"{read.id}status/", "issuer": read.issuer.id, "revokedCredential": [],
    }  # fmt: skip
    head, body, signature = token.split(".")
    forged = f"{head}.{body[:-4]}AAAA.{signature}"
    with pytest.raises(OB3VerificationError):
        theirs(client, forged)


@pytest.mark.parametrize(
    ("asked", "accept", "kind"),
    [
        ("", "application/json", "application/json"),
        ("", "application/ld+json", "application/ld+json"),
        ("", "application/jwt", "application/jwt"),
        ("", "text/html;q=0.5, application/jwt", "application/jwt"),
        ("?format=json", "text/html", "application/json"),
        ("?format=jwt", "text/html", "application/jwt"),
    ],
)
def test_everybody_gets_it_as_asked_for(world: World, client: Client, asked: str, accept: str, kind: str) -> None:
    answer = client.get(f"/credentials/{CODE}/{asked}", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind)
    told = answer.content.decode()
    assert (told if kind == "application/jwt" else answer.json()["id"].partition(",")[2]) == row().credential
    assert "Accept" in answer.headers["Vary"]


@pytest.mark.parametrize("accept", ["text/html,*/*;q=0.8", "*/*", "image/png"])
def test_people_are_led_to_the_page_in_their_language(world: World, client: Client, accept: str) -> None:
    for language in ("en", "es", "fr", "pt-br"):
        answer = client.get(f"/credentials/{CODE}/", headers={"Accept": accept, "Accept-Language": language})
        assert (answer.status_code, answer.url) == (302, f"/{language}/certificates/{CODE}/")
    assert {"Accept", "Accept-Language", "Cookie"} <= {one.strip() for one in answer.headers["Vary"].split(",")}


def test_what_is_not_known_is_refused_in_words(world: World, client: Client) -> None:
    answer = client.get(f"/credentials/{CODE}/?format=xml")
    assert (answer.status_code, answer.json()["errors"]) == (
        422, [{"parameter": "format", "detail": "This takes one of: json, jwt."}],
    )  # fmt: skip
    for kid in ("2026-999", "x", "status"):
        answer = client.get(f"/credentials/keys/{kid}/")
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    for path in ("", "keys/", f"{CODE}/status/"):
        assert client.post(f"/credentials/{path}").status_code == 405
    assert client.post(f"/en/certificates/{CODE}/").status_code == 405


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("", "public, max-age=3600"),
        ("keys/", "public, max-age=300"),
        ("keys/{kid}/", "public, max-age=86400"),
        (f"{CODE}/", "no-cache"),
        (f"{CODE}/status/", "no-cache"),
    ],
)
def test_headers_for_machines(world: World, client: Client, path: str, kept: str) -> None:
    url = f"/credentials/{path.format(kid=row().kid)}"
    answer = client.get(url, headers={"Accept": "application/json", "Origin": "https://wallet.example"})
    assert answer.status_code == 200
    assert (answer.headers["Cache-Control"], answer.headers["Access-Control-Allow-Origin"]) == (kept, "*")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["RateLimit-Policy"].startswith('"default";q=')
    assert "Set-Cookie" not in answer.headers
    known = {"Accept": "application/json", "If-None-Match": answer.headers["ETag"]}
    again = client.get(url, headers=known)
    assert (again.status_code, again.headers["Cache-Control"]) == (304, kept)
    preflight = client.options(url, headers={"Origin": "https://wallet.example"})
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")
    head = client.head(url, headers={"Accept": "application/json"})
    assert (head.status_code, head.content) == (200, b"")


def test_headers_for_people(world: World, client: Client) -> None:
    for answer in (
        page(client),
        page(client, world.revoked),
        page(client, UNKNOWN),
        client.get("/en/certificates/", {"code": CODE}),
        client.get(f"/credentials/{CODE}/"),
    ):
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert "Access-Control-Allow-Origin" not in answer.headers
        if answer.status_code != 302:
            assert soup(answer).select_one("meta[name=robots]")["content"] == "noindex"  # type: ignore[index]


# --- Limits ----------------------------------------------------------------------------------


@pytest.fixture
def three_a_minute(settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    caches["default"].clear()


def asked_too_often(ask: Callable[[], Any]) -> Any:
    """The answer that refuses. A minute may end in between, so it is asked a few times more than allowed."""
    answers = [ask() for _once in range(8)]
    assert [one.status_code for one in answers[:3]] == [answers[0].status_code] * 3
    assert answers[0].status_code != 429
    return next(one for one in answers if one.status_code == 429)


@pytest.mark.parametrize(
    "path", ["", "keys/", "keys/2026-1/", f"{CODE}/?format=jwt", f"{CODE}/status/", f"{NOBODYS}/status/"]
)
def test_machines_are_told_when_to_ask_again(world: World, client: Client, three_a_minute: None, path: str) -> None:
    refused = asked_too_often(lambda: client.get(f"/credentials/{path}"))
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        f"/credentials/{CODE}/",
        "/en/certificates/",
        f"/en/certificates/{CODE}/",
        f"/en/certificates/{NOBODYS}/",
        f"/en/certificates/{NOBODYS}/pdf/",
    ],
)
def test_people_are_told_when_to_ask_again(world: World, client: Client, three_a_minute: None, path: str) -> None:
    refused = asked_too_often(lambda: client.get(path))
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert "Too many tries" in text(refused)
    assert client.get(path, REMOTE_ADDR="203.0.113.9").status_code != 429


# --- Paper -----------------------------------------------------------------------------------


@needs_pango
def test_the_paper_says_what_the_page_says(world: World, client: Client) -> None:
    answer = page(client, codes.shown(CODE).lower(), "es", "pdf/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["Content-Disposition"] == f'inline; filename="{CODE}-es.pdf"'
    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("private, no-store", "noindex")
    said = words(PdfReader(io.BytesIO(answer.content)))
    assert codes.shown(CODE) in said
    assert "A. B." in said
    assert "Un curso pequeño small" in said


@needs_pango
def test_only_so_many_papers_are_drawn_for_one_address(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PDFS_PER_MINUTE", 1)
    caches["default"].clear()
    # A minute may end in between.
    refused = next(one for one in (page(client, tail="pdf/") for _once in range(4)) if one.status_code == 429)
    assert "No PDF just now." in text(refused)
    assert "Valid on" in text(refused)
    assert 1 <= int(refused.headers["Retry-After"]) <= 60


# --- My certificates -------------------------------------------------------------------------

MINE = "/en/workspace/learning/certificates/"


def test_the_holder_has_them_all_on_one_page(world: World, client: Client) -> None:
    client.force_login(world.holder)
    with CaptureQueriesContext(connection) as few:
        answer = client.get(MINE)
    (section,) = soup(answer).select("main section.panel")
    assert section["id"] == f"c-{CODE}"
    said = " ".join(section.get_text(" ").split())
    assert "Passed, 83.33 of 100 · Course of 10 hours" in said
    assert "DEM0-7KQ2-MXRA-94TB-WEHN-CV6P-1Z" in said
    with acting(world.publisher):
        another = published_course(code="second")
    newer = take(world.holder, another)
    with CaptureQueriesContext(connection) as many:
        answer = client.get(MINE)
    assert [one["id"] for one in soup(answer).select("main section.panel")] == [f"c-{newer.code}", f"c-{CODE}"]
    assert len(few) == len(many), "\n".join(query["sql"] for query in many.captured_queries)


def test_the_holder_reads_why_it_was_revoked(world: World, client: Client) -> None:
    client.force_login(row(world.revoked).person)
    said = text(client.get(MINE))
    assert f"The reason, which only you and whoever issued it can read: {REASON}" in said
    # Nothing that would say otherwise is offered, and there is no name to be shown.
    assert soup(client.get(MINE)).select("main .acts") == []
    assert "Show my name" not in text(page(client, world.revoked))


def test_who_has_none_is_led_to_the_catalogue(world: World, client: Client, sign_in: Callable[[Any], Client]) -> None:
    # She may read the certificates of her course, but they are not hers.
    answer = sign_in(world.publisher).get(MINE)
    assert "You have no certificate yet" in text(answer)
    link = soup(answer).select_one("main .empty a.btn")
    assert link is not None
    assert (link["href"], link.get_text()) == ("/en/courses/", "See the courses")
    assert Client().get(MINE).status_code == 302
