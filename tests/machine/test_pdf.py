"""A practice as PDF: tagged, in the reader's language, without a single request to anywhere."""

from __future__ import annotations

import io
import socket
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client
from pypdf import PdfReader
from pypdf.generic import ContentStream

from network_site.common import pdf as drawing
from practices import pdf
from practices.models import PracticeVersion
from practices.views import public

from ..people import People, published, step
from ..practices.test_public_life import address

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not pdf.is_possible(), reason="needs Pango, which apt-get install libpango-1.0-0 brings"),
]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, settings: Any) -> None:
    settings.VAR_DIR = tmp_path
    caches["default"].clear()


def read(client: Client, version: PracticeVersion, language: str = "en", tail: str = "pdf/") -> PdfReader:
    answer = client.get(address(version, language, tail))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert len(answer.content) < 1_000_000
    return PdfReader(io.BytesIO(answer.content))


def words(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def untagged(reader: PdfReader) -> list[str]:
    """Operators that show something outside of every marked content, on any page."""
    shown = []
    for number, page in enumerate(reader.pages, start=1):
        depth = 0
        for _operands, operator in ContentStream(page.get_contents(), reader).operations:
            if operator in (b"BMC", b"BDC"):
                depth += 1
            elif operator == b"EMC":
                depth -= 1
            elif operator in (b"Tj", b"TJ", b"f", b"S", b"B", b"Do", b"f*", b"B*", b"sh") and depth == 0:
                shown.append(f"page {number}: {operator.decode()}")
        assert depth == 0
    return shown


def tags(reader: PdfReader) -> list[str]:
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append(str(node["/S"]))
            if "/K" in node:
                walk(node["/K"])

    walk(reader.trailer["/Root"]["/StructTreeRoot"])
    return found


@pytest.mark.parametrize(("language", "tag"), [("en", "en"), ("es", "es"), ("fr", "fr"), ("pt-br", "pt-BR")])
def test_it_is_tagged_titled_and_in_the_readers_language(
    people: People, client: Client, language: str, tag: str
) -> None:
    reader = read(client, published(people), language)
    root = reader.trailer["/Root"]
    assert str(root["/Lang"]).lower() == tag.lower()
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert reader.metadata is not None
    assert reader.metadata.title.startswith("Inspection by appointment – P-")
    assert "pdfuaid" in reader.xmp_metadata.stream.get_data().decode()  # type: ignore[union-attr]
    found = tags(reader)
    assert {"/Document", "/H1", "/H2", "/P", "/L", "/LI", "/Table", "/TR", "/TH", "/TD", "/Link"} <= set(found)
    assert found.count("/H1") == 1
    assert untagged(reader) == []
    assert all("/Tabs" in page and page["/Tabs"] == "/S" for page in reader.pages if "/Annots" in page)


def test_it_says_what_the_page_says_and_how_to_quote_it(people: People, client: Client) -> None:
    version = published(people)
    text = words(read(client, version))
    assert "Half of all visits met a closed door." in text
    assert "A register of firms with addresses" in text
    assert "Level 1 of 5" in text
    assert address(version, tail="v1/") in text.replace(" ", "")
    assert f"1 / {len(read(client, version).pages)}" in text
    spanish = words(read(client, version, "es"))
    assert "Inspection by appointment" in spanish
    assert "inglés" in spanish


def test_a_version_keeps_its_own(people: People, client: Client) -> None:
    version = published(people)
    assert "Inspection by appointment" in words(read(client, version, tail="v1/pdf/"))
    assert client.get(address(version, tail="v2/pdf/")).status_code == 404
    moved = client.get(address(version, tail="pdf/").replace("inspection-by", "an-old"))
    assert (moved.status_code, moved.url) == (301, address(version, tail="pdf/"))
    step(people.publisher(), version, "withdraw", note="Asked for.")
    assert client.get(address(version, tail="pdf/")).status_code == 410


def test_it_is_drawn_once_and_few_are_kept(
    people: People, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = published(people)
    for _ in range(2):
        read(client, version)
    assert len(list((tmp_path / "pdf").iterdir())) == 1
    monkeypatch.setattr(drawing, "KEPT", 2)
    for language in ("es", "fr", "pt-br"):
        read(client, version, language)
    assert len(list((tmp_path / "pdf").iterdir())) == 2


def test_no_address_and_no_file_of_the_machine_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>zqsecretqz</text></svg>')
    asked: list[Any] = []
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: asked.append(args) or [])
    monkeypatch.setattr(socket.socket, "connect", lambda *args: asked.append(args))
    content = drawing.draw(
        '<html lang="en"><title>x</title><body><p>Words</p>'
        f'<img alt="a" src="file://{secret}"><img alt="b" src="http://127.0.0.1:9/x.png">'
        '<img alt="c" src="/static/../../etc/passwd"><link rel="stylesheet" href="https://example.org/x.css">'
        f'<link rel="attachment" href="file://{secret}"></body></html>'
    )
    assert asked == []
    reader = PdfReader(io.BytesIO(content))
    assert "zqsecretqz" not in words(reader)
    assert not list(reader.attachments)


def test_who_asks_for_too_many_new_ones_waits_and_kept_ones_come_at_once(
    people: People, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = published(people)
    monkeypatch.setattr(public, "NEW_PDFS_PER_MINUTE", 0)
    busy = client.get(address(version, tail="pdf/"))
    assert (busy.status_code, int(busy.headers["Retry-After"]) > 0) == (429, True)
    monkeypatch.setattr(public, "NEW_PDFS_PER_MINUTE", 20)
    read(client, version)
    monkeypatch.setattr(public, "NEW_PDFS_PER_MINUTE", 0)
    read(client, version)


def test_without_the_library_the_page_says_so_and_the_address_answers_503(
    people: People, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = published(people)
    assert f'href="{address(version, tail="pdf/")}"' in client.get(address(version)).content.decode()
    # The machine is the world outside.
    for module in (pdf, drawing):
        monkeypatch.setattr(module, "is_possible", lambda: False)
    assert "No PDF: this server lacks the library" in client.get(address(version)).content.decode()
    answer = client.get(address(version, tail="pdf/"))
    assert (answer.status_code, "Print the page instead" in answer.content.decode()) == (503, True)
