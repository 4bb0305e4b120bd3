"""What answers are worth: exact shares for each type, and nothing beyond 0 and 1 whatever was stored."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from learning.quiz.types import TYPES

from .asking import (
    ALL,
    CLASSIFY,
    MATCH,
    MULTIPLE,
    NUMBER,
    OPEN,
    ORDER,
    PERCENT,
    SINGLE,
    TEXT,
    TRUEFALSE,
    Sample,
    samples,
)

ALL_OF_IT, NOTHING, ONE_THIRD, TWO_THIRDS = "1.0000", "0.0000", "0.3333", "0.6667"


@pytest.mark.parametrize(
    ("sample", "answer", "share"),
    [
        (SINGLE, "b", ALL_OF_IT),
        (SINGLE, "a", NOTHING),
        (SINGLE, "z", NOTHING),
        (SINGLE, ["b"], NOTHING),
        (MULTIPLE, ["a", "c", "d"], ALL_OF_IT),
        (MULTIPLE, ["d", "a", "c", "a"], ALL_OF_IT),
        (MULTIPLE, ["a", "c"], TWO_THIRDS),
        (MULTIPLE, ["a"], ONE_THIRD),
        (MULTIPLE, ["a", "a"], ONE_THIRD),
        (MULTIPLE, ["a", "c", "b"], ONE_THIRD),
        (MULTIPLE, ["a", "b", "c", "d"], TWO_THIRDS),
        (MULTIPLE, ["a", "b"], NOTHING),
        (MULTIPLE, ["b"], NOTHING),
        (MULTIPLE, ["z"], NOTHING),
        (MULTIPLE, "acd", NOTHING),
        (TRUEFALSE, True, ALL_OF_IT),
        (TRUEFALSE, False, NOTHING),
        (TRUEFALSE, 1, NOTHING),
        (TRUEFALSE, "true", NOTHING),
        (NUMBER, {"value": "39.5", "typed": "39,5"}, ALL_OF_IT),
        (NUMBER, {"value": "39", "typed": "39"}, ALL_OF_IT),
        (NUMBER, {"value": "40", "typed": "40"}, ALL_OF_IT),
        (NUMBER, {"value": "40.00000000000000001", "typed": ""}, NOTHING),
        (NUMBER, {"value": "38.9", "typed": "38.9"}, NOTHING),
        (NUMBER, {"value": "-39.5", "typed": "-39.5"}, NOTHING),
        (NUMBER, {"value": "NaN", "typed": "NaN"}, NOTHING),
        (NUMBER, {"value": "1e309", "typed": "1e309"}, NOTHING),
        (NUMBER, {"value": "Infinity", "typed": ""}, NOTHING),
        (NUMBER, {"value": 39.5, "typed": ""}, NOTHING),
        (NUMBER, {}, NOTHING),
        (NUMBER, "39.5", NOTHING),
        (PERCENT, {"value": "7182", "typed": "7182"}, ALL_OF_IT),
        (PERCENT, {"value": "7189.182", "typed": ""}, ALL_OF_IT),
        (PERCENT, {"value": "7174.818", "typed": ""}, ALL_OF_IT),
        (PERCENT, {"value": "7189.183", "typed": ""}, NOTHING),
        (PERCENT, {"value": "7174.817", "typed": ""}, NOTHING),
        (TEXT, "public works", ALL_OF_IT),
        (TEXT, "  PUBLIC\u00a0 Wörks ", ALL_OF_IT),
        (TEXT, "jobs", ALL_OF_IT),
        (TEXT, "Obras publicas", ALL_OF_IT),
        (TEXT, "L'EMPLOI AIDE", ALL_OF_IT),
        (TEXT, "ac\u0327a\u0303o", ALL_OF_IT),
        (TEXT, "public work", NOTHING),
        (TEXT, "public works and jobs", NOTHING),
        (TEXT, "", NOTHING),
        (TEXT, 5, NOTHING),
        (MATCH, {"l1": "r2", "l2": "r1", "l3": "r2"}, ALL_OF_IT),
        (MATCH, {"l1": "r2", "l2": "r1", "l3": "r4"}, TWO_THIRDS),
        (MATCH, {"l1": "r2"}, ONE_THIRD),
        (MATCH, {"l1": "r1", "l2": "r2"}, NOTHING),
        (MATCH, {"l9": "r2", "l1": "r9", "l2": ["r1"]}, NOTHING),
        (ORDER, ["c", "a", "b"], ALL_OF_IT),
        (ORDER, ["c", "b", "a"], ONE_THIRD),
        (ORDER, ["c", None, "b"], TWO_THIRDS),
        (ORDER, ["a", "b", "c"], NOTHING),
        (ORDER, ["c"], ONE_THIRD),
        (ORDER, ["c", "a", "b", "c"], ALL_OF_IT),
        (ORDER, ["z", ["a"], {}], NOTHING),
        (CLASSIFY, {"a": "x", "b": "y", "c": "x"}, ALL_OF_IT),
        (CLASSIFY, {"a": "x", "b": "x", "c": "x"}, TWO_THIRDS),
        (CLASSIFY, {"a": "y", "b": "y"}, ONE_THIRD),
        (CLASSIFY, ["x", "y", "x"], NOTHING),
        (OPEN, "I would ask the offices first.", None),
    ],
)
def test_what_an_answer_is_worth(sample: Sample, answer: Any, share: str | None) -> None:
    assert sample.grade(answer) == share


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.type)
def test_no_answer_is_worth_nothing_and_keeps_no_tutor_waiting(sample: Sample) -> None:
    assert sample.grade(None) == NOTHING


@given(samples())
def test_the_answer_of_the_key_is_worth_everything(sample: Sample) -> None:
    assert sample.problems == []
    kind = TYPES[sample.type]
    assert kind.grade(sample.structure, sample.key, kind.right(sample.key)) == Decimal("1.0000")


@given(samples(), some.data())
def test_whatever_was_stored_is_worth_0_to_1_with_four_places(sample: Sample, data: some.DataObject) -> None:
    names = [one for ids in sample.structure.values() if isinstance(ids, list) for one in ids] or ["a"]
    leaves = some.none() | some.booleans() | some.integers() | some.text(max_size=9) | some.sampled_from(names)
    answer = data.draw(
        leaves
        | some.lists(leaves | some.lists(leaves), max_size=9)
        | some.dictionaries(some.sampled_from([*names, "value", "typed"]), leaves | some.lists(leaves), max_size=9)
    )
    share = TYPES[sample.type].grade(sample.structure, sample.key, answer)
    assert share is not None
    assert 0 <= share <= 1
    assert share.as_tuple().exponent == -4
