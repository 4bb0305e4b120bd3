"""A whole site for browser tests: a seeded database, gunicorn and the relay, each in a process of its own."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from network_site.common import catalogs

from .. import databases

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 90
MAKES_SEED = (
    "network_site/**/models*.py", "network_site/**/models/*.py", "network_site/**/services.py", "network_site/*.py",
    "network_site/**/seeding.py", "network_site/**/seed/*", "network_site/common/*.py", "practices/*.py",
    "practices/models/*.py", "practices/seed/**/*", "**/*urls.py", "tests/browser/planting.py",
    "tests/browser/backrooms.py", "tests/people.py", "learning/*.py", "learning/models/*.py", "learning/services/*.py",
    "learning/seed/**/*", "tests/browser/learning_screens.py", "tests/learning/courses.py",
    "tests/learning/learners.py",
)  # fmt: skip
MAKES_STATIC = ("*/static/**/*", "network_site/*/static/**/*", "requirements.txt")
AN_HOUR = 3600


class Broken(AssertionError):
    """A process of the site that did not do what it was started for, with the end of its log."""


def wait_until(holds: Callable[[], Any], *, seconds: float = 15, what: str = "it holds") -> Any:
    """Ask again and again until the answer is true; fail after the given time."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        answer = holds()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise Broken(f"Waited {seconds} s in vain until {what}.")
        pause.wait(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Whether /health/ says 200."""
    try:
        with urllib.request.urlopen(f"{url}/health/", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def database_url(name: str) -> str:
    """The address under which the role `app` reaches a database."""
    if not databases.is_postgresql():
        return f"sqlite://{name}"
    link = settings.DATABASES["default"]
    secret = f":{link['PASSWORD']}" if link["PASSWORD"] else ""
    return f"postgresql://{link['USER']}{secret}@{link['HOST']}:{link['PORT']}/{name}"


def environment(**given: str) -> dict[str, str]:
    """The variables of a demonstration site, and nothing of this process's own settings."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR") if name in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "network_site.settings.dev",
        "ENLACE_DEMO": "1",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        **given,
    }


