"""What is wanted of each answer, a good example, and a poor one with the reason: the data of practices/guidance."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from network_site.common.language import pick

FOLDER = Path(__file__).parent / "guidance"
PARTS = ("wanted", "good", "poor", "why")


@cache
def all_guides() -> Mapping[str, Any]:
    """Every question's help as written, in all languages, by the name in enums.QUESTIONS."""
    found: dict[str, Any] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        found |= yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def guide(name: str) -> dict[str, Any]:
    """The help of one question in the interface language; empty for a question without any.

    A group of rows has `fields` as well: one line for each of its columns, by the column's name.
    """
    known = all_guides().get(name)
    if known is None:
        return {}
    found: dict[str, Any] = {part: pick(known[part]) for part in PARTS}
    found["fields"] = {column: pick(texts) for column, texts in known.get("fields", {}).items()}
    return found
