"""What is shown of a thing that was found: pieces of its plain text with the words that were looked for marked.

Stems are compared as the engine on the database compares them. Nothing here is HTML: a piece is a row of texts, each
with whether it was looked for, and whoever shows it escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from network_site.common.language import CODES

from . import stems
from .base import Fragment, Question

# How many pieces of a field are shown, and how long each may be; 0 shows the whole field.
SHOWN = {"title": (1, 0), "summary": (1, 0), "keywords": (1, 120), "body": (2, 180)}
# The first part of a long text is enough to look at.
LOOKED_AT = 20_000
LONGEST_NAME = 300
_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+(?=\s|$)|[.!?…]+)?")
ELLIPSIS = "…"


@dataclass(frozen=True)
class _Mark:
    start: int
    end: int
    unit: int


@dataclass
class _Wanted:
    """What is looked for in texts of one language: tokens and rows of tokens, with the number of their unit."""

    tokens: dict[str, int] = field(default_factory=dict)
    phrases: dict[str, list[tuple[tuple[str, ...], int]]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Role:
    """What a word is to a question: which parts of it are words of which unit, and of which names it is the first."""

    marks: tuple[tuple[int, int, int], ...]
    names: tuple[tuple[tuple[str, ...], int], ...]


class Highlighter:
    """Marks what one question looks for; made once for a page of results."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.wanted = {language: self._wanted(language) for language in CODES}
        self.roles: dict[tuple[str, str, bool], _Role | None] = {}
        self.languages = [question.language, *(code for code in CODES if code != question.language)]

    def marks(
        self, texts: Mapping[str, Mapping[str, str]], source_language: str = ""
    ) -> dict[str, tuple[Fragment, ...]]:
        """Pieces by field, in the one language in which most of the question was found: the reader's before others."""
        best: dict[str, list[_Mark]] = {}
        most, chosen = 0, ""
        for language in sorted(
            self.languages, key=lambda code: (code != self.question.language, code != source_language)
        ):
            if language not in texts:
                continue
            found = {name: self._found(texts[language].get(name, ""), language) for name in SHOWN}
            units = len({mark.unit for marks in found.values() for mark in marks})
            if units > most:
                best, most, chosen = found, units, language
            if units == len(self.question.units):
                break
        return {name: _pieces(texts[chosen][name], marks, *SHOWN[name]) for name, marks in best.items() if marks}

    def _wanted(self, language: str) -> _Wanted:
        wanted = _Wanted()
        for number, unit in enumerate(self.question.units):
            given = _split(unit.words)
            for word in stems.telling(given, self.question.language, language):
                for token in stems.wanted(word, language):
                    wanted.tokens.setdefault(token, number)
            for other in unit.other_names:
                if other.language not in ("", language):
                    continue
                words = _split(other.text)
                name = tuple(stems.tokens(word, language)[0] if other.language else stems.token(word) for word in words)
                if name:
                    wanted.phrases.setdefault(name[0], []).append((name, number))
        return wanted

    def _found(self, text: str, language: str) -> list[_Mark]:
        wanted = self.wanted[language]
        if not text or not (wanted.tokens or wanted.phrases):
            return []
        text = stems.composed(text)[:LOOKED_AT]
        is_loud = stems.quiet(text) != text
        units: dict[tuple[int, int], int] = {}
        # Each of the text's words is judged once, and only those that were looked for are looked up in it.
        for written in set(stems.WORD.findall(text)):
            role = self._role(written, language, is_loud)
            if role is None:
                continue
            for start in _places(text, written):
                units |= {(start + first, start + last): unit for first, last, unit in role.marks}
                for name, unit in role.names:
                    units |= self._name(text, start, name, unit, language, is_loud)
        return [_Mark(start, end, unit) for (start, end), unit in sorted(units.items())]

    def _name(
        self, text: str, start: int, name: tuple[str, ...], unit: int, language: str, is_loud: bool
    ) -> dict[tuple[int, int], int]:
        """The words of a name that begins in the word at this place, if it goes on there."""
        words = list(islice(stems.words(text[start : start + LONGEST_NAME]), len(name) + 1))
        for some in (words[: len(name)], words[1:]):
            if tuple(self._token(word.text, language, is_loud) for word in some) == name:
                return {(start + word.start, start + word.end): unit for word in some}
        return {}

    def _role(self, written: str, language: str, is_loud: bool) -> _Role | None:
        key = (written, language, is_loud)
        if key not in self.roles:
            self.roles[key] = self._role_of(written, language, is_loud)
        return self.roles[key]

    def _role_of(self, written: str, language: str, is_loud: bool) -> _Role | None:
        wanted = self.wanted[language]
        marks, names = [], []
        # Nearly all words are in one part: not taken apart, because a page of results has thousands of them.
        parts = (stems.Word(written, 0, len(written)),) if written.isalnum() else stems.words(written)
        for part in parts:
            tokens = stems.tokens(part.text.lower() if is_loud else part.text, language)
            marks += [(part.start, part.end, wanted.tokens[token]) for token in tokens[:2] if token in wanted.tokens]
            names += wanted.phrases.get(tokens[0], [])
        return _Role(tuple(marks), tuple(names)) if marks or names else None

    def _token(self, word: str, language: str, is_loud: bool) -> str:
        return stems.tokens(word.lower() if is_loud else word, language)[0]


