"""Terms that a text seems to call for, with the words that say so: computed here, the same every time.

No network and no model: words of the text are compared with the words of the terms (label, synonyms, definition, and
for problems the lack), folded and cut to their stems. Rare words of a scheme count more than those that stand in
every second term. A suggestion is never ticked for anybody.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from network_site.common.language import CODES
from network_site.taxonomy.models import Term

MOST = 5
# Only where they help: on the seeded practices half of the given terms of these schemes are among the five.
# Kinds of measure and sectors are not named in texts, and were found in a quarter and a third of the cases.
SUGGESTED = frozenset({"LAF", "TG", "DI"})
MIN_SCORE = 0.6
STEM = 6
# Where a word stands in a term says how much it means; a title says more of a practice than its description.
LABEL, LACK, DEFINITION = 1.0, 0.7, 0.35
PLACES = {"title": 2.0, "one_line": 1.6, "problem": 1.0, "description": 1.0}

_WORD = re.compile(r"[^\W\d_]{3,}")
_COMMON = {
    "en": "the and for with from that this are was were their they them into not who which each other has have had "
    "been its our all any how what when where out more than one two also can may between within without about "
    "after before both own use used using made make new such through over under per labour work workers working worker "
    "national ministry public practice programme system service services level",
    "es": "los las del por para con una uno que como sus son sin sobre entre más muy este esta estos estas cada otro "
    "otra han fue fueron ser desde hasta cuando donde todo todos según trabajo trabajadores trabajadoras laboral "
    "nacional ministerio público pública práctica programa sistema servicio servicios nivel",
    "fr": "les des une pour avec dans par sur que qui est sont aux leur leurs ces cette plus non pas elle ils été être "
    "avoir entre sans sous chaque autre autres tout tous selon travail travailleurs national nationale ministère "
    "public publique pratique programme système service services niveau",
    "pt-br": "dos das para com uma por que como são sem sobre entre mais muito este esta cada outro outra foi foram "
    "ser desde até quando onde todo todos segundo trabalho trabalhadores nacional ministério público pública prática "
    "programa sistema serviço serviços nível",
}


@dataclass(frozen=True)
class Suggestion:
    """A term, and the words of the text that speak for it."""

    code: str
    label: str
    words: tuple[str, ...]
    score: float


def fold(word: str) -> str:
    """A word without case and accents."""
    return "".join(c for c in unicodedata.normalize("NFD", word.casefold()) if not unicodedata.combining(c))


def stem(word: str) -> str:
    """The beginning that the forms of a word share, in all four languages, roughly."""
    folded = fold(word)
    if folded.endswith("ies") and len(folded) > 5:
        folded = folded[:-3] + "y"
    folded = folded.rstrip("s") if len(folded) > 4 else folded
    return folded[:STEM]


@lru_cache(maxsize=4)
def _stops(language: str) -> frozenset[str]:
    return frozenset(stem(word) for word in _COMMON.get(language, "").split())


def _stems(text: str, language: str) -> dict[str, str]:
    """Stems of a text, each with the word as it stands there first."""
    found: dict[str, str] = {}
    for word in _WORD.findall(text):
        key = stem(word)
        if key not in _stops(language):
            found.setdefault(key, word)
    return found


def _weights(term: Term, language: str) -> dict[str, float]:
    extra: Mapping[str, Any] = term.extra or {}
    texts = [(term.labels, LABEL), (extra.get("lack", {}), LACK), (term.definition, DEFINITION)]
    texts += [(synonyms, LABEL) for synonyms in extra.get("synonyms", [])]
    weights: dict[str, float] = {}
    for by_language, weight in texts:
        text = by_language.get(language, "") if isinstance(by_language, Mapping) else ""
        for key in _stems(text, language):
            weights[key] = max(weights.get(key, 0.0), weight)
    return weights


def suggest(scheme: str, texts: Mapping[str, str], language: str, *, leaves: bool = False) -> list[Suggestion]:
    """Up to five terms of a scheme for a text in one language, the best first; ties in the order of the scheme."""
    language = language if language in CODES else "en"
    terms = [term for term in Term.objects.of(scheme) if term.status == Term.Status.CURRENT]
    parents = {term.parent_id for term in terms if term.parent_id}
    choosable = [term for term in terms if (term.parent_id or not parents) and not (leaves and term.pk.count(".") > 1)]
    weighted = {term.pk: _weights(term, language) for term in choosable}
    common: dict[str, int] = {}
    for weights in weighted.values():
        for key in weights:
            common[key] = common.get(key, 0) + 1
    said: dict[str, tuple[float, str]] = {}
    for place, weight in PLACES.items():
        for key, word in _stems(texts.get(place, ""), language).items():
            if key not in said:
                said[key] = (weight, word)
    found = []
    for number, term in enumerate(choosable):
        hits = {key: weight for key, weight in weighted[term.pk].items() if key in said}
        score = sum(
            weight * said[key][0] * math.log(1 + len(choosable) / common[key]) for key, weight in hits.items()
        ) / math.sqrt(1 + len(weighted[term.pk]))
        if score >= MIN_SCORE:
            ordered = sorted(hits, key=lambda key: (-hits[key] * said[key][0], key))
            words = tuple(said[key][1] for key in ordered[:4])
            found.append(
                (
                    -round(score, 6),
                    number,
                    Suggestion(term.pk, term.lack if scheme == "DI" else term.label, words, score),
                )
            )
    return [suggestion for _score, _number, suggestion in sorted(found, key=lambda entry: entry[:2])[:MOST]]
