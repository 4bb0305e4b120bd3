"""The difference between two texts, word by word, for people to read."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

# Beyond this many words the whole text counts as replaced: the comparison grows with the square.
MAX_WORDS = 4000
_PIECE = re.compile(r"\s+|\w+|[^\w\s]")

Piece = tuple[str, str]


def word_diff(old: str, new: str) -> list[Piece]:
    """Pieces in reading order, each ("same" | "del" | "ins", text).

    What is same or deleted makes the old text, what is same or inserted the new one.
    """
    before, after = _PIECE.findall(old), _PIECE.findall(new)
    if old == new:
        return [("same", old)] if old else []
    if max(len(before), len(after)) > MAX_WORDS:
        return _pieces([("del", old), ("ins", new)])
    found: list[Piece] = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", "".join(before[a:b])))
        else:
            found += [("del", "".join(before[a:b])), ("ins", "".join(after[c:d]))]
    return _pieces(found)


def _pieces(found: list[Piece]) -> list[Piece]:
    return [(kind, text) for kind, text in found if text]
