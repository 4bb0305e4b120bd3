"""What must be true of every commit, besides its tests. Run by .venv's Python: `make check`, or with names:

    .venv/bin/python tools/check.py style types

All checks run, also after one failed; a failed one shows its output, and the exit code is 1.
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from basics import ROOT, VENV, VENV_PYTHON, child_environment, var_folder


def production() -> dict[str, str]:
    """Production settings with made-up secrets: enough to be checked, useless to anybody. No service is asked."""
    return {
        "DJANGO_SETTINGS_MODULE": "network_site.settings.base",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "enlace.example",
        "DATABASE_URL": "postgresql://app@127.0.0.1:5432/enlace",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "ENLACE_VAR": str(var_folder() / "check"),
    }


@dataclass(frozen=True)
class Check:
    name: str
    commands: Sequence[Sequence[str]]
    environment: Mapping[str, str] = field(default_factory=dict)


def tool(name: str, *arguments: str) -> list[str]:
    return [str(VENV / "bin" / name), *arguments]


def manage(*arguments: str) -> list[str]:
    return [str(VENV_PYTHON), str(ROOT / "manage.py"), *arguments]


CHECKS = (
    Check("style", (tool("ruff", "check", "."), tool("ruff", "format", "--check", "."))),
    Check("types", (tool("mypy"),)),
    Check("contracts", (tool("lint-imports"),)),
    Check("migrations", (manage("makemigrations", "--check", "--dry-run"),)),
    Check("messages", (manage("check_messages"),)),
    Check("deploy", (manage("check", "--deploy", "--fail-level", "WARNING"),), production()),
)


def run(check: Check) -> bool:
    """Run the commands of one check; True when all of them are content."""
    began = time.monotonic()
    good = True
    shown = []
    for command in check.commands:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=child_environment(**check.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode:
            good = False
            words = " ".join(command).replace(f"{VENV}/bin/", "").replace(f"{ROOT}/", "")
            shown.append(f"$ {words}\n{done.stdout.rstrip()}")
    print(f"{check.name:<12} {'ok' if good else 'FAILED'}  {time.monotonic() - began:.1f} s", flush=True)
    for text in shown:
        print("\n" + text + "\n", flush=True)
    return good


def main(names: Sequence[str]) -> int:
    unknown = set(names) - {check.name for check in CHECKS}
    if unknown:
        print(f"No such check: {', '.join(sorted(unknown))}. There are: {', '.join(c.name for c in CHECKS)}.")
        return 2
    (var_folder() / "check").mkdir(parents=True, exist_ok=True)
    results = [run(check) for check in CHECKS if not names or check.name in names]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
