"""Secrets of others that we must be able to read again: encrypted at rest with a key from SECRET_KEY."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def _fernet(purpose: str) -> Fernet:
    key = hashlib.sha256(f"enlace {purpose}".encode() + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def seal(purpose: str, text: str) -> str:
    """The text, readable only with this purpose and this site's key; nothing stays nothing."""
    return _fernet(purpose).encrypt(text.encode()).decode() if text else ""


def unseal(purpose: str, sealed: str) -> str:
    """What was sealed. Raises ImproperlyConfigured after SECRET_KEY was changed."""
    try:
        return _fernet(purpose).decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken as fault:
        raise ImproperlyConfigured(f"A secret ({purpose}) was sealed with another SECRET_KEY. Give it anew") from fault
