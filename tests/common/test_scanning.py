"""Hostile files, each refused with its reason, and their harmless neighbours, kept."""

from __future__ import annotations

import io
import socket
import struct
import threading
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from network_site.common import scanning
from network_site.common.files import check_upload, clean_name

from .hostile import docx, object_stream, odt, packed, parts_of, pdf, picture, with_part, xlsx


def refusal(name: str, content: bytes) -> str:
    """The code of the refusal; empty when the file is kept."""
    try:
        check_upload(SimpleUploadedFile(name, content))
    except ValidationError as refused:
        return str(refused.code) if str(refused.message).endswith(".") else "no sentence"
    return ""


def types(extra: str = "", main: str = "document.main+xml") -> bytes:
    return (
        parts_of(docx())["[Content_Types].xml"]
        .replace(b"document.main+xml", main.encode())
        .replace(b"</Types>", extra.encode() + b"</Types>")
    )


def relation(kind: str) -> bytes:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        f'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
        'Target="http://example.org/x" TargetMode="External"/></Relationships>'
    ).encode()


def encrypted() -> bytes:
    """A zip whose entries say that they are encrypted."""
    content = bytearray(docx())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + place] |= 1
            at = content.find(mark, at + 4)
    return bytes(content)


def lying() -> bytes:
    """A zip that unpacks to 6 MB and claims 10 bytes."""
    content = bytearray(with_part(docx(), "word/media/a.txt", b"0" * (6 * 1024 * 1024)))
    at = content.rfind(b"PK\x01\x02", 0, content.rfind(b"word/media/a.txt"))
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(content)


def link() -> bytes:
    out = io.BytesIO(docx())
    with zipfile.ZipFile(out, "a") as archive:
        entry = zipfile.ZipInfo("word/link")
        entry.external_attr = 0o120777 << 16
        archive.writestr(entry, "/etc/passwd")
    return out.getvalue()


DTD = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'

