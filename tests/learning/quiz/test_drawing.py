"""Drawing and shuffling: they follow from the seed alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as some

from learning.quiz.drawing import TooFewQuestions, draw, order_of

from .asking import ALL, CLASSIFY, MATCH, MULTIPLE, ORDER, SEED, SINGLE, TRUEFALSE, QuestionForm, Sample, ids

QUESTIONS = [("q1", "m1"), ("q2", "m1"), ("q3", "m2"), ("q4", "m1"), ("q5", "m2")]


def test_an_order_is_the_same_on_every_machine() -> None:
    """Were it ever to change, attempts under way would change with it."""
    assert order_of("abcdef", 7) == list("ecdbaf")
    assert order_of("abcdef", 8) == list("cbaedf")


@given(ids, some.integers(), some.randoms())
def test_a_shuffle_is_a_permutation_and_does_not_look_at_how_it_was_written(
    names: list[str], seed: int, random: Any
) -> None:
    shuffled = order_of(names, seed)
    assert sorted(shuffled) == sorted(names)
    written = list(names)
    random.shuffle(written)
    assert order_of(written, seed) == shuffled


def test_every_order_comes_up() -> None:
    found = Counter("".join(order_of("abc", seed)) for seed in range(600))
    assert sorted(found) == ["abc", "acb", "bac", "bca", "cab", "cba"]
    assert min(found.values()) > 60


def names_shown(sample: Sample, seed: object, key: str = "q1") -> list[list[str]]:
    """The ids of the inputs and of their choices, as they are shown."""
    form = QuestionForm(sample.drawn.__class__(key, sample.type, 1, sample.structure, sample.texts), seed)
    return [
        list(form.fields),
        *([str(value) for value, _words in getattr(field, "choices", ())] for field in form.fields.values()),
    ]


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: sample.type)
@given(seed=some.integers(0, 2**62))
def test_a_seed_shows_the_same_order_in_every_language(sample: Sample, seed: int) -> None:
    english = names_shown(sample, seed)
    for language in ("es", "fr", "pt-br"):
        with translation.override(language):
            assert names_shown(sample, seed) == english


@pytest.mark.parametrize(
    ("sample", "orders", "fixed"),
    [(SINGLE, 6, 0), (MULTIPLE, 24, 0), (TRUEFALSE, 1, 0), (MATCH, 24, 0), (ORDER, 6, 1), (CLASSIFY, 6, 1)],
    ids=lambda given: getattr(given, "type", given),
)
def test_what_is_shuffled_and_what_stands_as_written(sample: Sample, orders: int, fixed: int) -> None:
    """Options, the right side of pairs and items are; true and false, the left side, places and boxes are not."""
    shown = [names_shown(sample, seed) for seed in range(400)]
    assert len({str(one) for one in shown}) == orders
    if sample in (MATCH, TRUEFALSE):
        assert {str(inputs) for inputs, *_choices in shown} == {str(shown[0][0])}
    if fixed:
        assert {str(choices) for _inputs, *choices in shown} == {str(shown[0][1:])}
    if sample is TRUEFALSE:
        assert shown[0][1] == ["true", "false"]


def test_two_questions_of_a_page_are_shuffled_apart() -> None:
    assert any(names_shown(MULTIPLE, seed, "q1") != names_shown(MULTIPLE, seed, "q2") for seed in range(9))


def test_without_pools_all_are_asked_as_written() -> None:
    assert draw([], QUESTIONS, SEED) == ["q1", "q2", "q3", "q4", "q5"]


def test_pools_draw_from_their_tag_and_stand_as_written() -> None:
    drawn = draw([("m2", 1), ("m1", 2)], QUESTIONS, SEED)
    assert (drawn[0] in {"q3", "q5"}, len(drawn)) == (True, 3)
    assert drawn[1:] == sorted(drawn[1:])
    assert draw([("m2", 1), ("m1", 2)], QUESTIONS, SEED) == drawn
    assert {tuple(draw([("m1", 2)], QUESTIONS, seed)) for seed in range(60)} == {
        ("q1", "q2"),
        ("q1", "q4"),
        ("q2", "q4"),
    }


@pytest.mark.parametrize(
    ("pools", "tag", "wanted", "there"),
    [
        ([("m1", 4)], "m1", 4, 3),
        ([("m9", 1)], "m9", 1, 0),
        ([("m1", 2), ("m1", 2)], "m1", 2, 1),
        ([("m1", -1)], "m1", -1, 3),
    ],
)
def test_a_pool_that_asks_for_too_many_is_named(
    pools: list[tuple[str, int]], tag: str, wanted: int, there: int
) -> None:
    with pytest.raises(TooFewQuestions) as refused:
        draw(pools, QUESTIONS, SEED)
    assert (refused.value.tag, refused.value.wanted, refused.value.there) == (tag, wanted, there)


@given(some.lists(some.tuples(some.uuids(), some.sampled_from("xyz")), unique_by=lambda one: one[0]), some.data())
def test_exactly_so_many_are_drawn_of_each_pool_and_none_twice(questions: Any, data: some.DataObject) -> None:
    there = Counter(tag for _id, tag in questions)
    pools = [(tag, data.draw(some.integers(0, count))) for tag, count in there.items()]
    drawn = draw(pools, questions, data.draw(some.integers()))
    tags = dict(questions)
    assert len(set(drawn)) == len(drawn)
    if pools:
        assert Counter(tags[one] for one in drawn) == Counter({tag: count for tag, count in pools if count})
