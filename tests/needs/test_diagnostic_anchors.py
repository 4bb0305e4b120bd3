"""Each score of each item says what it means, in four languages."""

from __future__ import annotations

import pytest
from django.utils import translation

from needs.guides import all_anchors, anchors, faults_of
from needs.selectors.diagnostic import by_area, list_items

pytestmark = pytest.mark.django_db


def codes() -> list[str]:
    return [item.code for item in list_items()]


def test_there_are_forty_items_in_nine_areas() -> None:
    items = list_items()
    assert len(items) == 40
    assert [(code, len(group)) for code, group in by_area(items).items()] == [
        ("D1", 4), ("D2", 4), ("D3", 5), ("D4", 4), ("D5", 3), ("D6", 8), ("D7", 5), ("D8", 3), ("D9", 4),
    ]  # fmt: skip


def test_every_item_has_its_five_sentences_in_every_language() -> None:
    assert faults_of(all_anchors(), codes()) == []


def test_no_sentence_stands_at_two_items() -> None:
    for language in ("en", "es", "fr", "pt-br"):
        every = [text for texts in all_anchors().values() for text in texts[language]]
        assert len(set(every)) == 200


def test_a_fault_is_found_and_named() -> None:
    good = {code: dict(texts) for code, texts in all_anchors().items()}
    missing = {code: texts for code, texts in good.items() if code != "D3.1"}
    short = good | {"D3.1": good["D3.1"] | {"fr": good["D3.1"]["fr"][:4]}}
    long = good | {"D3.1": good["D3.1"] | {"es": [*good["D3.1"]["es"][:4], "x" * 91]}}
    twice = good | {"D3.1": good["D3.1"] | {"en": [good["D3.1"]["en"][0]] * 5}}
    strange = good | {"D6.2.1": good["D3.1"]}
    for broken, words in ((missing, "D3.1 en"), (short, "D3.1 fr"), (long, "too long"), (twice, "D3.1 en")):
        assert any(words in fault for fault in faults_of(broken, codes())), words
    assert faults_of(strange, codes()) == ["D6.2.1: is no item"]


def test_a_reader_gets_the_sentences_in_her_language() -> None:
    with translation.override("pt-br"):
        assert anchors("D3.3")[0] == "Não há planos de ação individuais."
    with translation.override("en"):
        assert anchors("D3.3")[0] == "There are no individual action plans."