HOSTILE: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a zip that is no document": ("a.docx", lambda: packed({"a.txt": b"a"}), "content"),
    "a spreadsheet called a text": ("a.docx", xlsx, "content"),
    "a text called a spreadsheet": ("a.xlsx", docx, "content"),
    "an odt called docx": ("a.docx", odt, "content"),
    "a docx called odt": ("a.odt", docx, "content"),
    "half a zip": ("a.docx", lambda: docx()[:2000], "content"),
    "a broken byte": ("a.docx", lambda: docx()[:300] + b"\xff\xff\xff" + docx()[303:], "content"),
    "a document without its type": ("a.docx", lambda: with_part(docx(), "[Content_Types].xml", b"<Types/>"), "content"),
    "macros": ("a.docx", lambda: with_part(docx(), "word/vbaProject.bin", b"x"), "macros"),
    "macros in a spreadsheet": ("a.xlsx", lambda: with_part(xlsx(), "xl/vbaProject.bin", b"x"), "macros"),
    "macros by their type only": (
        "a.docx",
        lambda: with_part(
            docx(),
            "[Content_Types].xml",
            types('<Override PartName="/word/a.xml" ContentType="application/vnd.ms-office.vbaProject"/>'),
        ),
        "macros",
    ),
    "a docm renamed": (
        "a.docx",
        lambda: with_part(docx(), "[Content_Types].xml", types().replace(
            b"vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
            b"vnd.ms-word.document.macroEnabled.main+xml")),
        "macros",
    ),
    "a program in an object": ("a.docx", lambda: with_part(docx(), "word/embeddings/oleObject1.bin", b"x"), "macros"),
    "active controls": ("a.docx", lambda: with_part(docx(), "word/activeX/activeX1.xml", b"<a/>"), "macros"),
    "macros in odt": ("a.odt", lambda: odt(**{"Basic/Standard/M.xml": b"<a/>"}), "macros"),
    "a template from elsewhere": (
        "a.docx", lambda: with_part(docx(), "word/_rels/settings.xml.rels", relation("attachedTemplate")), "outside",
    ),
    "a password": ("a.docx", encrypted, "encrypted"),
    "a password as Office does it": ("a.docx", lambda: scanning.OLD_OFFICE + b"x" * 600, "encrypted"),
    "a password in odt": (
        "a.odt", lambda: odt(**{"META-INF/manifest.xml": b"<m><e:encryption-data xmlns:e='x'/></m>"}), "encrypted",
    ),
    "entities": ("a.docx", lambda: with_part(docx(), "word/document.xml", DTD), "entities"),
    "entities in UTF-16": (
        "a.docx", lambda: with_part(docx(), "word/document.xml", DTD.decode().encode("utf-16")), "entities",
    ),
    "a bomb": ("a.docx", lambda: with_part(docx(), "word/media/a.txt", b"0" * (6 * 1024 * 1024)), "bomb"),
    "a bomb that lies": ("a.docx", lying, "content"),
    "too many parts": ("a.docx", lambda: packed(parts_of(docx()) | {f"x/{n}": b"" for n in range(5001)}), "bomb"),
    "a way out": ("a.docx", lambda: with_part(docx(), "../../etc/cron.d/x", b"x"), "paths"),
    "an absolute way": ("a.docx", lambda: with_part(docx(), "/etc/x", b"x"), "paths"),
    "a way out for Windows": ("a.docx", lambda: with_part(docx(), "..\\x", b"x"), "paths"),
    "a link": ("a.docx", link, "paths"),
    "a script in a PDF": ("a.pdf", lambda: pdf(b"2 0 obj << /S /JavaScript /JS (x) >> endobj"), "active"),
    "a script by another spelling": ("a.pdf", lambda: pdf(b"2 0 obj << /S /J#61vaScript >> endobj"), "active"),
    "a script that is packed": ("a.pdf", lambda: pdf(object_stream(b"7 0 << /S /JavaScript >>")), "active"),
    "a script in a stream that says nothing of itself": (
        "a.pdf", lambda: pdf(object_stream(b"7 0 << /S /JavaScript >>", b"/Filter /FlateDecode")), "active",
    ),
    "objects packed so that nobody can look": (
        "a.pdf", lambda: pdf(object_stream(b"x", b"/Type /ObjStm /Filter [/ASCIIHexDecode /FlateDecode]")), "active",
    ),
    "objects packed too long to look": ("a.pdf", lambda: pdf(object_stream(b"7 0 " + b" " * 5_000_000)), "bomb"),
    "a program in a PDF": ("a.pdf", lambda: pdf(b"2 0 obj << /S /Launch /F (a.exe) >> endobj"), "active"),
    "a file in a PDF": ("a.pdf", lambda: pdf(b"2 0 obj << /Type /EmbeddedFile >> endobj"), "active"),
    "a PDF with a password": ("a.pdf", lambda: pdf(b"trailer << /Encrypt 9 0 R >>"), "encrypted"),
    "a picture of another kind": ("a.png", lambda: picture("JPEG"), "content"),
    "a picture of another kind, by its beginning": ("a.jpg", lambda: b"\xff\xd8\xff" + b"x" * 100, "content"),
    "half a picture": ("a.png", lambda: picture("PNG", (400, 400))[:200], "content"),
    "a picture with too many points": ("a.png", lambda: picture("PNG", (8000, 5001)), "bomb"),
    "a picture beyond every measure": ("a.png", lambda: enlarged(), "bomb"),
    "a sound called a picture": ("a.webp", lambda: b"RIFF\x24\x00\x00\x00WAVEfmt ", "content"),
    "a program called text": ("a.txt", lambda: b"MZ" + b"a" * 600 + b"\x00\x01", "content"),
    "NUL far behind": ("a.csv", lambda: b"a;b\n" * 1000 + b"\x00", "content"),
    "text in UTF-16": ("a.txt", lambda: "Año".encode("utf-16"), "content"),
}  # fmt: skip


def enlarged() -> bytes:
    """A small picture that claims 20,000 by 20,000 points."""
    import zlib

    content = bytearray(picture("PNG"))
    content[16:24] = struct.pack(">II", 20_000, 20_000)
    content[29:33] = struct.pack(">I", zlib.crc32(bytes(content[12:29])))
    return bytes(content)


@pytest.mark.parametrize("what", HOSTILE)
def test_refused(what: str) -> None:
    name, make, code = HOSTILE[what]
    assert refusal(name, make()) == code


