"""No hidden number can be worked out from what is shown: looked for by trying all tables that would show the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import count, product
from random import Random
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.selectors.reporting import Begun, Line, Place, Report, put_together
from learning.suppression import Shown, suppress

Numbers = list[list[int]]
MONTH = date(2026, 10, 1)


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
        assert shown[row][column] is not None or max(values) >= 2


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
        # With the 6 told, the third row would leave four at most for the first column of the others.
        ([[0, 4, 4], [0, 4, 0], [5, 6, 1]], [[None] * 3] * 3, [None, None, 12], [5, 14, 5]),
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


# --- A whole report, and a reader who reckons -------------------------------------------------


@dataclass(frozen=True)
class Reader:
    """Somebody who reads a table and its sums, and works out what each hidden number could be.

    She knows that each line stands for one person at least, that whoever began completed or did not, and that nobody
    took both quizzes who did not begin. It is exact: numbers that she thinks possible have a table that shows the same.
    """

    lines: list[Line]
    total: Line
    tells_completed: bool

    def numbers(self) -> list[dict[str, set[int]]]:
        """The possible values of all that is hidden, line by line."""
        return [self._of(place) if self._hides(line) else {} for place, line in enumerate(self.lines)]

    def _told(self, line: Line) -> tuple[int | None, int | None]:
        """Who completed, and who did not. Where a report does not tell, all are of one kind."""
        return (line.completed, line.not_completed) if self.tells_completed else (line.begun, 0)

    def _hides(self, line: Line) -> bool:
        return None in (line.begun, *self._told(line)) or (self.total.pairs is not None and line.pairs is None)

    def _fits(self, line: Line, completed: int, not_completed: int) -> bool:
        begun = completed + not_completed
        numbers = zip((*self._told(line), line.begun), (completed, not_completed, begun), strict=True)
        return (
            min(completed, not_completed) >= 0
            and begun >= max(1, line.pairs or 0)
            and all(told in {None, number} for told, number in numbers)
        )

    def _left(self) -> tuple[int, int, int]:
        """What wholly told lines leave of the sums; of the pairs, what told ones leave."""
        known = [line for line in self.lines if not self._hides(line)]
        sums = [of - sum(parts) for of, *parts in zip(self._told(self.total), *map(self._told, known), strict=True)]
        return sums[0], sums[1], (self.total.pairs or 0) - sum(line.pairs or 0 for line in self.lines)

    def _options(self, line: Line) -> list[tuple[int, int]]:
        completed, not_completed, _pairs = self._left()
        pairs = product(range(completed + 1), range(not_completed + 1))
        return [option for option in pairs if self._fits(line, *option)]

    def _room(self, line: Line, begun: int) -> int:
        """For how many of both quizzes there is room in a line that does not tell of them."""
        return begun if line.pairs is None else 0

    def _sums(self, lines: Iterable[Line]) -> set[tuple[int, int, int]]:
        """What lines can have together, and the room in them."""
        sums = {(0, 0, 0)}
        for line in lines:
            options = [(*option, self._room(line, sum(option))) for option in self._options(line)]
            sums = {(a + d, b + e, c + f) for a, b, c in sums for d, e, f in options}
        return sums

    def _of(self, place: int) -> dict[str, set[int]]:
        line, (completed, not_completed, pairs) = self.lines[place], self._left()
        others = [one for at, one in enumerate(self.lines) if at != place and self._hides(one)]
        # The line with most freedom has what all others leave.
        last = next((one for one in others if one.is_rest), None)
        found: dict[str, set[int]] = {"begun": set(), "completed": set(), "not_completed": set(), "pairs": set()}
        for done, open_, room in self._sums(one for one in others if one is not last):
            mine = self._options(line) if last else [(completed - done, not_completed - open_)]
            for option in mine:
                theirs = (completed - done - option[0], not_completed - open_ - option[1])
                if (last and not self._fits(last, *theirs)) or not self._fits(line, *option):
                    continue
                elsewhere = room + (self._room(last, sum(theirs)) if last else 0)
                here = range(max(0, pairs - elsewhere), min(self._room(line, sum(option)), pairs) + 1)
                if here:
                    found["begun"].add(sum(option))
                    found["completed"].add(option[0])
                    found["not_completed"].add(option[1])
                    found["pairs"].update(here)
        hidden = {"begun", "completed", "not_completed"} if self.tells_completed else {"begun"}
        hidden |= {"pairs"} if self.total.pairs is not None else set()
        return {name: values for name, values in found.items() if name in hidden and getattr(line, name) is None}


def read(report: Report) -> list[dict[str, set[int]]]:
    """What a reader makes of all tables of a report."""
    tables = [report.courses, report.countries, report.months]
    found = [one for table in tables for one in Reader(table, report.total, report.tells_completed).numbers()]
    by_country: dict[str, list[Line]] = defaultdict(list)
    for line in report.organizations:
        by_country[line.below or line.label].append(line)
    for country in report.countries:
        within = by_country.pop(country.label)
        if len(within) == 1:
            # Nothing that its country does not tell.
            assert replace(within[0], label="", below="", is_rest=False) == replace(country, label="", is_rest=False)
        else:
            found += Reader(within, country, report.tells_completed).numbers()
    assert by_country == {}
    return found


def one_line_each(**numbers: tuple[int, int, int]) -> Report:
    """A report on courses with so many who completed, did not, and took both quizzes; all of one ministry."""
    begun, titles, people = [], {}, (UUID(int=number) for number in count())
    for label, (completed, not_completed, pairs) in numbers.items():
        titles[record := next(people)] = label
        begun += [
            Begun(next(people), record, None, MONTH, at < completed, Decimal(10) if at < pairs else None)
            for at in range(completed + not_completed)
        ]
    return put_together(begun, titles, {}, up_to=MONTH)


def printed(lines: Iterable[Line]) -> dict[str, tuple[int | None, ...]]:
    return {line.label: (*line.counts, line.pairs) for line in lines}


def test_the_reader_works_out_what_was_told_before() -> None:
    """Pairs told beside counts that are not: two of them leave A one person, and B eight."""
    lines = [Line("A"), Line("B", pairs=8), Line("C", begun=10), Line("D", begun=30, pairs=25)]
    numbers = Reader(lines, Line("All", begun=49, pairs=38), tells_completed=False).numbers()
    assert [one.get("begun") for one in numbers] == [{1}, {8}, None, None]
    lines = [Line("A"), Line("B", pairs=13), Line("C", begun=20, completed=10, not_completed=10, pairs=10)]
    total = Line("All", begun=35, completed=17, not_completed=18, pairs=23)
    assert Reader(lines, total, tells_completed=True).numbers()[0]["begun"] == {1, 2}


def test_pairs_are_told_only_where_all_counts_are() -> None:
    report = one_line_each(A=(0, 1, 0), B=(0, 8, 8), C=(0, 10, 5), D=(0, 30, 25))
    assert printed(report.courses) == {
        "C": (10, None, None, 5), "D": (30, None, None, 25), "The rest, together": (9, None, None, 8),
    }  # fmt: skip
    report = one_line_each(A=(1, 0, 0), B=(6, 8, 13), C=(10, 10, 10))
    assert printed(report.courses) == {"C": (20, 10, 10, 10), "The rest, together": (15, 7, 8, 13)}


def test_pairs_of_a_line_that_tells_its_counts_can_be_few() -> None:
    report = one_line_each(A=(10, 10, 2), B=(10, 10, 9), C=(10, 10, 12))
    assert printed(report.courses) == {"A": (20, 10, 10, None), "B": (20, 10, 10, None), "C": (20, 10, 10, 12)}


def test_courses_with_one_person_each_are_one_line() -> None:
    """Six lines for six people would say that there is one in each."""
    report = one_line_each(A=(0, 1, 0), B=(0, 1, 0), C=(0, 1, 0), D=(0, 1, 0), E=(0, 1, 0), F=(0, 1, 0))
    assert printed(report.courses) == {"The rest, together": (6, None, None, None)}


def population(seed: int) -> Report:
    """A report on people who are unevenly spread over ministries, countries, courses and months."""
    chance = Random(seed)
    keys = [UUID(int=number) for number in range(200)]
    countries = [f"Country {letter}" for letter in "ABCD"[: chance.randint(1, 4)]]
    ministries = keys[: chance.randint(2, 9)]
    places = {pk: Place(f"Ministry {pk.int}", chosen := chance.choice(countries), chosen) for pk in ministries}
    titles = {pk: f"Course {pk.int}" for pk in keys[20 : 20 + chance.randint(1, 5)]}
    months = [date(2026, number, 1) for number in range(1, chance.randint(2, 6))]
    completing, trying = chance.choice([0.1, 0.3, 0.5, 0.9]), chance.choice([0.2, 0.5, 0.9, 1.0])
    begun = []
    for person in keys[100 : 100 + chance.randint(5, 60)]:
        # The first are many, the last few.
        ministry = (
            ministries[min(int(chance.expovariate(0.7)), len(ministries) - 1)] if chance.random() < 0.95 else None
        )
        for record in sorted(titles)[: 1 + (chance.random() < 0.2)] if chance.random() < 0.5 else [max(titles)]:
            gain = Decimal(chance.randint(-20, 90)) if chance.random() < trying else None
            month = months[min(int(chance.expovariate(0.7)), len(months) - 1)]
            begun.append(Begun(person, record, ministry, month, chance.random() < completing, gain))
    return put_together(begun, titles, places, up_to=MONTH)


def test_gains_are_told_only_on_lines_that_tell_all_counts() -> None:
    reports = [population(seed) for seed in range(200)]
    lines = [
        (line, line.counts if report.tells_completed else (line.begun,))
        for report in reports
        for line in (*report.courses, *report.countries, *report.organizations, *report.months)
    ]
    assert [line for line, counts in lines if None in counts and (line.pairs, line.gain) != (None, None)] == []
    assert [line for line, _counts in lines if (line.pairs is None) != (line.gain is None)] == []


@pytest.mark.parametrize("decade", range(20))
def test_no_reader_learns_that_a_hidden_number_is_small(decade: int) -> None:
    for seed in range(10 * decade, 10 * decade + 10):
        for possible in read(population(seed)):
            for name, values in possible.items():
                assert max(values, default=0) >= 5, (seed, name, values)
                # A part can be as large as its whole; that is told, and not small.
                assert len(values) > 1 or (name == "pairs" and min(values) >= 5), (seed, name, values)


def test_the_reader_had_much_to_reckon() -> None:
    """These populations hide numbers of all kinds that lines hide one by one: who began is told, or in the rest."""
    hidden = Counter(name for seed in range(200) for possible in read(population(seed)) for name in possible)
    assert min(hidden[name] for name in ("completed", "not_completed", "pairs")) > 100


@settings(max_examples=300, deadline=None)
@given(tables)
def test_the_rest_is_what_the_others_leave(numbers: Numbers) -> None:
    shown, true = suppress(of_strangers(numbers)), summed(numbers)
    assert shown.unlisted == [place for place, row in enumerate(whole(shown)[:-1]) if set(row) == {None}]
    for column, told in enumerate(shown.rest):
        number = sum(true[row][column] for row in shown.unlisted)
        assert told is None or (told == number and told >= 5)
