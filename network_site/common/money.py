"""Money always with its ISO 4217 code."""

from __future__ import annotations

from functools import cache

from babel.numbers import list_currencies


@cache
def currencies() -> frozenset[str]:
    """All currency codes that CLDR knows."""
    return frozenset(list_currencies())


def is_currency(code: str) -> bool:
    """Whether the three letters name a currency."""
    return code in currencies()
