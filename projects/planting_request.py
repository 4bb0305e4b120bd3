"""A request that looks for funding, for the demonstration: begun from a need of the sources, signed and published.

The need and the practice are those of the sources; the project itself is invented and marked so. Everything goes
through the services, as people do it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from needs.enums import OPEN
from needs.models import Need
from network_site.organizations.actor import acting_as
from network_site.organizations.enums import OrganizationKind
from network_site.organizations.models import Organization, User
from network_site.organizations.seeding import demo_account
from network_site.organizations.selectors import actor_for
from network_site.publishing.models import PublishedRecord

from . import services
from .models import Project
from .outline import OUTLINE
from .selectors import get_project

NEED = "Nobody knows which offices work well"
# Words of the title of the practice that it takes over (practices/seed/documented, Austria's scorecard).
PRACTICE = "scorecard"
TEXTS = {
    "summary": "Thirty local offices are compared with offices like themselves, and learn from those that do well.",
    "objective": "Managers of local offices know by figures how their office works, and change what does not.",
    "problem": "A few figures are compiled each month, nobody compares them, and audits look at money alone.",
    "beneficiaries": "Jobseekers of thirty local offices, and the officers who serve them.",
    "alignment": "The assessment of 2020 advises to measure results office by office (section 5.2).",
    "arrangement": "A small unit in the agency, with an adviser for two years and three offices that begin.",
}
RESULTS: tuple[dict[str, Any], ...] = (
    {
        "code": "1", "level": "outcome", "statement": "Offices know how they work", "measure": "2", "unit": "%",
        "indicator": "Managers who used the comparison in their last plan", "target": Decimal(80),
        "baseline_missing": "There is no comparison yet.",
    },
    {
        "code": "1.1", "parent": "1", "level": "output", "statement": "A comparison of offices like each other",
        "indicator": "Offices in the comparison", "unit": "offices", "baseline": Decimal(0), "baseline_year": 2026,
        "baseline_source": "Count of the agency", "target": Decimal(30),
        "targets": [{"ends_on": dt.date(2027, 12, 31), "value": Decimal(3)}],
    },
    {
        "code": "1.2", "parent": "1", "level": "output", "statement": "Weak offices learn from strong ones",
        "indicator": "Visits between offices", "unit": "visits", "baseline": Decimal(0), "baseline_year": 2026,
        "baseline_source": "Count of the agency", "target": Decimal(12),
    },
)  # fmt: skip
BUDGET: tuple[dict[str, Any], ...] = (
    {
        "component": "1.1", "category": "consultants", "description": "Adviser on indicators", "unit": "days",
        "quantity": Decimal(120), "unit_cost": Decimal(420), "currency": "USD", "source": "requested",
    },
    {
        "component": "1.1", "category": "software", "description": "Dashboard for offices", "unit": "licence",
        "quantity": Decimal(1), "unit_cost": Decimal(24000), "currency": "USD", "source": "requested",
    },
    {
        "component": "1.2", "category": "travel", "description": "Visits between offices", "unit": "visits",
        "quantity": Decimal(12), "unit_cost": Decimal(1800), "currency": "USD", "source": "requested",
    },
    {
        "component": "1", "category": "staff", "description": "Unit of the agency", "unit": "months",
        "quantity": Decimal(24), "unit_cost": Decimal(900), "currency": "USD", "source": "counterpart_in_kind",
    },
)  # fmt: skip
ACTIVITIES = (
    {"component": "1.1", "title": "Agree on indicators with three offices", "first_quarter": 1, "last_quarter": 2},
    {"component": "1.1", "title": "Compare thirty offices", "first_quarter": 3, "last_quarter": 8},
    {"component": "1.2", "title": "Visits between offices", "first_quarter": 4, "last_quarter": 8},
)
RISKS = (
    {
        "statement": "Offices send better figures than they have",
        "probability": "medium", "impact": "high", "mitigation": "Figures are taken from the system, not asked for.",
    },
    {
        "statement": "The project waits because the money is not complete",
        "probability": "medium", "impact": "medium", "mitigation": "Three offices can begin with the first component.",
    },
)  # fmt: skip


def load_request(progress: Callable[[str], object]) -> int:
    """Plant the request if it is not there; how many are new."""
    with _as("mongolia-contributor"):
        need = Need.objects.select_related("owner").filter(title=NEED).first()
        if need is None or need.status not in OPEN or Project.objects.filter(need=need).exists():
            return 0
        pk = _written(need)
    _step("mongolia", pk, "start_drafting")
    _step("mongolia", pk, "send_to_review")
    _judge("specialist", pk)
    _judge("reviewer-b", pk)
    _step("operator", pk, "pass_to_ministry")
    with _as("mongolia"):
        services.sign(get_project(pk), name="Oyun Bold, State Secretary")
    progress("  request: looks for funding")
    return 1


def _as(name: str) -> Any:
    user = User.objects.get(email=demo_account(name).email)
    return acting_as(actor_for(user), reason="a request of the demonstration")


def _written(need: Need) -> UUID:
    """The draft with every section filled and every proposal read."""
    practices = PublishedRecord.objects.live().of_kind("practice").order_by("number")
    practice = next((one for one in practices if PRACTICE in one.snapshot["texts"]["en"]["title"].lower()), None)
    pk: UUID = services.start_project(need, practice=practice).pk
    Project.objects.filter(pk=pk).update(is_demo=True)
    project = get_project(pk)
    facts = {"start_on": dt.date(2027, 3, 1), "months": 24, "currency": "USD", "interest_until": dt.date(2027, 1, 31)}
    services.save_facts(project, fields=facts)
    services.set_texts(project, texts=TEXTS)
    rows = {"results": RESULTS, "budget": BUDGET, "activities": ACTIVITIES, "risks": RISKS}
    for kind, given in rows.items():
        services.save_rows(project, kind=kind, rows=[dict(row) for row in given])
    for outline in OUTLINE:
        services.accept_section(get_project(pk), section=outline.section.value)
    return pk


def _step(name: str, pk: UUID, step: str) -> None:
    with _as(name):
        services.perform(get_project(pk), step)


def _judge(name: str, pk: UUID) -> None:
    """A quality review; somebody outside of the Network is asked first."""
    organization = Organization.objects.get(key=demo_account(name).organization)
    if organization.kind != OrganizationKind.NETWORK:
        reviewer = User.objects.get(email=demo_account(name).email)
        with _as("specialist"):
            services.ask_reviewer(get_project(pk), reviewer=reviewer, organization=organization)
    with _as(name):
        services.file_quality_review(
            get_project(pk), verdict="ready", note="It can be carried out as it is written.", has_interest=False
        )
