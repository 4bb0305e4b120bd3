"""Look into an uploaded file: is it what its name says, and nothing that runs, hides or explodes?

Every refusal is a sentence for the person who uploads, with a code for tests (reliability page, section 5). Nothing
is ever unpacked to disk. This is no virus scanner: where one runs, CLAMD_ADDRESS names it, and it is asked as well.
"""

from __future__ import annotations

import io
import re
import socket
import struct
import zipfile
import zlib
from typing import Any, NoReturn
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MAX_ENTRIES = 5_000
MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 100
# Below this a high ratio harms nobody: a short document is mostly repeated markup.
SMALL = 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_STREAM = 4 * 1024 * 1024
MAX_STREAMS = 400 * 1024 * 1024
CHUNK = 64 * 1024
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# Extension: the part that makes the file what it is, and its content type inside the package.
OFFICE = {
    "docx": (
        "word/document.xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
    ),
    "xlsx": ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"),
}
OPEN_DOCUMENT = {"odt": b"application/vnd.oasis.opendocument.text"}
IMAGES = {"png": "PNG", "jpg": "JPEG", "jpeg": "JPEG", "webp": "WEBP"}

_MACROS = re.compile(
    r"(^|/)(vba\w*\.(bin|xml)|activeX/|macrosheets/|Basic/|Scripts/|oleObject\d*\.bin$)", re.IGNORECASE
)
_OUTSIDE = ("attachedTemplate", "oleObject", "frame", "subDocument", "externalLinkPath")
_ACTIVE = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|SubmitForm|ImportData|GoToE|XFA)(?![A-Za-z0-9])")
_ODD_PACKING = re.compile(rb"/(ASCIIHexDecode|ASCII85Decode|LZWDecode|RunLengthDecode)")
# How packed objects begin: pairs of numbers.
_OBJECTS = re.compile(rb"\s*\d+\s+\d+\s")
LOCKED = _("This file is protected by a password, or of an old kind. Save it anew without a password.")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def refuse(code: str, words: Any) -> NoReturn:
    """Raise the refusal that stands beside the field."""
    raise ValidationError(words, code=code)


def inspect(upload: Any, extension: str) -> None:
    """Raise ValidationError for a file that we do not keep. A picture is drawn anew, with nothing hidden in it."""
    content = upload.read()
    upload.seek(0)
    if extension in OFFICE or extension in OPEN_DOCUMENT:
        _package(content, extension)
    elif extension == "pdf":
        _pdf(content)
    elif extension in IMAGES:
        _redraw(upload, content, extension)
    else:
        _text(content)
    _ask_scanner(content)


# --- Office documents ------------------------------------------------------------------------


