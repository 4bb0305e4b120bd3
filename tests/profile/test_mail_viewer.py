"""/dev/mail/ shows the mails of the embedded profile, to this machine, and is nowhere in production."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import get_connection
from django.test import Client, override_settings
from django.urls import clear_url_caches, include, path

import network_site.urls
from network_site.common import mail

from .test_settings import ROOT, production

CODE = (
    "import django; django.setup();"
    "from django.urls import resolve, reverse, NoReverseMatch, Resolver404\n"
    "def known(f, x):\n"
    "    try: f(x)\n"
    "    except (NoReverseMatch, Resolver404): return False\n"
    "    return True\n"
    "print([known(resolve, p) for p in ('/dev/mail/', '/dev/mail/x/', '/dev/mail/x/html/')],"
    "known(reverse, 'mail_viewer'))"
)


def addresses(environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", CODE], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_production_has_no_such_address(tmp_path: Path) -> None:
    assert addresses(production(tmp_path)) == "[False, False, False] False"


def test_the_embedded_profile_has_it(tmp_path: Path) -> None:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    given = {"DJANGO_SETTINGS_MODULE": "network_site.settings.dev", "ENLACE_VAR": str(tmp_path)}
    assert addresses(kept | given) == "[True, True, True] True"


@pytest.fixture
def viewer(tmp_path: Path, client: Client) -> Iterator[Client]:
    """A browser on a site with the addresses, and a folder for its mails."""
    viewing = path("dev/mail/", include("network_site.common.mail_viewer"))
    network_site.urls.urlpatterns.insert(0, viewing)
    clear_url_caches()
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.filebased.EmailBackend", EMAIL_FILE_PATH=str(tmp_path)
    ):
        yield client
    network_site.urls.urlpatterns.remove(viewing)
    clear_url_caches()


def write(subject: str = "You were asked") -> str:
    """A mail by the site's one way out; its name in the viewer."""
    before = names()
    context = {
        "words": f"{subject}.",
        "heading": subject,
        "subject_of": "<script>alert(1)</script> Oficina móvil",
        "at": None,
        "zone": "UTC",
        "kind_name": "A kind",
        "url": "http://localhost:8000/en/workspace/notices/1/",
    }
    mail.send("notice", to="ana@example.org", language="en", context=context, key="k1")
    (new,) = names() - before
    return new


def names() -> set[str]:
    folder: Any = get_connection()
    return {f"{file.stem}-0" for file in Path(folder.file_path).glob("*.log")}


@pytest.mark.embedded
@pytest.mark.django_db
def test_without_mails_it_says_so(viewer: Client) -> None:
    assert "No mail yet" in viewer.get("/dev/mail/").content.decode()


@pytest.mark.embedded
@pytest.mark.django_db
def test_a_mail_is_listed_and_shown_with_text_headers_and_links(viewer: Client) -> None:
    name = write("Sí, «mañana»")
    assert f'href="/dev/mail/{name}/"' in viewer.get("/dev/mail/").content.decode()
    page = viewer.get(f"/dev/mail/{name}/").content.decode()
    assert "Sí, «mañana»" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Oficina móvil" in page
    assert "<script>alert(1)" not in page
    assert "&lt;k1@localhost&gt;" in page
    assert '<a class="mail-text" href="http://localhost:8000/en/workspace/notices/1/">' in page
    assert f'sandbox src="/dev/mail/{name}/html/"' in page
    assert 'sandbox="' not in page


@pytest.mark.embedded
@pytest.mark.django_db
def test_the_html_comes_under_a_policy_that_runs_nothing(viewer: Client) -> None:
    answer = viewer.get(f"/dev/mail/{write()}/html/")
    assert answer["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
    )
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "<h1" in answer.content.decode()


@pytest.mark.embedded
@pytest.mark.django_db
@pytest.mark.parametrize("name", ["x", "x-0", "..-0", "%2e%2e%2fsecret-0", "-0", "*-0"])
def test_no_other_file_can_be_read(viewer: Client, tmp_path: Path, name: str) -> None:
    write()
    (tmp_path.parent / "secret.log").write_text("Subject: secret\n\nx")
    assert viewer.get(f"/dev/mail/{name}/", follow=True).status_code == 404
    assert viewer.get(f"/dev/mail/{name}/html/", follow=True).status_code == 404


@pytest.mark.embedded
@pytest.mark.django_db
def test_other_machines_see_nothing(viewer: Client) -> None:
    name = write()
    paths = ("/dev/mail/", f"/dev/mail/{name}/", f"/dev/mail/{name}/html/")
    assert [viewer.get(path, follow=True, REMOTE_ADDR="10.0.0.7").status_code for path in paths] == [404] * 3
    assert [viewer.post(path).status_code for path in paths] == [405] * 3
