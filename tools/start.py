"""The goals of tools/run.py: which steps each has, and serving until somebody says stop."""

from __future__ import annotations

import argparse
import errno
import io
import os
import socket
import sys
from contextlib import suppress

import packages
import preparation
from basics import (
    VENV_PYTHON,
    Problem,
    Progress,
    Stopped,
    ensure_writable,
    only_one,
    shorten,
    stop_on_signals,
    var_folder,
)
from supervisor import Supervisor, relay, site

STEPS = {
    "packages": ("Python packages",),
    "messages": ("Python packages", "Translations"),
    "database": ("Python packages", "Translations", "Database"),
    "seed": ("Python packages", "Translations", "Database", "Seed content"),
    "prepare": ("Python packages", "Database", "Translations", "Static files", "Seed content"),
    "serve": ("Python packages", "Database", "Translations", "Static files", "Seed content", "Server"),
}


def main(description: str) -> int:
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter, prog="tools/run.py"
    )
    parser.add_argument("goal", nargs="?", default="serve", choices=STEPS)
    parser.add_argument("--dev", action="store_true", help="install the developers' packages too")
    wishes = parser.parse_args()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without “…” must not end the start
    progress = Progress(len(STEPS[wishes.goal]))
    stop_on_signals()
    try:
        if wishes.goal == "serve":
            serve(progress)
        else:
            check_folder()
            prepare(progress, wishes.goal, develop=wishes.dev)
    except Stopped:
        progress.close()
        print("Stopped.", flush=True)
        return 0 if progress.served else 130
    except Problem as problem:
        progress.close()
        print(f"\n{problem}", file=sys.stderr, flush=True)
        return 1
    except OSError as error:  # a full disk, a folder taken away: the system's own words are the best there are
        progress.close()
        print(f"\nThe system refused: {error}. Put that right and run the same command again.", file=sys.stderr)
        return 1
    return 0


def prepare(progress: Progress, goal: str, *, develop: bool = False) -> None:
    """The steps of the goal, in order; each says how long it took or that it had nothing to do."""
    work = {
        "Python packages": lambda: packages.install(progress, develop=develop),
        "Database": lambda: preparation.migrate(progress),
        "Translations": lambda: preparation.compile_messages(progress),
        "Static files": lambda: preparation.collect_static(progress),
        "Seed content": lambda: preparation.seed(progress, again=goal == "seed"),
    }
    for title in STEPS[goal]:
        if title not in work:
            continue
        progress.step(title)
        try:
            words = work[title]()
        except Problem:
            progress.failed()
            raise
        progress.done(words)


def serve(progress: Progress) -> None:
    """Prepare, then run the site and the relay until one of them ends or we are told to stop."""
    host, port = wanted_address()
    check_folder()
    with only_one(var_folder() / "run.lock", when_taken=refuse_second_run) as describe:
        describe(f"http://localhost:{port}/")
        check_port(host, port)
        prepare(progress, "serve")
        progress.step("Server")

        def announce() -> None:
            progress.done()
            progress.served = True
            shown = "localhost" if host in {"127.0.0.1", "0.0.0.0", "::1"} else host
            print(f"\nEnlace is running at http://{shown}:{port}/  (ready after {progress.seconds():.0f} s)\n")
            print(preparation.demo_accounts())
            print(f"Mails that Enlace would send: http://{shown}:{port}/dev/mail/")
            print(f"Stop it with Ctrl-C. Logs: {shorten(var_folder() / 'log')}/", flush=True)

        try:
            Supervisor([site(VENV_PYTHON, host, port), relay(VENV_PYTHON)]).run(
                host="127.0.0.1" if host == "0.0.0.0" else host,
                port=port,
                on_ready=announce,
                on_wait=lambda: progress.note("starting"),
            )
        except Problem:
            if not progress.served:
                progress.failed()
            raise


def wanted_address() -> tuple[str, int]:
    host = os.environ.get("HOST") or "127.0.0.1"
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise Problem(f"PORT must be a number from 1 to 65535, not {text!r}. For example: PORT=8001 make run")
    return host, int(text)


def check_folder() -> None:
    ensure_writable(
        var_folder(),
        advice="Copy the project to a folder of your own, or keep the data elsewhere: "
        "ENLACE_VAR=/folder/of/yours make run",
    )


def check_port(host: str, port: int) -> None:
    """Fail in the first second rather than after the installation."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise Problem(
                f"Port {port} is reserved for the system administrator. Choose one above 1023: PORT=8001 make run"
            ) from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Problem(
                    f"Port {port} is in use by another program. Stop that program, or choose another port: "
                    f"PORT={free_port(host, port)} make run"
                ) from error
            raise Problem(f"Cannot listen on {host}:{port} ({error.strerror}). Unset HOST to use 127.0.0.1.") from error


def free_port(host: str, taken: int) -> int:
    for port in range(taken + 1, min(taken + 50, 65_535)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind((host, port))
            return port
    return 8001


def refuse_second_run(holder: str) -> None:
    process, _, address = holder.partition(" ")
    raise Problem(
        f"Another `make run` is at work in this folder (process {process}"
        f"{', ' + address if address else ''}).\n"
        f"Use that one, or stop it first: Ctrl-C in its terminal, or: kill {process}"
    )
