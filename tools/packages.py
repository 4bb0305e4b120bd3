"""The virtual environment: made once, filled from the pinned files, trusted only when complete."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from basics import (
    ROOT,
    VENV,
    VENV_PYTHON,
    Problem,
    Progress,
    StepFailed,
    child_environment,
    digest,
    ensure_writable,
    only_one,
    replace_file,
    run_step,
    var_folder,
)

RUN = ROOT / "requirements.txt"
DEVELOP = ROOT / "requirements-dev.txt"
STAMP = VENV / "enlace-packages.json"
UNFINISHED = VENV / "enlace-unfinished"
NEEDED_BYTES = 1_500_000_000

NETWORK_WORDS = (
    "failed to establish a new connection",
    "name resolution",
    "newconnectionerror",
    "connection timed out",
    "connecttimeout",
    "readtimeout",
    "read timed out",
    "connection reset",
    "connection refused",
    "network is unreachable",
    "cannot connect to proxy",
    "proxyerror",
    "dns error",
    "tcp connect error",
    "could not connect",
    "error sending request",
    "operation timed out",
)
CERTIFICATE_WORDS = ("certificate_verify_failed", "certificate verify failed", "invalid peer certificate")
NO_SPACE_WORDS = ("no space left on device", "disk quota exceeded")
ALTERED_WORDS = ("do not match the hashes", "hash mismatch")


def are_ready(*, develop: bool = False) -> bool:
    """True when every package of the pinned file is known to be installed here."""
    stamp = {} if UNFINISHED.exists() else _stamp()
    if stamp.get(DEVELOP.name) == _stamp_value(DEVELOP) and (develop or pins(RUN) <= pins(DEVELOP)):
        return True  # what developing needs includes what running needs
    return not develop and stamp.get(RUN.name) == _stamp_value(RUN)


def install(progress: Progress, *, develop: bool = False) -> str:
    """Make .venv hold the pinned packages; return the words to show.

    Order: lock, disk, folder, environment, packages, stamp. Whatever stops it half-way, the stamp is
    missing afterwards, and an installation that broke off while writing files is thrown away.
    """

    def wait(holder: str) -> None:
        progress.note(f"waiting for another installation in this folder (process {holder})")

    if are_ready(develop=develop):
        return "already installed"
    check_room_and_rights()
    with only_one(ROOT / ".venv.lock", when_taken=wait):
        if are_ready(develop=develop):  # the other installation did it
            return "already installed"
        _prepare_environment(progress)
        pinned = DEVELOP if develop else RUN
        _fill_environment(progress, pinned)
        _write_stamp(pinned)
    return ""


def check_room_and_rights() -> None:
    """Refuse before the first byte is fetched, not after the last one that fits."""
    ensure_writable(
        ROOT,
        advice="Copy the project to a folder of your own (for example under your home folder) and run it there.",
    )
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES:
        raise Problem(
            f"The disk that holds {ROOT} has {free / 1e9:.1f} GB free; the packages need "
            f"{NEEDED_BYTES / 1e9:.1f} GB. Free some space, or move the project to a larger disk, and try again."
        )


def _stamp() -> dict[str, str]:
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(stamp, dict) or stamp.get("folder") != str(VENV) or not VENV_PYTHON.exists():
        return {}
    return stamp


def _stamp_value(pinned: Path) -> str:
    return digest([pinned], "python 3.11")


def _write_stamp(pinned: Path) -> None:
    stamp = {"folder": str(VENV), pinned.name: _stamp_value(pinned)}
    replace_file(STAMP, json.dumps(stamp, indent=1) + "\n")
    UNFINISHED.unlink()


def pins(pinned: Path) -> set[str]:
    """The `name==version` words of a requirements file."""
    return set(re.findall(r"^([a-z0-9._\[\]-]+==[^\s;\\]+)", pinned.read_text(encoding="utf-8"), re.MULTILINE))


def _working_uv() -> str | None:
    """uv when it is there and answers (a shim may be empty); ENLACE_INSTALLER=pip leaves it aside."""
    uv = shutil.which("uv")
    if not uv or os.environ.get("ENLACE_INSTALLER") == "pip":
        return None
    try:
        answer = subprocess.run([uv, "--version"], check=False, capture_output=True, timeout=20)
    except (OSError, subprocess.SubprocessError):
        return None
    return uv if answer.returncode == 0 else None


def _log() -> Path:
    return var_folder() / "log" / "packages.log"


def _environment_works() -> bool:
    if not VENV_PYTHON.exists() or UNFINISHED.exists():
        return False
    try:
        activate = (VENV / "bin" / "activate").read_text(encoding="utf-8")
    except OSError:
        return False
    if str(VENV) not in activate:  # moved or copied: its scripts start the Python of the old place
        return False
    answer = subprocess.run(
        [VENV_PYTHON, "-c", "import sys; print(sys.version_info[:2] == (3, 11), sys.prefix)"],
        check=False,
        capture_output=True,
        text=True,
        env=child_environment(),
    )
    return answer.stdout.strip() == f"True {VENV}"


def _prepare_environment(progress: Progress) -> None:
    if _environment_works():
        STAMP.unlink(missing_ok=True)
        return
    if VENV.exists() or VENV.is_symlink():
        progress.note("removing an unfinished or foreign .venv")
        if VENV.is_symlink():
            VENV.unlink()
        else:
            shutil.rmtree(VENV)
    progress.note("making .venv")
    base = getattr(sys, "_base_executable", None) or sys.executable
    uv = _working_uv()
    command = [uv, "venv", "--no-project", "--python", base, VENV] if uv else [base, "-m", "venv", VENV]
    try:
        run_step(command, log=_log(), on_tick=progress.tick)
    except StepFailed as failure:
        shutil.rmtree(VENV, ignore_errors=True)
        if failure.said("ensurepip", "no module named venv"):
            raise Problem(
                "This Python cannot make virtual environments: a part of it is missing.\n"
                "On Debian and Ubuntu: apt install python3-venv (or python3.11-venv), then try again."
            ) from failure
        raise _explain(failure, "The virtual environment .venv could not be made.") from failure
    except BaseException:
        shutil.rmtree(VENV, ignore_errors=True)
        raise


def _fill_environment(progress: Progress, pinned: Path) -> None:
    UNFINISHED.write_text("An installation is going on, or broke off: .venv is not to be trusted.\n")
    counter = _Counter(progress, len(pins(pinned)))
    try:
        run_step(
            [*_installer(), "--require-hashes", "-r", pinned],
            log=_log(),
            on_line=counter.line,
            on_tick=progress.tick,
        )
    except StepFailed as failure:
        if failure.said(*NETWORK_WORDS, *CERTIFICATE_WORDS, *ALTERED_WORDS):
            UNFINISHED.unlink()  # both installers fetch everything first: no file was written yet
        raise _explain(failure, "The Python packages could not be installed.") from failure


def _installer() -> list[str | Path]:
    uv = _working_uv()
    if uv:
        return [uv, "pip", "install", "--python", VENV_PYTHON, "--compile-bytecode"]
    has_pip = subprocess.run(
        [VENV_PYTHON, "-m", "pip", "--version"], check=False, capture_output=True, env=child_environment()
    )
    if has_pip.returncode:
        run_step([VENV_PYTHON, "-m", "ensurepip", "--upgrade"], log=_log())
    return [
        VENV_PYTHON, "-m", "pip", "install", "--compile", "--no-input", "--progress-bar", "off",
        "--disable-pip-version-check",
    ]  # fmt: skip


class _Counter:
    """Turns the installer's lines into `57 of 90 (wagtail)`."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress = progress
        self.total = total
        self.seen = 0
        self.text = "fetching"
        progress.note(self.text)

    def line(self, line: str) -> None:
        words = line.split()
        if line.startswith(("Ignoring ",)):
            self.total -= 1
        elif line.startswith(("Collecting ", "Requirement already satisfied: ")):
            self.seen += 1
            name = words[1] if line.startswith("Collecting") else words[3]
            self.text = f"{min(self.seen, self.total)} of {self.total} ({name.split('==')[0]})"
        elif line.startswith("Installing collected packages"):
            self.text = f"writing {line.count(',') + 1} packages"
        elif line.startswith(("Resolved ", "Prepared ", "Installed ", "Bytecode ")):  # uv
            self.text = " ".join(words[:3]).lower()
        self.progress.note(self.text)


def _explain(failure: StepFailed, what: str) -> Problem:
    if failure.said(*NO_SPACE_WORDS):
        return Problem(f"{what} The disk is full. Free at least {NEEDED_BYTES / 1e9:.1f} GB and try again.")
    if failure.said(*CERTIFICATE_WORDS):
        return failure.explain(
            f"{what} The package index showed a certificate that this computer does not trust.",
            "Behind an office proxy, ask for its root certificate and name it in PIP_CERT and SSL_CERT_FILE. "
            "Nothing was changed.",
        )
    if failure.said(*ALTERED_WORDS):
        return failure.explain(
            f"{what} A package is not the one that was pinned, so it was refused.",
            "Try again; if it stays, tell the maintainers. Nothing was changed.",
        )
    if failure.said(*NETWORK_WORDS):
        return Problem(
            f"{what} The package index cannot be reached from here.\n"
            "Check the connection to the internet (behind a proxy, set HTTPS_PROXY) and run the same command "
            "again: nothing half-installed is kept.\n"
            f"What the installer said is in {_log()}."
        )
    return failure.explain(what, "Run the same command again; if it stays, remove .venv and try once more.")
