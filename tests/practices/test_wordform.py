"""The form as a Word file, and back: what the file says, what it would change, what is taken over."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from docx import Document

from network_site.common.textdiff import MAX_WORDS, word_diff
from network_site.organizations.models import User
from practices import services, wordform
from practices.models import PracticeVersion

from ..people import People, acting, draft, get, step
from .pages import filled, soup, words

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def focal_point(people: People) -> User:
    return people.focal_point()


def built(user: User, version: PracticeVersion, language: str = "en") -> bytes:
    with acting(user), translation.override(language):
        return wordform.build(get(version.pk))


def cell_of(document: Any, key: str, *, nth: int = 0) -> Any:
    """The answer beside a key."""
    found = [row.cells[-1] for table in document.tables for row in table.rows if f"⟦{key}⟧" in row.cells[0].text]
    return found[nth]


def edited(content: bytes, change: Callable[[Any], None]) -> bytes:
    document = Document(io.BytesIO(content))
    change(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def write(cell: Any, text: str) -> None:
    for paragraph in cell.paragraphs[1:]:
        paragraph._p.getparent().remove(paragraph._p)
    cell.paragraphs[0].text = text


def tick(cell: Any, *labels: str) -> None:
    """Tick these and nothing else."""
    for paragraph in cell.paragraphs:
        label = paragraph.text.lstrip("☐☒ ")
        if paragraph.text.startswith(("☐", "☒")):
            mark = "☒" if any(label == wanted or label.startswith(f"{wanted} (") for wanted in labels) else "☐"
            paragraph.text = f"{mark} {label}"


def compared(user: User, version: PracticeVersion, content: bytes, language: str = "en") -> dict[str, tuple[str, str]]:
    """Old and new of everything that a file would change."""
    with acting(user), translation.override(language):
        current = get(version.pk)
        reading = wordform.read(content)
        return {c.name: (c.old, c.new) for c in wordform.changes(current, wordform.given(current, reading))}


def problems(user: User, version: PracticeVersion, content: bytes) -> list[str]:
    with acting(user):
        reading = wordform.read(content)
        wordform.given(get(version.pk), reading)
        return reading.problems


def upload(content: bytes, name: str = "form.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


FULL: dict[str, Any] = {
    "outcomes": [
        {"indicator": "Closed doors", "unit": "%", "baseline": "50", "baseline_year": 2019, "value": "9.5",
         "value_year": 2022, "source": "Register", "direction": "positive"},
    ],
    "building_blocks": [{"title": "Letter", "text": "One page", "kind": "core", "usable_alone": True}],
    "costs": [{"category": "Stamps", "amount": "480000.00", "currency": "UYU", "year": 2022}],
    "evidence_items": [
        {"type": "survey", "title": "Study", "file": ContentFile(b"%PDF-1.4 x", name="a.pdf"), "file_name": "a.pdf",
         "content_type": "application/pdf", "is_independent": True, "paid_by_owner": False},
    ],
}  # fmt: skip


# --- Out, and back unchanged -----------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt-br"])
def test_a_file_that_nobody_touched_changes_nothing(focal_point: User, language: str) -> None:
    several = {"LAF": ["LAF5.4", "LAF3.3"], "TG": ["TG16", "TG01"]}
    text = "First this.\n\n- one\n- two\n\nThen that & <more>."
    version = draft(focal_point, rows=FULL, terms=several, description=text)
    content = built(focal_point, version, language)
    assert problems(focal_point, version, content) == []
    assert compared(focal_point, version, content) == {}


def test_the_file_is_in_the_readers_language_and_read_in_any(focal_point: User) -> None:
    version = draft(focal_point)
    content = built(focal_point, version, "es")
    document = Document(io.BytesIO(content))
    assert "☒ Inspección y fiscalización del trabajo (LAF1.1)" in cell_of(document, "labour_function").text.split("\n")

    def change(document: Any) -> None:
        tick(cell_of(document, "target_groups"), "Jóvenes")

    assert compared(focal_point, version, edited(content, change))["TG"][1] == "Young people (TG01)"


def test_the_file_is_a_sound_package_without_macros_or_entities(focal_point: User) -> None:
    with zipfile.ZipFile(io.BytesIO(built(focal_point, draft(focal_point)))) as archive:
        assert archive.testzip() is None
        assert [name for name in archive.namelist() if "vba" in name.lower() or name.endswith(".bin")] == []
        for name in archive.namelist():
            if name.endswith((".xml", ".rels")):
                assert b"<!DOCTYPE" not in archive.read(name)


# --- What a file would change ----------------------------------------------------------------


def test_texts_terms_choices_and_rows_are_read(focal_point: User) -> None:
    version = draft(focal_point, rows=FULL)

    def change(document: Any) -> None:
        write(cell_of(document, "title"), "Inspection by letter")
        write(cell_of(document, "objectives"), "Fewer closed doors\nMore time")
        write(cell_of(document, "country"), "uruguay")
        write(cell_of(document, "start_year"), "2020")
        tick(cell_of(document, "stage"), "scaled up")
        tick(cell_of(document, "target_groups"), "Women", "Young people")
        write(cell_of(document, "outcomes.value"), "8")
        write(cell_of(document, "preconditions.statement", nth=3), "Stamps")
        tick(cell_of(document, "preconditions.strength", nth=3), "should")

    told = compared(focal_point, version, edited(built(focal_point, version), change))
    assert list(told) == ["title", "TG", "country", "stage", "start_year", "objectives", "outcomes", "preconditions"]
    assert told["title"] == ("Inspection by appointment", "Inspection by letter")
    assert told["country"] == ("", "Uruguay")
    assert told["stage"] == ("running", "scaled up")
    assert told["start_year"] == ("2021", "2020")
    assert told["TG"][1] == "Young people (TG01)\nWomen (TG02)"
    assert told["outcomes"][1] == told["outcomes"][0].replace("9.5", "8")
    assert told["preconditions"][1].split("\n")[3].startswith("4. Condition: Stamps · Strength: should")


@pytest.mark.parametrize("mark", ["☒", "☑", "x ☐", "X", "[x]", "(X)", "✓", "✔ ☐"])
def test_a_tick_is_a_tick_however_it_was_made(focal_point: User, mark: str) -> None:
    version = draft(focal_point)

    def change(document: Any) -> None:
        for paragraph in cell_of(document, "stage").paragraphs:
            label = paragraph.text.lstrip("☐☒ ")
            paragraph.text = f"{mark} {label}" if label == "pilot" else f"[ ] {label}"

    assert compared(focal_point, version, edited(built(focal_point, version), change)) == {
        "stage": ("running", "pilot")
    }


def test_what_is_missing_twice_or_unknown_is_told_and_changes_nothing(focal_point: User) -> None:
    version = draft(focal_point)

    def change(document: Any) -> None:
        for table in document.tables:
            for row in list(table.rows):
                text = row.cells[0].text
                if "⟦reach⟧" in text:
                    row._tr.getparent().remove(row._tr)
                if "⟦problem⟧" in text:
                    row._tr.addnext(_copy(row._tr))
        write(cell_of(document, "problem", nth=1), "The second one")
        cell_of(document, "region")._tc.getprevious().xpath(".//w:t[contains(., '⟦')]")[0].text = "⟦nonsense⟧"
        write(cell_of(document, "country"), "Atlantis")
        tick(cell_of(document, "scale"), "Local", "National")

    told = problems(focal_point, version, edited(built(focal_point, version), change))
    assert told == [
        "The answer to “problem” stands twice: the first one was read.",
        "“Atlantis” is no country that Enlace knows. It was not read.",
        "There is no answer to “Region or city” in the file: it stays as it is.",
        "“How large an area does it cover?” has several answers ticked. Tick one.",
        "There is no answer to “Whom did it reach?” in the file: it stays as it is.",
        "The file holds “nonsense”, which is no question here. It was not read.",
    ]
    assert compared(focal_point, version, edited(built(focal_point, version), change)) == {}


def _copy(element: Any) -> Any:
    import copy

    return copy.deepcopy(element)


def test_a_copied_table_is_a_new_row_and_a_deleted_one_is_taken_out(focal_point: User) -> None:
    version = draft(focal_point)

    def change(document: Any) -> None:
        tables = [t for t in document.tables if "⟦row preconditions" in t.rows[0].cells[0].text]
        twin = _copy(tables[0]._tbl)
        tables[0]._tbl.addnext(twin)
        tables[1]._tbl.getparent().remove(tables[1]._tbl)

    told = compared(focal_point, version, edited(built(focal_point, version), change))
    assert [line.split(" · ")[0] for line in told["preconditions"][1].split("\n")] == [
        "1. Condition: A register of firms with addresses",
        "2. Condition: A register of firms with addresses",
        "3. Condition: Inspectors have calendars",
    ]


def test_struck_out_words_of_tracked_changes_are_not_read(focal_point: User) -> None:
    version = draft(focal_point)
    content = built(focal_point, version)
    mark = b"<w:t>Inspection by appointment</w:t></w:r>"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    body = parts["word/document.xml"]
    at = body.rindex(mark)
    tracked = (
        b"<w:t>Inspection </w:t></w:r><w:del><w:r><w:delText>by appointment</w:delText></w:r></w:del>"
        b"<w:ins><w:r><w:t>by letter</w:t></w:r></w:ins>"
    )
    parts["word/document.xml"] = body[:at] + tracked + body[at + len(mark) :]
    assert compared(focal_point, version, packed(parts)) == {
        "title": ("Inspection by appointment", "Inspection by letter")
    }


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("declaration", "used"),
    [
        ('<!DOCTYPE a [<!ENTITY x "boom">]>', "&x;"),
        ('<!DOCTYPE a SYSTEM "http://example.org/a.dtd">', ""),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"),
    ],
)
def test_entities_and_dtds_are_refused(focal_point: User, declaration: str, used: str) -> None:
    with zipfile.ZipFile(io.BytesIO(built(focal_point, draft(focal_point)))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    head, _mark, body = parts["word/document.xml"].decode().partition("?>")
    parts["word/document.xml"] = f"{head}?>{declaration}{body.replace('Title', 'Title' + used, 1)}".encode()
    with pytest.raises(wordform.Unreadable, match="instructions for programs"):
        wordform.read(packed(parts))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", packed({"a.txt": b"a"}), packed({"word/document.xml": b"<a"})])
def test_anything_else_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(wordform.Unreadable, match="not a Word document"):
        wordform.read(content)


def test_another_document_is_refused_in_words() -> None:
    out = io.BytesIO()
    Document().save(out)
    with pytest.raises(wordform.Unreadable, match="not the form"):
        wordform.read(out.getvalue())


# --- The pages -------------------------------------------------------------------------------


def address(version: PracticeVersion, name: str = "word") -> str:
    return reverse(f"practices:{name}", args=[version.pk])


def test_from_download_to_what_was_chosen(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point, rows=FULL)
    browser = sign_in(focal_point)
    content = browser.get(address(version, "word_download"))
    assert content["Content-Type"] == wordform.CONTENT_TYPE
    assert content["Content-Disposition"] == 'attachment; filename="inspection-by-appointment.docx"'

    def change(document: Any) -> None:
        write(cell_of(document, "title"), "Inspection by letter")
        write(cell_of(document, "one_line"), "Not to be taken over")
        write(cell_of(document, "outcomes.unit"), "percent")
        tick(cell_of(document, "target_groups"), "Women")

    page = browser.post(address(version), {"file": upload(edited(content.content, change))})
    assert page.status_code == 200
    assert soup(page).find(class_="kicker").get_text() == "Inspection by appointment"
    assert [box["value"] for box in soup(page).find_all("input", attrs={"name": "take"})] == [
        "title", "one_line", "TG", "outcomes",
    ]  # fmt: skip
    assert not any(box.has_attr("checked") for box in soup(page).find_all("input", attrs={"name": "take"}))
    assert next(tag.get_text() for tag in soup(page).find_all("del")) == "[taken out: appointment]"
    assert next(tag.get_text() for tag in soup(page).find_all("ins")) == "[added: letter]"
    with acting(focal_point):
        assert get(version.pk).lock_version == 1
    sent = filled(page, "take") | {"take": ["title", "TG", "outcomes"]}
    answer = browser.post(address(version, "word_take"), sent)
    assert (answer.status_code, answer.url) == (302, address(version, "check"))
    with acting(focal_point):
        saved = get(version.pk)
        assert (saved.title, saved.one_line, saved.lock_version) == ("Inspection by letter", version.one_line, 2)
        assert list(saved.version_terms.filter(term__scheme_id="TG").values_list("term_id", flat=True)) == ["TG02"]
        assert list(saved.outcomes.values_list("indicator", "unit")) == [("Closed doors", "percent")]
        assert list(saved.evidence_items.values_list("file_name", flat=True)) == ["a.pdf"]
        assert saved.preconditions.count() == 3


def test_every_row_of_evidence_keeps_its_file(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point, rows=FULL)
    browser = sign_in(focal_point)
    content = edited(built(focal_point, version), lambda d: write(cell_of(d, "evidence_items.title"), "Renamed"))
    page = browser.post(address(version), {"file": upload(content)})
    browser.post(address(version, "word_take"), filled(page, "take") | {"take": ["evidence_items"]})
    with acting(focal_point):
        assert [(i.title, i.file_name, bool(i.file)) for i in get(version.pk).evidence_items.all()] == [
            ("Renamed", "a.pdf", True)
        ]


def test_what_is_not_in_order_is_shown_and_cannot_be_taken(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)

    def change(document: Any) -> None:
        write(cell_of(document, "title"), "x" * 101)
        write(cell_of(document, "start_year"), "long ago")
        write(cell_of(document, "contacts.email"), "nobody")

    browser = sign_in(focal_point)
    page = browser.post(address(version), {"file": upload(edited(built(focal_point, version), change))})
    assert [box.has_attr("disabled") for box in soup(page).find_all("input", attrs={"name": "take"})] == [True] * 3
    assert "Enter a whole number." in words(page)
    answer = browser.post(address(version, "word_take"), filled(page, "take") | {"take": ["title", "contacts"]})
    assert answer.status_code == 422
    with acting(focal_point):
        assert (get(version.pk).title, get(version.pk).lock_version) == (version.title, 1)


def test_a_colleague_was_faster(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    browser = sign_in(focal_point)
    content = edited(built(focal_point, version), lambda d: write(cell_of(d, "title"), "From the file"))
    page = browser.post(address(version), {"file": upload(content)})
    with acting(focal_point):
        services.save_version(get(version.pk), lock_version=1, fields={"title": "From the page"})
    late = browser.post(address(version, "word_take"), filled(page, "take") | {"take": ["title"]})
    assert late.status_code == 409
    assert "Somebody else changed this practice meanwhile." in words(late)
    assert [tag.get_text() for tag in soup(late).find_all("del")] == ["[taken out: page]"]
    with acting(focal_point):
        assert get(version.pk).title == "From the page"
    again = browser.post(address(version, "word_take"), filled(late, "take") | {"take": ["title"]})
    assert again.status_code == 302
    with acting(focal_point):
        assert get(version.pk).title == "From the file"


def test_an_older_file_says_so(focal_point: User, sign_in: SignIn) -> None:
    version = draft(focal_point)
    content = built(focal_point, version)
    with acting(focal_point):
        services.save_version(get(version.pk), lock_version=1, fields={"title": "Written here"})
    page = sign_in(focal_point).post(address(version), {"file": upload(content)})
    assert "This practice was changed after the file was downloaded." in words(page)


@pytest.mark.parametrize(
    ("name", "make", "wanted"),
    [
        ("form.pdf", lambda content: b"%PDF-1.7 x", "Choose a Word file (.docx)."),
        ("form.docm", lambda content: content, "Choose a file of one of these kinds"),
        ("form.docx", lambda content: b"%PDF-1.7 x", "This file is not what its name says."),
    ],
)
def test_another_kind_of_file_is_refused_beside_the_field(
    focal_point: User, sign_in: SignIn, name: str, make: Callable[[bytes], bytes], wanted: str
) -> None:
    version = draft(focal_point)
    page = sign_in(focal_point).post(address(version), {"file": upload(make(built(focal_point, version)), name)})
    assert page.status_code == 422
    assert wanted in soup(page).find(id="id_file_error").get_text()


def test_the_file_of_another_practice_is_refused(people: People, focal_point: User, sign_in: SignIn) -> None:
    version, other = draft(focal_point), draft(people.focal_point())
    with acting(focal_point):
        own = wordform.build(get(version.pk))
    foreign = edited(own, lambda d: _rename(d, str(version.pk), str(other.pk)))
    page = sign_in(focal_point).post(address(version), {"file": upload(foreign)})
    assert page.status_code == 422
    assert "belongs to another practice" in soup(page).find(id="id_file_error").get_text()


def _rename(document: Any, old: str, new: str) -> None:
    for paragraph in document.paragraphs:
        for run in paragraph.runs:
            run.text = run.text.replace(old, new)


def test_what_was_sent_is_not_written_in_word(people: People, focal_point: User, sign_in: SignIn) -> None:
    version = step(focal_point, draft(focal_point), "submit")
    browser = sign_in(focal_point)
    assert [browser.get(address(version, name)).status_code for name in ("word", "word_download")] == [403, 403]
    assert browser.post(address(version, "word_take"), {"take": ["title"]}).status_code == 403


# --- Two texts as one ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("", "", []),
        ("a b", "a b", [("same", "a b")]),
        ("", "new", [("ins", "new")]),
        ("old", "", [("del", "old")]),
        ("by post now", "by hand now", [("same", "by "), ("del", "post"), ("ins", "hand"), ("same", " now")]),
        ("año", "año.", [("same", "año"), ("ins", ".")]),
        ("one two", "three four", [("del", "one two"), ("ins", "three four")]),
        ("a b, c d", "a x, y d", [("same", "a "), ("del", "b, c"), ("ins", "x, y"), ("same", " d")]),
    ],
)  # fmt: skip
def test_words_are_compared(old: str, new: str, pieces: list[tuple[str, str]]) -> None:
    assert word_diff(old, new) == pieces


def test_a_very_long_text_is_replaced_whole() -> None:
    old, new = "a " * MAX_WORDS, "b " * MAX_WORDS
    assert word_diff(old, new) == [("del", old), ("ins", new)]
