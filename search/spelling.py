"""Slips of the pen: words that nobody here uses, and what was probably meant.

The words are those of public entries and of the glossary, with how many entries use them. They are counted in the
background and held in memory; a word is compared with those of about its length (Damerau-Levenshtein, two slips at
most). Words of records for members only are never counted: a suggestion tells them to everybody.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Max

from network_site.common import outbox
from network_site.common.hooks import as_service
from network_site.common.language import CODES, fold
from network_site.common.models import Outbox
from network_site.publishing.models import Audience
from network_site.taxonomy.models import GlossaryTerm

from .models import Entry, Mark, VocabularyWord
from .models.entries import NAMESPACE
from .models.words import GLOSSARY, WORDS
from .questions import STOP_WORDS, WORD

COUNTED = "search.words"
# Shorter words have too many neighbours; longer ones are no words.
SHORTEST, LONGEST = 4, 40
# From this length on two slips are forgiven.
TWO_SLIPS_FROM = 8
# The most frequent words of a language that are kept.
MOST = 30_000
_LETTERS = re.compile(r"[^\W\d_]+")


# --- Counting --------------------------------------------------------------------------------


def look_after() -> None:
    """Leave word that the words are to be counted, where something changed since. Cheap; every ten minutes."""
    with as_service("relay", "search: words"):
        if _state() != _made_from() and not Outbox.objects.filter(kind=COUNTED, state=Outbox.State.WAITING).exists():
            outbox.enqueue(COUNTED, subject=Entry(pk=NAMESPACE), repeatable=True)


def consume(row: Outbox) -> None:
    """The slow consumer of COUNTED."""
    with as_service("relay", "search: words"):
        count_words()


def count_words() -> int:
    """Count the words of what everybody may read, and keep what differs from before; how many words there are."""
    state, counted = _state(), _counted()
    with transaction.atomic():
        mark, _new = Mark.objects.select_for_update().get_or_create(name=WORDS)
        kept = {(row.language, row.folded): row for row in VocabularyWord.objects.all()}
        VocabularyWord.objects.filter(pk__in=[row.pk for key, row in kept.items() if key not in counted]).delete()
        new, changed = [], []
        for (language, folded), (word, frequency) in counted.items():
            row = kept.get((language, folded))
            if row is None:
                new.append(VocabularyWord(language=language, folded=folded, word=word, frequency=frequency))
            elif (row.word, row.frequency) != (word, frequency):
                row.word, row.frequency = word, frequency
                changed.append(row)
        VocabularyWord.objects.bulk_create(new, batch_size=2_000)
        VocabularyWord.objects.bulk_update(changed, ["word", "frequency"], batch_size=500)
        Mark.objects.filter(pk=mark.pk).update(made_from=state)
        Mark.objects.move(WORDS)
    return len(counted)


def _public() -> Iterable[Entry]:
    return Entry.objects.live().filter(audience=Audience.PUBLIC).order_by()


def _state() -> str:
    """Changes whenever the words may have."""
    found = _public().aggregate(count=Count("pk"), at=Max("changed_at"))  # type: ignore[attr-defined]
    return f"{found['count']}:{found['at']}:{Mark.objects.now().get(GLOSSARY, '')}"[:200]


def _made_from() -> str:
    return Mark.objects.filter(name=WORDS).values_list("made_from", flat=True).first() or ""


def _counted() -> dict[tuple[str, str], tuple[str, int]]:
    """By language and folded word: how it is mostly written, and how many entries or concepts use it."""
    entries: dict[str, Counter[str]] = {code: Counter() for code in CODES}
    forms: dict[str, dict[str, Counter[str]]] = {code: {} for code in CODES}

    def count(language: str, text: str) -> None:
        seen = set()
        for word in _words(text):
            folded = fold(word)
            forms[language].setdefault(folded, Counter())[word] += 1
            seen.add(folded)
        entries[language].update(seen)

    bodies = _public().values_list("body__texts", flat=True)  # type: ignore[attr-defined]
    for texts in bodies.iterator(chunk_size=500):
        for language, fields in texts.items():
            count(language, "\n".join(fields.values()))
    for language, text in GlossaryTerm.objects.filter(concept__listed=True).values_list("language", "text"):
        count(language, text)
    return {
        (language, folded): (max(forms[language][folded].items(), key=lambda one: (one[1], one[0]))[0], frequency)
        for language in CODES
        for folded, frequency in sorted(entries[language].items(), key=lambda one: (-one[1], one[0]))[:MOST]
    }


def _words(text: str) -> Iterator[str]:
    """Words in lower case, without numbers, codes and acronyms."""
    for word in _LETTERS.findall(text):
        if SHORTEST <= len(word) <= LONGEST and not word.isupper():
            yield word.lower()


# --- Correcting ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Known:
    """A word that may have been meant, with the letters that it has as bits."""

    folded: str
    word: str
    language: str
    frequency: int
    letters: int


@dataclass(frozen=True)
class _Copy:
    mark: str
    folded: frozenset[str]
    by_length: Mapping[int, tuple[_Known, ...]]


_lock = threading.Lock()
_copy: _Copy | None = None


def _words_held(marks: Mapping[str, str] | None = None) -> _Copy:
    """The copy of this process, read again when the words were counted anew."""
    global _copy
    mark = (marks if marks is not None else Mark.objects.now()).get(WORDS, "")
    held = _copy
    if held is None or held.mark != mark:
        with _lock:
            if _copy is None or _copy.mark != mark:
                _copy = _read(mark)
            held = _copy
    return held


def _read(mark: str) -> _Copy:
    by_length: dict[int, list[_Known]] = {}
    for folded, word, language, frequency in VocabularyWord.objects.values_list(
        "folded", "word", "language", "frequency"
    ):
        by_length.setdefault(len(folded), []).append(_Known(folded, word, language, frequency, _letters(folded)))
    folded_words = frozenset(one.folded for some in by_length.values() for one in some)
    return _Copy(mark, folded_words, {size: tuple(some) for size, some in by_length.items()})


def slips(text: str, language: str, marks: Mapping[str, str] | None = None) -> dict[str, str]:
    """The words of a text that nobody here uses and that are one or two slips away from one that somebody does.

    By the word as it was typed. Acronyms, codes and numbers are taken as they are.
    """
    held = _words_held(marks)
    if not held.folded:
        return {}
    found = {}
    for typed in WORD.findall(text):
        for word in _LETTERS.findall(typed):
            folded = fold(word)
            if not SHORTEST <= len(folded) <= LONGEST or word.isupper() or folded in held.folded:
                continue
            # What the glossary or the stop words know is no slip, also when no entry has it.
            if folded not in STOP_WORDS and (meant := _meant(folded, language, held)):
                found[word] = meant
    return found


def corrected(text: str, found: Mapping[str, str]) -> str:
    """The text with its slips mended; capitals stay where they were at the beginning of a word."""

    def mend(match: re.Match[str]) -> str:
        word = match.group()
        meant = found.get(word, word)
        return meant[:1].upper() + meant[1:] if word[:1].isupper() else meant

    return _LETTERS.sub(mend, text)


def _meant(folded: str, language: str, held: _Copy) -> str:
    """The nearest word; of several the one of the reader's language, then the most frequent."""
    most = 2 if len(folded) >= TWO_SLIPS_FROM else 1
    letters = _letters(folded)
    best: tuple[int, int, int, str] | None = None
    word = ""
    for size in range(len(folded) - most, len(folded) + most + 1):
        for known in held.by_length.get(size, ()):
            # Each slip changes at most two letters of the set.
            if (letters ^ known.letters).bit_count() > 2 * most:
                continue
            slips_made = distance(folded, known.folded, most)
            if slips_made > most:
                continue
            # A slip in the first letter is rare: it counts as half a slip more.
            weight = 2 * slips_made + (folded[0] != known.folded[0])
            order = (weight, int(known.language != language), -known.frequency, known.folded)
            if best is None or order < best:
                best, word = order, known.word
    return word


def _letters(folded: str) -> int:
    bits = 0
    for letter in folded:
        bits |= 1 << (ord(letter) & 31)
    return bits


def distance(one: str, other: str, most: int) -> int:
    """How many slips (a letter more, less, other, or two swapped) are between two words; `most` + 1 when more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        line = [i]
        for j, against in enumerate(other, 1):
            cost = min(row[j] + 1, line[j - 1] + 1, row[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, before[j - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1
        before, row = row, line
    return row[-1] if row[-1] <= most else most + 1
