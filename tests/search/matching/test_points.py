"""Points: they sum to the score, a reason taken away takes exactly its points along, and nothing hidden is added."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as some

from search.matching import asking, judging, scoring
from search.matching.coverage import Asked
from search.matching.judging import MATCH, PARTNER, REFUSED, UNKNOWN
from search.matching.scoring import FUNDING, HELP, PRACTICE, WEIGHTS, Place
from search.queries import Near

from .making import TODAY, background, offer, practice, wanted

CODES = ["D6", "D6.2", "D6.2.1", "D6.2.2", "D6.7", "D7", "D7.1", "D7.5", "D3.1"]
FUNCTIONS = ["LAF3", "LAF3.1", "LAF3.10", "LAF3.3", "LAF7.6", "LAF7"]
sets = some.lists(some.sampled_from(CODES), max_size=5, unique=True)
functions = some.lists(some.sampled_from(FUNCTIONS), max_size=4, unique=True)


@some.composite
def needs(draw: some.DrawFn) -> judging.Wanted:
    essential = draw(sets)
    return wanted(
        problems=tuple(draw(sets)),
        functions=tuple(draw(functions)),
        groups=tuple(draw(some.lists(some.sampled_from(["TG01", "TG03"]), max_size=2, unique=True))),
        asked=Asked(tuple(essential), tuple(code for code in draw(sets) if code not in essential)),
        languages=tuple(draw(some.sampled_from([(), ("en",), ("es", "fr")]))),
        budget_band=draw(some.sampled_from(["", "under_50", "50_150", "over_2000"])),
        place=Place("UY", "HI", "South America", draw(some.booleans())),
    )


@some.composite
def candidates(draw: some.DrawFn) -> judging.Candidate:
    family = draw(some.sampled_from([PRACTICE, HELP, FUNDING]))
    words = draw(some.floats(0, 1))
    if family == PRACTICE:
        codes = frozenset(draw(sets))
        return practice(
            words=words,
            problems=codes,
            competences=codes,
            functions=frozenset(draw(functions)),
            country=draw(some.sampled_from(["", "UY", "CL"])),
            evidence_level=draw(some.sampled_from([None, 0, 3, 5])),
            published_on=TODAY - dt.timedelta(days=draw(some.integers(0, 4000))),
        )
    made = offer(
        family,
        terms=draw(functions),
        competences=[{"term": code} for code in draw(sets)],
        languages=draw(some.sampled_from([[], ["en"], ["pt-br"]])),
        countries=draw(some.sampled_from([[], ["UY"], ["CL"]])),
        capacity=draw(some.sampled_from([None, 0, 2])),
        most="150000",
        currency="USD",
        rules=[{"kind": "most", "value": {"amount": "150000", "currency": "USD"}, "sentence": "At most.",
                "stated_on": None}],
    )  # fmt: skip
    return replace(made, words=words)


@given(needs(), candidates())
@settings(max_examples=200, deadline=None)
def test_the_points_that_are_shown_sum_to_the_score(need: judging.Wanted, candidate: judging.Candidate) -> None:
    found = judging.judge(need, candidate, background())
    assert found.score == sum(reason.points for reason in found.reasons)
    assert 0 <= found.score <= 100
    assert all(isinstance(reason.points, int) and 0 < reason.points <= reason.of for reason in found.reasons)
    assert {reason.name for reason in found.reasons} <= set(WEIGHTS[candidate.family])


@given(needs(), candidates())
@settings(max_examples=100, deadline=None)
def test_a_reason_that_falls_away_takes_exactly_its_points_along(
    need: judging.Wanted, candidate: judging.Candidate
) -> None:
    """Everything is counted anew without it, and no other reason moves."""
    before = judging.judge(need, candidate, background())
    for reason in before.reasons:
        with_none = dict(judging.VALUES) | {reason.name: lambda *_given: (0.0, {})}
        parts = [
            scoring.part(candidate.family, name, *with_none[name](need, candidate, background())[:1])
            for name in WEIGHTS[candidate.family]
        ]
        assert scoring.score(parts) == before.score - reason.points


@pytest.mark.parametrize("family", WEIGHTS)
def test_the_weights_of_a_family_are_a_hundred(family: str) -> None:
    assert sum(WEIGHTS[family].values()) == 100
    assert set(WEIGHTS[family]) <= set(judging.VALUES)


def test_a_perfect_practice_has_a_hundred_and_nothing_in_common_nothing_of_it() -> None:
    need = wanted(asked=Asked(("D7.5",)))
    best = practice(words=1.0, country="UY", evidence_level=5)
    best = replace(best, groups=frozenset({"TG03"}))
    countries = {"UY": _country("UY")}
    assert judging.judge(need, best, background(countries=countries)).score == 100
    other = practice(words=0.0, functions=frozenset(), problems=frozenset(), competences=frozenset(), country="",
                     languages=frozenset({"fr"}), evidence_level=0, published_on=None)  # fmt: skip
    assert judging.judge(need, other, background()).score == 0


def _country(iso2: str) -> object:
    from network_site.taxonomy.models import Country

    return Country(iso2=iso2, income="HI", subregion="South America")


@pytest.mark.parametrize(
    ("asked", "carried", "value"),
    [
        (["LAF3.3"], {"LAF3", "LAF3.3"}, 1.0),
        # The candidate is about all of it, or about a part of it.
        (["LAF3.3"], {"LAF3"}, scoring.INSIDE),
        (["D6.2"], {"D6", "D6.2", "D6.2.1"}, scoring.INSIDE),
        # Of the same branch; LAF3.1 is not above LAF3.10.
        (["LAF3.10"], {"LAF3", "LAF3.1"}, scoring.BESIDE),
        (["LAF3.3"], {"LAF7", "LAF7.6"}, 0.0),
        (["LAF3.3", "LAF7.6"], {"LAF3", "LAF3.3"}, 0.5),
        ([], {"LAF3.3"}, 0.0),
        (["TG03"], {"TG01"}, 0.0),
    ],
)
def test_terms_are_near_by_the_way_between_them_in_the_tree(asked: list[str], carried: set[str], value: float) -> None:
    assert scoring.nearness(asked, carried).value == pytest.approx(value)


def test_what_is_old_counts_less_every_day() -> None:
    days = [scoring.freshness(TODAY - dt.timedelta(days=n), TODAY) for n in (0, 365, 366, 1000, 1825, 5000)]
    assert days[:2] == [1.0, 1.0]
    assert days[-2:] == [0.0, 0.0]
    assert 0 < days[3] < days[2] < 1
    assert scoring.freshness(None, TODAY) == 0.0


def test_confidence_is_no_part_of_the_score() -> None:
    bare = practice()
    full = practice(marks={"direction": "positive"}, costs=[{"amount": "1"}])
    need = wanted(asked=Asked(("D7.5",)))
    low, high = (judging.judge(need, one, background()) for one in (bare, full))
    assert low.score == high.score
    assert (low.confidence.gaps, high.confidence.gaps) == (("result", "cost"), ())
    assert (low.confidence.percent, high.confidence.percent) == (75, 100)


def test_harm_is_told_and_refuses_nothing() -> None:
    found = judging.judge(wanted(), practice(marks={"direction": "negative"}), background())
    assert (found.place, found.verdict, found.risks) == (MATCH, "eligible", ("effect_negative",))
    assert found.score == judging.judge(wanted(), practice(), background()).score


# --- Where a candidate stands ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("has", "place"),
    [(["D7.5", "D6.4"], MATCH), (["D6.4"], PARTNER), (["D1.1"], PARTNER), ([], UNKNOWN)],
)
def test_a_helper_below_half_is_a_partner_at_most_and_silence_is_not_known(has: list[str], place: str) -> None:
    need = wanted(asked=Asked(("D7.5",), ("D6.4",)))
    found = judging.judge(need, offer(competences=[{"term": code} for code in has]), background())
    assert (found.place, found.verdict) == (place, "eligible")


def test_where_no_competence_is_asked_for_everybody_can_be_relevant_and_gets_no_points_for_it() -> None:
    found = judging.judge(wanted(), offer(competences=[]), background())
    assert found.place == MATCH
    assert not found.coverage.is_asked
    assert "coverage" not in {reason.name for reason in found.reasons}


def test_for_practices_coverage_counts_and_is_no_gate() -> None:
    need = wanted(asked=Asked(("D1.1", "D7.5")))
    found = judging.judge(need, practice(), background())
    assert found.place == MATCH
    assert next(reason.points for reason in found.reasons if reason.name == "coverage") == 5


def test_the_broader_terms_above_a_practices_own_cover_nothing() -> None:
    """An entry carries them for its facets: D3 beside D3.1 is no word about D3.2."""
    found = asking._practice(
        Near("key", "practice", 1.0, {"problem": frozenset({"D3", "D3.1"})}, None, timezone.now()), 1.0
    )
    assert found.competences == {"D3.1"}
    coverage = judging.coverage_of(wanted(asked=Asked(("D3.1", "D3.2"))), found)
    assert coverage.covered == ("D3.1",)


def test_a_rule_that_fails_refuses_however_many_points() -> None:
    need = wanted(asked=Asked(("D7.5",)))
    found = judging.judge(need, offer(status="closed", competences=[{"term": "D7.5"}]), background())
    assert (found.place, found.verdict) == (REFUSED, "not")
    assert found.score > 50
