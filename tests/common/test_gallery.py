"""The gallery: every component in every state, in the embedded profile only."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse

from network_site.common.gallery import COMPONENTS, FRAMES, inputs_of
from network_site.common.specimens import UNSEEN, chapters

from ..profile.test_settings import ROOT, production

# Not marked `embedded`: what it asks does not depend on the database, and it is long.
SPECIMENS = {specimen.name: specimen for group in chapters() for specimen in group.specimens}
STATES = [
    pytest.param(specimen.name, state, id=f"{specimen.name}: {state.title}")
    for specimen in SPECIMENS.values()
    for state in specimen.states
]


def names() -> set[str]:
    return {path.stem for path in COMPONENTS.glob("*.html")}


def test_every_component_is_in_the_gallery() -> None:
    assert set(SPECIMENS) | UNSEEN == names()


@pytest.mark.parametrize("name", sorted(names()))
def test_every_component_declares_its_inputs(name: str) -> None:
    assert re.search(r"\bInputs?:", inputs_of(name)), inputs_of(name)


@pytest.mark.parametrize(("name", "state"), STATES)
def test_a_component_has_no_inline_style_and_no_inline_script(name: str, state: object) -> None:
    tree = BeautifulSoup(
        render_to_string(f"components/{name}.html", state.given, RequestFactory().get("/")),  # type: ignore[attr-defined]
        "html.parser",
    )
    assert tree.find_all(["style", "script"]) == []
    assert [tag.name for tag in tree.find_all(True) if "style" in tag.attrs] == []
    assert [tag.name for tag in tree.find_all(True) if any(key.startswith("on") for key in tag.attrs)] == []


@pytest.mark.parametrize(("name", "state"), [one for one in STATES if one.values[0] != "saved"])
def test_a_component_shows_something_in_every_state(name: str, state: object) -> None:
    html = render_to_string(f"components/{name}.html", state.given, RequestFactory().get("/"))  # type: ignore[attr-defined]
    tree = BeautifulSoup(html, "html.parser")
    assert tree.get_text(strip=True) or tree.find(["svg", "button", "input"])


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "es", "fr", "pt-br"])
def test_the_gallery_is_whole_and_each_id_stands_once(client: Client, language: str) -> None:
    tree = BeautifulSoup(client.get(f"/{language}/dev/components/").content.decode(), "html.parser")
    assert tree.html["lang"] == language
    anchors = {f"c-{name}" for name in SPECIMENS}
    assert {section["id"] for section in tree.select("main section.sec[id]")} >= anchors
    assert len(tree.select(".stage")) == sum(len(specimen.states) for specimen in SPECIMENS.values())
    assert {link["href"][1:] for link in tree.select(".toc li a")} == anchors
    ids = Counter(tag["id"] for tag in tree.find_all(id=True))
    assert {name for name, count in ids.items() if count > 1} == set()


@pytest.mark.django_db
def test_one_chapter_can_be_shown_alone(client: Client) -> None:
    url = reverse("dev_components")
    tree = BeautifulSoup(client.get(f"{url}?chapter=figures").content.decode(), "html.parser")
    shown = {section["id"] for section in tree.select("main section[id^=c-]")}
    assert shown == {f"c-{one.name}" for group in chapters() if group.name == "figures" for one in group.specimens}
    leads = {link["href"] for link in tree.select(".toc li a")}
    assert {"#c-gap", f"{url}#c-map"} < leads
    assert client.get(f"{url}?chapter=none").status_code == 404


@pytest.mark.django_db
def test_one_component_is_shown_narrow_and_wide_in_frames_of_the_site_only(client: Client) -> None:
    page = client.get(reverse("dev_component", args=["map"]))
    frames = BeautifulSoup(page.content.decode(), "html.parser").find_all("iframe")
    assert [(frame["src"], frame["width"]) for frame in frames] == [
        (reverse("dev_bare", args=["map"]), "320"),
        (reverse("dev_bare", args=["map"]), "1180"),
    ]
    bare = client.get(frames[0]["src"])
    assert bare["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in bare["Content-Security-Policy"]
    assert "script-src 'self'" in bare["Content-Security-Policy"]
    assert client.get(reverse("dev_component", args=["no-such-thing"])).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("name", FRAMES)
def test_every_frame_stands(client: Client, name: str) -> None:
    answer = client.get(reverse("dev_frame", args=[name]))
    tree = BeautifulSoup(answer.content.decode(), "html.parser")
    assert (answer.status_code, len(tree.find_all("h1")), len(tree.find_all("main"))) == (200, 1, 1)
    assert len(tree.select("header.bar")) == (0 if name in {"public", "entrance"} else 1)


@pytest.mark.django_db
def test_there_is_no_other_frame(client: Client) -> None:
    assert client.get(reverse("dev_frame", args=["answers"])).status_code == 404


def test_the_gallery_is_not_there_in_production(tmp_path: Path) -> None:
    code = (
        "import django; django.setup();"
        "from django.urls import resolve;"
        "print(resolve('/en/dev/components/').url_name, resolve('/en/dev/frames/public/').url_name)"
    )
    environment = production(tmp_path, DATABASE_URL=f"sqlite://{tmp_path}/none.sqlite3")

    def asked(**given: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT, env=environment | given, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert asked() == "wagtail_serve wagtail_serve"
    # DEBUG or ENLACE_DEMO do not open them either; only the embedded profile's settings do.
    assert asked(DEBUG="1", ENLACE_DEMO="1") == "wagtail_serve wagtail_serve"
    embedded = asked(DJANGO_SETTINGS_MODULE="network_site.settings.dev", ENLACE_DEMO="1")
    assert embedded == "dev_components dev_frame"