def _package(content: bytes, extension: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _limits(archive, len(content))
            names = archive.namelist()
            if any(_MACROS.search(name) for name in names):
                refuse("macros", _("This file holds macros or programs. Save it without them."))
            if extension in OFFICE:
                _office(archive, names, extension)
            else:
                _open_document(archive, names, extension)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise ValidationError(_("This file is damaged, or not what its name says."), code="content") from error
    except DefusedXmlException as error:
        raise ValidationError(_("This file holds instructions for programs. Save it anew."), code="entities") from error
    except ParseError as error:
        raise ValidationError(_("This file is damaged, or not what its name says."), code="content") from error


def _limits(archive: zipfile.ZipFile, packed: int) -> None:
    """Count what is in it by reading, because the sizes that it claims may be wrong."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        refuse("bomb", _("This file has too many parts."))
    if any(entry.flag_bits & 0x1 for entry in entries):
        refuse(
            "encrypted", _("This file is protected by a password, or of an old kind. Save it anew without a password.")
        )
    if len({entry.filename for entry in entries}) != len(entries):
        refuse("content", _("This file is damaged, or not what its name says."))
    if any(_leaves(entry) for entry in entries):
        refuse("paths", _("This file names places outside of itself."))
    most = min(MAX_UNPACKED, max(SMALL, packed * MAX_RATIO))
    total = 0
    for entry in entries:
        with archive.open(entry) as part:
            first = True
            while chunk := part.read(CHUNK):
                if first and entry.filename.lower().endswith((".xml", ".rels")):
                    _no_declarations(chunk)
                first = False
                total += len(chunk)
                if total > most:
                    refuse("bomb", _("This file unpacks to far more than it seems to hold."))


def _leaves(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename
    link = (entry.external_attr >> 16) & 0o170000 == 0o120000
    return link or name.startswith("/") or "\\" in name or ":" in name.split("/")[0] or ".." in name.split("/")


def _no_declarations(beginning: bytes) -> None:
    """A document type or an entity has no place in an office document."""
    wide = beginning.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in beginning[:4]
    text = beginning.replace(b"\x00", b"") if wide else beginning
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        refuse("entities", _("This file holds instructions for programs. Save it anew."))


def _office(archive: zipfile.ZipFile, names: list[str], extension: str) -> None:
    main, wanted = OFFICE[extension]
    if "[Content_Types].xml" not in names or main not in names:
        refuse("content", _("This file is not what its name says."))
    types = ElementTree.fromstring(archive.read("[Content_Types].xml"), forbid_dtd=True)
    kinds = {part.get("PartName", ""): part.get("ContentType", "") for part in types}
    if any("macroenabled" in kind.lower() or "vbaproject" in kind.lower() for kind in kinds.values()):
        refuse("macros", _("This file holds macros or programs. Save it without them."))
    if kinds.get(f"/{main}") != wanted:
        refuse("content", _("This file is not what its name says."))
    for name in names:
        if name.endswith(".rels"):
            for relation in ElementTree.fromstring(archive.read(name), forbid_dtd=True):
                outside = relation.get("TargetMode", "") == "External"
                if outside and relation.get("Type", "").rpartition("/")[2] in _OUTSIDE:
                    refuse("outside", _("This file loads parts from elsewhere. Save it with everything inside."))


def _open_document(archive: zipfile.ZipFile, names: list[str], extension: str) -> None:
    if "mimetype" not in names or archive.read("mimetype").strip() != OPEN_DOCUMENT[extension]:
        refuse("content", _("This file is not what its name says."))
    if "content.xml" not in names or "META-INF/manifest.xml" not in names:
        refuse("content", _("This file is damaged, or not what its name says."))
    manifest = ElementTree.fromstring(archive.read("META-INF/manifest.xml"), forbid_dtd=True)
    if any(part.tag.endswith("encryption-data") for part in manifest.iter()):
        refuse(
            "encrypted", _("This file is protected by a password, or of an old kind. Save it anew without a password.")
        )


# --- PDF, pictures, text ---------------------------------------------------------------------


def _pdf(content: bytes) -> None:
    """No scripts, programs, forms that send, or files inside; what is packed away is unpacked and read as well."""
    if b"/ObjStm" in content and _ODD_PACKING.search(content):
        refuse("active", _("This PDF is packed in a way that cannot be checked. Print it into a new PDF first."))
    for part in (content, *_object_streams(content)):
        names = _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), part)
        if b"/Encrypt" in names:
            refuse("encrypted", _("This PDF is protected by a password. Save it anew without one."))
        if _ACTIVE.search(names):
            refuse("active", _("This PDF holds scripts, programs or other files. Print it into a new PDF first."))


def _object_streams(content: bytes) -> list[bytes]:
    """Whatever a PDF has packed, unpacked: objects hide there from a plain look. Long pictures are cut off.

    Every stream counts, because what a stream says of itself can be hidden from us.
    """
    unpacked: list[bytes] = []
    view = memoryview(content)
    total = 0
    for found in re.finditer(rb"(?<!end)stream\r?\n", content):
        packer = zlib.decompressobj()
        try:
            part = packer.decompress(view[found.end() :], MAX_STREAM)
        except zlib.error:
            continue  # a picture or something else that holds no objects
        total += len(part)
        if total > MAX_STREAMS or (not packer.eof and _OBJECTS.match(part)):
            refuse("bomb", _("This file unpacks to far more than it seems to hold."))
        unpacked.append(part)
    return unpacked


def _redraw(upload: Any, content: bytes, extension: str) -> None:
    """Draw a picture anew: places, names and anything appended are gone."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=[IMAGES[extension]]) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                refuse("bomb", _("This picture has too many points. Make it smaller: at most 40 million."))
            drawn = ImageOps.exif_transpose(picture)
            drawn = drawn.convert("RGB" if IMAGES[extension] == "JPEG" else _mode(drawn))
            out = io.BytesIO()
            clean = Image.frombytes(drawn.mode, drawn.size, drawn.tobytes())
            clean.save(out, format=IMAGES[extension], quality=88)
    except Image.DecompressionBombError:
        refuse("bomb", _("This picture has too many points. Make it smaller: at most 40 million."))
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ValidationError(_("This file is damaged, or not what its name says."), code="content") from error
    upload.file = out
    upload.size = out.tell()
    upload.seek(0)


def _mode(picture: Any) -> str:
    return "RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB"


def _text(content: bytes) -> None:
    """Text in UTF-8 or a Latin encoding, and nothing that is no text."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if _CONTROL.search(text):
        refuse("content", _("This file is not what its name says."))


# --- A virus scanner, where there is one -----------------------------------------------------


def scanner_is_set() -> bool:
    """Whether uploads are shown to a virus scanner as well (for the page about the site's health)."""
    return bool(settings.CLAMD_ADDRESS)


def scanner_answers() -> bool:
    """Whether the virus scanner answers now; False when none is set."""
    try:
        return scanner_is_set() and _talk(b"zPING\0").startswith(b"PONG")
    except OSError:
        return False


def _ask_scanner(content: bytes) -> None:
    if not scanner_is_set():
        return
    chunks = (content[start : start + CHUNK] for start in range(0, len(content), CHUNK))
    message = (
        b"zINSTREAM\0" + b"".join(struct.pack(">I", len(chunk)) + chunk for chunk in chunks) + struct.pack(">I", 0)
    )
    try:
        answer = _talk(message)
    except OSError as error:
        words = _("The check for viruses does not answer, so the file was not kept. Try again later.")
        raise ValidationError(words, code="scanner") from error
    if answer.rstrip(b"\0\n") != b"stream: OK":
        found = b"FOUND" in answer
        words = (
            _("The check for viruses found something in this file.")
            if found
            else _("The check for viruses could not read this file, so it was not kept.")
        )
        refuse("virus" if found else "scanner", words)


def _talk(message: bytes) -> bytes:
    """Say something to clamd (host:port, or unix:/path) and return what it answers."""
    address = settings.CLAMD_ADDRESS
    if address.startswith("unix:"):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        place: Any = address.removeprefix("unix:")
    else:
        host, _colon, port = address.rpartition(":")
        link = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        place = (host, int(port))
    with link:
        link.settimeout(20)
        link.connect(place)
        link.sendall(message)
        answer = b""
        while (part := link.recv(4096)) and len(answer) < 4096:
            answer += part
            if answer.endswith(b"\0"):
                break
    return answer
