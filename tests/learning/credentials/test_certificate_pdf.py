"""The certificate on paper: one tagged page that says what it says, and no more."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from pypdf import PdfReader

from learning.credentials import codes
from learning.credentials.pdf import certificate_pdf, page_as_html
from network_site.common import pdf as drawing

from ...machine.test_pdf import tags, untagged, words
from .builders import CODE, TITLES, certificate

needs_pango = pytest.mark.skipif(
    not drawing.is_possible(), reason="needs Pango, which apt-get install libpango-1.0-0 brings"
)


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.VAR_DIR = tmp_path
    yield
    assert not list(tmp_path.glob("pdf/*")), "a certificate is kept nowhere"


def read(language: str = "en", **changes: Any) -> PdfReader:
    with translation.override(language):
        return PdfReader(io.BytesIO(certificate_pdf(certificate(**changes), "2026-1")))


@needs_pango
@pytest.mark.parametrize(
    ("language", "tag", "day"),
    [
        ("en", "en", "14 November 2026"),
        ("es", "es", "14 de noviembre de 2026"),
        ("fr", "fr", "14 novembre 2026"),
        ("pt-br", "pt-BR", "14 de novembro de 2026"),
    ],
)
def test_it_is_one_tagged_page_in_the_readers_language(language: str, tag: str, day: str) -> None:
    reader = read(language)
    (page,) = reader.pages
    assert page.mediabox.width > page.mediabox.height
    root = reader.trailer["/Root"]
    assert str(root["/Lang"]).lower() == tag.lower()
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert reader.metadata is not None
    assert reader.metadata.title == f"{TITLES.get(language, TITLES['en'])} – {codes.shown(CODE)}"
    assert "pdfuaid" in reader.xmp_metadata.stream.get_data().decode()  # type: ignore[union-attr]
    found = tags(reader)
    assert {"/Document", "/H1", "/P", "/Table", "/TR", "/TH", "/TD", "/Figure", "/Link"} <= set(found)
    assert (found.count("/H1"), found.count("/Figure")) == (1, 2)
    assert untagged(reader) == []
    assert day in words(reader)


@needs_pango
def test_it_says_who_did_what_and_where_to_check_it() -> None:
    reader = read()
    text = words(reader)
    assert f"B. E. passed the course {TITLES['en']}" in text
    for said in ("Passed, 82 of 100", "2, in English", "The Network, key 2026-1", codes.shown(CODE)):
        assert said in text
    assert "It does not license anyone to practise." in text
    assert "Demonstration" not in text
    links = {note.get_object()["/A"]["/URI"] for note in reader.pages[0]["/Annots"]}
    assert links == {certificate().verify_address}


@needs_pango
def test_pictures_are_told_in_words() -> None:
    said: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object()
        for child in node if isinstance(node, list) else [node.get("/K", [])] if isinstance(node, dict) else []:
            if hasattr(child, "get_object"):
                walk(child)
        if isinstance(node, dict) and node.get("/S") == "/Figure":
            said.append(str(node.get("/Alt")))

    walk(read().trailer["/Root"]["/StructTreeRoot"])
    assert said == ["Enlace", "QR code with the address where this certificate is checked"]


@needs_pango
@pytest.mark.parametrize("kind", ["attendance", "approved", "honours"])
def test_the_longest_of_everything_still_is_one_page(kind: str) -> None:
    reader = read(
        "fr",
        kind=kind,
        titles={"en": "Wide words with many meanings " * 3 + "for offices"},
        holder="María de los Ángeles " * 7,
        issuer_name="The Network of ministries of labour of the Americas",
        verify_address="https://certificates.a-rather-long-name-of-a-host.example/pt-br/certificados/" + CODE + "/",
        is_demo=True,
    )
    assert len(reader.pages) == 1
    assert codes.shown(CODE) in words(reader)


def test_attendance_claims_no_tests() -> None:
    html = page_as_html(certificate(kind="attendance", score=40), "2026-1")
    assert "took part in the course" in html
    assert "passed" not in html
    assert "40" not in html.split("<svg")[0]


def test_a_title_in_another_language_is_marked() -> None:
    with translation.override("fr"):
        assert f'lang="en">{TITLES["en"]}' in page_as_html(certificate(), "2026-1")
    with translation.override("es"):
        assert f'lang="es">{TITLES["es"]}' in page_as_html(certificate(), "2026-1")


def test_names_are_text_and_no_code() -> None:
    html = page_as_html(certificate(holder="<b>{title}</b> %(title)s {0}", titles={"en": "{holder} <i>"}), "2026-1")
    assert "&lt;b&gt;{title}&lt;/b&gt; %(title)s {0}" in html
    assert "{holder} &lt;i&gt;" in html
    assert "<b>" not in html
