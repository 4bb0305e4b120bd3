"""Database, translations, static files, seed content: each done once, and again only when its source changed.

What was done is remembered in var/stamps/, one small file for each step. A stamp is written only after
success, and names what it was true for, so a deleted or exchanged database is noticed.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from basics import (
    ROOT,
    VENV_PYTHON,
    Problem,
    Progress,
    StepFailed,
    child_environment,
    digest,
    project_files,
    replace_file,
    run_step,
    shorten,
    var_folder,
)

TRY_AGAIN = "If you changed nothing yourself, run the same command again; if it stays, tell the maintainers."
# How a line of the log begins: the time, to the second.
LOGGED = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}")


def log_file() -> Path:
    return var_folder() / "log" / "start.log"


def manage(
    *arguments: str, on_line: Callable[[str], None] = lambda line: None, on_tick: Callable[[], None] = lambda: None
) -> list[str]:
    """Run `manage.py` in .venv and return the lines it printed."""
    command: list[str | Path] = [VENV_PYTHON, ROOT / "manage.py", *arguments]
    return run_step(command, log=log_file(), environment=child_environment(), on_line=on_line, on_tick=on_tick)


# --- stamps -----------------------------------------------------------------------------


def _stamp_file(step: str) -> Path:
    return var_folder() / "stamps" / f"{step}.json"


def _is_done(step: str, **facts: str | None) -> bool:
    """True when the step succeeded with these very facts; an unknown fact (None) is never enough."""
    try:
        remembered = json.loads(_stamp_file(step).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return None not in facts.values() and all(remembered.get(name) == fact for name, fact in facts.items())


def _remember(step: str, **facts: str | None) -> None:
    replace_file(_stamp_file(step), json.dumps(facts, indent=1) + "\n")


def _forget(step: str) -> None:
    _stamp_file(step).unlink(missing_ok=True)


# --- database ---------------------------------------------------------------------------


def sqlite_file() -> Path | None:
    """The database file, or None when DATABASE_URL names a server."""
    address = os.environ.get("DATABASE_URL", "")
    if not address:
        return var_folder() / "enlace.sqlite3"
    parts = urlsplit(address)
    return Path(unquote(parts.path)) if parts.scheme in {"sqlite", "sqlite3"} else None


def database_identity() -> str | None:
    """Words that change when the database is removed, exchanged or migrated; None when that cannot be known."""
    path = sqlite_file()
    if path is None:
        return None
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=2)
    except sqlite3.Error:
        return None
    try:
        # The moment of the first migration tells one database from its successor in the same place.
        facts = connection.execute("SELECT count(*), min(applied), max(applied) FROM django_migrations").fetchone()
    except sqlite3.Error:
        return None
    finally:
        connection.close()
    return " ".join(str(fact) for fact in facts)


def migrate(progress: Progress) -> str:
    """Bring the tables up to date; skipped when nothing that shapes them changed.

    A database on a server is asked each time: it may have been exchanged behind our back.
    """
    source = digest(
        [*project_files("migrations/*.py", "*.sql", "apps.py", "guards.py", "rls.py"), ROOT / "requirements.txt"]
    )
    if _is_done("database", source=source, database=database_identity()):
        return "up to date"
    _forget("database")
    applied = 0

    def count(line: str) -> None:
        nonlocal applied
        if "Applying " in line:
            applied += 1
            progress.note(f"{applied} ({line.split()[1].removesuffix('...')})")

    path = sqlite_file()
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        manage("migrate", "--noinput", on_line=count, on_tick=progress.tick)
    except StepFailed as failure:
        raise _explain_database(failure) from failure
    _remember("database", source=source, database=database_identity())
    return ""


def _explain_database(failure: StepFailed) -> Problem:
    if failure.said("connection refused", "could not connect", "could not translate host name", "connection failed"):
        return failure.explain(
            "The database server does not answer.",
            "Start it (for tests: make services), or unset DATABASE_URL to use the built-in SQLite file.",
        )
    if failure.said("password authentication failed", "permission denied", "role "):
        return failure.explain(
            "The database server refused us.",
            "Migrations need the owner's address: set DATABASE_OWNER_URL (see deploy/README.md, step 2).",
        )
    if failure.said("database or disk is full", "no space left"):
        return Problem("The disk is full: the database cannot grow. Free some space and try again.")
    if failure.said("database is locked"):
        return Problem(
            f"Another program holds {shorten(sqlite_file() or ROOT)} locked. Close it (an open database "
            "browser, another server) and try again."
        )
    if failure.said("readonly database", "unable to open database file"):
        return Problem(
            f"The database file {sqlite_file()} cannot be written. Make it yours, or name another "
            "folder: ENLACE_VAR=/folder/of/yours make run"
        )
    return failure.explain("The database could not be prepared.", TRY_AGAIN)


# --- translations -----------------------------------------------------------------------


def compile_messages(progress: Progress) -> str:
    """Compile the .po files (Babel does it: no gettext is needed)."""
    sources = list(project_files("*.po"))
    source = digest(sources, (ROOT / "requirements.txt").name)
    if _is_done("messages", source=source) and all(path.with_suffix(".mo").exists() for path in sources):
        return "up to date"
    _forget("messages")
    try:
        manage("compile_messages", on_tick=progress.tick)
    except StepFailed as failure:
        raise failure.explain("The translations could not be compiled.", TRY_AGAIN) from failure
    _remember("messages", source=source)
    return ""


# --- static files -----------------------------------------------------------------------


def collect_static(progress: Progress) -> str:
    """Copy style sheets, scripts and images to where the server looks for them."""
    source = digest(
        [path for path in project_files("*") if "static" in path.relative_to(ROOT).parts[:-1]]
        + [ROOT / "requirements.txt", *project_files("settings/*.py")]
    )
    target = _collected_folder()
    if _is_done("static", source=source) and target and target.is_dir():
        return "up to date"
    _forget("static")
    try:
        lines = manage("collectstatic", "--noinput", on_tick=progress.tick)
    except StepFailed as failure:
        raise failure.explain("The static files could not be collected.", TRY_AGAIN) from failure
    found = re.search(r"static files? copied to '([^']+)'", "\n".join(lines))
    _remember("static", source=source, folder=found[1] if found else None)
    return ""


def _collected_folder() -> Path | None:
    try:
        folder = json.loads(_stamp_file("static").read_text(encoding="utf-8"))["folder"]
    except (OSError, ValueError, KeyError):
        return None
    return Path(folder) if folder else None


# --- seed content -----------------------------------------------------------------------


def seed(progress: Progress, *, again: bool = False) -> str:
    """Plant the seed content, once for each version of it (the command itself can be repeated)."""
    source = digest(
        path
        for path in project_files("*")
        if {"seed", "seeding", "seeding.py", "seed.py"} & set(path.relative_to(ROOT).parts) and path.suffix != ".pyc"
    )
    database = database_identity() or os.environ.get("DATABASE_URL", "")
    if not again and _is_done("seed", source=source, database=database):
        return "already there"
    _forget("seed")
    accounts_file().unlink(missing_ok=True)
    try:
        manage("seed", on_line=lambda line: _tell(progress, line), on_tick=progress.tick)
    except StepFailed as failure:
        raise failure.explain("The seed content could not be planted.", TRY_AGAIN) from failure
    _remember("seed", source=source, database=database)
    return ""


def _tell(progress: Progress, line: str) -> None:
    """Show what is being planted; lines of the log stay in the log."""
    if not LOGGED.match(line):
        progress.note(line.strip())


def accounts_file() -> Path:
    return var_folder() / "demo_accounts.txt"


def demo_accounts() -> str:
    """The table of demo accounts; asked once after seeding, since a Django start takes seconds."""
    try:
        return accounts_file().read_text(encoding="utf-8")
    except OSError:
        pass
    try:
        text = "\n".join(manage("demo_accounts")).strip("\n") + "\n"
    except StepFailed:
        return "(The demo accounts could not be listed; try: .venv/bin/python manage.py demo_accounts)\n"
    replace_file(accounts_file(), text)
    accounts_file().chmod(0o600)
    return text