def _places(text: str, word: str) -> Iterator[int]:
    """Where a word stands in a text as a word of its own."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        if not (start and text[start - 1].isalnum()) and not (end < len(text) and text[end].isalnum()):
            yield start
        start = text.find(word, end)


def _split(text: str) -> list[str]:
    return [word.text for word in stems.words(stems.composed(text))]


def _pieces(text: str, marks: Sequence[_Mark], count: int, size: int) -> tuple[Fragment, ...]:
    text = stems.composed(text)
    if not size:
        return (_fragment(text, 0, len(text), marks),)
    pieces = [(start, end, inside) for start, end in _sentences(text) if (inside := _inside(marks, start, end))]
    # First what has most of the question, then what has most marks; of equals the earlier one.
    pieces.sort(key=lambda piece: (-len({mark.unit for mark in piece[2]}), -len(piece[2]), piece[0]))
    chosen = sorted(pieces[:count], key=lambda piece: piece[0])
    return tuple(_shortened(text, start, end, inside, size) for start, end, inside in chosen)


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    for found in _SENTENCE.finditer(text):
        start, end = found.span()
        given = found.group()
        start += len(given) - len(given.lstrip())
        end -= len(given) - len(given.rstrip())
        if start < end:
            yield start, end


def _inside(marks: Sequence[_Mark], start: int, end: int) -> list[_Mark]:
    return [mark for mark in marks if start <= mark.start and mark.end <= end]


def _shortened(text: str, start: int, end: int, marks: Sequence[_Mark], size: int) -> Fragment:
    """A sentence; of a long one the part around its first mark, cut between words."""
    if end - start <= size:
        return _fragment(text, start, end, marks)
    first = max(start, min(marks[0].start - size // 4, end - size))
    last = min(end, first + size)
    if first > start:
        first = min(text.find(" ", first) + 1 or first, marks[0].start)
    if last < end:
        last = max(text.rfind(" ", first, last), marks[0].end)
    fragment = _fragment(text, first, last, _inside(marks, first, last))
    before = ((f"{ELLIPSIS} ", False),) if first > start else ()
    after = ((f" {ELLIPSIS}", False),) if last < end else ()
    return (*before, *fragment, *after)


def _fragment(text: str, start: int, end: int, marks: Sequence[_Mark]) -> Fragment:
    parts: list[tuple[str, bool]] = []
    at = start
    for mark in marks:
        if mark.start < at:
            continue
        if mark.start > at:
            parts.append((text[at : mark.start], False))
        parts.append((text[mark.start : mark.end], True))
        at = mark.end
    if at < end:
        parts.append((text[at:end], False))
    return tuple(parts)
