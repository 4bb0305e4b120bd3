"""What a provider's answer proves, and how it fails to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class NotProved(Exception):
    """The answer proves nothing. `code` chooses the sentence on the page; the reason is for the log."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True)
class Proof:
    """Whom a provider vouches for, and what this browser had asked for."""

    subject: str
    email: str
    first_name: str = ""
    last_name: str = ""
    state: dict[str, Any] = field(default_factory=dict)


def site_address(name: str, key: str) -> str:
    """One of our addresses as the organisation has registered it: never as a request's Host says it."""
    return settings.SITE_URL.rstrip("/") + reverse(name, args=[key])


def require_https(url: str) -> None:
    """Raise ValidationError unless the address is https, or of this machine (for tests)."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValidationError(_("The address must begin with https:// – %(url)s"), params={"url": url})
