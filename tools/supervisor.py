"""Two processes that live and die together: the web server and the outbox relay."""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from basics import ROOT, SHOWN_LOG_LINES, Problem, child_environment, end_group, last_lines, shorten, var_folder

READY_WITHIN = 90.0
PATIENCE = 6.0
LARGE_LOG = 5_000_000

_libc = ctypes.CDLL(None) if sys.platform.startswith("linux") else None


def _die_with_parent() -> None:
    """Runs in the child before exec: if we are killed outright, the kernel ends the child too (Linux)."""
    if _libc is not None:
        _libc.prctl(1, signal.SIGTERM)  # 1 = PR_SET_PDEATHSIG


@dataclass
class Member:
    """One of the processes, with its log."""

    name: str
    command: Sequence[str | Path]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    log_start: int = 0

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LARGE_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as output:
            output.write(f"--- {time.strftime('%Y-%m-%d %H:%M:%S')} start\n".encode())
            output.flush()
            self.log_start = output.tell()
            self.process = subprocess.Popen(
                [str(word) for word in self.command],
                cwd=ROOT,
                env=child_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def ended(self) -> int | None:
        """The exit code, or None while it runs."""
        return self.process.poll() if self.process else None

    def tail(self) -> list[str]:
        """The last lines since its start, without gunicorn's own fall: what pushed it stands before that."""
        lines = last_lines(self.log, start=self.log_start, count=200)
        if lines and "HaltServer" in lines[-1]:
            starts = (
                index
                for index, line in enumerate(lines[:-1])
                if line.startswith("Traceback") and lines[index + 1].endswith("in run")
            )
            lines = [line for line in lines[: next(starts, None)] if "] [INFO] " not in line]
        return lines[-SHOWN_LOG_LINES:]


class Supervisor:
    """Starts the members, waits until the site answers, and stops all of them when one ends or when asked."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = members

    def run(self, *, host: str, port: int, on_ready: Callable[[], None], on_wait: Callable[[], None]) -> None:
        """Returns never but by exception: Stopped when asked to stop, Problem when a member ended."""
        try:
            for member in self.members:
                member.start()
            self._wait_until_ready(host, port, on_wait)
            on_ready()
            while True:
                self._check_alive()
                time.sleep(0.25)
        finally:
            self.stop()

    def stop(self) -> None:
        """End all at the same time, then whatever is left of them."""
        running = [member.process for member in self.members if member.process]
        for process in running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and any(process.poll() is None for process in running):
            time.sleep(0.05)
        for process in running:
            end_group(process, patience=0)

    def _check_alive(self) -> None:
        for member in self.members:
            code = member.ended()
            if code is not None:
                lines = "\n".join(f"    {line}" for line in member.tail()) or "    (it printed nothing)"
                raise Problem(
                    f"The {member.name} {how_it_ended(code)}; the rest was stopped too. Its last lines:\n\n{lines}\n\n"
                    f"{_advice(code, member.tail())}\nThe whole log is {shorten(member.log)}."
                )

    def _wait_until_ready(self, host: str, port: int, on_wait: Callable[[], None]) -> None:
        deadline = time.monotonic() + READY_WITHIN
        answer = "no answer"
        while time.monotonic() < deadline:
            self._check_alive()
            answer = ask_health(host, port)
            if answer == "200":
                return
            on_wait()
            time.sleep(0.25)
        lines = "\n".join(f"    {line}" for member in self.members for line in member.tail()[-8:])
        raise Problem(
            f"The site did not get ready within {READY_WITHIN:.0f} seconds (/health/ said: {answer}).\n\n{lines}\n\n"
            f"The logs are in {shorten(var_folder() / 'log')}."
        )


def ask_health(host: str, port: int) -> str:
    """The status of /health/, or why there is none."""
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/health/", headers={"Host": f"localhost:{port}", "Connection": "close"})
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()


def how_it_ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended by itself with code {code}"


def _advice(code: int, tail: list[str]) -> str:
    text = "\n".join(tail).lower()
    if "address already in use" in text or "connection in use" in text:
        return "Another program took the port meanwhile. Choose another one: PORT=8001 make run"
    if code == -signal.SIGKILL:
        return "Perhaps this computer ran out of memory; close other programs and start again with: make run"
    return "Start again with: make run"


def site(python: Path, host: str, port: int) -> Member:
    """gunicorn as in production (deploy/enlace-web.service), on the loopback address."""
    command: list[str | Path] = [
        python, "-m", "gunicorn", "network_site.wsgi:application",
        "--bind", f"{host}:{port}",
        "--workers", "2", "--worker-class", "gthread", "--threads", "4",
        "--timeout", "60", "--graceful-timeout", "4",
        "--access-logfile", "-", "--error-logfile", "-",
        "--no-control-socket",
    ]  # fmt: skip
    if os.access("/dev/shm", os.W_OK):
        command += ["--worker-tmp-dir", "/dev/shm"]
    return Member("web server", command, var_folder() / "log" / "site.log")


def relay(python: Path) -> Member:
    return Member("outbox relay", [python, ROOT / "manage.py", "relay"], var_folder() / "log" / "relay.log")
