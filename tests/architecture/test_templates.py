"""What templates name is there: production refuses to answer a page with a static file that nobody has."""

from __future__ import annotations

import re

from django.contrib.staticfiles import finders

from .sources import ROOT

NAMED = re.compile(r"""\{%\s*static\s+["']([^"']+)["']\s*%\}""")


def named() -> dict[str, str]:
    """Each static file that a template of ours names, with a template that does."""
    return {
        name: str(path.relative_to(ROOT))
        for folder in ROOT.glob("**/templates")
        if not {".venv", "var"} & set(folder.parts)
        for path in folder.glob("**/*.html")
        for name in NAMED.findall(path.read_text(encoding="utf-8"))
    }


def test_every_static_file_that_a_template_names_exists() -> None:
    assert {name: where for name, where in named().items() if finders.find(name) is None} == {}


def test_the_names_are_found_at_all() -> None:
    assert named()["enlace/keep.js"].endswith(".html")
    assert finders.find("enlace/no-such-file.js") is None
