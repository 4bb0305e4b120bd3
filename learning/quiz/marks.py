"""From answers to a mark: scores, which attempt counts, passing, when the key may be shown, deadlines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Grading = Literal["highest", "last", "first"]
Feedback = Literal["now", "after_submit", "after_close"]

PASS_MARK = Decimal(65)
DISTINCTION_MARK = Decimal(90)
GRACE = timedelta(seconds=30)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Score:
    """What an attempt is worth; provisional while answers wait for a tutor."""

    earned: Decimal
    most: int
    waiting: int = 0

    @property
    def percent(self) -> Decimal:
        return percent_of(self.earned, self.most)


def rounded(value: Decimal) -> Decimal:
    """Two decimals, the half up, as people round."""
    return value.quantize(CENT, ROUND_HALF_UP)


def points_of(points: int, share: Decimal) -> Decimal:
    """What one answer earned, as it is shown."""
    return rounded(points * share)


def percent_of(earned: Decimal, most: int) -> Decimal:
    """How much of what could be earned; nothing of nothing is 0."""
    return rounded(100 * earned / most) if most else Decimal("0.00")


def score(graded: Iterable[tuple[int, Decimal | None]]) -> Score:
    """The score of an attempt, from the points and the share of each question. A share of None waits for a tutor.

    The sum is rounded once. A share is off by 0.00005 at most, so in a quiz of up to 100 points nobody who earned
    a whole percent falls below it by rounding.
    """
    rows = list(graded)
    earned = sum((points * share for points, share in rows if share is not None), Decimal(0))
    waiting = sum(share is None for _points, share in rows)
    return Score(rounded(earned), sum(points for points, _share in rows), waiting)


def counting(percents: Sequence[Decimal], grading: Grading) -> int | None:
    """Which of the attempts counts, by its place in their order; of equal ones the earlier. None without any."""
    if not percents:
        return None
    if grading == "highest":
        return percents.index(max(percents))
    return 0 if grading == "first" else len(percents) - 1


def is_passed(percent: Decimal, mark: Decimal | int = PASS_MARK) -> bool:
    """Whether it is enough."""
    return percent >= mark


def is_distinguished(percent: Decimal, mark: Decimal | int = DISTINCTION_MARK) -> bool:
    """Whether it is enough for honours."""
    return percent >= mark


def may_reveal(feedback: Feedback, state: str, closes_at: datetime | None, now: datetime) -> bool:
    """Whether the key of an answered question may be shown to the person whose attempt it is.

    `now` is the time of the question. An attempt that is still open shows its key only under the rule "now": there
    each question may be asked about once its answer is stored for good. A quiz that never closes never
    shows its key under "after_close".
    """
    if feedback == "now":
        return True
    if state == "open":
        return False
    return feedback == "after_submit" or (feedback == "after_close" and closes_at is not None and now >= closes_at)


def deadline(started_at: datetime, limit: timedelta | None, extra_percent: int = 0) -> datetime | None:
    """When an attempt ends for a person, with her extra time; None without a limit."""
    return None if limit is None else started_at + limit * (100 + extra_percent) / 100


def is_late(ends_at: datetime | None, now: datetime) -> bool:
    """Whether answers come too late. Half a minute is forgiven: lines are slow."""
    return ends_at is not None and now > ends_at + GRACE
