"""Private files: random names, their own storage, and a policy that is asked each time."""

from __future__ import annotations

import unicodedata
import uuid
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from . import scanning
from .slots import Slot

# Each app that owns a kind of file fills in how to find one that the current actor may read: a
# scoped query, so that a foreign file and a missing one are the same.
# The function returns an object with `.file`, `.name` and `.content_type`, or None.
file_finders: Slot[Callable[[UUID], Any]] = Slot("private files by id")

MAX_SIZE = 10 * 1024 * 1024
# Extension: content type and the bytes with which such a file begins.
KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    "pdf": ("application/pdf", (b"%PDF-",)),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
    "odt": ("application/vnd.oasis.opendocument.text", (b"PK\x03\x04",)),
    "csv": ("text/csv", ()),
    "txt": ("text/plain", ()),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "webp": ("image/webp", (b"RIFF",)),
}


class PrivateStorage(FileSystemStorage):
    """Files without an address: the only way to one is the view that asks the policy."""

    def url(self, name: str | None) -> str:
        raise ValueError("A private file is not accessible via a URL.")


def private_storage() -> Storage:
    """Where private files lie: outside of MEDIA_ROOT, with no address of their own."""
    return storages["private"]


def private_path(instance: Any, filename: str) -> str:
    """A random name that keeps nothing of the given one but its extension."""
    extension = PurePosixPath(filename).suffix.lower()
    name = uuid.uuid4().hex
    return f"{name[:2]}/{name}{extension}"


def clean_name(name: str | None) -> str:
    """The name of an upload as we keep and show it: no path, no control or direction marks, at most 120 characters."""
    base = unicodedata.normalize("NFC", name or "").replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in base if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}).strip()
    stem, dot, extension = kept.rpartition(".")
    if not dot:
        return kept[:120] or "file"
    return f"{stem[: 119 - len(extension)].strip() or 'file'}.{extension}"[-120:]


def check_upload(upload: UploadedFile) -> str:
    """The content type of an acceptable upload. Raises ValidationError with what is wanted otherwise.

    What is inside is looked at too (`scanning`): afterwards `upload` is safe to keep. A picture was drawn anew.
    """
    extension = PurePosixPath(upload.name or "").suffix.lower().lstrip(".")
    if extension not in KINDS:
        raise ValidationError(
            _("Choose a file of one of these kinds: %(kinds)s."),
            code="kind",
            params={"kinds": ", ".join(sorted(KINDS))},
        )
    size = upload.size or 0
    if size == 0:
        raise ValidationError(_("This file is empty."), code="empty")
    if size > MAX_SIZE:
        raise ValidationError(_("This file is larger than 10 MB."), code="size")
    content_type, beginnings = KINDS[extension]
    head = upload.read(512)
    upload.seek(0)
    if beginnings and head.startswith(scanning.OLD_OFFICE):
        scanning.refuse("encrypted", scanning.LOCKED)
    if beginnings and not head.startswith(beginnings):
        raise ValidationError(_("This file is not what its name says."), code="content")
    scanning.inspect(upload, extension)
    return content_type


def find_private_file(pk: UUID) -> Any | None:
    """The file if the current actor may read it, else None."""
    for find in file_finders:
        found = find(pk)
        if found is not None:
            return found
    return None


def send_private_file(found: Any) -> HttpResponse | FileResponse:
    """The file as a download that no browser interprets; by nginx where PRIVATE_ACCEL_LOCATION is set."""
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
        # What is taken back must not live on in an index of somebody else.
        "X-Robots-Tag": "noindex",
    }
    if settings.PRIVATE_ACCEL_LOCATION:
        headers["X-Accel-Redirect"] = settings.PRIVATE_ACCEL_LOCATION + found.file.name
        accelerated = HttpResponse(content_type=found.content_type, headers=headers)
        accelerated["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
        return accelerated
    return FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=found.name,
        content_type=found.content_type,
        headers=headers,
    )
