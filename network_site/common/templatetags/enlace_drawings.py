"""Drawings of amounts: the funding gap, points that sum to a score, bars on a scale.

Widths are SVG attributes, never styles. Every drawing is for the eye only: its numbers stand beside it in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join

register = template.Library()

GAP_WIDTH = 600
BAR_WIDTH = 400
HATCHED = "url(#hatch)"  # the pattern of components/sprite.html
SLIT = Decimal("0.6")  # between two reasons of one score


def _number(value: Any) -> Decimal:
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def _attribute(value: Decimal) -> str:
    """A length for an SVG attribute: a point for the decimals in every language."""
    return f"{value:.1f}".removesuffix(".0")


@dataclass(frozen=True)
class Gap:
    """The drawing, what nobody has committed, and what was committed or promised beyond what is needed."""

    svg: str
    open: Decimal
    over: Decimal


@register.simple_tag
def gap_bar(needed: Any, committed: Any, received: Any, pledged: Any = None) -> Gap:
    """What has arrived (solid), what more is committed (mid tone), what is only pledged (hatched), and the rest.

    Only committed money closes the gap: a pledge is drawn where it would stand, and stays open.
    """
    whole = _number(needed)
    bound, arrived = (max(_number(value), Decimal(0)) for value in (committed, received))
    stages = [arrived, max(bound - arrived, Decimal(0)), max(_number(pledged), Decimal(0))]
    given = sum(stages, Decimal(0))
    if whole <= 0:
        return Gap("", Decimal(0), Decimal(0))
    scale = GAP_WIDTH / max(whole, given)
    parts, start = [], Decimal(0)
    for css, amount in zip(("rcv", "com", "pl"), stages, strict=True):
        if amount:
            fill = HATCHED if css == "pl" else "none"  # the style sheet fills the others
            parts.append((css, fill, _attribute(start), _attribute(amount * scale)))
        start += amount * scale
    drawn = format_html_join("", '<rect class="{}" fill="{}" x="{}" y="0" width="{}" height="18"/>', parts)
    svg = format_html(
        '<svg class="gap" viewBox="0 0 {} 18" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="edge" x=".5" y=".5" width="{}" height="17"/>{}</svg>',
        GAP_WIDTH,
        GAP_WIDTH - 1,
        drawn,
    )
    return Gap(svg, max(whole - max(bound, arrived), Decimal(0)), max(given - whole, Decimal(0)))


@dataclass(frozen=True)
class Points:
    """The drawing, the sum of the points and the highest score."""

    svg: str
    total: int
    of: int


@register.simple_tag
def points_bar(points: Iterable[Mapping[str, Any]], of: Any = None) -> Points:
    """One piece for each reason, as long as its points; points taken away shorten nothing, they are said in words."""
    highest = int(of or 100)
    pieces, start, total = [], Decimal(0), 0
    for item in points:
        given = int(item["points"])
        total += given
        if given > 0:
            length = Decimal(given) * 100 / highest
            pieces.append((_attribute(start), _attribute(max(length - SLIT, SLIT))))
            start += length
    svg = format_html(
        '<svg class="ptbar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        "{}</svg>",
        format_html_join("", '<rect x="{}" width="{}" height="4"/>', pieces),
    )
    return Points(svg, total, highest)


@register.simple_tag
def bar(value: Any, of: Any, previous: Any = None) -> str:
    """One bar on a scale with four marks; without a value only the scale."""
    scale = BAR_WIDTH / _number(of) if _number(of) > 0 else Decimal(0)

    def length(given: Any) -> Decimal:
        return min(max(_number(given) * scale, Decimal(0)), Decimal(BAR_WIDTH))

    drawn = format_html('<rect class="rcv" y="3" width="{}" height="14"/>', _attribute(length(value)))
    line = format_html('<path class="prev" d="M{} 0v20"/>', _attribute(length(previous)))
    return format_html(
        '<svg viewBox="0 0 {} 20" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<path class="axis" d="M0 0v20M100 0v20M200 0v20M300 0v20M400 0v20"/>{}{}</svg>',
        BAR_WIDTH,
        drawn if value is not None and value != "" else "",
        line if previous is not None and previous != "" else "",
    )
