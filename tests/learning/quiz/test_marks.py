"""Scores, which attempt counts, passing, when keys may be shown, deadlines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from learning.quiz import marks
from learning.quiz.base import share

NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def scored(*graded: tuple[int, str | None]) -> tuple[str, int, str, int]:
    made = marks.score((points, None if part is None else Decimal(part)) for points, part in graded)
    return str(made.earned), made.most, str(made.percent), made.waiting


@pytest.mark.parametrize(
    ("graded", "score"),
    [
        ([], ("0.00", 0, "0.00", 0)),
        ([(1, "1.0000"), (2, "1.0000")], ("3.00", 3, "100.00", 0)),
        ([(1, "0.0000")], ("0.00", 1, "0.00", 0)),
        ([(1, "1.0000"), (2, "0.0000")], ("1.00", 3, "33.33", 0)),
        ([(2, "0.6667"), (1, "1.0000")], ("2.33", 3, "77.67", 0)),
        ([(1, "0.3333")] * 3, ("1.00", 3, "33.33", 0)),
        ([(1, "1.0000"), (3, None), (1, None)], ("1.00", 5, "20.00", 2)),
    ],
)
def test_the_score_of_an_attempt(graded: list[tuple[int, str | None]], score: tuple[str, int, str, int]) -> None:
    assert scored(*graded) == score


def test_three_thirds_make_a_whole_and_pass() -> None:
    """13 of 20 points, one of them in thirds: exactly the pass mark."""
    assert scored(*[(1, "0.3333")] * 3, *[(1, "1.0000")] * 12, *[(1, "0.0000")] * 5) == ("13.00", 20, "65.00", 0)


rights = some.integers(1, 9).flatmap(lambda of: some.tuples(some.integers(0, of), some.just(of)))


@given(some.lists(some.tuples(some.integers(1, 10), rights), min_size=1, max_size=10), some.integers(0, 100))
def test_rounding_never_costs_a_pass(rows: list[tuple[int, tuple[int, int]]], mark: int) -> None:
    true = sum(points * Fraction(*right) for points, right in rows)
    most = sum(points for points, _right in rows)
    made = marks.score((points, share(right, of)) for points, (right, of) in rows)
    assert 0 <= made.earned <= most
    assert 0 <= made.percent <= 100
    assert abs(Fraction(made.earned) - true) <= Fraction(1, 100)
    if 100 * true / most >= mark:
        assert marks.is_passed(made.percent, mark)


@pytest.mark.parametrize(
    ("percents", "highest", "last", "first"),
    [([], None, None, None), ([50], 0, 0, 0), ([50, 80, 80, 20], 1, 3, 0), ([90, 10], 0, 1, 0)],
)
def test_which_attempt_counts(percents: list[int], highest: int | None, last: int | None, first: int | None) -> None:
    given_ = [Decimal(one) for one in percents]
    assert marks.counting(given_, "highest") == highest
    assert marks.counting(given_, "last") == last
    assert marks.counting(given_, "first") == first


@pytest.mark.parametrize(
    ("percent", "passed", "distinguished"),
    [("0", False, False), ("64.99", False, False), ("65.00", True, False), ("89.99", True, False), ("90", True, True)],
)
def test_the_marks_to_pass(percent: str, passed: bool, distinguished: bool) -> None:
    value = Decimal(percent)
    assert (marks.is_passed(value), marks.is_distinguished(value)) == (passed, distinguished)


def test_a_course_has_marks_of_its_own() -> None:
    assert marks.is_passed(Decimal(50), 50)
    assert not marks.is_distinguished(Decimal(94), 95)


BEFORE, AT, NEVER = NOON + SECOND, NOON, None
STATES = ["open", "waiting", "graded", "expired"]


@pytest.mark.parametrize(("state", "closes_at"), list(product(STATES, [BEFORE, AT, NEVER])))
def test_when_the_key_may_be_shown(state: str, closes_at: datetime | None) -> None:
    def may(feedback: Any) -> bool:
        return marks.may_reveal(feedback, state, closes_at, NOON)

    assert may("now") is True
    assert may("after_submit") is (state != "open")
    assert may("after_close") is (state != "open" and closes_at == AT)
    assert may("whenever") is False


@pytest.mark.parametrize(
    ("minutes", "extra", "after"), [(20, 0, 20), (20, 25, 25), (20, 50, 30), (20, 100, 40), (3, 33, 3.99)]
)
def test_the_deadline_of_a_person(minutes: int, extra: int, after: float) -> None:
    assert marks.deadline(NOON, minutes * MINUTE, extra) == NOON + after * MINUTE


def test_half_a_minute_is_forgiven() -> None:
    assert marks.deadline(NOON, None, 50) is None
    assert not marks.is_late(None, NOON + 10_000 * MINUTE)
    assert not marks.is_late(NOON, NOON)
    assert not marks.is_late(NOON, NOON + 30 * SECOND)
    assert marks.is_late(NOON, NOON + 30 * SECOND + timedelta(microseconds=1))
