"""Keys: made once, kept to ourselves, followed by newer ones."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from jwt import PyJWK

from learning.credentials import badges, keys

from .builders import ISSUER, certificate

ANOTHER_PROCESS = """
import sys
from django.conf import settings
settings.configure(LEARNING_KEYS_DIR=sys.argv[1], USE_TZ=True)
from learning.credentials import keys
sys.stdin.read()  # the starting shot
print(keys.public_jwk(keys.current_key().kid)["x"])
"""


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.LEARNING_KEYS_DIR = tmp_path / "var" / "keys"
    return settings.LEARNING_KEYS_DIR


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_use_makes_a_key_that_others_cannot_read(folder: Path) -> None:
    key = keys.current_key()
    assert re.fullmatch(r"20\d\d-1", key.kid)
    assert [path.name for path in folder.iterdir()] == [f"{key.kid}.pem"]
    assert (mode(folder), mode(folder / f"{key.kid}.pem")) == (0o700, 0o600)
    assert keys.current_key().private.private_bytes_raw() == key.private.private_bytes_raw()


def test_what_is_published_holds_no_secret() -> None:
    key = keys.current_key()
    (published,) = keys.jwks()["keys"]
    assert published == keys.public_jwk(key.kid)
    assert set(published) == {"kty", "crv", "x", "kid", "alg", "use"}
    assert (published["kty"], published["crv"], published["kid"]) == ("OKP", "Ed25519", key.kid)
    PyJWK(published).key.verify(key.private.sign(b"words"), b"words")


@pytest.mark.parametrize("_again", range(5))
def test_threads_that_ask_for_the_first_key_get_the_same(_again: int, folder: Path) -> None:
    together = Barrier(8)

    def ask() -> bytes:
        together.wait()
        return keys.current_key().private.private_bytes_raw()

    with ThreadPoolExecutor(8) as pool:
        got = {future.result() for future in [pool.submit(ask) for _ in range(8)]}
    assert (len(got), len(list(folder.iterdir()))) == (1, 1)


def test_processes_that_ask_for_the_first_key_get_the_same(folder: Path) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-c", ANOTHER_PROCESS, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(keys.__file__).parents[2],
        )
        for _ in range(3)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.close()
    got = {process.stdout.read() for process in started if process.stdout}
    assert {process.wait(timeout=15) for process in started} == {0}
    assert got == {keys.jwks()["keys"][0]["x"].encode() + b"\n"}


def test_a_newer_key_follows_and_the_old_one_still_checks(folder: Path) -> None:
    first = keys.current_key()
    token = badges.sign(badges.build(certificate()), first)
    second = keys.rotate()
    assert keys.current_key().kid == second.kid == f"{first.kid[:4]}-2"
    for _ in range(9):
        last = keys.rotate()
    assert last.kid == f"{first.kid[:4]}-11"  # by number, not by letter
    assert [key["kid"] for key in keys.jwks()["keys"]][::10] == [last.kid, first.kid]
    # The old key's file may lose its secret.
    public = first.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (folder / f"{first.kid}.pem").write_bytes(public)
    assert badges.verify(token, keys.jwks(), issuer=ISSUER)["name"] == certificate().title


def test_a_clock_that_went_back_makes_no_older_key(folder: Path) -> None:
    key = keys.current_key()
    (folder / f"{key.kid}.pem").rename(folder / "2999-7.pem")
    assert keys.rotate().kid == "2999-8"


@pytest.mark.parametrize(
    "kid", ["", "2026-2", "../keys/2026-1", "2026-1.pem", "2026-01", "٢٠٢٦-1", "2026-1\n", "2026-1\x00", "x" * 9999]
)
def test_any_other_name_is_unknown(kid: str, folder: Path) -> None:
    keys.current_key()
    (folder / "notes.pem").write_text("not a key")
    with pytest.raises(keys.UnknownKey):
        keys.public_jwk(kid)
    assert len(keys.jwks()["keys"]) == 1
