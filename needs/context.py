"""How far apart two countries are, item by item; never one "similarity per cent" (practices page, section 4.3, 1).

Both sides come from open figures with a year and a source. What nobody has reported is not known, and is no distance.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from network_site.taxonomy.models import ContextFigure, Term

SCHEME = "CTX"
INCOME, LANGUAGES = "CTX01", "CTX17"
# The World Bank's groups from low to high, as the figures spell them (LL low, L lower middle, U upper middle, H high).
INCOME_ORDER = ("LL", "L", "U", "H")
# Of two numbers, the larger over the smaller: up to here they are alike, and beyond the second far apart.
ALIKE, FAR = Decimal("1.25"), Decimal(2)


class Distance(TextChoices):
    """How far apart two values are."""

    SAME = "same", pgettext_lazy("distance", "alike")
    NEAR = "near", pgettext_lazy("distance", "somewhat apart")
    FAR = "far", pgettext_lazy("distance", "far apart")
    UNKNOWN = "unknown", _("not known")


def distances(home: str, there: str) -> list[dict[str, Any]]:
    """All items for two countries (ISO codes), the far ones first, those of which nothing is known last.

    Each names the item's code, both values ({"value", "unit", "year", "source"}; None where nothing is reported) and
    the distance. Two queries, however many items.
    """
    figures: dict[tuple[str, str], ContextFigure] = {}
    rows = ContextFigure.objects.filter(country_id__in={home, there}).select_related("item").order_by("year", "pk")
    for figure in rows:
        figures[figure.country_id, figure.item_id] = figure  # the latest year stays
    found = [
        {
            "item": term.pk,
            "home": _side(ours),
            "there": _side(theirs),
            "distance": _distance(term.pk, ours, theirs).value,
        }
        for term in Term.objects.in_use().of(SCHEME).order_by("position", "code")
        for ours, theirs in [(figures.get((home, term.pk)), figures.get((there, term.pk)))]
    ]
    order = (Distance.FAR, Distance.NEAR, Distance.SAME, Distance.UNKNOWN)
    return sorted(found, key=lambda row: (order.index(Distance(row["distance"])), not (row["home"] or row["there"])))


def _side(figure: ContextFigure | None) -> dict[str, str] | None:
    if figure is None:
        return None
    return {
        "value": figure.value,
        "unit": figure.unit,
        "year": figure.year,
        "source": ", ".join(part for part in (figure.source, figure.place) if part),
    }


def _distance(item: str, ours: ContextFigure | None, theirs: ContextFigure | None) -> Distance:
    if ours is None or theirs is None:
        return Distance.UNKNOWN
    measure: Callable[[str, str], Distance] = {INCOME: _steps, LANGUAGES: _shared}.get(item, _ratio)
    # Numbers with different units are not compared.
    if measure is _ratio and ours.unit != theirs.unit:
        return Distance.UNKNOWN
    return measure(ours.value, theirs.value)


def _steps(ours: str, theirs: str) -> Distance:
    if ours not in INCOME_ORDER or theirs not in INCOME_ORDER:
        return Distance.UNKNOWN
    apart = abs(INCOME_ORDER.index(ours) - INCOME_ORDER.index(theirs))
    return (Distance.SAME, Distance.NEAR)[apart] if apart < 2 else Distance.FAR


def _shared(ours: str, theirs: str) -> Distance:
    here, there = ours.split(), theirs.split()
    if here[:1] == there[:1]:
        return Distance.SAME
    return Distance.NEAR if set(here) & set(there) else Distance.FAR


def _ratio(ours: str, theirs: str) -> Distance:
    try:
        small, large = sorted((abs(Decimal(ours)), abs(Decimal(theirs))))
    except InvalidOperation:
        return Distance.SAME if ours == theirs else Distance.UNKNOWN
    if small == large:
        return Distance.SAME
    if not small or large / small > FAR:
        return Distance.FAR
    return Distance.SAME if large / small <= ALIKE else Distance.NEAR
