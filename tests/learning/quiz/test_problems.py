"""What authors get wrong, and the words that tell them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from learning.quiz.types import TYPES

from .asking import ALL, CLASSIFY, MATCH, MULTIPLE, NUMBER, OPEN, ORDER, SINGLE, TEXT, TRUEFALSE, Sample


def problems(sample: Sample, change: str = "", value: Any = None, points: Any = 2) -> list[str]:
    """The problems of a sample after one thing was changed: "texts.en.prompt" to a value, or taken out (None)."""
    question = {"structure": sample.structure, "texts": sample.texts, "key": sample.key}
    question = copy.deepcopy(question)
    *way, last = change.split(".") if change else [""]
    inner: Any = question
    for name in way:
        inner = inner[name]
    if value is None:
        inner.pop(last, None)
    else:
        inner[last] = value
    return TYPES[sample.type].problems(question.get("structure"), question.get("texts"), question.get("key"), points)


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.type)
def test_a_good_question_has_none(sample: Sample) -> None:
    assert sample.problems == []


@pytest.mark.parametrize("points", [0, 21, -1, 1.5, "2", True, None])
def test_points_are_whole_and_few(points: Any) -> None:
    assert problems(SINGLE, points=points) == ["“points” must be a whole number from 1 to 20."]


MARGIN = "The key needs either a tolerance or a percent, in quotes and not below 0."
NO_WORDS = "%s: the words for %s are missing."
STRANGE = "%s: there are words for %s, which the question does not have in English."


@pytest.mark.parametrize(
    ("sample", "change", "value", "said"),
    [
        # the structure
        (SINGLE, "structure", None, "The structure is missing."),
        (SINGLE, "structure.options", None, "“options” must be a list of at least 2 ids."),
        (SINGLE, "structure.options", ["b"], "“options” must be a list of at least 2 ids."),
        (SINGLE, "structure.options", "ab", "“options” must be a list of at least 2 ids."),
        (SINGLE, "structure.options", ["a", "b", "b"], "“options” names an id twice."),
        (
            SINGLE,
            "structure.options",
            ["a", False, "B 2"],
            "“options”: an id is a short word of small letters, figures and underscores, not B 2, False.",
        ),
        (
            SINGLE,
            "structure.option",
            ["a"],
            "The structure has option, which this type of question does not know.",
        ),
        (MATCH, "structure.right", ["r1"], "“right” must be a list of at least 2 ids."),
        (NUMBER, "structure.decimals", 11, "“decimals” must be a whole number from 0 to 10."),
        (NUMBER, "structure.unit", 5, "“unit” must be text."),
        (OPEN, "structure.min_words", -1, "“min_words” must be a whole number from 0 to 1000."),
        # the texts
        (SINGLE, "texts", None, "The English text is missing."),
        (SINGLE, "texts.en", None, "The English text is missing."),
        (SINGLE, "key.feedback", "because", "The English text is missing."),
        (SINGLE, "texts.en.prompt", "  ", NO_WORDS % ("English", "prompt")),
        (SINGLE, "texts.en.options", None, NO_WORDS % ("English", "options.a, options.b, options.c")),
        (SINGLE, "texts.es.options.b", "", NO_WORDS % ("Spanish", "options.b")),
        (SINGLE, "texts.fr", None, NO_WORDS % ("French", "options.a, options.b, options.c, prompt")),
        (SINGLE, "texts.de", {"prompt": "Was?"}, "“de” is not a language of this site."),
        (SINGLE, "texts.es.options.z", "zeta", STRANGE % ("Spanish", "options.z")),
        (MATCH, "texts.en.right.r3", 3, NO_WORDS % ("English", "right.r3")),
        (CLASSIFY, "texts.fr.boxes.y", None, NO_WORDS % ("French", "boxes.y")),
        (NUMBER, "texts.es.unit", None, NO_WORDS % ("Spanish", "unit")),
        (NUMBER, "texts.en.unit", None, STRANGE % ("Spanish", "unit")),
        # the feedback
        (SINGLE, "key.feedback.en._", None, NO_WORDS % ("English", "feedback._")),
        (SINGLE, "key.feedback.es", None, NO_WORDS % ("Spanish", "feedback._, feedback.a")),
        (SINGLE, "key.feedback.en.z", "no", STRANGE % ("English", "feedback.z")),
        (SINGLE, "key.feedback.fr.b", "oui", STRANGE % ("French", "feedback.b")),
        (TRUEFALSE, "key.feedback.en.true", "yes", NO_WORDS % ("Spanish", "feedback.true")),
        # where it is written
        (SINGLE, "key.evidence", None, "The evidence is incomplete: document, quote, place."),
        (SINGLE, "key.evidence.quote", " ", "The evidence is incomplete: quote."),
        # the answer
        (SINGLE, "key", None, "The key has no answer."),
        (SINGLE, "key.answer", "z", "The key names z, which the question does not have."),
        (MULTIPLE, "key.answer", [], "The key has no right option."),
        (MULTIPLE, "key.answer", "a", "The key has no right option."),
        (MULTIPLE, "key.answer", ["a", "z"], "The key names z, which the question does not have."),
        (MULTIPLE, "key.answer", ["a", "a"], "The key names an option twice."),
        (TRUEFALSE, "key.answer", "true", "The key must be true or false."),
        (
            NUMBER,
            "key.answer",
            {"value": 39, "tolerance": "0"},
            'The right number must be in quotes and in plain figures, such as "39" or "0.5".',
        ),
        (NUMBER, "key.answer.value", "39.55", "The right number has more decimals than the question allows."),
        (NUMBER, "key.answer.tolerance", None, MARGIN),
        (NUMBER, "key.answer.tolerance", "-1", MARGIN),
        (
            NUMBER,
            "key.answer.percent",
            "1",
            "The key needs either a tolerance or a percent, in quotes and not below 0.",
        ),
        (TEXT, "key.answer", ["jobs"], "The key needs a list of accepted answers for each language."),
        (TEXT, "key.answer.es", None, "The key accepts nothing in Spanish."),
        (TEXT, "key.answer.es", [" ", "obras"], "The key accepts an empty answer in Spanish."),
        (TEXT, "key.answer.de", ["Arbeit"], "“de” is not a language of this site."),
        (MATCH, "key.answer", ["r1"], "The key needs a place for each item."),
        (MATCH, "key.answer.l2", None, "The key has no place for l2."),
        (MATCH, "key.answer.l2", "r9", "The key names r9, which the question does not have."),
        (MATCH, "key.answer.l9", "r1", "The key names l9, which the question does not have."),
        (CLASSIFY, "key.answer.a", "z", "The key names z, which the question does not have."),
        (ORDER, "key.answer", ["a", "b"], "The key must name each item once, in the right order."),
        (ORDER, "key.answer", ["a", "b", "b"], "The key has no place for c."),
        (OPEN, "key.answer", "because", "An open question has no right answer in its key."),
    ],
)
def test_what_is_wrong_is_said(sample: Sample, change: str, value: Any, said: str) -> None:
    assert said in problems(sample, change, value)


@pytest.mark.parametrize("sample", [SINGLE, MATCH, ORDER, TEXT], ids=lambda sample: sample.type)
def test_a_language_may_be_missing_as_a_whole(sample: Sample) -> None:
    key, texts = sample.key, {"en": sample.texts["en"]}
    key["feedback"] = {"en": key["feedback"]["en"]}
    assert TYPES[sample.type].problems(sample.structure, texts, key, 1) == []


def test_an_open_question_needs_neither_evidence_nor_feedback() -> None:
    assert TYPES["open"].problems({}, {"en": {"prompt": "Why?"}}, {"answer": None, "feedback": None}, 1) == []


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("junk", [None, 5, "text", [], {}, {"en": None}, {"options": {}, "en": {"_": {}}}])
def test_junk_is_described_and_breaks_nothing(name: str, junk: Any) -> None:
    assert TYPES[name].problems(junk, junk, junk, junk)
    assert TYPES[name].problems({}, junk, {"answer": junk, "feedback": junk, "evidence": junk}, 1)
    sample = next(one for one in ALL if one.type == name)
    TYPES[name].problems(sample.structure, sample.texts, {"answer": junk, "feedback": {}}, 1)
    assert TYPES[name].problems(sample.structure, junk, sample.key, 1)
    TYPES[name].problems(sample.structure, sample.texts, sample.key | {"feedback": junk}, 1)
