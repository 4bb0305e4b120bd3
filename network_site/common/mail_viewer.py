"""/dev/mail/: the mails that the embedded profile wrote, for whoever tries Enlace on her own machine.

Nothing of it exists in production: the addresses are there only where `MAIL_VIEWER` is set, which
`settings/dev.py` alone does, and they answer this machine only. A tool for developers, so its few
words are English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import wraps
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

MOST_MAILS = 200
# What Django's backend for files writes after each mail.
_END = b"\n" + b"-" * 79 + b"\n"
_LINK = re.compile(r"https?://[^\s<>\"]+")
# The mail's own styles and nothing else: no script, no picture from elsewhere, no form.
FRAME_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


@dataclass(frozen=True)
class StoredMail:
    """One mail of the folder."""

    name: str
    written_at: datetime
    message: EmailMessage

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "").strip()

    @property
    def to(self) -> str:
        return str(self.message["To"] or "")

    @property
    def headers(self) -> list[tuple[str, str]]:
        return [(name, str(value).strip()) for name, value in self.message.items()]

    def part(self, kind: str) -> str:
        """The text or the HTML of the mail; nothing where it has none."""
        body = self.message.get_body(preferencelist=(kind,))
        return str(cast(EmailMessage, body).get_content()) if body is not None else ""

    @property
    def links(self) -> list[str]:
        """Every address in the text, once: the frame that shows the HTML opens none."""
        return list(dict.fromkeys(_LINK.findall(self.part("plain"))))


def _folder() -> Path:
    return Path(str(settings.EMAIL_FILE_PATH))


def _read(file: Path) -> Iterator[StoredMail]:
    written_at = datetime.fromtimestamp(file.stat().st_mtime).astimezone()
    for number, raw in enumerate(part for part in file.read_bytes().split(_END) if part.strip()):
        message = cast(EmailMessage, BytesParser(policy=policy.default).parsebytes(raw))
        yield StoredMail(f"{file.stem}-{number}", written_at, message)


def stored_mails() -> list[StoredMail]:
    """The newest mails first."""
    files = sorted(_folder().glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    return [mail for file in files[:MOST_MAILS] for mail in _read(file)]


def find_mail(name: str) -> StoredMail | None:
    """A mail by its name; a name is compared with those that exist, so it leads to no other file."""
    stem = name.rpartition("-")[0]
    file = next((file for file in _folder().glob("*.log") if file.stem == stem), None)
    return next((mail for mail in _read(file) if mail.name == name), None) if file else None


def _on_this_machine(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mails hold invitations and links to new passwords: other machines see nothing here."""

    @wraps(view)
    @require_safe
    @never_cache
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.META.get("REMOTE_ADDR") not in {"127.0.0.1", "::1"}:
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@_on_this_machine
def mail_list(request: HttpRequest) -> HttpResponse:
    """All mails that were written."""
    return render(request, "mail_viewer/list.html", {"mails": stored_mails()})


@_on_this_machine
def mail_page(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: as it looks, as text, and its headers."""
    mail = find_mail(name)
    if mail is None:
        raise Http404
    context = {"mail": mail, "text": mail.part("plain"), "has_html": bool(mail.part("html"))}
    return render(request, "mail_viewer/mail.html", context)


@_on_this_machine
def mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of a mail, for the frame in its page."""
    mail = find_mail(name)
    if mail is None or not mail.part("html"):
        raise Http404
    headers = {"Content-Security-Policy": FRAME_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return HttpResponse(mail.part("html"), headers=headers)


urlpatterns = [
    path("", mail_list, name="mail_viewer"),
    path("<str:name>/", mail_page, name="mail_viewer_mail"),
    path("<str:name>/html/", mail_html, name="mail_viewer_html"),
]
