"""From what somebody typed to what an engine is asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from network_site.common.language import fold

from . import meaning, vocabulary
from .asked import SearchQuery
from .engines.base import ANY, OtherName, Question, Unit
from .kinds import kinds
from .viewers import Viewer
from .vocabulary import Concept, Kind


def _words(name: str) -> frozenset[str]:
    lines = (Path(__file__).parent / "data" / name).read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


WORD = re.compile(r"[^\W_]+(?:[-'’.&][^\W_]+)*")
MAX_UNITS = 24
# What another name of a concept is worth beside the words that were typed.
WEIGHTS = {Kind.PREFERRED: 0.7, Kind.ALTERNATIVE: 0.5, Kind.ACRONYM: 0.6}

# Words that say nothing of what is looked for, of all four languages: people ask in another one than that of the page.
STOP_WORDS = _words("stop_words.txt")
# What people add when they ask in whole sentences. They count where they are (nearly) all that was said.
SMALL_TALK = _words("small_talk.txt")
# So many units must be left before small talk is dropped.
ENOUGH = 2
# Other names that are everyday words in one of the languages would find everything: "IL" is French for "he".
EVERYDAY = _words("everyday.txt")

_CODE = re.compile(r"(?=.*\d)[A-Za-z0-9]+(?:[-./][A-Za-z0-9]+)*")


def words_of(text: str) -> list[str]:
    """The words of a text, without anything that an engine could take for syntax."""
    return WORD.findall(unicodedata.normalize("NFC", text))


def units_of(text: str, language: str, marks: Mapping[str, str] | None = None) -> tuple[Unit, ...]:
    """What a text speaks of: concepts of the glossary, and of the words that are left those that mean something."""
    words = words_of(text)
    # The recogniser sees the parts of "l'insertion" as words of their own; `origins` leads back to what was typed.
    parts: list[str] = []
    origins: list[int] = []
    for number, word in enumerate(words):
        for part in vocabulary.tokens(word):
            parts.append(part)
            origins.append(number)
    units: dict[str, Unit] = {}
    small_talk: dict[str, Unit] = {}
    stop_words: dict[str, Unit] = {}
    at = 0
    for match in [*vocabulary.current(marks).recognise(parts, language=language, exact=True), None]:
        free = range(at, match.start if match else len(parts))
        for origin in dict.fromkeys(origins[number] for number in free):
            said = [parts[number] for number in free if origins[number] == origin]
            _keep(words[origin], said, units, small_talk, stop_words)
        if match is not None:
            inside = parts[match.start : match.end]
            said_words = " ".join([part for part in inside if fold(part) not in vocabulary.TIES] or inside)
            names = other_names(match.concept, " ".join(inside))
            units.setdefault(match.concept.code, Unit(said_words, names, match.concept.code))
            at = match.end
    chosen = units
    if len(chosen) < ENOUGH:
        chosen = chosen | small_talk
    if not chosen:
        chosen = stop_words
    return tuple(chosen.values())[:MAX_UNITS]


def _keep(
    word: str,
    parts: Sequence[str],
    units: dict[str, Unit],
    small_talk: dict[str, Unit],
    stop_words: dict[str, Unit],
) -> None:
    """Sort what is left of a typed word in: all of a code, of other words the parts that mean something."""
    if _CODE.fullmatch(word):
        units.setdefault(fold(word), Unit(word))
        return
    saying = [part for part in parts if not _is_stop_word(fold(part))]
    if not saying:
        stop_words.setdefault(fold(word), Unit(word))
        return
    kept = small_talk if all(fold(part) in SMALL_TALK for part in saying) else units
    kept.setdefault(fold(" ".join(saying)), Unit(" ".join(saying)))


def _is_stop_word(folded: str) -> bool:
    return folded in STOP_WORDS or (len(folded) == 1 and not folded.isdigit())


def other_names(concept: Concept, said: str) -> tuple[OtherName, ...]:
    """What else a concept is called, in all languages; what is an everyday word somewhere is left out."""
    seen, names = {fold(said)}, []
    for name in concept.names:
        folded = fold(name.text)
        is_acronym = name.kind == Kind.ACRONYM
        if is_acronym and (len(folded) < 3 or folded in STOP_WORDS or folded in EVERYDAY):
            continue
        key = folded if is_acronym else f"{folded} {name.language}"
        if folded in seen or key in seen:
            continue
        seen.add(key)
        names.append(OtherName(name.text, "" if is_acronym else name.language, WEIGHTS[Kind(name.kind)]))
    return tuple(names)


def vector_for(text: str, units: Sequence[Unit]) -> tuple[float, ...] | None:
    """The meaning of a question of two words or more; none for one word, and for what looks like a code."""
    words = words_of(text)
    if len(words) < 2 or not units or any(_CODE.fullmatch(word) and not word.isdigit() for word in words):
        return None
    return meaning.vector_of(" ".join(words))


def facets_for(asked: Collection[str]) -> tuple[str, ...]:
    """The facets to count: those of the one kind asked for, or those that all kinds can be narrowed by."""
    if len(asked) == 1:
        source = kinds.get(next(iter(asked)))
        return ("kind", *(source.facets if source else ()))
    return ("kind", "country", "language")


def make(
    query: SearchQuery, viewer: Viewer, *, with_meaning: bool = True, marks: Mapping[str, str] | None = None
) -> Question:
    """The question to the engines. `with_meaning` False: by words alone (an alert tells of nothing merely alike)."""
    units = units_of(query.text, query.language, marks) if query.text else ()
    return Question(
        language=query.language,
        audiences=viewer.audiences,
        units=units,
        text=" ".join(words_of(query.text)),
        kinds=query.kinds,
        filters=query.filters,
        facets=facets_for(query.kinds),
        sort=query.sort,
        offset=(query.page - 1) * query.page_size,
        limit=query.page_size,
        vector=vector_for(query.text, units) if with_meaning else None,
    )


def near(
    named: Sequence[Mapping[str, str]],
    text: str,
    *,
    language: str,
    viewer: Viewer,
    kinds: Sequence[str],
    limit: int,
    filters: Mapping[str, tuple[str, ...]] | None = None,
    with_meaning: bool = True,
) -> Question:
    """The question for whatever carries one of these terms (labels by language), or some of these words.

    A thing stands among the keywords of what carries its label, in all languages; so one question finds both.
    """
    units: dict[str, Unit] = {}
    for labels in named:
        own = labels.get(language) or next(iter(labels.values()), "")
        others = [OtherName(label, code, WEIGHTS[Kind.PREFERRED]) for code, label in labels.items() if label != own]
        if own:
            units.setdefault(fold(own), Unit(own, tuple(others)))
    words = units_of(text, language)
    for unit in words:
        units.setdefault(fold(unit.words), unit)
    return Question(
        language=language,
        audiences=viewer.audiences,
        units=tuple(units.values())[:MAX_UNITS],
        kinds=tuple(kinds),
        filters=filters or {},
        limit=limit,
        vector=vector_for(text, words) if with_meaning else None,
        highlight=False,
        share=ANY,
    )
