"""What the people of the story of one need write, by the names of the questions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils import timezone

from projects.states import months_after

# --- The diagnostic and the need -------------------------------------------------------------------

ITEMS = 40
# Incentives for results are lacking, and offices are hardly compared; all else is written down somewhere.
LACKING, SECOND, USUAL = "D7.3", "D7.2", "2"
SCORES = {LACKING: "0", SECOND: "1", "D3.1": "3", "D8.1": "4"}
NOTE = "Nobody in thirty offices is thanked for a good result."

TITLE = "Counsellors are not rewarded for results"
SIGN = "Counsellors who say that good work is seen"
NEED: dict[str, dict[str, Any]] = {
    "brief": {
        "title": TITLE,
        "summary": "Thirty offices work hard, and nobody sees which results they reach.",
        "problem": "Pay and praise follow the years of service. Offices that place many people get nothing for it.",
        "country": "MN",
    },
    "lacking": {
        "beneficiaries": "Four hundred counsellors, and everybody whom they serve.",
        "tried": "A yearly dinner for the best office.",
        "evidence": "A survey of the staff in 2025.",
    },
    "help": {"groups": ["TG17"], "help": ["CM04"]},
    "skills": {"useful": ["D7.4"]},
    "success": {"measures": SIGN},
    "limits": {
        "constraints": "The law on the civil service.",
        "budget_band": "under_50",
        "languages": ["en"],
        "audience": "public",
        "contact_name": "Tuya Ganbat",
        "contact_email": "tuya@example.org",
    },
}
# What is missing in the practice that comes first, and is asked for.
MISSING = "D7.4"

# --- The fit check ---------------------------------------------------------------------------------

# Answers that are not wholly "yes": part, place in it, light, note; and the task that each becomes.
DOUBTS = (
    ("relevance", 2, "amber", "The government asks for other things first."),
    ("precondition", 0, "amber", "The law allows a part of the wage for two years only."),
    ("factor", 6, "red", "Nobody here has done it before."),
)
TASKS = {
    "risk": "A new government stops what is not its own",
    "clause": "The variable part of the wage ends after two years, unless the law is changed.",
    "budget": "Adviser on pay and recognition",
}

# --- The project -----------------------------------------------------------------------------------

# Nobody can wait for a year in a test. Days are what people write, as for a project that was entered after the fact:
# two half-years that lie behind us, and the report on the second one is late since last month or longer.
START = months_after(timezone.localdate().replace(day=1), -14)
MONTHS = 12
MIDDLE = months_after(START, 6) - dt.timedelta(days=1)
END = months_after(START, MONTHS) - dt.timedelta(days=1)

FACTS = {"title": TITLE, "start_on": START.isoformat(), "months": str(MONTHS), "currency": "USD"}
TEXTS = {
    "objective": {"objective": "Counsellors know what counts, and good results are rewarded."},
    "justification": {"alignment": "The plan of the agency for 2026 asks for it."},
    "execution": {"arrangement": "The agency's unit for staff, with an adviser."},
}
INDICATOR, MANUAL = "Counsellors who know what is rewarded", "Manuals published"
OUTCOME = {
    "statement": SIGN,
    "indicator": INDICATOR,
    "unit": "%",
    "measure": "2",
    "baseline_missing": "Nobody was asked before.",
    "target": "80",
}
PRODUCT = {
    "level": "output",
    "code": "1.1",
    "parent": "1",
    "statement": "A manual of rewards",
    "indicator": MANUAL,
    "unit": "manuals",
    "measure": "1",
    "baseline": "0",
    "baseline_year": str(START.year),
    "baseline_source": "List of publications",
    "targets-0-ends_on": MIDDLE.isoformat(),
    "targets-0-value": "1",
}
ACTIVITY = {"title": "Write and try the manual", "component": "1.1", "first_quarter": "1", "last_quarter": "2"}
ADVISER = {"component": "1.1", "quantity": "100", "unit": "days", "unit_cost": "400"}
COUNTERPART = {
    "description": "Unit for staff",
    "component": "1",
    "category": "staff",
    "source": "counterpart_in_kind",
    "quantity": "12",
    "unit": "months",
    "unit_cost": "500",
}
NEEDED, COSTS = Decimal(40_000), Decimal(46_000)
# A condition of the practice promises "at least two unlike offices", which nobody here measures: it is worded anew.
PROMISE = "at least two unlike"
REWORDED = "Results are adjusted for the difficulty of the caseload; the formula is tried on the figures of last year."
SIGNATURE = "Oyun Bold, State Secretary"

# --- The money -------------------------------------------------------------------------------------

OFFER, RULES = "Lantern grants for public employment services", 5
FIRST_WORDS = "We would like to know who writes the manual."
ANSWER, THANKS = "The unit for staff, with an adviser.", "Then we are with you."
# 32,000 euros at 1.25 dollars are the 40,000 dollars that are asked for.
PLEDGED, WORTH = Decimal(32_000), Decimal(40_000)
PLEDGE = {
    "amount": "32000",
    "currency": "EUR",
    "rate": "1.25",
    "rate_on": timezone.localdate().isoformat(),
    "rate_source": "Central bank",
    "valid_until": (timezone.localdate() + dt.timedelta(days=60)).isoformat(),
    "conditions": "The manual is published.",
}

# --- Execution -------------------------------------------------------------------------------------

AGENCY = "Agency for Labour and Welfare Services"
AGREEMENT = {
    "agency_name": AGENCY,
    "signed_on": START.isoformat(),
    "starts_on": START.isoformat(),
    "ends_on": END.isoformat(),
    "months_each": "6",
}
FIRST_REPORT = {"narrative": "The rules were agreed with the staff.", "difficulties": "The manual was not written."}
LAST_REPORT = {"narrative": "The first awards were given.", "difficulties": "The survey came two months late."}
CHANGED = "Teams are rewarded, not single counsellors, because the law forbids ratings of persons."
