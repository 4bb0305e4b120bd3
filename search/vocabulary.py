"""The concepts of the glossary in what people write: the same recogniser for documents and for questions.

The glossary is kept by staff (taxonomy). Its words are held in memory, and read again as soon as its mark has moved:
an edit counts for the next question, in every process, without a restart and without another index (decision 0030).
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from network_site.common.language import CODES, fold
from network_site.taxonomy.models import GlossaryTerm

from .models import Mark
from .models.words import GLOSSARY

WORD = re.compile(r"[^\W_]+(?:&[^\W_]+)*")
# What stands between words without ending what is said: nothing else may, or the phrase is over.
_WITHIN = re.compile(r"[\s\-–'’‑/]*")
# Words that tie others together: "inspección de trabajo" says the same as "inspección del trabajo".
TIES = frozenset([
    "a", "al", "an", "at", "aux", "d", "da", "das", "de", "del", "des", "do", "dos", "du", "e", "em", "en",
    "et", "for", "in", "l", "la", "las", "le", "les", "los", "na", "no", "o", "of", "os", "the", "to", "y",
])  # fmt: skip
# In a long text a concept counts when it comes back; one mention says little of what the text is about.
OFTEN = 3
LIGATURES = str.maketrans({"œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae"})

Kind = GlossaryTerm.Kind
_ORDER = {Kind.PREFERRED: 0, Kind.ALTERNATIVE: 1, Kind.ACRONYM: 2}


@dataclass(frozen=True)
class Name:
    """One way to say a concept."""

    text: str
    language: str
    kind: str


@dataclass(frozen=True)
class Concept:
    """A concept with everything that it is called, preferred terms first."""

    code: str
    names: tuple[Name, ...]


@dataclass(frozen=True)
class Match:
    """A concept in a row of words: it takes the words from `start` up to, and without, `end`."""

    start: int
    end: int
    concept: Concept


def key_of(word: str) -> str:
    """A word without accents and without what makes a plural in our languages: equal for what means the same.

    It is no stem: it is only ever compared with another key.
    """
    key = fold(word.translate(LIGATURES))
    if len(key) <= 3 or key.endswith("ss"):
        return key
    for ending, single in (("oes", "ao"), ("aes", "ao"), ("ais", "al"), ("aux", "al"), ("ies", "y"), ("ns", "m")):
        if key.endswith(ending) and len(key) > len(ending) + 2:
            return _without_e(key[: -len(ending)] + single)
    return _without_e(key[:-1] if key[-1] in "sx" else key)


def _without_e(key: str) -> str:
    return key[:-1] if key.endswith("e") and len(key) > 4 else key


def tokens(text: str) -> list[str]:
    """The words of a text for the recogniser: parts of compounds and elisions are words of their own."""
    return WORD.findall(unicodedata.normalize("NFC", text))


@dataclass(frozen=True)
class _Way:
    """One name, ready to be compared: the keys of its words, without those that tie."""

    keys: tuple[str, ...]
    name: Name
    concept: Concept


class Vocabulary:
    """All concepts, and the ways into them. Made once for each state of the glossary; never changed."""

    def __init__(self, concepts: Sequence[Concept]) -> None:
        self.concepts: Mapping[str, Concept] = {one.code: one for one in concepts}
        self._by_first: dict[str, list[_Way]] = {}
        self._acronyms: dict[str, list[_Way]] = {}
        for concept in concepts:
            for name in concept.names:
                if name.kind == Kind.ACRONYM:
                    self._acronyms.setdefault(fold(name.text), []).append(_Way((name.text,), name, concept))
                    continue
                keys = tuple(key_of(word) for word in tokens(name.text) if fold(word) not in TIES)
                if keys:
                    self._by_first.setdefault(keys[0], []).append(_Way(keys, name, concept))
        for ways in self._by_first.values():
            ways.sort(key=lambda way: -len(way.keys))
        self.words = frozenset(key for ways in self._by_first.values() for way in ways for key in way.keys)

    def recognise(
        self,
        words: Sequence[str],
        *,
        language: str,
        barriers: frozenset[int] = frozenset(),
        only: bool = False,
        exact: bool = False,
    ) -> list[Match]:
        """The concepts in these words, from the left, the longest first; none overlaps another.

        Where a name belongs to several concepts, that of the `language` is taken, then the preferred term. With
        `only`, names of other languages do not count (texts whose language is known). Acronyms count as they are
        written or in capitals, and in any way when they are everything that was said (`exact`). A name does not reach
        across a barrier (the number of the word that something new begins with).
        """
        kept = [number for number, word in enumerate(words) if fold(word) not in TIES]
        keys = {number: key_of(words[number]) for number in kept}
        found: list[Match] = []
        at = 0
        while at < len(kept):
            way, taken = self._longest(words, kept, keys, at, barriers, language, only, exact)
            if way is None:
                at += 1
                continue
            found.append(Match(kept[at], kept[at + taken - 1] + 1, way.concept))
            at += taken
        return found

    def _longest(
        self,
        words: Sequence[str],
        kept: Sequence[int],
        keys: Mapping[int, str],
        at: int,
        barriers: frozenset[int],
        language: str,
        only: bool,
        exact: bool,
    ) -> tuple[_Way | None, int]:
        fitting: list[_Way] = []
        for way in self._by_first.get(keys[kept[at]], ()):
            size = len(way.keys)
            if fitting and size < len(fitting[0].keys):
                break
            span = kept[at : at + size]
            if len(span) < size or any(keys[number] != key for number, key in zip(span, way.keys, strict=True)):
                continue
            if any(span[0] < barrier <= span[-1] for barrier in barriers):
                continue
            if not only or way.name.language == language:
                fitting.append(way)
        if not fitting or len(fitting[0].keys) == 1:
            fitting += self._acronym(words[kept[at]], exact and len(words) == 1)
        if not fitting:
            return None, 0
        best = min(
            fitting, key=lambda way: (way.name.language != language, _ORDER[Kind(way.name.kind)], way.concept.code)
        )
        return best, len(best.keys)

    def _acronym(self, word: str, in_any_way: bool) -> list[_Way]:
        ways = self._acronyms.get(fold(word), [])
        if not ways and word.endswith("s"):
            word = word[:-1]
            ways = self._acronyms.get(fold(word), [])
        is_capital = sum(letter.isupper() for letter in word) >= 2
        return [way for way in ways if in_any_way or is_capital or way.name.text == word]


_lock = threading.Lock()
_held: tuple[str, Vocabulary] | None = None


def current(marks: Mapping[str, str] | None = None) -> Vocabulary:
    """The vocabulary as the glossary is now. One small query (none with `marks`), and one more after an edit."""
    global _held
    mark = (marks if marks is not None else Mark.objects.now()).get(GLOSSARY, "")
    held = _held
    if held is None or held[0] != mark:
        with _lock:
            if _held is None or _held[0] != mark:
                _held = (mark, _read())
            held = _held
    return held[1]


def _read() -> Vocabulary:
    names: dict[str, list[Name]] = {}
    terms = GlossaryTerm.objects.filter(concept__listed=True).order_by("concept__code", "language", "position")
    for code, language, kind, text in terms.values_list("concept__code", "language", "kind", "text"):
        names.setdefault(code, []).append(Name(text, language, kind))
    return Vocabulary(
        [
            Concept(code, tuple(sorted(some, key=lambda one: (_ORDER[Kind(one.kind)], CODES.index(one.language)))))
            for code, some in names.items()
        ]
    )


# --- Documents -------------------------------------------------------------------------------


def topics_of(texts: Mapping[str, Mapping[str, str]], vocabulary: Vocabulary | None = None) -> tuple[str, ...]:
    """The concepts that a document is about: said in its title or summary, or several times in its body.

    Of its keywords those count that are the concept and nothing more: "Ministry of Labour of Belize" is a name.
    """
    known = vocabulary or current()
    found: set[str] = set()
    for language, fields in texts.items():
        for field in ("title", "summary"):
            found |= {match.concept.code for match in _matches(fields.get(field, ""), language, known)}
        for line in fields.get("keywords", "").splitlines():
            words = tokens(line)
            matches = known.recognise(words, language=language, only=True)
            found |= {one.concept.code for one in matches if (one.start, one.end) == (0, len(words))}
        counts: dict[str, int] = {}
        for match in _matches(fields.get("body", ""), language, known):
            counts[match.concept.code] = counts.get(match.concept.code, 0) + 1
        found |= {code for code, count in counts.items() if count >= OFTEN}
    return tuple(sorted(found))


def _matches(text: str, language: str, known: Vocabulary) -> list[Match]:
    text = unicodedata.normalize("NFC", text)
    words, barriers, end = [], set(), 0
    for number, one in enumerate(WORD.finditer(text)):
        if number and not _WITHIN.fullmatch(text, end, one.start()):
            barriers.add(number)
        words.append(one.group())
        end = one.end()
    return known.recognise(words, language=language, barriers=frozenset(barriers), only=True)
