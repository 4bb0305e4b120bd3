"""What each score of each item of the diagnostic means: the data of needs/data/anchors.yaml."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import yaml

from network_site.common.language import CODES, pick

from .enums import MAX_SCORE

ANCHORS = Path(__file__).parent / "data" / "anchors.yaml"
LONGEST = 90

# Item: language: the sentences of the scores 0 to 4.
Anchors = Mapping[str, Mapping[str, Sequence[str]]]


@cache
def all_anchors() -> Anchors:
    """Every sentence as written, by the code of its item."""
    found: Anchors = yaml.safe_load(ANCHORS.read_text(encoding="utf-8"))
    return found


def faults_of(anchors: Anchors, items: Sequence[str]) -> list[str]:
    """What is wrong with the sentences, in words: each item needs five in every language, all different and short."""
    faults = [f"{code}: is no item" for code in anchors if code not in items]
    for code in items:
        given = anchors.get(code, {})
        faults += [f"{code}: {language} is no language of the site" for language in given if language not in CODES]
        for language in CODES:
            texts = given.get(language, ())
            if len(texts) != MAX_SCORE + 1 or len(set(texts)) != MAX_SCORE + 1:
                faults.append(f"{code} {language}: wants {MAX_SCORE + 1} different sentences")
            faults += [
                f"{code} {language} {score}: {text!r} is empty, too long or not trimmed"
                for score, text in enumerate(texts)
                if not isinstance(text, str) or not 0 < len(text) <= LONGEST or text != text.strip()
            ]
    return faults


def anchors(code: str) -> list[str]:
    """The sentences of one item in the interface language, from score 0 to 4."""
    given = all_anchors()[code]
    return [pick({language: texts[score] for language, texts in given.items()}) or "" for score in range(MAX_SCORE + 1)]
