"""The difference between two texts, word by word, for people to read."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

# Beyond this many words the whole text counts as replaced: the comparison grows with the square.
MAX_WORDS = 4000
_PIECE = re.compile(r"\s+|\w+|[^\w\s]")
_WORD = re.compile(r"\w")

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
    gone = come = ""
    steps = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for number, (kind, a, b, c, d) in enumerate(steps):
        old_part, new_part = "".join(before[a:b]), "".join(after[c:d])
        between = 0 < number < len(steps) - 1 and not _WORD.search(old_part)
        if kind == "equal" and not between:
            found += [("del", gone), ("ins", come), ("same", old_part)]
            gone = come = ""
        else:
            # A space or a comma between two changes belongs to them: words are read, not their gaps.
            gone, come = gone + old_part, come + new_part
    return _pieces([*found, ("del", gone), ("ins", come)])


def _pieces(found: list[Piece]) -> list[Piece]:
    return [(kind, text) for kind, text in found if text]