def run(*command: str | Path, env: dict[str, str], seconds: float = 600) -> str:
    """Run a program of the project to its end; its output. Raises Broken with that output when it fails."""
    done = subprocess.run(
        [sys.executable, *map(str, command)], cwd=ROOT, env=env, capture_output=True, text=True, timeout=seconds
    )
    if done.returncode:
        raise Broken(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout


@dataclass(frozen=True)
class Seeded:
    """A seeded database to copy from, the static files, the keys of its certificates, and where its screens are."""

    database: str
    static: Path
    keys: Path
    places: dict[str, str]
    screens: dict[str, dict[str, list[str]]]
    routes: dict[str, str]


def _digest(patterns: tuple[str, ...], *more: str) -> str:
    found = hashlib.sha256(" ".join(more).encode())
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            relative = path.relative_to(ROOT)
            if path.is_file() and not {"__pycache__", ".venv", "var"} & set(relative.parts):
                found.update(relative.as_posix().encode())
                found.update(path.read_bytes())
    return found.hexdigest()[:12]


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def make_seeded(template: str) -> Seeded:
    """Seed a copy of the template once for this state of the code; every worker and every later run takes that."""
    home = Path(settings.VAR_DIR) / "seeded"
    home.mkdir(parents=True, exist_ok=True)
    engine = "postgresql" if databases.is_postgresql() else "sqlite"
    with _locked(home):
        static = home / f"static-{_digest(MAKES_STATIC)}"
        if not static.exists():
            _clear_out(home, "static-*")
            _collect_static(static)
        folder = home / f"{engine}-{_digest(MAKES_SEED, template)}"
        note = folder / "seeded.json"
        if not note.exists():
            _clear_out(home, f"{engine}-*")
            _seed(template, folder, static)
        known = json.loads(note.read_text(encoding="utf-8"))
        catalogs.compile_catalogues()
    keys = folder / "var" / "keys"
    return Seeded(known["database"], static, keys, known["places"], known["screens"], known["routes"])


def _clear_out(home: Path, pattern: str) -> None:
    """Remove what earlier states of the code left, but nothing that another run may be using."""
    for old in home.glob(pattern):
        if old.stat().st_mtime > time.time() - AN_HOUR:
            continue
        note = old / "seeded.json"
        if note.exists() and databases.is_postgresql():
            databases.drop(json.loads(note.read_text(encoding="utf-8"))["database"])
        shutil.rmtree(old, ignore_errors=True)


def _collect_static(folder: Path) -> None:
    half = folder.with_suffix(".half")
    shutil.rmtree(half, ignore_errors=True)
    env = environment(ENLACE_VAR=str(folder.parent / "var"), STATIC_ROOT=str(half))
    run("manage.py", "collectstatic", "--noinput", "-v0", env=env)
    half.rename(folder)


def _seed(template: str, folder: Path, static: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    name = databases.copy(template, f"seeded_{folder.name[-12:]}")
    env = environment(DATABASE_URL=database_url(name), ENLACE_VAR=str(folder / "var"), STATIC_ROOT=str(static))
    try:
        run("manage.py", "seed", env=env)
        planted = json.loads(run("-m", "tests.browser.planting", env=env).splitlines()[-1])
        if not databases.is_postgresql():
            kept = folder / "seeded.sqlite3"
            with closing(sqlite3.connect(name)) as link:
                link.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copyfile(name, kept)
            databases.drop(name)
            name = str(kept)
    except BaseException:
        databases.drop(name)
        raise
    (folder / "seeded.json").write_text(json.dumps({"database": name, **planted}), encoding="utf-8")


@dataclass
class Site:
    """A running site."""

    url: str
    folder: Path
    env: dict[str, str]
    seeded: Seeded
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *command: str) -> None:
        """Start one process; what it prints goes to <name>.log."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=self.env, stdout=log, stderr=subprocess.STDOUT
            )

    def log(self, name: str = "server") -> str:
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def wait(self) -> None:
        """Wait until the site answers; a process that ended meanwhile is named with its log."""

        def ready() -> bool:
            for name, process in self.running.items():
                if process.poll() is not None:
                    raise Broken(f"The {name} ended with {process.returncode}:\n{self.log(name)[-3000:]}")
            return answers(self.url)

        wait_until(ready, seconds=READY_WITHIN, what="the site answers")

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)

    def screen(self, name: str, language: str = "en") -> str:
        """The whole address of a screen."""
        return self.url + self.seeded.screens[language][name][1]

    def viewer(self, name: str) -> str:
        """The account that looks at a screen; empty for nobody."""
        return self.seeded.screens["en"][name][0]


def crashes(log: str) -> list[str]:
    """Every traceback in a log but those of a refusal (403), with the lines that say to what it belongs."""
    lines = log.splitlines()
    starts = [
        index
        for index, line in enumerate(lines)
        if line.startswith("Traceback") and " WARNING django.request Forbidden" not in lines[index - 1]
    ]
    return ["\n".join(lines[max(0, start - 3) : start + 60])[:6000] for start in starts]


@contextmanager
def serving(seeded: Seeded, suffix: str) -> Iterator[Site]:
    """A site on a copy of the seeded database, on a port of its own, until the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="enlace-browser-"))
    name = databases.copy(seeded.database, f"browser_{suffix}")
    port = free_port()
    url = f"http://localhost:{port}"
    site = Site(
        url,
        folder,
        environment(
            DATABASE_URL=database_url(name),
            ENLACE_VAR=str(folder / "var"),
            STATIC_ROOT=str(seeded.static),
            LEARNING_KEYS_DIR=str(seeded.keys),
            PORT=str(port),
            SITE_URL=url,
        ),
        seeded,
    )
    try:
        site.start(
            "server", "-m", "gunicorn", "network_site.wsgi:application", "--bind", f"127.0.0.1:{port}",
            "--workers", "2", "--worker-class", "gthread", "--threads", "2", "--graceful-timeout", "4",
            "--access-logfile", "-", "--no-control-socket",
        )  # fmt: skip
        site.start("relay", "manage.py", "relay")
        site.wait()
        yield site
        found = [f"{name}: {crash}" for name in site.running for crash in crashes(site.log(name))]
        if found:
            raise Broken("The site wrote tracebacks:\n\n" + "\n\n".join(found))
    finally:
        site.stop()
        databases.drop(name)
        shutil.rmtree(folder, ignore_errors=True)
