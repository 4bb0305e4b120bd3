"""`make doctor`: what this computer has, what is missing for which part, and what to do about it. Changes nothing."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOOD, MISSING, NEEDLESS = "ok", "MISSING", "absent"


def findings() -> Iterator[tuple[str, str, str]]:
    """(state, what, words); `absent` is for what only some parts need."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    other = shutil.which("python3.11")
    if sys.version_info[:2] == (3, 11):
        yield GOOD, "Python 3.11", f"{version} at {sys.executable}"
    elif other:
        yield GOOD, "Python 3.11", f"{other} (this one is {version}; make run changes over by itself)"
    else:
        yield MISSING, "Python 3.11", f"this one is {version}. Debian 12: apt install python3 python3-venv"
    yield from sqlite_findings()
    packages = ROOT / ".venv" / "enlace-packages.json"
    free = shutil.disk_usage(ROOT).free / 1e9
    enough = free > (0.2 if packages.exists() else 1.5)
    yield (GOOD if enough else MISSING), "Disk", f"{free:.1f} GB free; the first start needs 1.5 GB"
    yield (GOOD if os.access(ROOT, os.W_OK) else MISSING), "Folder", f"{ROOT}"
    text = os.environ.get("PORT") or "8000"
    port = int(text) if text.isdigit() and int(text) < 65536 else 8000
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            yield GOOD, "Port", f"{port} is free"
        except OSError:
            yield MISSING, "Port", f"{port} is in use. Choose another one: PORT=8001 make run"
    yield (
        (GOOD, "Packages", "installed in .venv")
        if packages.exists()
        else (NEEDLESS, "Packages", "make run installs them")
    )
    yield from optional_findings()


def sqlite_findings() -> Iterator[tuple[str, str, str]]:
    with sqlite3.connect(":memory:") as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE probe USING fts5(text)")
            full_text = True
        except sqlite3.Error:
            full_text = False
    new_enough = sqlite3.sqlite_version_info >= (3, 31)
    words = f"{sqlite3.sqlite_version}, full-text search {'yes' if full_text else 'NO: this Python lacks FTS5'}"
    yield (GOOD if full_text and new_enough else MISSING), "SQLite", words


def optional_findings() -> Iterator[tuple[str, str, str]]:
    def program(name: str) -> str | None:
        found = shutil.which(name)
        return found or next((str(path) for path in Path("/usr/lib/postgresql").glob(f"*/bin/{name}")), None)

    for what, name, why in (
        ("PostgreSQL", "initdb", "tests of row-level security (make services): apt install postgresql"),
        ("Redis", "redis-server", "tests with workers (make services): apt install redis-server"),
        ("Chromium", "chromium", "tests in a browser: apt install chromium"),
        ("uv", "uv", "make lock, and a faster installation"),
    ):
        found = program(name)
        yield (GOOD, what, found) if found else (NEEDLESS, what, f"only for {why}")
    yield elasticsearch_finding()
    pango = ctypes.util.find_library("pango-1.0")
    yield (
        (GOOD, "pango", pango)
        if pango
        else (NEEDLESS, "pango", "only for PDF: apt install libpango-1.0-0 libpangoft2-1.0-0")
    )


def elasticsearch_finding() -> tuple[str, str, str]:
    """Whether Elasticsearch's node for tests can be built and run."""
    asked = subprocess.run(
        ["bash", ROOT / "tools" / "elasticsearch_node" / "node.sh", "java"], check=False, capture_output=True, text=True
    )
    if asked.returncode:
        return NEEDLESS, "Search node", f"only for tests of Elasticsearch (make services). {asked.stderr.strip()}"
    if not shutil.which("mvn"):
        return NEEDLESS, "Search node", "only for tests of Elasticsearch (make services): apt install maven"
    return GOOD, "Search node", f"Maven, and a JDK at {asked.stdout.strip()}"


def main() -> int:
    bad = False
    for state, what, words in findings():
        bad |= state == MISSING
        print(f"{state:<8} {what:<12} {words}")
    if (ROOT / ".venv" / "bin" / "python").exists():
        answer = subprocess.run(
            [ROOT / ".venv" / "bin" / "python", "--version"], check=False, capture_output=True, text=True
        )
        if answer.returncode:
            print("MISSING  .venv        does not start any more; make run makes it anew")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
