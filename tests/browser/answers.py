"""What somebody writes into the form of a practice, step by step, by the names of the questions."""

from __future__ import annotations

from typing import Any

TITLE = "Inspection visits by appointment"
DESCRIPTION = (
    "Inspectors write to the employer a week before they come and name the papers they want to see. "
    "On the day they first talk to the workers, then look at the papers, and agree on what has to change by when.\n\n"
    "- The letter says which law applies.\n- Workers hear of the visit as well.\n\n"
    "Whoever does not answer the letter is visited without notice."
)

BRIEF: dict[str, Any] = {
    "source_language": "en",
    "title": TITLE,
    "one_line": "Inspectors announce their visits, and find more behind doors that are open.",
    "problem": "Half of all visits met a closed door.",
    "description": DESCRIPTION,
    "labour_function": ["LAF1.1"],
    "target_groups": ["TG16"],
    "contacts-0-name": "Rosa Lima",
    "contacts-0-email": "rosa@example.org",
    "contacts-0-language": "es",
    "contacts-0-is_public": True,
}
STEPS: dict[str, dict[str, Any]] = {
    "where": {
        "region": "Valdoria, northern districts",
        "stage": "running",
        "start_year": "2021",
        "coverage": "14",
        "coverage_unit": "districts",
        "scale": "SC03",
        "sectors": ["SEC-O"],
        "contributions-0-name": "Labour Inspectorate of Valdoria",
        "contributions-0-role": "lead",
    },
    "story": {
        "objectives": "Fewer closed doors\nMore repairs within a month",
        "problem_tags": ["D2.2"],
        "instruments": ["IN03"],
        "theory-0-activity": "A letter a week before",
        "theory-0-output": "An appointment",
        "theory-0-outcome": "A visit that takes place",
        "theory-0-assumption": "Letters arrive",
    },
    "results": {
        "reach": "1,200 firms in 2022, from the inspectorate's own register",
        "negative_effects": "None known.",
        "outcomes-0-indicator": "Visits that met a closed door",
        "outcomes-0-unit": "per cent",
        "outcomes-0-baseline": "50",
        "outcomes-0-baseline_year": "2020",
        "outcomes-0-value": "12.5",
        "outcomes-0-value_year": "2022",
        "outcomes-0-source": "Case file of the inspectorate",
        "outcomes-0-direction": "positive",
        "costs-0-category": "Letters and postage",
        "costs-0-year": "2022",
        "costs-0-amount": "4800.00",
        "costs-0-currency": "usd",
    },
    "needs": {
        "risks_if_copied": "Where firms hide workers, a letter warns them.",
        "preconditions-0-statement": "A register of firms with addresses",
        "preconditions-0-strength": "must",
        "preconditions-0-verification": "A list of last month",
    },
    "contact": {"transfer_offer": "Two study visits a year, in Spanish."},
}
MORE_CONDITIONS: list[dict[str, Any]] = [
    {
        "preconditions-1-statement": "Letters reach firms within a week",
        "preconditions-1-strength": "must",
        "preconditions-1-verification": "Figures of the post office",
    },
    {
        "preconditions-2-statement": "Inspectors have calendars",
        "preconditions-2-strength": "should",
        "preconditions-2-verification": "Ask three of them",
    },
]
PORTUGUESE: dict[str, Any] = {
    "title": "Visitas de inspeção com hora marcada",
    "one_line": "Inspetores anunciam as visitas e encontram mais atrás de portas abertas.",
    "problem": "Metade das visitas encontrava a porta fechada.",
    "description": "Os inspetores escrevem ao empregador uma semana antes e dizem quais documentos querem ver.",
}
