"""Sums of a budget: Decimal, each line rounded once, in the project's currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .enums import BudgetSource

NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Totals:
    """What a budget comes to; `total` is `requested` and `counterpart` together."""

    total: Decimal = NOTHING
    requested: Decimal = NOTHING
    counterpart: Decimal = NOTHING
    by_component: dict[str, Decimal] = field(default_factory=dict)
    # By the calendar year in which a line begins; None for lines without a date.
    by_year: dict[int | None, Decimal] = field(default_factory=dict)
    by_source: dict[str, Decimal] = field(default_factory=dict)
    by_category: dict[str, Decimal] = field(default_factory=dict)


def totals(lines: Iterable[Any]) -> Totals:
    """Add up budget lines; the components come in the order of their first line."""
    components: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    years: dict[int | None, Decimal] = defaultdict(lambda: NOTHING)
    sources: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    categories: dict[str, Decimal] = defaultdict(lambda: NOTHING)
    for line in lines:
        amount = line.converted
        components[line.component] += amount
        years[line.starts_on.year if line.starts_on else None] += amount
        sources[line.source] += amount
        categories[line.category] += amount
    requested = sources.get(BudgetSource.REQUESTED.value, NOTHING)
    total = sum(sources.values(), NOTHING)
    return Totals(
        total=total,
        requested=requested,
        counterpart=total - requested,
        by_component=dict(components),
        by_year=dict(years),
        by_source=dict(sources),
        by_category=dict(categories),
    )
