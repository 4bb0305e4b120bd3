"""Keys with which the Network signs certificates: Ed25519, one file for each, outside of the database.

They live in the folder of the setting LEARNING_KEYS_DIR, `<VAR_DIR>/keys` where nothing else is said. The folder
belongs to the site's user alone (0700), and so does each file (0600): `2026-1.pem` is the first key of 2026. The
newest key signs. The public halves of all are published for ever, since old certificates are checked with them.

Rotation: `rotate()` makes a newer key, and every process signs with it from then on. Once a key has followed, the file
of an old one may hold its public half alone (`openssl pkey -in 2026-1.pem -pubout`): it then checks, and cannot sign.

Backup: the folder is small, changes once a year, and cannot be made again. Copy it with `media` and `private` each
night, encrypted and apart from the database: who has both can forge certificates and hide it. Without it all
certificates stay readable on their pages, but nobody can check a signature any more, so restore it *before* the site
starts: it would make a new key under an old name. After a theft rotate at once, and replace the stolen key's file by
its public half; certificates are then believed for being in the database, not for their signature.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.utils import timezone
from jwt.algorithms import OKPAlgorithm

# Part of an address and of a file's name: nothing but digits and one dash.
_KID = re.compile(r"([0-9]{4})-([1-9][0-9]{0,3})")


class UnknownKey(LookupError):
    """No key of that name is ours."""


@dataclass(frozen=True)
class IssuerKey:
    """A key that can sign, and its name."""

    kid: str
    private: Ed25519PrivateKey


def current_key() -> IssuerKey:
    """The newest key; made now when there is none. Processes that ask at the same moment get the same one."""
    if not _numbers():
        _make(timezone.now().year, 1)
    kid = _kid(*_numbers()[-1])
    private = serialization.load_pem_private_key(_path(kid).read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise TypeError(f"The key {kid} is not of the kind Ed25519.")
    return IssuerKey(kid, private)


def rotate() -> IssuerKey:
    """A newer key, which signs from now on. What was signed before stays valid."""
    year, last = _numbers()[-1] if _numbers() else (0, 0)
    # A clock that went back must not make a key that is older than the last one.
    now = max(year, timezone.now().year)
    _make(now, last + 1 if now == year else 1)
    return current_key()


def public_jwk(kid: str) -> dict[str, str]:
    """The public half of a key as JWK. Raises UnknownKey; any text may be asked for."""
    if not _KID.fullmatch(kid):
        raise UnknownKey(kid)
    try:
        pem = _path(kid).read_bytes()
    except FileNotFoundError:
        raise UnknownKey(kid) from None
    public: Any
    if b"PRIVATE KEY" in pem:
        public = serialization.load_pem_private_key(pem, password=None).public_key()
    else:
        public = serialization.load_pem_public_key(pem)
    if not isinstance(public, Ed25519PublicKey):
        raise TypeError(f"The key {kid} is not of the kind Ed25519.")
    return json.loads(OKPAlgorithm.to_jwk(public)) | {"kid": kid, "alg": "EdDSA", "use": "sig"}


def jwks() -> dict[str, list[dict[str, str]]]:
    """All public halves as a JWK set, the newest first: what the site publishes, and what badges are checked with."""
    return {"keys": [public_jwk(_kid(*number)) for number in reversed(_numbers())]}


def _make(year: int, number: int) -> None:
    """A new key under this name, unless another process was faster: then there is its key."""
    folder = _folder()
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    half = folder / f".{uuid4().hex}.half"
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link appears whole or not at all, and never replaces what is there.
        with suppress(FileExistsError):
            os.link(half, _path(_kid(year, number)))
    finally:
        half.unlink()
    # What is signed with it may be in the database before the machine loses power.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _numbers() -> list[tuple[int, int]]:
    """Year and number of all keys, the newest last."""
    found = (_KID.fullmatch(path.stem) for path in _folder().glob("*.pem"))
    return sorted((int(name[1]), int(name[2])) for name in found if name)


def _kid(year: int, number: int) -> str:
    return f"{year}-{number}"


def _path(kid: str) -> Path:
    return _folder() / f"{kid}.pem"


def _folder() -> Path:
    folder = Path(settings.LEARNING_KEYS_DIR)
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder
