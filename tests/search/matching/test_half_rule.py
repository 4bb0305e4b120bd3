"""The half-or-more rule at its borders, and who closes a gap together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from search.matching.coverage import Asked, consortium, cover, covers, who_fills

from .making import EIGHT


@pytest.mark.parametrize(("count", "is_enough"), [(8, True), (5, True), (4, True), (3, False), (0, False)])
def test_half_of_eight_is_enough_and_three_are_not(count: int, is_enough: bool) -> None:
    found = cover(Asked(useful=EIGHT), EIGHT[:count])
    assert found.is_enough(0.5) is is_enough
    assert found.share == count / 8
    assert found.missing == EIGHT[count:]


def test_nothing_asked_for_is_no_part_of_anything() -> None:
    found = cover(Asked(), EIGHT)
    assert (found.is_asked, found.share, found.covered, found.missing) == (False, 0.0, (), ())
    assert found.is_enough(0.5)


def test_an_essential_competence_weighs_double_and_must_be_there() -> None:
    asked = Asked(("D7.5",), ("D6.4", "D6.1"))
    assert cover(asked, {"D7.5"}).share == 0.5
    assert cover(asked, {"D7.5"}).is_enough(0.5)
    # As much by weight, and without the essential one.
    assert cover(asked, {"D6.4", "D6.1"}).share == 0.5
    assert not cover(asked, {"D6.4", "D6.1"}).is_enough(0.5)


def test_the_threshold_is_a_setting() -> None:
    found = cover(Asked(useful=EIGHT), EIGHT[:5])
    assert found.is_enough(0.625)
    assert not found.is_enough(0.626)


@pytest.mark.parametrize(
    ("wanted", "carried", "is_covered"),
    [("D6.2.1", "D6.2.1", True), ("D6.2.1", "D6.2", True), ("D6.2", "D6.2.1", False), ("D6.7.10", "D6.7.1", False)],
)
def test_who_can_do_all_of_it_can_do_a_part_and_not_the_reverse(wanted: str, carried: str, is_covered: bool) -> None:
    assert covers(wanted, {carried}) is is_covered


def test_two_who_are_too_little_alone_propose_themselves_together() -> None:
    asked = Asked(("D1.1", "D2.1"), ("D3.1", "D4.1"))
    given = {"a": ("D3.1", "D4.1"), "b": ("D1.1",), "c": ("D2.1", "D3.1", "D4.1"), "d": ("D5.1",)}
    found = consortium(asked, given, threshold=0.5)
    assert found is not None
    assert found.members == ("c", "b")
    assert found.coverage.missing == ()


def test_nobody_is_proposed_where_three_are_not_enough_or_one_is_all() -> None:
    asked = Asked(EIGHT)
    assert consortium(asked, {code: (code,) for code in EIGHT}, threshold=0.5) is None
    assert consortium(asked, {"all": EIGHT}, threshold=0.5) is None
    assert consortium(Asked(), {"a": (), "b": ()}, threshold=0.5) is None


@given(some.dictionaries(some.text("abc", min_size=1), some.lists(some.sampled_from(EIGHT), max_size=8), max_size=6))
def test_a_proposal_never_has_somebody_who_adds_nothing(given: dict[str, list[str]]) -> None:
    asked = Asked(EIGHT[:2], EIGHT[2:])
    found = consortium(asked, given, threshold=0.5)
    if found is None:
        return
    assert 2 <= len(found.members) <= 3
    assert found.coverage.has_essential
    assert found.coverage.share >= 0.5
    for member in found.members:
        others = {code for other in found.members if other != member for code in given[other]}
        assert set(found.coverage.covered) == others | (set(given[member]) & set(found.coverage.covered))


def test_what_is_missing_names_who_has_it() -> None:
    assert who_fills(["D1.1", "D2.1"], {"a": ("D1.1",), "b": ("D1.1", "D3.1")}) == {"D1.1": ["a", "b"], "D2.1": []}
