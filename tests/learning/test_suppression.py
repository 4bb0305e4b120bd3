"""No hidden number can be worked out from what is shown: looked for by trying all tables that would show the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.suppression import Shown, suppress

Numbers = list[list[int]]


def of_strangers(numbers: Sequence[Sequence[int]]) -> list[list[list[int]]]:
    """Cells of so many people, everybody in one cell only."""
    people = count()
    return [[[next(people) for _one in range(number)] for number in row] for row in numbers]


def whole(shown: Shown) -> list[list[int | None]]:
    """The table with its sums."""
    return [*([*row, total] for row, total in zip(shown.cells, shown.rows, strict=True)), [*shown.columns, shown.total]]


def summed(numbers: Sequence[Sequence[int]]) -> Numbers:
    rows = [[*row, sum(row)] for row in numbers]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def lines(table: Sequence[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    yield from table
    yield from zip(*table, strict=True)


tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 40), min_size=width, max_size=width), min_size=1, max_size=8)
)
# Small enough to try every other table; five is two here.
small = st.sampled_from([(2, 2), (3, 1), (1, 3), (1, 1)]).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(0, 4), min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
    )
)


@settings(max_examples=300, deadline=None)
@given(tables)
def test_what_is_shown_is_true_and_not_small(numbers: Numbers) -> None:
    for shown, true in zip(whole(suppress(of_strangers(numbers))), summed(numbers), strict=True):
        for told, number in zip(shown, true, strict=True):
            assert told is None or (told == number and told >= 5)


@settings(max_examples=300, deadline=None)
@given(tables)
def test_no_hidden_number_is_the_only_unknown_of_its_row_or_column(numbers: Numbers) -> None:
    table = whole(suppress(of_strangers(numbers)))
    assert [line for line in lines(table) if list(line).count(None) == 1] == []


@settings(max_examples=300, deadline=None)
@given(tables)
def test_what_is_left_of_a_sum_is_not_small_either(numbers: Numbers) -> None:
    table, true = whole(suppress(of_strangers(numbers))), summed(numbers)
    for shown, known in zip(lines(table), lines(true), strict=True):
        left = [number for told, number in zip(shown[:-1], known[:-1], strict=True) if told is None]
        if left and shown[-1] is not None:
            assert sum(left) >= 5


@settings(max_examples=300, deadline=None)
@given(tables)
def test_sums_of_five_and_more_stay(numbers: Numbers) -> None:
    shown, columns = suppress(of_strangers(numbers)), summed(numbers)[-1]
    if min(columns) >= 5:
        assert [*shown.columns, shown.total] == columns


@settings(max_examples=100, deadline=None)
@given(small)
def test_every_hidden_number_could_be_another_one(numbers: Numbers) -> None:
    shown = whole(suppress(of_strangers(numbers), least=2))
    height, width = len(numbers), len(numbers[0])
    possible: dict[tuple[int, int], set[int]] = {}
    for guess in product(range(7), repeat=height * width):
        other = summed([list(guess[row * width : (row + 1) * width]) for row in range(height)])
        cells = [(row, column) for row in range(height + 1) for column in range(width + 1)]
        if all(shown[row][column] in {None, other[row][column]} for row, column in cells):
            for row, column in cells:
                possible.setdefault((row, column), set()).add(other[row][column])
    for (row, column), values in possible.items():
        assert (len(values) == 1) == (shown[row][column] is not None)


@pytest.mark.parametrize(
    ("numbers", "cells", "rows", "columns"),
    [
        ([[7, 5], [20, 30]], [[7, 5], [20, 30]], [12, 50], [27, 35]),
        # The small one, its neighbour in the row, and in each column another one.
        ([[3, 9], [20, 30], [40, 50]], [[None, None], [None, None], [40, 50]], [12, 50, 90], [63, 89]),
        # Nothing but the sum of all can be told.
        ([[1, 2], [3, 4]], [[None, None], [None, None]], [None, None], [None, None]),
        # What is left of the first column would be 3: the next one goes with them.
        ([[1], [2], [8], [30]], [[None], [None], [None], [30]], [None, None, None, 30], [41]),
        ([[4]], [[None]], [None], [None]),
    ],
)
def test_tables(numbers: Numbers, cells: Any, rows: Any, columns: Any) -> None:
    shown = suppress(of_strangers(numbers))
    assert (shown.cells, shown.rows, shown.columns) == (cells, rows, columns)


def test_everybody_completed_is_not_told_by_way_of_two_sums() -> None:
    """Alone in no line, and still nothing: both first rows leave nothing for their second cells."""
    shown = suppress(of_strangers([[5, 0], [6, 0], [9, 9], [30, 30]]))
    assert [row[1] for row in shown.cells[:3]] == [None, None, None]
    assert None in shown.cells[2]


def test_one_person_in_five_courses_is_one_person() -> None:
    shown = suppress([[["Ana"] * 5], [["Ana", "Rosa", "Luz", "Eva", "Pia", "Sol"]]])
    assert (shown.cells, shown.total) == ([[None], [None]], 11)


def test_a_table_without_rows() -> None:
    assert suppress([]) == Shown([], [], [], None)
