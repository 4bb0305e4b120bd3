"""Words and their stems: how the engine on the database and the highlighter read a text, the same on both databases.

A word leaves one or two tokens. The first is the stem of the word as it is written, without accents; the second, where
it differs, the stem of the word as somebody without accents on the keyboard writes it. Two words are the same when
they share a token, so "inspeccion" is "inspección". Snowball's stemmers leave some plurals apart from their singular
("emplois", "jóvenes", "jovens"), so plurals are undone first. Stop words are indexed like all others: a phrase needs
them, and so does a question that has nothing else.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from network_site.common.language import fold

from .stop_words import STOP_WORDS

STEMMERS = {"en": "english", "es": "spanish", "fr": "french", "pt-br": "portuguese"}
LONGEST_TOKEN = 40
LONGEST_ACRONYM = 5
CACHED = 1 << 17

# Letters with points between them (I.L.O.) are one word; what an apostrophe ties together comes apart later.
WORD = re.compile(r"(?<![^\W_])(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?|[^\W_]+(?:['’ʼ][^\W_]+)*")
_APOSTROPHE = re.compile("['’ʼ]")
_ELIDED = frozenset(("l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"))
_NO_LETTER = re.compile(r"[\W_]+")

# Plurals to their singular, the first that fits; a word that would be left with fewer than three letters stays.
_SINGULARS = {
    "en": (),
    "es": ((r"ciones$", "ción"), (r"siones$", "sión"), (r"ces$", "z"), (r"(?<=[lnrdjsy])es$", ""),
           (r"(?<=[aeiou])s$", "")),
    "fr": ((r"eaux$", "eau"), (r"aux$", "al"), (r"(?<=[^s])s$", "")),
    "pt-br": ((r"ções$", "ção"), (r"coes$", "ção"), (r"ões$", "ão"), (r"oes$", "ão"), (r"ais$", "al"), (r"éis$", "el"),
              (r"(?<=[aeiou])ns$", "m"), (r"(?<=[rz])es$", ""), (r"(?<=[aeiouãõ])s$", "")),
}  # fmt: skip
# Endings that are always written with an accent, so that a word typed without it has the same stem.
_ACCENTS = {"es": ((r"(?<=[cs])ion$", "ión"),), "pt-br": ((r"cao$", "ção"), (r"ao$", "ão"))}
_RULES = {
    code: tuple((re.compile(rf"(?<=\w\w){pattern}"), ending) for pattern, ending in rules)
    for code, rules in _SINGULARS.items()
}
_RESTORED = {
    code: tuple((re.compile(pattern), ending) for pattern, ending in rules) for code, rules in _ACCENTS.items()
}

# A stemmer keeps the word that it works on, so threads share one only in turn.
_lock = threading.Lock()
_stemmers = {code: snowballstemmer.stemmer(name) for code, name in STEMMERS.items()}


@dataclass(frozen=True)
class Word:
    """A word of a text, where it stands there."""

    text: str
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """The words of a text that is in composed form (`composed`), without French elisions and English possessives."""
    return (word for word in _parts(text) if token(word.text))


def _parts(text: str) -> Iterator[Word]:
    for found in WORD.finditer(text):
        given, start = found.group(), found.start()
        if "." in given:
            yield Word(given.replace(".", ""), start, found.end())
            continue
        if given.isalnum():
            yield Word(given, start, found.end())
            continue
        parts = _APOSTROPHE.split(given)
        last = len(parts) - 1
        for number, part in enumerate(parts):
            is_tied = (number < last and part.lower() in _ELIDED) or (number == last and part in {"s", "S"})
            if not is_tied:
                yield Word(part, start, start + len(part))
            start += len(part) + 1


def composed(text: str) -> str:
    """The text with each accented letter as one character, as `words` reads it."""
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=CACHED)
def tokens(word: str, language: str) -> tuple[str, ...]:
    """The tokens of one word of a text, the one that stands in its place first. An acronym is kept whole."""
    plain = token(word)
    if is_acronym(word):
        return (plain,)
    return tuple(dict.fromkeys((_stem(word.lower(), language), _stem(plain, language))))


@lru_cache(maxsize=CACHED)
def wanted(word: str, language: str) -> tuple[str, ...]:
    """The tokens by which a word of a question is looked for: also as an acronym, also typed in capital letters."""
    return tuple(dict.fromkeys((*tokens(word, language), *tokens(word.lower(), language), token(word))))


@lru_cache(maxsize=CACHED)
def token(word: str) -> str:
    """A word as it is, folded, letters and digits alone: nothing in it is syntax to any database."""
    return _NO_LETTER.sub("", fold(word))[:LONGEST_TOKEN]


def is_acronym(word: str) -> bool:
    """Whether a word is written like one."""
    return 2 <= len(word) <= LONGEST_ACRONYM and word.isalpha() and word.isupper()


def is_stop_word(word: str, language: str) -> bool:
    """Whether a word says nothing by itself in a language. Acronyms always say something."""
    return not is_acronym(word) and token(word) in STOP_WORDS[language]


def telling(given: list[str], *languages: str) -> list[str]:
    """Those of the words that are no stop words in any of the languages; all of them when all are."""
    return [word for word in given if not any(is_stop_word(word, code) for code in languages)] or given


def quiet(text: str) -> str:
    """A text written in capital letters, in small ones: no word of it is an acronym."""
    return text.lower() if len(text) > LONGEST_ACRONYM and text.isupper() and " " in text.strip() else text


def _stem(word: str, language: str) -> str:
    for pattern, ending in _RULES[language]:
        singular, changed = pattern.subn(ending, word)
        if changed:
            word = singular
            break
    for pattern, ending in _RESTORED.get(language, ()):
        word = pattern.sub(ending, word)
    with _lock:
        stem = _stemmers[language].stemWord(word[:LONGEST_TOKEN])
    return token(stem) or token(word)
