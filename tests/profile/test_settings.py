"""The production profile: nothing to warn of, nothing of the demonstration, and the headers of every area."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from ..people import People, prove_second_factor

ROOT = Path(__file__).resolve().parents[2]


def production(tmp_path: Path, **given: str) -> dict[str, str]:
    """The variables of a production machine (deploy/), with made-up secrets."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "network_site.settings.base",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "enlace.example",
        "SITE_URL": "https://enlace.example",
        "DATABASE_URL": "postgresql://app@127.0.0.1:1/enlace",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "ENLACE_VAR": str(tmp_path),
        **given,
    }


def manage(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_django_warns_of_nothing(tmp_path: Path) -> None:
    done = manage(production(tmp_path), "check", "--deploy", "--fail-level", "DEBUG")
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY"])
def test_a_missing_variable_is_named(name: str, tmp_path: Path) -> None:
    environment = production(tmp_path)
    del environment[name]
    done = manage(environment, "check")
    assert done.returncode != 0
    assert f"Set the environment variable {name}." in done.stderr


def test_a_database_that_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    done = manage(production(tmp_path, DATABASE_URL="mysql://root@localhost/enlace"), "check")
    assert done.returncode != 0
    assert "A database URL starts with postgres:// or sqlite://, not mysql://." in done.stderr


@pytest.mark.parametrize("command", [("demo_accounts",), ("demo_code", "specialist")])
def test_production_knows_no_demonstration_accounts(command: tuple[str, ...], tmp_path: Path) -> None:
    done = manage(production(tmp_path, DATABASE_URL=f"sqlite://{tmp_path}/none.sqlite3"), *command)
    assert done.returncode != 0
    assert "Demonstration accounts are refused here." in done.stdout + done.stderr
    assert "@demo.enlace.example" not in done.stdout


def test_production_makes_no_demonstration_accounts(tmp_path: Path) -> None:
    code = (
        "import django; django.setup();"
        "from network_site.organizations.seeding import load_demo_accounts; load_demo_accounts()"
    )
    environment = production(tmp_path, DATABASE_URL=f"sqlite://{tmp_path}/empty.sqlite3")
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert "ImproperlyConfigured: Demonstration accounts are refused here." in done.stderr


def test_production_settings(tmp_path: Path) -> None:
    """What the embedded profile relaxes is strict here."""
    code = (
        "from django.conf import settings as s;"
        "print(s.DEBUG, s.DEMO, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        "s.SESSION_COOKIE_HTTPONLY, s.SECURE_HSTS_SECONDS >= 31536000, s.ALLOWED_HOSTS)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=production(tmp_path), capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "False False True True True True True ['enlace.example']", done.stderr


# --- Headers ---------------------------------------------------------------------------------

STRICT = {
    "default-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}


def policy(header: str) -> dict[str, str]:
    """A Content-Security-Policy as directive and sources."""
    return {name: sources for name, _, sources in (part.strip().partition(" ") for part in header.split(";"))}


@pytest.mark.django_db
@pytest.mark.embedded
@pytest.mark.parametrize(
    "path", ["/en/", "/en/practices/", "/en/no-such-page/", "/en/accounts/login/", "/es/practicas/"]
)
def test_headers_of_public_pages(path: str, client: Client) -> None:
    answer = client.get(path)
    assert policy(answer["Content-Security-Policy"]) == STRICT | {"script-src": "'self'"}
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Server" not in answer.headers


@pytest.mark.django_db
@pytest.mark.embedded
def test_headers_of_the_workspace(client: Client, people: People) -> None:
    client.force_login(people.focal_point())
    answers = [client.get(reverse("workspace:home")) for _again in range(2)]
    policies = [policy(answer["Content-Security-Policy"]) for answer in answers]
    for given in policies:
        script = given.pop("script-src").split()
        assert given == STRICT
        assert script[0] == "'self'"
        assert "'unsafe-inline'" not in script
    assert answers[0]["Cache-Control"] == "private, no-store"
    assert answers[0]["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
@pytest.mark.embedded
def test_headers_of_the_admin(client: Client, people: People) -> None:
    staff = people.publisher()
    staff.is_superuser = True
    staff.save()
    client.force_login(staff)
    prove_second_factor(client, staff)
    answer = client.get("/admin/")
    assert answer.status_code == 200
    given = policy(answer["Content-Security-Policy"])
    assert given["script-src"] == "'self' 'unsafe-inline'"
    assert (given["object-src"], given["base-uri"], given["frame-ancestors"]) == ("'none'", "'none'", "'self'")
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["Cache-Control"].startswith(("private", "max-age=0"))


@pytest.mark.django_db
@pytest.mark.embedded
def test_cookies_are_for_this_site_alone(client: Client, people: People) -> None:
    person = people.focal_point()
    client.post("/en/accounts/login/", {"login": person.email, "password": "a long enough password"})
    session = client.cookies["sessionid"]
    assert (session["samesite"], session["httponly"]) == ("Lax", True)
    assert client.cookies["csrftoken"]["samesite"] == "Lax"


@pytest.mark.django_db
@pytest.mark.embedded
def test_a_reader_without_account_gets_no_cookie(client: Client) -> None:
    """So that public pages may be kept by a cache, and nobody is counted."""
    for path in ("/en/", "/en/practices/", "/en/organisations/"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert not answer.cookies, path