HARMLESS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a document with a picture": ("a.docx", lambda: with_part(docx(), "word/media/a.png", picture("PNG"))),
    "a document with a link to a page": (
        "a.docx", lambda: with_part(docx(), "word/_rels/a.xml.rels", relation("hyperlink")),
    ),
    "a spreadsheet with a printer's settings": (
        "a.xlsx", lambda: with_part(xlsx(), "xl/printerSettings/printerSettings1.bin", b"x"),
    ),
    "a PDF that opens on a page": (
        "a.pdf", lambda: pdf(b"2 0 obj << /OpenAction << /S /GoTo /D [1 /Fit] >> >> endobj"),
    ),
    "a PDF with packed objects": ("a.pdf", lambda: pdf(object_stream(b"7 0 << /Type /Page >>"))),
    "a PDF with a picture": ("a.pdf", lambda: pdf(b"2 0 obj << >>\nstream\n\xff\xd8\xff\xe0 \nendstream endobj")),
    "text with a mark of its order": ("a.csv", lambda: "Año;1".encode("utf-8-sig")),
    "text in Latin": ("a.txt", lambda: "Año\f\tñ".encode("latin-1")),
}  # fmt: skip


@pytest.mark.parametrize("what", HARMLESS)
def test_kept(what: str) -> None:
    name, make = HARMLESS[what]
    assert refusal(name, make()) == ""


# --- Pictures are drawn anew -----------------------------------------------------------------


@pytest.mark.parametrize(("name", "kind"), [("a.png", "PNG"), ("a.jpg", "JPEG"), ("a.webp", "WEBP")])
def test_nothing_hidden_in_a_picture_is_kept(name: str, kind: str) -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at 34.9S 56.2W"
    content = picture(kind, (30, 20), exif=exif) + b"<script>alert(1)</script>"
    upload = SimpleUploadedFile(name, content)
    check_upload(upload)
    kept = upload.read()
    assert b"taken at" in content
    assert [hidden for hidden in (b"taken at", b"script") if hidden in kept] == []
    with Image.open(io.BytesIO(kept)) as drawn:
        assert (drawn.format, drawn.size, len(drawn.getexif())) == (kind, (30, 20), 0)
    assert upload.size == len(kept)


def test_a_picture_that_was_held_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    upload = SimpleUploadedFile("a.jpg", picture("JPEG", (30, 20), exif=exif))
    check_upload(upload)
    with Image.open(upload) as drawn:
        assert drawn.size == (20, 30)


# --- Names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("a.pdf", "a.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\rosa\\a.pdf", "a.pdf"),
        ("n\u202efdp.exe.pdf", "nfdp.exe.pdf"),
        ("a\u200bb\x00\r\n.pdf", "ab.pdf"),
        ("e\u0301tude.pdf", "\u00e9tude.pdf"),
        ("ñ" * 300 + ".pdf", "ñ" * 116 + ".pdf"),
        (".pdf", "file.pdf"),
        ("", "file"),
        (None, "file"),
    ],
)
def test_names_are_cleaned(given: str | None, kept: str) -> None:
    assert clean_name(given) == kept


# --- The virus scanner, where there is one ---------------------------------------------------


class Scanner(threading.Thread):
    """Speaks as clamd does: it calls everything a virus that holds a certain word."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.link = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.link.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                caller, _place = self.link.accept()
            except OSError:
                return
            with caller, caller.makefile("rb") as words:
                command = b""
                while not command.endswith(b"\0"):
                    command += words.read(1)
                if command == b"zPING\0":
                    caller.sendall(b"PONG\0")
                    continue
                content = b""
                while size := struct.unpack(">I", words.read(4))[0]:
                    content += words.read(size)
                caller.sendall(b"stream: Test.Found FOUND\0" if b"bad word" in content else b"stream: OK\0")


@pytest.fixture
def scanner(settings: Any) -> Iterator[Scanner]:
    running = Scanner()
    running.start()
    settings.CLAMD_ADDRESS = running.address
    yield running
    running.link.close()


def test_a_scanner_is_asked_where_there_is_one(scanner: Scanner) -> None:
    assert (scanning.scanner_is_set(), scanning.scanner_answers()) == (True, True)
    assert refusal("a.txt", b"good words " * 20_000) == ""
    assert refusal("a.txt", b"good words " * 20_000 + b"bad word") == "virus"


def test_a_scanner_that_does_not_answer_lets_nothing_in(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings.CLAMD_ADDRESS = f"127.0.0.1:{port}"
    assert (scanning.scanner_is_set(), scanning.scanner_answers()) == (True, False)
    assert refusal("a.txt", b"words") == "scanner"


def test_without_a_scanner_nobody_pretends_that_there_is_one(settings: Any) -> None:
    settings.CLAMD_ADDRESS = ""
    assert (scanning.scanner_is_set(), scanning.scanner_answers()) == (False, False)
    assert refusal("a.txt", b"words") == ""
