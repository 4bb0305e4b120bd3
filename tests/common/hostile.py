"""Files for tests, sound and hostile, made on the spot."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping

from docx import Document
from openpyxl import Workbook
from PIL import Image

ODT = "application/vnd.oasis.opendocument.text"


def packed(parts: Mapping[str, bytes | str]) -> bytes:
    """A zip of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    """What a zip holds."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def docx() -> bytes:
    out = io.BytesIO()
    document = Document()
    document.add_paragraph("Año")
    document.save(out)
    return out.getvalue()


def xlsx() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


def odt(**more: bytes) -> bytes:
    manifest = '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return packed({"mimetype": ODT, "content.xml": "<a/>", "META-INF/manifest.xml": manifest, **more})


def picture(kind: str, size: tuple[int, int] = (8, 4), **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 10, 10)).save(out, format=kind, **options)  # type: ignore[arg-type]
    return out.getvalue()


def pdf(objects: bytes = b"") -> bytes:
    return b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + objects + b"\ntrailer << /Root 1 0 R >>\n%%EOF"


def object_stream(objects: bytes, head: bytes = b"/Type /ObjStm /Filter /FlateDecode") -> bytes:
    return b"5 0 obj\n<< " + head + b" >>\nstream\n" + zlib.compress(objects) + b"\nendstream\nendobj\n"


def sound(extension: str) -> bytes:
    """A good file of a kind."""
    made = {
        "pdf": pdf(),
        "docx": docx(),
        "xlsx": xlsx(),
        "odt": odt(),
        "csv": "a;b\r\nAño;1".encode(),
        "txt": "Año\n".encode("latin-1"),
        "png": picture("PNG"),
        "jpg": picture("JPEG"),
        "jpeg": picture("JPEG"),
        "webp": picture("WEBP"),
    }
    return made[extension]


def with_part(content: bytes, name: str, part: bytes) -> bytes:
    """A package with one part more, or another one in its place."""
    return packed(parts_of(content) | {name: part})
