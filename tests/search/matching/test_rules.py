"""Hard rules: pass, fail, and unknown, which is never a silent no."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import translation

from search.matching import judging, rules
from search.matching.scoring import FUNDING

from .making import TODAY, background, offer, wanted


def outcomes(found: list[rules.Line]) -> dict[str, str]:
    return {line.kind: line.outcome for line in found}


@pytest.mark.parametrize(
    ("fields", "kind", "outcome"),
    [
        ({"languages": ["es"]}, "languages", "pass"),
        ({"languages": ["pt-br"]}, "languages", "fail"),
        ({"languages": []}, "languages", "unknown"),
        ({"countries": []}, "countries", "pass"),
        ({"countries": ["UY", "CL"]}, "countries", "pass"),
        ({"countries": ["CL"]}, "countries", "fail"),
        ({"capacity": 2}, "capacity", "pass"),
        ({"capacity": 0}, "capacity", "fail"),
        ({"capacity": None}, "capacity", "unknown"),
        ({"status": "open"}, "open", "pass"),
        ({"status": "forecasted"}, "open", "unknown"),
        ({"status": "paused"}, "open", "fail"),
        ({"status": ""}, "open", "unknown"),
        ({"closes_on": "2026-11-22"}, "deadline", "pass"),
        ({"closes_on": "2026-11-21"}, "deadline", "fail"),
    ],
)
def test_rules_of_those_who_help(fields: dict[str, Any], kind: str, outcome: str) -> None:
    found = rules.lines(wanted(), offer(**fields), today=TODAY)
    assert outcomes(found)[kind] == outcome
    line = next(line for line in found if line.kind == kind)
    assert line.why
    assert bool(line.change) is (outcome != "pass")
    verdict = {"pass": "eligible", "fail": "not", "unknown": "check"}[outcome]
    assert rules.verdict(found) == verdict


def test_a_need_without_country_or_languages_is_not_known_rather_than_refused() -> None:
    bare = wanted(languages=(), place=judging.scoring.Place())
    found = outcomes(rules.lines(bare, offer(countries=["CL"]), today=TODAY))
    assert (found["languages"], found["countries"]) == ("unknown", "unknown")


def test_a_failure_outweighs_what_is_not_known() -> None:
    found = rules.lines(wanted(), offer(capacity=None, countries=["CL"]), today=TODAY)
    assert rules.verdict(found) == "not"


def _rule(kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "value": value, "sentence": "In the funder's words.", "stated_on": "2026-01-31"}


@pytest.mark.parametrize(
    ("band", "limit", "outcome"),
    [
        ("50_150", "150000", "pass"),
        ("50_150", "100000", "unknown"),
        ("150_500", "150000", "fail"),
        ("over_2000", "150000", "fail"),
        ("under_50", "150000", "pass"),
        ("", "150000", "unknown"),
    ],
)
def test_a_rough_size_counts_only_where_all_or_nothing_of_it_is_within(band: str, limit: str, outcome: str) -> None:
    funder = offer(FUNDING, rules=[_rule("most", {"amount": limit, "currency": "USD"})])
    line = next(line for line in rules.lines(wanted(budget_band=band), funder, today=TODAY) if line.kind == "most")
    assert (line.outcome, line.sentence, line.stated_on) == (outcome, "In the funder's words.", dt.date(2026, 1, 31))
    assert "rough size" in line.why


def test_an_amount_in_another_currency_is_not_known() -> None:
    funder = offer(FUNDING, rules=[_rule("most", {"amount": "150000", "currency": "EUR"})])
    assert outcomes(rules.lines(wanted(), funder, today=TODAY))["most"] == "unknown"


def test_funders_rules_are_the_funders_own() -> None:
    funder = offer(FUNDING, rules=[_rule("countries", {"codes": ["CL", "AR"]}), _rule("letter", {})])
    assert outcomes(rules.lines(wanted(), funder, today=TODAY)) == {
        "open": "pass", "countries": "fail", "letter": "unknown",
    }  # fmt: skip


def test_an_offer_of_money_that_states_no_rule_needs_a_check() -> None:
    found = judging.judge(wanted(), offer(FUNDING), background())
    assert (found.place, found.verdict) == ("match", "check")


def test_rules_are_kept_in_all_languages() -> None:
    kept = rules.kept(lambda: rules.lines(wanted(), offer(capacity=None), today=TODAY))
    with translation.override("es"):
        assert rules.lines(wanted(), offer(capacity=None), today=TODAY)[-1].why == kept[-1]["why"]["es"]
    assert {line["kind"] for line in kept} == {"open", "languages", "countries", "capacity"}
    assert all(set(line["why"]) == {"en", "es", "fr", "pt-br"} for line in kept)
