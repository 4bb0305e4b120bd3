"""Drawings of amounts: what they say is what the numbers beside them say."""

from __future__ import annotations

from decimal import Decimal

import pytest
from bs4 import BeautifulSoup
from django.template.loader import render_to_string
from django.utils import translation

from network_site.common.templatetags.enlace_drawings import bar, gap_bar, points_bar


def pieces(svg: str, tag: str = "rect") -> list[tuple[str, str, str]]:
    found = BeautifulSoup(svg, "html.parser").find_all(tag)
    return [(" ".join(one.get("class", [])), one.get("x", "0"), one["width"]) for one in found]


def test_the_stages_of_a_sum_stand_side_by_side_as_long_as_they_are() -> None:
    drawn = gap_bar(600, 160, 100, 240)
    assert pieces(drawn.svg) == [
        ("edge", ".5", "599"), ("rcv", "0", "100"), ("com", "100", "60"), ("pl", "160", "240"),
    ]  # fmt: skip
    # What is only pledged leaves the gap as it is.
    assert (drawn.open, drawn.over) == (Decimal(440), Decimal(0))


def test_whoever_may_not_know_of_pledges_sees_none() -> None:
    assert pieces(gap_bar(600, 160, 100).svg) == [("edge", ".5", "599"), ("rcv", "0", "100"), ("com", "100", "60")]


def test_more_than_asked_fills_the_bar_and_is_said() -> None:
    drawn = gap_bar(100, 80, 80, 70)
    assert pieces(drawn.svg) == [("edge", ".5", "599"), ("rcv", "0", "320"), ("pl", "320", "280")]
    assert (drawn.open, drawn.over) == (Decimal(20), Decimal(50))


@pytest.mark.parametrize("needed", [0, None, "", -5])
def test_without_a_need_nothing_is_drawn(needed: object) -> None:
    assert gap_bar(needed, 5, 0, 0).svg == ""


def test_points_sum_to_the_score_and_lost_points_are_not_drawn() -> None:
    drawn = points_bar([{"points": 30}, {"points": -6}, {"points": 20}])
    assert pieces(drawn.svg) == [("", "0", "29.4"), ("", "30", "19.4")]
    assert (drawn.total, drawn.of) == (44, 100)


def test_a_true_zero_has_a_bar_of_no_length_and_a_missing_value_none() -> None:
    assert pieces(bar(0, 4)) == [("rcv", "0", "0")]
    assert pieces(bar(None, 4, 1)) == []
    assert BeautifulSoup(bar(None, 4, 1), "html.parser").select_one(".prev")["d"] == "M100 0v20"


def test_nothing_leaves_the_scale() -> None:
    assert pieces(bar(9, 4)) == [("rcv", "0", "400")]
    assert pieces(bar(-1, 4)) == [("rcv", "0", "0")]


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt-br"])
def test_lengths_are_written_with_a_point_in_every_language(language: str) -> None:
    with translation.override(language):
        html = render_to_string(
            "components/bars.html", {"of": 4, "rows": [{"label": "One", "value": Decimal("1.505"), "previous": None}]}
        )
        progress = render_to_string("components/progress.html", {"value": 1234, "total": 5000, "label": "so far"})
    assert pieces(html) == [("rcv", "0", "150.5")]
    meter = BeautifulSoup(progress, "html.parser").progress
    assert (meter["value"], meter["max"]) == ("1234", "5000")


def test_progress_asks_again_only_while_it_goes_on() -> None:
    given = {"value": 1, "total": 2, "label": "1 of 2", "poll_url": "/again/", "page_url": "/page/"}
    going = BeautifulSoup(render_to_string("components/progress.html", given), "html.parser")
    assert (going.div["hx-get"], going.a["href"]) == ("/again/", "/page/")
    done = BeautifulSoup(render_to_string("components/progress.html", given | {"state": "done"}), "html.parser")
    assert (done.div.get("hx-get"), done.a) == (None, None)
