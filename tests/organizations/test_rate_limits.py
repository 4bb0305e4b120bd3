"""Limits on trying: counted over all workers, behind a proxy, and without telling who exists."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from bs4 import BeautifulSoup
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from network_site.organizations.models import User
from network_site.settings import base

from ..browser.site import Seeded, Site, database_url, environment, free_port
from ..people import People
from .test_second_factor import PASSWORD, SECRET, code

LOGIN = "/en/accounts/login/"
RESET = "/en/accounts/password/reset/"
SIGN_UP = "/en/accounts/signup/"
TOO_MANY = "Too many failed login attempts"
NOT_RIGHT = "are not correct"


# --- One process -------------------------------------------------------------------------------


@pytest.fixture
def limits(settings: Any) -> Iterator[None]:
    """The limits of production, and a cache that remembers nothing of other tests."""
    settings.ACCOUNT_RATE_LIMITS = base.ACCOUNT_RATE_LIMITS
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    cache.clear()
    yield
    cache.clear()


def behind_proxy(address: str = "203.0.113.9", pretended: str = "") -> dict[str, str]:
    """What a proxy says of its client: its address comes last, whatever the client wrote before it."""
    return {"HTTP_X_FORWARDED_FOR": f"{pretended}, {address}" if pretended else address}


def looks_like_ours(answer: Any) -> None:
    """The page 429: our frame, when to come back, nothing to keep."""
    assert answer.status_code == 429
    assert (answer["Retry-After"], answer["Cache-Control"]) == ("300", "no-store")
    page = BeautifulSoup(answer.content, "html.parser")
    assert page.h1.get_text() == "Too many tries"  # type: ignore[union-attr]
    assert "Wait five minutes" in page.main.get_text()  # type: ignore[union-attr]
    assert page.select_one("header.mast") is not None


def until_429(ask: Callable[[int], Any], most: int = 60) -> tuple[int, Any]:
    """How many were answered before the limit, and the answer that says so."""
    for number in range(most):
        answer = ask(number)
        if answer.status_code == 429:
            return number, answer
    raise AssertionError(f"{most} were answered")


def test_the_numbers_are_written_down_and_no_window_is_longer_than_retry_after() -> None:
    from allauth.core.internal.ratelimit import parse_rates

    assert isinstance(base.ACCOUNT_RATE_LIMITS, dict)
    windows = {rate.duration for text in base.ACCOUNT_RATE_LIMITS.values() for rate in parse_rates(text)}
    assert max(windows) == 300
    assert set(base.RATE_LIMITED_PATHS.values()) <= set(base.ACCOUNT_RATE_LIMITS)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "data", "allowed"),
    [
        (LOGIN, {}, 30),
        (SIGN_UP, {}, 20),
        (RESET, {"email": "{0}@example.org"}, 20),
        ("/en/accounts/organisation/", {}, 30),
        ("/es/accounts/invitation/no-such/", {}, 20),
    ],
)
def test_one_address_may_ask_so_often_and_a_made_up_forwarded_for_does_not_help(
    path: str, data: dict[str, str], allowed: int, limits: None, client: Client
) -> None:
    def ask(number: int) -> Any:
        given = {name: value.format(number) for name, value in data.items()}
        return client.post(path, given, **behind_proxy(pretended=f"198.51.100.{number}"))

    answered, answer = until_429(ask)
    assert answered == allowed
    if path.startswith("/en/"):
        looks_like_ours(answer)
    # Somebody else is not shut out.
    assert client.post(path, data, **behind_proxy("203.0.113.77")).status_code != 429


@pytest.mark.django_db
def test_guessing_the_address_of_an_invitation_is_limited_too(limits: None, client: Client) -> None:
    answered, answer = until_429(lambda number: client.get(f"/en/accounts/invitation/{number}/", **behind_proxy()))
    assert answered == 20
    looks_like_ours(answer)
    assert client.get("/en/", **behind_proxy()).status_code == 200


@pytest.mark.django_db
def test_a_password_is_guessed_five_times_from_anywhere(limits: None, people: People, client: Client) -> None:
    user, other = people.contributor(people.organization()), people.contributor(people.organization())

    def guess(number: int, password: str = "wrong", who: User = user) -> str:
        given = {"login": who.email, "password": password}
        answer = client.post(LOGIN, given, **behind_proxy(f"203.0.113.{number}"))
        page = answer.content.decode()
        return "in" if answer.status_code == 302 else TOO_MANY if TOO_MANY in page else NOT_RIGHT

    assert [guess(number) for number in range(7)] == [NOT_RIGHT] * 5 + [TOO_MANY] * 2
    # The right one as well, so that nothing tells that it is right.
    assert guess(8, PASSWORD) == TOO_MANY
    # Another account is not locked out, not even at the same address.
    assert guess(1, PASSWORD, other) == "in"


@pytest.mark.django_db
def test_a_mail_is_asked_for_three_times_whether_or_not_there_is_an_account(
    limits: None, people: People, client: Client, mailoutbox: list[Any]
) -> None:
    known = people.contributor(people.organization()).email
    for email in (known, "nobody@example.org"):
        answered, answer = until_429(
            lambda number, email=email: client.post(RESET, {"email": email}, **behind_proxy(f"203.0.113.{number}"))
        )
        assert answered == 3
        looks_like_ours(answer)
    assert Counter(mail.to[0] for mail in mailoutbox)[known] == 3


@pytest.mark.django_db
def test_a_code_of_the_second_factor_is_guessed_five_times(limits: None, people: People, client: Client) -> None:
    user = people.contributor(people.organization())
    TOTP.activate(user, SECRET)
    assert client.post(LOGIN, {"login": user.email, "password": PASSWORD}, **behind_proxy()).status_code == 302
    wrong = "000000" if code() != "000000" else "111111"
    said = [
        TOO_MANY
        in client.post(
            reverse("mfa_authenticate"), {"code": wrong}, **behind_proxy(f"203.0.113.{number}")
        ).content.decode()
        for number in range(7)
    ]
    assert said == [False] * 5 + [True] * 2
    last = client.post(reverse("mfa_authenticate"), {"code": code()}, **behind_proxy())
    assert (last.status_code, "_auth_user_id" in client.session) == (200, False)


# --- Known and unknown -------------------------------------------------------------------------


def seen(answer: Any, email: str) -> tuple[int, dict[str, str], int, str]:
    """What a stranger can compare: status, headers, length, words; without what chance puts there."""
    page = BeautifulSoup(answer.content, "html.parser")
    headers = {name: value for name, value in answer.headers.items() if name not in {"Content-Length", "Expires"}}
    words = " ".join(page.get_text(" ").split()).replace(email, "ADDRESS")
    return answer.status_code, headers, len(answer.content), words


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "data"),
    [
        (LOGIN, {"login": "", "password": "not the password"}),
        (RESET, {"email": ""}),
        (SIGN_UP, {"email": "", "password1": "another long password", "password2": "another long password"}),
    ],
)
@pytest.mark.parametrize("limited", [False, True])
def test_known_and_unknown_addresses_get_the_same_answer(
    limited: bool, path: str, data: dict[str, str], people: People, request: pytest.FixtureRequest
) -> None:
    if limited:
        request.getfixturevalue("limits")
    known = people.contributor(people.organization()).email
    unconfirmed = people.contributor(people.organization()).email
    EmailAddress.objects.filter(email=unconfirmed).update(verified=False)
    unknown = "x" * (len(known) - len("@example.org")) + "@example.org"
    assert len(known) == len(unconfirmed) == len(unknown)
    field = "login" if "login" in data else "email"
    answers = []
    for email in (known, unconfirmed, unknown):
        client = Client()
        for number in range(8 if limited else 1):
            answer = client.post(path, data | {field: email}, **behind_proxy(f"203.0.113.{number}"))
        answers.append(seen(client.get(answer.url) if answer.status_code == 302 else answer, email))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] in {200, 429}


# --- Several processes -------------------------------------------------------------------------

WORKERS = 4


@pytest.fixture
def many_workers(committed_people: People, committed_db: str) -> Iterator[Site]:
    """The embedded profile with four worker processes behind a proxy (which is this test)."""
    folder = Path(tempfile.mkdtemp(prefix="enlace-limits-"))
    port = free_port()
    given = environment(
        DATABASE_URL=database_url(committed_db),
        ENLACE_VAR=str(folder / "var"),
        STATIC_ROOT=str(folder / "static"),
        PORT=str(port),
        TRUSTED_PROXY_COUNT="1",
    )
    site = Site(f"http://localhost:{port}", folder, given, Seeded("", folder, folder, {}, {}, {}))
    (folder / "static").mkdir()
    try:
        site.start(
            "server", "-m", "gunicorn", "tests.organizations.unhashed:application", "--bind", f"127.0.0.1:{port}",
            "--workers", str(WORKERS), "--worker-class", "gthread", "--threads", "2", "--graceful-timeout", "2",
            "--no-control-socket",
        )  # fmt: skip
        site.wait()
        yield site
    finally:
        site.stop()
        shutil.rmtree(folder, ignore_errors=True)


def test_all_workers_count_together(many_workers: Site, committed_people: People) -> None:
    user = committed_people.contributor(committed_people.organization())
    other = committed_people.contributor(committed_people.organization())
    together = threading.Barrier(16)

    def visit(number: int, who: User, password: str, *, at_once: bool) -> str:
        proxied = {"X-Forwarded-For": f"198.51.100.7, 203.0.113.{number}"}
        with requests.Session() as browser:
            browser.get(many_workers.url + LOGIN, headers=proxied, timeout=30)
            token = browser.cookies["csrftoken"]
            given = {"login": who.email, "password": password, "csrfmiddlewaretoken": token}
            if at_once:
                together.wait(60)
            answer = browser.post(many_workers.url + LOGIN, given, headers=proxied, timeout=60, allow_redirects=False)
        if answer.status_code == 302:
            return "in"
        return TOO_MANY if TOO_MANY in answer.text else NOT_RIGHT if NOT_RIGHT in answer.text else answer.text

    with ThreadPoolExecutor(16) as pool:
        said = Counter(pool.map(lambda number: visit(number, user, "wrong", at_once=True), range(16)))
    assert set(said) <= {NOT_RIGHT, TOO_MANY}
    # Who did not get the lock within a second is refused without being counted, so the rest is asked in turn.
    said += Counter(visit(100 + number, user, "wrong", at_once=False) for number in range(6))
    assert said[NOT_RIGHT] == 5
    assert visit(120, user, PASSWORD, at_once=False) == TOO_MANY
    assert visit(120, other, PASSWORD, at_once=False) == "in"


def test_all_workers_count_an_address_together_whatever_it_pretends(many_workers: Site) -> None:
    url = f"{many_workers.url}/en/accounts/organisation/"

    def ask(number: int, address: str = "203.0.113.9") -> int:
        headers = {"X-Forwarded-For": f"198.51.100.{number}, {address}"}
        return requests.get(url, headers=headers, timeout=60).status_code

    with ThreadPoolExecutor(8) as pool:
        said = Counter(pool.map(ask, range(48)))
    said += Counter(ask(100 + number) for number in range(32 - said[200]))
    assert (said[200], set(said)) == (30, {200, 429})
    assert ask(200, "203.0.113.10") == 200
