"""Python 3.11 or a clear sentence.

Written for any Python 3, old ones too: it must still run where the rest cannot.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

WANTED = (3, 11)
ASKED_ALREADY = "ENLACE_PYTHON_CHOSEN"


def require_python() -> None:
    """Go on in Python 3.11: this one, or another one on this computer; otherwise say how to get it."""
    if os.name != "posix":
        sys.exit("Enlace runs on Linux and macOS. On Windows, use it inside WSL.")
    if sys.version_info[:2] == WANTED:
        os.environ.pop(ASKED_ALREADY, None)
        return
    if not os.environ.get(ASKED_ALREADY):
        for python in _candidates():
            if _is_wanted(python):
                os.environ[ASKED_ALREADY] = "1"
                os.execv(python, [python, *sys.argv])
    sys.exit(
        "Enlace needs Python 3.11; this is Python {}.{}, and no python3.11 was found on this computer.\n"
        "Install it (Debian 12: apt install python3 python3-venv; Fedora: dnf install python3.11;\n"
        "macOS with Homebrew: brew install python@3.11; with uv: uv python install 3.11)\n"
        "and run the same command again. A python3.11 that is not on PATH can be named:\n"
        "make run PYTHON=/path/to/python3.11".format(*sys.version_info[:2])
    )


def _candidates() -> "Iterator[str]":
    found = shutil.which("python3.11")
    if found:
        yield found
    uv = shutil.which("uv")
    if uv:
        try:
            answer = subprocess.run(
                [uv, "python", "find", "--no-python-downloads", "--no-project", "3.11"],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=20,
                check=False,
            )
        except (OSError, subprocess.SubprocessError):
            return
        if answer.returncode == 0:
            yield answer.stdout.decode().strip()


def _is_wanted(python: str) -> bool:
    """Ask it: a name on PATH may be a shim with nothing behind it."""
    try:
        answer = subprocess.run(
            [python, "-c", "import sys; print(sys.version_info[:2] == (3, 11))"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=20,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.stdout.strip() == b"True"
