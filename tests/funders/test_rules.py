"""Eligibility rules: set B of the funding page (4.4). Exact expected verdicts; errors must be 0."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from funders.enums import RuleKind, Verdict
from funders.rules import (
    SHAPES,
    Judgement,
    Outcome,
    ProjectFacts,
    Rule,
    RuleValueError,
    clean_value,
    facts_of,
    judge,
    judge_one,
    rules_of,
)

DAY = dt.date(2026, 11, 22)
STATED = dt.date(2004, 6, 1)

# Source 002: a special multilateral fund "could only fund projects of up to four years duration and costing a
# maximum of US$150,000".
SENTENCE = "Projects of up to four years duration and costing a maximum of US$150,000."
CAP = Rule("most", {"amount": "150000", "currency": "USD", "of": "total"}, SENTENCE, STATED)
YEARS = Rule("months", {"months": 48}, SENTENCE, STATED)
OAS_2004 = [CAP, YEARS]

# Source 004: no intervention in any country without its letter; other funds must be confirmed.
IDB_2020 = [
    Rule("countries", {"codes": ["BB", "BO", "BR", "CL", "CO", "JM", "PA", "PY"]}, "Countries of the programme."),
    Rule("letter", {}, "No intervention in any country will be done without the letter."),
    Rule("other", {}, "Countries that can demonstrate the existence of funding to implement solutions."),
]


def facts(**given: Any) -> ProjectFacts:
    """The facts of source 004, with changes."""
    known: dict[str, Any] = {
        "countries": ("BB", "BO", "BR", "CL", "CO", "PA", "PY", "JM"),
        "organization_kind": "ministry",
        "themes": ("LAF7.5", "LAF3.2"),
        "amount": Decimal(150000),
        "total": Decimal(150000),
        "currency": "USD",
        "usd": Decimal(150000),
        "months": 36,
        "languages": ("en",),
        "counterpart_share": Decimal(0),
        "letters": True,
        "today": DAY,
    }
    return ProjectFacts(**known | given)


E, C, N = Verdict.ELIGIBLE.value, Verdict.CHECK.value, Verdict.NOT.value
EUR = {"currency": "EUR", "usd": None}
RATE = {"USD": (Decimal("0.92"), dt.date(2026, 11, 2))}

SET_B: list[tuple[str, list[Rule], dict[str, Any], str]] = [
    # The fund of 2004 and its borders.
    ("source 004 fits the fund of 2004", OAS_2004, {}, E),
    ("at the cap and at four years", OAS_2004, {"months": 48}, E),
    ("one dollar above", OAS_2004, {"total": Decimal(150001), "amount": Decimal(150001)}, N),
    ("one cent above", OAS_2004, {"total": Decimal("150000.01")}, N),
    ("49 months", OAS_2004, {"months": 49}, N),
    ("asks little, costs too much", OAS_2004, {"amount": Decimal(90000), "total": Decimal(200000)}, N),
    ("length not given", OAS_2004, {"months": None}, C),
    ("cost not given", OAS_2004, {"total": None}, C),
    ("nothing given", OAS_2004, {"total": None, "months": None}, C),
    ("a fail outweighs what is not known", OAS_2004, {"total": None, "months": 49}, N),
    # Other currencies.
    ("euros without a dated rate", OAS_2004, EUR, C),
    ("euros at a dated rate, at the cap", OAS_2004, EUR | {"total": Decimal(138000), "rates": RATE}, E),
    ("euros at a dated rate, one euro above", OAS_2004, EUR | {"total": Decimal(138001), "rates": RATE}, N),
    ("dollars known for what is asked, not for the cost", OAS_2004, {"currency": "EUR", "usd": Decimal(10)}, C),
    ("no currency at all", OAS_2004, {"currency": ""}, C),
    ("no amount is not zero", [Rule("least", {"amount": "1", "currency": "USD"})], {"amount": None}, C),
    # Source 004's own conditions.
    ("all of the programme's countries", IDB_2020[:2], {}, E),
    ("a person must judge the third condition", IDB_2020, {}, C),
    ("one country outside", IDB_2020, {"countries": ("BB", "MN")}, N),
    ("no country named", IDB_2020[:2], {"countries": ()}, C),
    ("a letter is missing", IDB_2020, {"letters": False}, N),
    ("letters not known", IDB_2020[:2], {"letters": None}, C),
    # What is asked, at least and at most.
    ("asked, at the floor", [Rule("least", {"amount": "150000", "currency": "USD"})], {}, E),
    ("asked, a cent under the floor", [Rule("least", {"amount": "150000.01", "currency": "USD"})], {}, N),
    ("asked, whatever it costs", [Rule("most", {"amount": "150000", "currency": "USD"})], {"total": Decimal(10**9)}, E),
    # Themes, in the tree.
    ("the theme itself", [Rule("themes", {"codes": ["LAF7.5"]})], {}, E),
    ("narrower than the theme wanted", [Rule("themes", {"codes": ["LAF7"]})], {}, E),
    ("broader than the theme wanted", [Rule("themes", {"codes": ["LAF7.5"]})], {"themes": ("LAF7",)}, C),
    ("another theme", [Rule("themes", {"codes": ["LAF1.1"]})], {}, N),
    ("a code that only begins alike", [Rule("themes", {"codes": ["LAF3.1"]})], {"themes": ("LAF3.10",)}, N),
    ("no theme given", [Rule("themes", {"codes": ["LAF1.1"]})], {"themes": ()}, C),
    ("a theme that is left out", [Rule("not_themes", {"codes": ["LAF3"]})], {}, N),
    ("broader than what is left out", [Rule("not_themes", {"codes": ["LAF3.2"]})], {"themes": ("LAF3",)}, C),
    ("nothing that is left out", [Rule("not_themes", {"codes": ["LAF1.1"]})], {}, E),
    ("left out or not, nobody knows", [Rule("not_themes", {"codes": ["LAF1.1"]})], {"themes": ()}, C),
    # Who asks, in which language, with how much of its own.
    ("a ministry", [Rule("organizations", {"codes": ["ministry"]})], {}, E),
    ("not a provider", [Rule("organizations", {"codes": ["provider"]})], {}, N),
    ("nobody knows who asks", [Rule("organizations", {"codes": ["ministry"]})], {"organization_kind": ""}, C),
    ("one of two languages is enough", [Rule("languages", {"codes": ["en", "es"]})], {}, E),
    ("both languages are wanted", [Rule("languages", {"codes": ["en", "es"], "all": True})], {}, N),
    ("in both", [Rule("languages", {"codes": ["en", "es"], "all": True})], {"languages": ("en", "es")}, E),
    ("another language", [Rule("languages", {"codes": ["fr"]})], {}, N),
    ("language not known", [Rule("languages", {"codes": ["fr"]})], {"languages": ()}, C),
    ("ten per cent exactly", [Rule("share", {"percent": "10"})], {"counterpart_share": Decimal(10)}, E),
    ("just under ten", [Rule("share", {"percent": "10"})], {"counterpart_share": Decimal("9.999")}, N),
    ("a true zero is known", [Rule("share", {"percent": "10"})], {}, N),
    ("a share not given is not zero", [Rule("share", {"percent": "10"})], {"counterpart_share": None}, C),
    # What cannot be judged.
    ("an offer without rules", [], {}, C),
    ("a value that nobody can read", [Rule("most", {"amount": "NaN", "currency": "USD"})], {}, C),
    ("a kind from tomorrow", [Rule("moon", {"phase": "full"})], {}, C),
]


@pytest.mark.parametrize(
    ("rules", "changes", "expected"), [case[1:] for case in SET_B], ids=[case[0] for case in SET_B]
)
def test_every_case_of_set_b_has_its_exact_verdict(rules: list[Rule], changes: dict[str, Any], expected: str) -> None:
    assert judge(rules, facts(**changes)).verdict == expected


@pytest.mark.parametrize("kind", RuleKind.values)
def test_what_is_not_known_never_fails(kind: str) -> None:
    values: dict[str, Any] = {
        "countries": {"codes": ["PY"]},
        "organizations": {"codes": ["ministry"]},
        "themes": {"codes": ["LAF1"]},
        "not_themes": {"codes": ["LAF1"]},
        "most": {"amount": "1", "currency": "USD"},
        "least": {"amount": "1", "currency": "USD"},
        "months": {"months": 1},
        "languages": {"codes": ["en"]},
        "share": {"percent": "1"},
    }
    result = judge_one(Rule(kind, values.get(kind, {}), "So it says."), ProjectFacts(today=DAY))

    assert result.outcome == Outcome.UNKNOWN
    assert result.why
    assert result.change


def test_a_failed_rule_says_why_and_what_would_change_it() -> None:
    judgement: Judgement = judge(OAS_2004, facts(total=Decimal(165000), months=50))

    cap, years = judgement.results
    assert (cap.sentence, cap.stated_on) == (SENTENCE, STATED)
    assert cap.why == "It is USD\u00a0165,000, above USD\u00a0150,000."
    assert cap.change == "Eligible if it is USD\u00a015,000 less, or asked for in parts."
    assert years.why == "It takes 50 months, longer than 48 months."
    assert years.change == "Eligible if it is 2 months shorter, or asked for in parts."
    assert judgement.of(Outcome.FAIL) == [cap, years]


def test_a_conversion_names_the_day_of_its_rate() -> None:
    result = judge_one(CAP, facts(**EUR, rates=RATE, total=Decimal(92000)))

    assert result.outcome == Outcome.PASS
    assert result.why == (
        "It is EUR\u00a092,000 = USD\u00a0100,000 (at the rate of 2 November 2026 in its budget), "
        "below USD\u00a0150,000."
    )


def test_countries_are_named_in_the_readers_language() -> None:
    rule = Rule("countries", {"codes": ["PY"]})
    with translation.override("es"):
        assert "Brasil" in judge_one(rule, facts(countries=("BR",))).why
    assert "Brazil" in judge_one(rule, facts(countries=("BR",))).why


def test_themes_are_named_where_their_names_are_known_and_never_shown_as_codes() -> None:
    rule = Rule("themes", {"codes": ["LAF7"]})

    named = judge([rule], facts(), names={"LAF7.5": "Information systems"}).results[0]
    unnamed = judge([rule], facts()).results[0]

    assert named.why == "Its theme: “Information systems”."
    assert "LAF" not in unnamed.why


BAD: list[tuple[str, Any]] = [
    ("most", {"amount": "NaN", "currency": "USD"}),
    ("most", {"amount": "Infinity", "currency": "USD"}),
    ("most", {"amount": "1e309", "currency": "USD"}),
    ("most", {"amount": "9" * 30, "currency": "USD"}),
    ("most", {"amount": "1.500,00", "currency": "USD"}),
    ("most", {"amount": "0", "currency": "USD"}),
    ("most", {"amount": "-1", "currency": "USD"}),
    ("most", {"amount": "1.005", "currency": "USD"}),
    ("most", {"amount": 1.5, "currency": "USD"}),
    ("most", {"amount": True, "currency": "USD"}),
    ("most", {"amount": "1", "currency": "ZZZ"}),
    ("most", {"amount": "1"}),
    ("most", {"amount": "1", "currency": "USD", "of": "half"}),
    ("least", {}),
    ("months", {"months": 0}),
    ("months", {"months": 241}),
    ("months", {"months": "36"}),
    ("months", {"months": True}),
    ("share", {"percent": "0"}),
    ("share", {"percent": "100.01"}),
    ("share", {"percent": "NaN"}),
    ("countries", {"codes": []}),
    ("countries", {"codes": "PY"}),
    ("countries", {"codes": ["Paraguay"]}),
    ("organizations", {"codes": ["circus"]}),
    ("themes", {"codes": [""]}),
    ("languages", {"codes": ["tlh"]}),
    ("languages", {"codes": ["en"], "all": "yes"}),
    ("moon", {}),
    ("most", None),
    ("most", []),
]


@pytest.mark.parametrize(("kind", "value"), BAD)
def test_a_value_of_another_shape_is_refused_in_words(kind: str, value: Any) -> None:
    with pytest.raises(RuleValueError) as refused:
        clean_value(kind, value)
    assert str(refused.value)


def test_a_clean_value_has_one_shape_and_stays_as_it_is() -> None:
    given = clean_value("most", {"amount": "150000", "currency": "USD", "left": "over"})

    assert given == {"amount": "150000", "currency": "USD", "of": "asked"}
    assert clean_value("most", given) == given
    assert clean_value("countries", {"codes": ["PY", "BR", "PY"]}) == {"codes": ["BR", "PY"]}
    assert set(SHAPES) == set(RuleKind.values)


def snapshot(**changes: Any) -> dict[str, Any]:
    """The parts of `enlace.project/1` that rules read."""
    given: dict[str, Any] = {
        "source_language": "en",
        "texts": {"en": {"title": "T", "state": "source"}, "es": {"title": "T", "state": "machine"}},
        "owner": {"kind": "ministry"},
        "country": "PY",
        "countries": ["BO"],
        "terms": {"LAF": ["LAF7.5"], "TG": ["TG03"], "CM": ["CM02"]},
        "currency": "EUR",
        "months": 36,
        "sums": {"total": "120000.00", "counterpart": "12000.00", "needed": "108000.00"},
        "budget": [
            {"currency": "USD", "rate": "0.90", "rate_on": "2026-01-10"},
            {"currency": "USD", "rate": "0.92", "rate_on": "2026-06-10"},
            {"currency": "CAD", "rate": "0.66", "rate_on": None},
            {"currency": "EUR", "rate": "1", "rate_on": None},
        ],
        "signatures": [{"country": "PY"}, {"country": "BO"}],
        "source": {},
    }
    return given | changes


def test_facts_are_read_from_the_snapshot() -> None:
    read = facts_of(snapshot(), today=DAY)

    assert read == ProjectFacts(
        countries=("PY", "BO"),
        organization_kind="ministry",
        themes=("LAF7.5",),
        amount=Decimal("108000.00"),
        currency="EUR",
        usd=Decimal("117391.30"),
        months=36,
        languages=("en",),
        counterpart_share=Decimal(10),
        letters=True,
        today=DAY,
        total=Decimal("120000.00"),
        rates={"USD": (Decimal("0.92"), dt.date(2026, 6, 10))},
    )


def test_what_a_snapshot_does_not_say_is_not_known() -> None:
    read = facts_of(snapshot(sums={}, months=None, country=None, countries=[], budget=[], terms={}), today=DAY)

    assert (read.amount, read.total, read.counterpart_share, read.months, read.letters) == (None,) * 5
    assert (read.countries, read.themes, read.rates) == ((), (), {})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"signatures": [{"country": "PY"}]}, False),
        ({"signatures": []}, False),
        ({"signatures": [], "source": {"title": "RG-T3661"}}, None),
    ],
)
def test_letters_of_a_documented_project_are_not_known(changes: dict[str, Any], expected: bool | None) -> None:
    assert facts_of(snapshot(**changes), today=DAY).letters is expected


def test_the_keeper_of_a_documented_project_is_not_who_asks() -> None:
    read = facts_of(snapshot(owner={"kind": "network"}, source={"title": "RG-T3661"}), today=DAY)

    assert read.organization_kind == ""


def test_the_countries_of_an_offer_are_a_rule() -> None:
    offer = {
        "countries": ["PY"],
        "rules": [{"kind": "months", "value": {"months": 48}, "sentence": SENTENCE, "stated_on": "2004-06-01"}],
    }

    rules = rules_of(offer)

    assert rules == [Rule("countries", {"codes": ["PY"]}, "The offer is for these countries: Paraguay."), YEARS]
    assert judge(rules, facts(countries=("PY",))).verdict == E
    assert judge(rules, facts(countries=("MN",))).verdict == N
