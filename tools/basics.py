"""What every tool here shares: places, plain-spoken problems, progress, locks, running a step.

Standard library only: these tools run before anything is installed.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"

NOT_OUR_CODE = {"var", "node_modules", "staticfiles", "__pycache__"}
SHOWN_LOG_LINES = 15


class Problem(Exception):
    """Something a person can put right: the message says what happened and what to do."""


class Stopped(BaseException):
    """A person or the system asked us to stop (Ctrl-C, SIGTERM, a closed terminal)."""


def var_folder() -> Path:
    """The folder of the database, media and logs: ENLACE_VAR, or ./var."""
    return (ROOT / os.environ.get("ENLACE_VAR", "var")).resolve()


def child_environment(**changes: str) -> dict[str, str]:
    """Our environment without what makes another Python slow or wrong."""
    environment = dict(os.environ)
    for name in (
        "PYTHONDONTWRITEBYTECODE",  # without byte code every start costs three times as much
        "PYTHONHOME",
        "PYTHONPATH",
        "VIRTUAL_ENV",
        "__PYVENV_LAUNCHER__",
    ):
        environment.pop(name, None)
    environment.setdefault("DJANGO_SETTINGS_MODULE", "network_site.settings.dev")
    environment["ENLACE_VAR"] = str(var_folder())
    environment["PYTHONUNBUFFERED"] = "1"
    environment["PYTHONUTF8"] = "1"
    environment.update(changes)
    return environment


# --- files ------------------------------------------------------------------------------


def project_files(*patterns: str) -> Iterator[Path]:
    """Files of the project that match any of the patterns, sorted; never those of .venv or var."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in NOT_OUR_CODE)
        for name in sorted(names):
            path = Path(folder, name)
            if any(path.match(pattern) for pattern in patterns):
                yield path


