"""Money of other currencies in the project's own, rounded once."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

CENT = Decimal("0.01")


def converted(amount: Decimal, rate: Decimal) -> Decimal:
    """An amount at a rate (units of the project's currency for one of the amount's), half a cent upwards."""
    with localcontext() as context:
        context.prec = 60
        return (amount * rate).quantize(CENT, rounding=ROUND_HALF_UP)
