"""Each check of the Terms of Reference: one text with the fault, which it names in words, and one without it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.utils import translation

from projects.linter import ERROR, WARNING, Cap, Draft, add_months, caps, lint
from projects.models import (
    Activity,
    Annex,
    Assignment,
    BudgetLine,
    Party,
    ProcurementItem,
    Project,
    ResultRow,
    Risk,
    Text,
)
from projects.outline import field_of

NBSP = "\N{NO-BREAK SPACE}"


def text(key: str, words: str) -> Text:
    return Text(section=field_of(key)[0], key=key, text=words)


class Result:
    """A row of the matrix with its targets, without a database."""

    def __init__(
        self, code: str, *, targets: tuple[Any, ...] = (), parent: Result | None = None, **values: Any
    ) -> None:
        self.row = ResultRow(
            id=uuid4(), code=code, parent=parent.row if parent else None,
            **({"level": "output", "statement": f"Result {code}"} | values),
        )  # fmt: skip
        self.targets = SimpleNamespace(all=lambda: list(targets))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)

    def __str__(self) -> str:
        return str(self.row)


def line(component: str, cost: Any, **values: Any) -> BudgetLine:
    given = {
        "category": "consultants", "description": f"Line of {component or 'all'}", "quantity": Decimal(1),
        "currency": "USD", "source": "requested",
    }  # fmt: skip
    return BudgetLine(component=component, unit_cost=Decimal(cost), **(given | values))


def sound() -> Draft:
    """A small draft in which no check finds anything."""
    outcome = Result("1", level="outcome", statement="A register of complaints")
    product = Result(
        "1.1", parent=outcome, indicator="Offices that use it", unit="offices", baseline=Decimal(0),
        baseline_source="Count of the ministry", target=Decimal(30),
        targets=(SimpleNamespace(ends_on=dt.date(2027, 12, 31)),),
    )  # fmt: skip
    return Draft(
        project=Project(
            title="A register", country_id="UY", countries=[], start_on=dt.date(2027, 1, 1), months=24, currency="USD",
            languages=["en"],
        ),
        texts=[
            text(key, "It is said here.")
            for key in ("summary", "problem", "beneficiaries", "alignment", "objective", "arrangement")
        ],
        results=[outcome, product],
        budget=[line("1.1", 30000), line("1", 10000, source="counterpart_cash")],
        activities=[Activity(component="1", title="Write the rules", first_quarter=1, last_quarter=8)],
        risks=[Risk(statement="It is not used")],
        countries={"UY": "Uruguay"},
        caps=caps(),
    )  # fmt: skip


def with_text(key: str, words: str) -> Callable[[Draft], Draft]:
    return lambda draft: replace(draft, texts=[*(row for row in draft.texts if row.key != key), text(key, words)])


def with_facts(**facts: Any) -> Callable[[Draft], Draft]:
    def change(draft: Draft) -> Draft:
        for name, value in facts.items():
            setattr(draft.project, name, value)
        return draft

    return change


def with_rows(**rows: Any) -> Callable[[Draft], Draft]:
    return lambda draft: replace(draft, **rows)


def more(**rows: Any) -> Callable[[Draft], Draft]:
    return lambda draft: replace(draft, **{name: [*getattr(draft, name), *new] for name, new in rows.items()})


def both(*changes: Callable[[Draft], Draft]) -> Callable[[Draft], Draft]:
    def change(draft: Draft) -> Draft:
        for one in changes:
            draft = one(draft)
        return draft

    return change


FIVE = with_facts(countries=["PY", "AR", "BR", "CL"])
OAS = Party(name="OAS fund", role="funder")
LETTERS = [
    Annex(kind="letter", title="Letter", number=str(n), country_id=c)
    for n, c in enumerate(("UY", "PY", "AR", "BR", "CL"))
]


def of_oas(draft: Draft) -> Draft:
    from network_site.organizations.models import Organization

    OAS.organization = Organization(id=uuid4(), key="oas", kind="donor", names={"en": "OAS"})
    languages = with_facts(languages=["en", "es"])
    return both(FIVE, languages, more(parties=[OAS], annexes=LETTERS))(draft)


# The fault, its code, its severity, and what the finding says.
FAULTS: list[tuple[str, Callable[[Draft], Draft], str, str, str]] = [
    ("required text", with_text("objective", " "), "text_missing", ERROR, "“Objective” is empty."),
    (
        "start", with_facts(start_on=None), "start_missing", ERROR,
        "The start date is empty. Months are counted from it.",
    ),
    ("months", with_facts(months=None), "months_missing", ERROR, "It does not say how many months the project takes."),
    ("country", with_facts(country_id=None), "country_missing", ERROR, "No country is named."),
    (
        "dot", with_text("supports", "."), "text_says_nothing", WARNING,
        "“Operation that it supports” holds only “.”. Say what it is, or leave it empty.",
    ),
    (
        "two names in text and matrix", with_text("components:1", "Component 1: A telephone line.\nIt is free."),
        "component_names", ERROR,
        "Component 1 has 2 names: “A register of complaints” (Results matrix); “A telephone line” (Objective, theory of"
        " change, components).",
    ),
    (
        "two names in Spanish, text and budget",
        both(with_text("components:9", "Componente 9: Diagnóstico."),
             more(budget=[line("1", 5, description="Componente 9: Diagnosis")])),
        "component_names", ERROR,
        "Component 9 has 2 names: “Diagnóstico” (Objective, theory of change, components); “Diagnosis” (Budget and"
        " sources).",
    ),
    (
        "promise", with_text("theory", "Advice reaches at least 4 countries."), "promise_without_indicator", ERROR,
        "The text promises “at least 4 countries”, and no indicator measures it.",
    ),
    (
        "promise in words, in Portuguese", with_text("theory", "Pelo menos três países recebem ajuda."),
        "promise_without_indicator", ERROR,
        "The text promises “Pelo menos três países”, and no indicator measures it.",
    ),
    (
        "annex", both(with_text("rules", "See Annex IV."), more(annexes=[Annex(kind="other", title="Plan")])),
        "annex_missing", WARNING,
        "“Annex IV” is cited, and no annex bears this number. Annexes listed: 1; without a number: 1.",
    ),
    (
        "no risk", with_rows(risks=[]), "no_risk", WARNING,
        f"No risk is named, yet USD{NBSP}30,000 for 1 country come from outside.",
    ),
    (
        "component unknown", more(budget=[line("7", 500)]), "line_without_component", ERROR,
        f"Lines of USD{NBSP}500 belong to no component of the matrix, so components and total"
        f" (USD{NBSP}40,500) differ.",
    ),
    (
        "total", with_text("financing", "The total cost is US$150,000, paid by a fund."), "total_differs", ERROR,
        f"The text says that it costs USD{NBSP}150,000 in all; the budget comes to USD{NBSP}40,000.",
    ),
    (
        "total with a point", with_text("financing", "Costo total: USD 40.001,00."), "total_differs", ERROR,
        f"The text says that it costs USD{NBSP}40,001 in all; the budget comes to USD{NBSP}40,000.",
    ),
    (
        "procurement", more(procurement=[ProcurementItem(item="Servers", kind="equipment", amount=Decimal(40001))]),
        "procurement_over_budget", ERROR,
        f"The procurement plan comes to USD{NBSP}40,001, the budget to USD{NBSP}40,000.",
    ),
    (
        "assignment", more(assignments=[Assignment(title="Expert", component="1.1", cost=Decimal("30000.01"))]),
        "assignment_over_budget", ERROR,
        f"The assignments of component 1.1 cost USD{NBSP}30,000.01; its budget has USD{NBSP}30,000.",
    ),
    (
        "rate", more(budget=[line("1", 100, currency="EUR", rate=Decimal("1.1"))]), "rate_missing", ERROR,
        "“Line of 1” is in EUR: give the rate to USD and its day.",
    ),
    (
        "rate of the same money", more(budget=[line("1", 100, rate=Decimal("1.1"))]), "rate_not_wanted", ERROR,
        "“Line of 1” is in USD like the whole budget, and yet has a rate.",
    ),
    (
        "no cost", more(budget=[line("1", 0)]), "line_without_cost", WARNING, "No cost is given yet for: Line of 1.",
    ),
    (
        "cap of the amount", both(of_oas, with_rows(budget=[line("1.1", 150001)])), "cap_amount", ERROR,
        f"USD{NBSP}150,001 are asked of OAS fund, which gives at most USD{NBSP}150,000 (Special Multilateral Fund"
        " of the Organization of American States, 2004).",
    ),
    (
        "cap of the months", both(of_oas, with_facts(months=49)), "cap_months", ERROR,
        "It takes 49 months; OAS fund allows at most 48 (Special Multilateral Fund of the Organization of"
        " American States, 2004).",
    ),
    (
        "cap of administration",
        both(of_oas, more(budget=[line("", 10000, category="administration")]),
             with_rows(caps=(Cap("oas", "An invented rule", 2026, administration=Decimal(10)),))),
        "cap_administration", ERROR,
        "Administration takes 20.0 %; OAS fund allows at most 10 % (An invented rule).",
    ),
    (
        "indicator",
        more(results=[Result("1.2")], budget=[line("1.2", 5)],
             activities=[Activity(component="1.2", first_quarter=1, last_quarter=1)]),
        "product_without_indicator", ERROR, "These products have no indicator: 1.2.",
    ),
    (
        "activity", with_rows(activities=[]), "product_without_activity", ERROR,
        "No activity leads to these products: 1.1.",
    ),
    (
        "cost", with_rows(budget=[line("", 5, category="administration")]), "product_without_cost", ERROR,
        "No line of the budget pays for these products: 1.1.",
    ),
    (
        "baseline", more(results=[Result("3", level="impact", indicator="Trust")]), "baseline_missing", ERROR,
        "These results neither have a value before nor say why not: 3.",
    ),
    (
        "source of the baseline", more(results=[Result("3", level="impact", indicator="Trust", baseline=Decimal(0))]),
        "baseline_without_source", ERROR, "The value before has no source in these results: 3.",
    ),
    (
        "percentage",
        more(results=[Result("3", level="impact", indicator="Trust", measure="2", baseline_missing="New",
                             target=Decimal(101))]),
        "percentage_impossible", ERROR, "Percentages lie between 0 and 100; look at these results: 3.",
    ),
    (
        "shares", with_text("financing", "A fund gives 60 %, the ministry 30 %."), "shares_not_100", WARNING,
        "The shares in “Who pays” add up to 90 %, not to 100.",
    ),
    (
        "many results", more(results=[Result(f"2.{n}", level="outcome") for n in range(9)]), "many_results", WARNING,
        "There are 11 results. About 10 can be followed well.",
    ),
    (
        "date before", more(budget=[line("1", 5, starts_on=dt.date(2026, 12, 31), ends_on=dt.date(2027, 2, 1))]),
        "date_out_of_range", ERROR,
        "“Line of 1: USD 5.00” is dated 31 December 2026; the project runs from 1 January 2027 to 31 December 2028.",
    ),
    (
        "date after",
        more(procurement=[ProcurementItem(item="Servers", kind="equipment", planned_on=dt.date(2029, 1, 1))]),
        "date_out_of_range", ERROR,
        "“Servers” is dated 1 January 2029; the project runs from 1 January 2027 to 31 December 2028.",
    ),
    (
        "quarter", more(activities=[Activity(component="1", title="Print", first_quarter=8, last_quarter=9)]),
        "activity_out_of_range", ERROR, "“Print” ends in quarter 9; the project has 8 quarters.",
    ),
    (
        "interest", with_facts(interest_until=dt.date(2027, 2, 1)), "interest_after_start", WARNING,
        "Interest is taken until 1 February 2027, after the planned start on 1 January 2027.",
    ),
    (
        "letters", both(FIVE, with_facts(languages=["en", "es"]), more(annexes=LETTERS[:3])), "letter_missing", ERROR,
        "A letter of request or of no objection is missing from: BR, CL.",
    ),
    (
        "languages", both(FIVE, more(annexes=LETTERS)), "one_language", WARNING,
        "5 countries take part, and the text is in one language only.",
    ),
]  # fmt: skip


def test_a_sound_draft_has_no_findings() -> None:
    assert lint(sound()) == []


def test_nothing_written_is_found_without_an_error() -> None:
    found = lint(Draft(project=Project(title="New")))
    assert {one.code for one in found} >= {"text_missing", "results_missing", "budget_missing", "start_missing"}


@pytest.mark.parametrize(("change", "code", "severity", "message"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_one_fault_is_one_finding(change: Callable[[Draft], Draft], code: str, severity: str, message: str) -> None:
    assert [(one.code, one.severity, one.message) for one in lint(change(sound()))] == [(code, severity, message)]


def test_a_finding_about_a_text_leads_to_the_section_in_which_it_stands() -> None:
    found = lint(with_text("theory", "Advice reaches at least 4 countries.")(sound()))
    assert [(one.section, one.anchor) for one in found] == [("objective", "theory")]


@pytest.mark.parametrize(
    "change",
    [
        with_text("components:1", "Component 1: A register of complaints.\nIt counts the days."),
        with_text("components:1", "Component 1: A register, of complaints"),
        with_text("theory", "At least 30 offices use it."),
        both(
            with_text("rules", "See Annex 2 and annexes in general."), more(annexes=[Annex(kind="other", number="2")])
        ),
        with_text("financing", "The total cost is US$40,000.00. The fund gives 75 %, the ministry 25 %."),
        with_text("financing", "Costo total: USD 40.000."),
        with_text("financing", "Coût total : USD 40 000,00."),
        more(budget=[line("", 500, category="administration")]),
        more(budget=[line("1", 100, currency="EUR", rate=Decimal("1.1"), rate_on=dt.date(2026, 11, 2))]),
        both(of_oas, with_rows(budget=[line("1.1", 150000)]), with_facts(months=48)),
        with_rows(risks=[], budget=[line("1.1", 10, source="counterpart_in_kind")]),
        more(assignments=[Assignment(title="Expert", component="1", cost=Decimal(40000))]),
    ],
)
def test_what_is_in_order_is_not_found(change: Callable[[Draft], Draft]) -> None:
    assert lint(change(sound())) == []


def test_errors_come_first_then_the_order_of_the_sections() -> None:
    draft = both(with_rows(risks=[], activities=[]), with_facts(start_on=None), with_text("supports", "-"))(sound())
    assert [(one.code, one.section) for one in lint(draft)] == [
        ("start_missing", "identification"),
        ("product_without_activity", "execution"),
        ("text_says_nothing", "identification"),
        ("no_risk", "risks"),
    ]


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (dt.date(2027, 1, 31), 1, dt.date(2027, 2, 28)),
        (dt.date(2027, 12, 1), 1, dt.date(2028, 1, 1)),
        (dt.date(2028, 2, 29), 12, dt.date(2029, 2, 28)),
        (dt.date(2027, 1, 15), 36, dt.date(2030, 1, 15)),
    ],
)
def test_months_are_counted_by_the_calendar(day: dt.date, months: int, end: dt.date) -> None:
    assert add_months(day, months) == end


def test_findings_are_in_the_language_of_the_reader_and_figures_too() -> None:
    with translation.override("fr"):
        found = lint(with_rows(risks=[])(sound()))
    assert "30\N{NARROW NO-BREAK SPACE}000" in found[0].message