def digest(paths: Iterable[Path], *extra: str) -> str:
    """One hash over names and contents, and over the extra words."""
    total = hashlib.sha256()
    for path in paths:
        total.update(os.path.relpath(path, ROOT).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    for word in extra:
        total.update(b"\0" + word.encode())
    return total.hexdigest()


def replace_file(path: Path, text: str) -> None:
    """Write the whole file or nothing, so that a stamp is never half true."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def ensure_writable(folder: Path, *, advice: str) -> None:
    """Raise a Problem unless a file can be made in the folder (asking the file system, not the mode bits)."""
    probe = folder / f".write-test.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.touch()
        probe.unlink()
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise Problem(f"The disk that holds {folder} is full. Free some space, then try again.") from error
        raise Problem(f"Cannot write in {folder} ({error.strerror}). {advice}") from error


def last_lines(path: Path, *, start: int = 0, count: int = SHOWN_LOG_LINES) -> list[str]:
    """The last lines of a log, from a byte offset on; empty when there is no such file."""
    try:
        with path.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(start, size - 64_000))
            text = log.read().decode(errors="replace")
    except FileNotFoundError:
        return []
    return [line for line in text.splitlines() if line.strip()][-count:]


def shorten(path: Path) -> str:
    """The path as a person in the project folder would type it."""
    try:
        return str(path.relative_to(ROOT))
    except ValueError:
        return str(path)


# --- locks ------------------------------------------------------------------------------


@contextmanager
def only_one(path: Path, *, when_taken: Callable[[str], None]) -> Iterator[Callable[[str], None]]:
    """Hold a lock the kernel frees when we die, however we die.

    `when_taken` gets what the holder wrote about itself: it raises to give up, or returns to wait.
    Yields a function that replaces our own words about ourselves (the pid is always first).
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            when_taken(lock.read().strip() or "unknown")
            fcntl.flock(lock, fcntl.LOCK_EX)

        def describe(words: str) -> None:
            lock.seek(0)
            lock.truncate()
            lock.write(f"{os.getpid()} {words}".strip() + "\n")
            lock.flush()

        describe("")
        try:
            yield describe
        finally:
            lock.seek(0)
            lock.truncate()


# --- progress ---------------------------------------------------------------------------


class Progress:
    """`1/6 Python packages … 12 s`, alive on a terminal, one line at a time elsewhere."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.number = 0
        self.title = ""
        self.began = time.monotonic()
        self.step_began = self.began
        self.alive = sys.stdout.isatty()
        self.served = False
        self._text = ""
        self._width = 0
        self._spoke_at = 0.0

    def step(self, title: str) -> None:
        self.number += 1
        self.title = title
        self.step_began = self._spoke_at = time.monotonic()
        self._text = ""
        if self.alive:
            self._draw()

    def note(self, text: str) -> None:
        """What is going on inside the step; off a terminal only once in a while."""
        self._text = text
        self.tick()

    def tick(self) -> None:
        """Time goes by: show it, with the last note."""
        if self.alive:
            self._draw()
        elif time.monotonic() - self._spoke_at > 15:
            self._spoke_at = time.monotonic()
            print(f"{self._head()} {self._text}".rstrip(), flush=True)

    def done(self, words: str = "") -> None:
        seconds = f"{time.monotonic() - self.step_began:.0f} s"
        self._erase()
        print(f"{self._head()} {words or seconds}", flush=True)

    def close(self) -> None:
        """Leave the terminal with no half line on it."""
        self._erase()

    def failed(self) -> None:
        self._erase()
        print(f"{self._head()} failed", flush=True)

    def seconds(self) -> float:
        return time.monotonic() - self.began

    def _head(self) -> str:
        return f"{self.number}/{self.total} {self.title} …"

    def _draw(self) -> None:
        seconds = f"{time.monotonic() - self.step_began:.0f} s"
        line = f"{self._head()} {seconds}  {self._text}".rstrip()[: _terminal_width() - 1]
        print("\r" + line.ljust(self._width), end="", flush=True)
        self._width = len(line)

    def _erase(self) -> None:
        if self.alive and self._width:
            print("\r" + " " * self._width + "\r", end="", flush=True)
            self._width = 0


def _terminal_width() -> int:
    try:
        return max(40, os.get_terminal_size().columns)
    except OSError:
        return 80


# --- running ----------------------------------------------------------------------------


class StepFailed(Exception):
    """A command of ours ended badly; holds what it said last."""

    def __init__(self, code: int, tail: list[str], log: Path) -> None:
        super().__init__(f"ended with code {code}")
        self.code = code
        self.tail = tail
        self.log = log

    def said(self, *words: str) -> bool:
        text = "\n".join(self.tail).lower()
        return any(word.lower() in text for word in words)

    def explain(self, what: str, advice: str) -> Problem:
        lines = "\n".join(f"    {line}" for line in self.tail[-SHOWN_LOG_LINES:])
        return Problem(f"{what}\n\n{lines}\n\n{advice}\nEverything it printed is in {shorten(self.log)}.")


def run_step(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] = lambda line: None,
    on_tick: Callable[[], None] = lambda: None,
) -> list[str]:
    """Run a command to its end, keep its output in the log, and return its lines.

    A command that fails raises StepFailed; when we are stopped, the command and its children are
    stopped first.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    lines: deque[str] = deque(maxlen=2_000)
    with log.open("a", encoding="utf-8", errors="replace") as record:
        words = " ".join(str(word) for word in command)
        record.write(f"\n--- {time.strftime('%Y-%m-%d %H:%M:%S')} {words}\n")
        record.flush()
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=ROOT,
            env=dict(environment if environment is not None else child_environment()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            for line in _lines_of(process, on_tick):
                record.write(line + "\n")
                record.flush()
                lines.append(line)
                on_line(line)
            code = process.wait()
        except BaseException:
            end_group(process, patience=5)
            raise
    if code:
        raise StepFailed(code, [line for line in lines if line.strip()][-40:], log)
    return list(lines)


def _lines_of(process: subprocess.Popen[bytes], on_tick: Callable[[], None]) -> Iterator[str]:
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector, process.stdout as output:
        selector.register(output, selectors.EVENT_READ)
        rest = b""
        while True:
            if not selector.select(timeout=0.5):
                on_tick()
                if process.poll() is not None:
                    break  # it left a child behind that keeps the pipe open: do not wait for that one
                continue
            chunk = os.read(output.fileno(), 65_536)
            if not chunk:
                break
            *complete, rest = (rest + chunk).split(b"\n")
            for line in complete:
                yield line.decode(errors="replace").rstrip("\r")
        if rest:
            yield rest.decode(errors="replace")


def end_group(process: subprocess.Popen[bytes], *, patience: float) -> None:
    """Ask the process to end, then end whatever is left of its group."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def stop_on_signals() -> None:
    """Let Ctrl-C, SIGTERM and a closed terminal raise Stopped, once."""

    def stop(number: int, frame: FrameType | None) -> None:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)
        raise Stopped(signal.Signals(number).name)

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, stop)
