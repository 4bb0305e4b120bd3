"""Private files: what we take, under which name, and how it leaves again."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from network_site.common.files import (
    KINDS,
    MAX_SIZE,
    check_upload,
    find_private_file,
    private_path,
    private_storage,
    send_private_file,
)
from network_site.common.scanning import IMAGES
from network_site.organizations.actor import Actor, acting_as

from .hostile import sound


@pytest.mark.parametrize("extension", sorted(KINDS))
def test_each_kind_is_known_by_its_content(extension: str) -> None:
    content = sound(extension)
    for name in (f"file.{extension}", f"FILE.{extension.upper()}", f"a.b.c.{extension}"):
        upload = SimpleUploadedFile(name, content)
        assert check_upload(upload) == KINDS[extension][0]
        kept = upload.read()
        assert kept == content or extension in IMAGES
        assert len(kept) == upload.size


@pytest.mark.parametrize("declared", ["text/html", "image/svg+xml", ""])
def test_what_the_browser_says_of_a_file_does_not_count(declared: str) -> None:
    upload = SimpleUploadedFile("file.pdf", b"%PDF-1.7", content_type=declared)
    assert check_upload(upload) == "application/pdf"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("file.svg", b"<svg/>", "kind"),
        ("file.html", b"<p>", "kind"),
        ("file.docm", b"PK\x03\x04", "kind"),
        ("file.zip", b"PK\x03\x04", "kind"),
        ("file.pdf.html", b"%PDF-1.7", "kind"),
        ("file", b"%PDF-1.7", "kind"),
        (".pdf", b"%PDF-1.7", "kind"),
        ("file.pdf", b"", "empty"),
        ("file.pdf", b"%PDF-" + b"0" * MAX_SIZE, "size"),
        ("file.pdf", b" %PDF-1.7", "content"),
        ("file.pdf", b"<html>", "content"),
        ("file.docx", b"%PDF-1.7", "content"),
        ("file.xlsx", b"\xd0\xcf\x11\xe0", "content"),
        ("file.txt", b"MZ\x00\x01", "content"),
        ("file.csv", b"a;b\x00", "content"),
    ],
)
def test_everything_else_is_refused_and_says_why(name: str, content: bytes, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        check_upload(SimpleUploadedFile(name, content))
    assert refused.value.code == code


def test_a_file_of_exactly_ten_megabytes_goes_in() -> None:
    assert check_upload(SimpleUploadedFile("file.pdf", b"%PDF-" + b"0" * (MAX_SIZE - 5))) == "application/pdf"


@pytest.mark.parametrize("name", ["../../etc/passwd.pdf", "a\\b.pdf", "n\u202efdp.exe.pdf", "x" * 255 + ".pdf"])
def test_nothing_of_the_given_name_but_its_extension_is_kept(name: str) -> None:
    first, second = private_path(None, name), private_path(None, name)
    assert re.fullmatch(r"[0-9a-f]{2}/[0-9a-f]{32}\.pdf", first)
    assert first != second


def test_private_files_have_no_address_of_their_own() -> None:
    storage = private_storage()
    with pytest.raises(ValueError, match="not accessible via a URL"):
        storage.url("aa/file.pdf")


class Kept:
    """A file as an app finds it."""

    def __init__(self, name: str, content: bytes = b"%PDF-1.7") -> None:
        self.file: Any = ContentFile(content, name="aa/0123.pdf")
        self.name, self.content_type = name, "application/pdf"
        self.file.open = lambda mode: self.file


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("study.pdf", 'attachment; filename="study.pdf"'),
        ('a"b.pdf', r'attachment; filename="a\"b.pdf"'),
        ("Étude.pdf", "attachment; filename*=utf-8''%C3%89tude.pdf"),
    ],
)
def test_a_file_leaves_as_a_download_that_no_browser_interprets(name: str, disposition: str) -> None:
    answer = send_private_file(Kept(name))
    assert dict(answer.items()) | {"Content-Length": ""} == {
        "Content-Type": "application/pdf",
        "Content-Length": "",
        "Content-Disposition": disposition,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex",
    }


def test_behind_nginx_the_same_headers_go_out_and_nginx_sends_the_file(settings: Any) -> None:
    settings.PRIVATE_ACCEL_LOCATION = "/protected/"
    answer = send_private_file(Kept("study.pdf"))
    assert answer.content == b""
    assert (answer["X-Accel-Redirect"], answer["Content-Disposition"]) == (
        "/protected/aa/0123.pdf",
        'attachment; filename="study.pdf"',
    )
    assert (answer["X-Content-Type-Options"], answer["Content-Security-Policy"], answer["Content-Type"]) == (
        "nosniff",
        "default-src 'none'; sandbox",
        "application/pdf",
    )


@pytest.mark.django_db
def test_a_file_that_nobody_knows_is_not_found() -> None:
    with acting_as(Actor()):
        assert find_private_file(uuid4()) is None
