"""The Terms of Reference as a Word file: what stands in it, and that other programs open it."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from docx import Document

from network_site.organizations.models import User
from projects import wordfile
from projects.models import ProjectsPage

from ..people import People
from .documents import publish, snapshot
from .drafts import begun, completed, team

pytestmark = [pytest.mark.django_db]
SignIn = Callable[[User], Client]
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def built(**changes: object) -> bytes:
    document = snapshot(**changes)
    document["owner"] |= {"key": "ministry"}
    return wordfile.build(document, code="PR-0001")


def table_after(document: object, caption: str) -> list[list[str]]:
    """The cells of the table that follows a caption."""
    body = document.element.body  # type: ignore[attr-defined]
    tables = {table._tbl: table for table in document.tables}  # type: ignore[attr-defined]
    found = False
    for child in body.iterchildren():
        if found and child in tables:
            return [[cell.text for cell in row.cells] for row in tables[child].rows]
        text = "".join(node.text or "" for node in child.iter(f"{W}t"))
        found = found or (child.tag == f"{W}p" and text == caption)
    raise AssertionError(f"No table after {caption}.")


def test_the_file_has_title_contents_sixteen_headings_tables_and_sources() -> None:
    document = Document(io.BytesIO(built()))

    headings = [one.text for one in document.paragraphs if one.style.name == "Heading 1"]  # type: ignore[union-attr]
    assert headings[0] == "Contents"
    assert headings[-2:] == ["Who signed", "Sources"]
    assert [text.split("  ")[0] for text in headings[1:17]] == [str(number) for number in range(1, 17)]
    texts = [one.text for one in document.paragraphs]
    assert "Training before the first client" in texts
    assert "Staff advise from their first day. [1]" in texts
    assert "A month beside a mentor. [1]" in texts
    assert "[1] Assessment of the employment service, page 12. https://example.org/report" in texts
    matrix = table_after(document, "Results matrix")
    assert matrix[1][:4] == ["Outcome 1\nAdvisers are trained", "Advisers with a certificate (people)", "0 (2026)",
                             "120\n31 Dec 2027: 60"]  # fmt: skip
    plain = [
        [cell.replace("\N{NO-BREAK SPACE}", " ") for cell in row]
        for row in table_after(document, "Lines of the budget")
    ]
    assert plain[2][4] == "USD 10,000\nEUR 9,200\nrate 1.08695652 of 2 Nov 2026"
    assert plain[3][4] == "USD 60,000"
    assert table_after(document, "Risks")[1][0] == "Trained staff leave"
    assert [cell for cell in table_after(document, "Work plan by quarter")[1] if cell] == [
        "1 Write the course",
        "■",
        "■",
    ]


def test_the_file_names_its_language_title_and_owner_and_repeats_heads_of_tables() -> None:
    content = built(source_language="es", texts={"es": {"title": "Formación", "summary": "", "state": "source"}})
    document = Document(io.BytesIO(content))

    assert (document.core_properties.title, document.core_properties.author) == ("Formación", "Ministry of Labour")
    assert document.core_properties.language == "es-419"
    parts = zipfile.ZipFile(io.BytesIO(content))
    assert 'w:val="es-419"' in parts.read("word/styles.xml").decode()
    xml = parts.read("word/document.xml").decode()
    assert "TOC \\o" in xml
    assert xml.count("<w:tblHeader") >= 6


def test_signs_that_word_cannot_hold_do_not_break_the_file() -> None:
    section = {"context": [{"key": "problem", "text": "A\x0bB\x00C", "origin": "person", "citation": {}}]}

    document = Document(io.BytesIO(built(sections=section)))

    assert "ABC" in " ".join(one.text.replace("\n", "") for one in document.paragraphs)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_libreoffice_opens_the_file_and_prints_it(tmp_path: Path) -> None:
    (tmp_path / "terms.docx").write_bytes(built())

    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless", "--convert-to", "pdf", "--outdir",
         str(tmp_path), str(tmp_path / "terms.docx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip

    pdf = (tmp_path / "terms.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert len(pdf) > 10_000


def test_a_draft_says_that_it_is_one_and_leaves_unread_proposals_out(people: People, sign_in: SignIn) -> None:
    crew = team(people)
    project = begun(crew.contributor, crew.need)
    client = sign_in(crew.contributor)
    url = reverse("projects:word", args=[project.pk])

    early = Document(io.BytesIO(client.get(url).content))
    completed(crew.contributor, project)
    answer = client.get(url)
    late = Document(io.BytesIO(answer.content))

    assert "Clients complain by letter" not in " ".join(one.text for one in early.paragraphs)
    texts = [one.text for one in late.paragraphs]
    assert "Draft. Nobody has signed this text." in texts
    assert any(text.startswith("Nobody keeps a register. [") for text in texts)
    front = {row.cells[0].text: row.cells[1].text for row in late.tables[0].rows}
    assert front["Asked for"] == "USD\N{NO-BREAK SPACE}40,000"
    assert answer["Content-Disposition"].startswith("attachment; filename=")


def test_everybody_may_take_a_published_one(people: People, client: Client) -> None:
    record = publish(people.organization(country="PY"))
    base = ProjectsPage.objects.get(locale__language_code="en").url

    answer = client.get(f"{base}{record.path}word/")
    old = client.get(f"{base}{record.path}v1/word/")

    assert answer["Content-Type"] == wordfile.CONTENT_TYPE
    assert "Draft" not in " ".join(one.text for one in Document(io.BytesIO(answer.content)).paragraphs)
    assert old.status_code == 200
    assert client.get(f"{base}{record.path}v9/word/").status_code == 404
