"""`make run` from a fresh clone, as a newcomer does it: what it says, how long it takes, how it stops."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ..browser.site import free_port, wait_until

pytestmark = [pytest.mark.nightly, pytest.mark.embedded]

ROOT = Path(__file__).resolve().parents[2]
FIRST_START = 600
SECOND_START = 30
STOPS_WITHIN = 15
READY = re.compile(r"Enlace is running at (http://localhost:\d+/)  \(ready after \d+ s\)")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that git knows or would take, and nothing that was made from them."""
    target = tmp_path_factory.mktemp("clone") / "enlace"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.decode().split("\0")):
        source = ROOT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    assert not (target / ".venv").exists()
    assert not (target / "var").exists()
    return target


def newcomer(**given: str) -> dict[str, str]:
    """The environment of somebody who has set nothing."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "SSL_CERT_FILE",
            "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "NO_PROXY", "no_proxy", "PIP_CERT")  # fmt: skip
    return {name: os.environ[name] for name in kept if name in os.environ} | given


@contextmanager
def running(clone: Path, log: Path, **given: str) -> Iterator[subprocess.Popen[bytes]]:
    """`make run` until the block ends."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "run"], cwd=clone, env=newcomer(**given), stdout=output, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)


def said(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")


def ready(process: subprocess.Popen[bytes], log: Path, seconds: float) -> str:
    """Wait for the ready line; the address in it."""

    def announced() -> str:
        assert process.poll() is None, said(log)
        found = READY.search(said(log))
        return found.group(1) if found else ""

    address: str = wait_until(announced, seconds=seconds, what="the ready line is printed")
    return address


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=20) as answer:
        assert answer.status == 200
        text: str = answer.read().decode()
        return text


def taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def test_from_a_clone_to_a_site_with_practices_and_again(clone: Path, tmp_path: Path) -> None:
    port = str(free_port())
    log = tmp_path / "first.log"
    with running(clone, log, PORT=port) as process:
        address = ready(process, log, FIRST_START)
        assert address == f"http://localhost:{port}/"
        home = read(address)
        assert home.count('class="rec') >= 3 or home.count("/en/practices/") >= 4
        for language, base in (("es", "practicas"), ("fr", "pratiques"), ("pt-br", "praticas")):
            assert f'lang="{language}"' in read(f"{address}{language}/{base}/")
        words = said(log)
        assert "contributor@demo.enlace.example" in words
        assert "Stop it with Ctrl-C." in words
        assert "Traceback" not in words

        second = subprocess.run(
            ["make", "run"], cwd=clone, env=newcomer(PORT=str(free_port())), capture_output=True, text=True, timeout=60
        )
        assert second.returncode != 0
        assert "Another `make run` is at work in this folder (process" in second.stderr

        os.killpg(process.pid, signal.SIGTERM)
        process.wait(STOPS_WITHIN)
        wait_until(lambda: not taken(int(port)), seconds=5, what="the port is free again")
    assert "Stopped." in said(log)

    log = tmp_path / "second.log"
    began = time.monotonic()
    with running(clone, log, PORT=port) as process:
        address = ready(process, log, SECOND_START)
        took = time.monotonic() - began
        assert took < SECOND_START, said(log)
        assert "already there" in said(log)
        assert "/en/practices/" in read(address)


def test_a_port_in_use_is_said_at_once_with_a_free_one(clone: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        began = time.monotonic()
        done = subprocess.run(
            ["make", "run"], cwd=clone, env=newcomer(PORT=str(port)), capture_output=True, text=True, timeout=60
        )
    assert done.returncode != 0
    assert time.monotonic() - began < 5
    found = re.search(
        rf"Port {port} is in use by another program\. Stop that program, or choose another port: PORT=(\d+) make run",
        done.stderr,
    )
    assert found, done.stderr
    assert not taken(int(found.group(1)))
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["0", "70000", "http", "-1", "8000; true"])
def test_a_port_that_is_none_is_said(clone: Path, port: str) -> None:
    done = subprocess.run(
        ["make", "run"], cwd=clone, env=newcomer(PORT=port), capture_output=True, text=True, timeout=60
    )
    assert done.returncode != 0
    assert "PORT must be a number from 1 to 65535" in done.stderr


def test_make_alone_lists_the_commands(clone: Path) -> None:
    done = subprocess.run(["make"], cwd=clone, env=newcomer(), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert "make run" in done.stdout
