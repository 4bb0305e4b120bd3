"""Draft projects for tests: begun from a registered need, written and judged through the services."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from needs.models import Need
from network_site.organizations.enums import OrganizationKind
from network_site.organizations.models import Organization, User
from network_site.publishing.models import PublishedRecord
from projects import services
from projects.enums import Proposal
from projects.models import Project
from projects.outline import OUTLINE
from projects.selectors import get_project, unread_by_section

from ..needs.stating import registered
from ..people import People, acting, organization_of

TEXTS = {
    "summary": "One register of complaints, answered within ten days.",
    "objective": "Whoever complains gets an answer in time.",
    "alignment": "The ministry's plan for 2027 asks for it.",
    "arrangement": "The ministry's office of complaints, with one expert.",
    "problem": "Nobody keeps a register.",
    "beneficiaries": "Everybody who looks for work.",
}
RESULTS: list[dict[str, Any]] = [
    {
        "code": "1",
        "level": "outcome",
        "statement": "Complaints are answered",
        "indicator": "Complaints answered within ten days",
        "unit": "%",
        "measure": "2",
        "baseline_missing": "No register exists.",
        "target": Decimal(90),
    },
    {
        "code": "1.1",
        "parent": "1",
        "level": "output",
        "statement": "A register",
        "indicator": "Offices that use the register",
        "unit": "offices",
        "baseline": Decimal(0),
        "baseline_year": 2026,
        "baseline_source": "Count of the ministry",
        "target": Decimal(30),
        "targets": [{"ends_on": dt.date(2027, 12, 31), "value": Decimal(15)}],
    },
]
BUDGET: list[dict[str, Any]] = [
    {
        "component": "1.1",
        "category": "consultants",
        "description": "Expert for the register",
        "unit": "days",
        "quantity": Decimal(100),
        "unit_cost": Decimal(400),
        "currency": "USD",
        "source": "requested",
    },
    {
        "component": "1",
        "category": "staff",
        "description": "Two officers",
        "unit": "months",
        "quantity": Decimal(24),
        "unit_cost": Decimal(500),
        "currency": "USD",
        "source": "counterpart_in_kind",
    },
]
ACTIVITIES = [{"component": "1", "title": "Write the rules", "first_quarter": 1, "last_quarter": 2}]
RISKS = [{"statement": "Offices go on with letters", "mitigation": "Letters are entered by the office"}]


@dataclass
class Team:
    """Everybody whom a project needs until it is published."""

    people: People
    ministry: Organization
    contributor: User
    focal_point: User
    specialist: User
    judges: list[User]
    need: Need

    @property
    def reader(self) -> User:
        return self.focal_point


def team(people: People, **fields: Any) -> Team:
    """A ministry with a registered need, and the Network's people."""
    ministry = people.organization(country="UY")
    focal_point = people.focal_point(ministry)
    return Team(
        people,
        ministry,
        people.contributor(ministry),
        focal_point,
        people.specialist(),
        [people.specialist(), people.reviewer(OrganizationKind.INTERNATIONAL)],
        registered(people, focal_point, **fields),
    )


def begun(writer: User, need: Need, practice: PublishedRecord | None = None) -> Project:
    """A project begun by somebody."""
    with acting(writer):
        return services.start_project(Need.objects.select_related("owner").get(pk=need.pk), practice=practice)


def got(reader: User, pk: UUID) -> Project:
    """A project as somebody reads it."""
    with acting(reader):
        return get_project(pk)


def read_everything(writer: User, project: Project) -> None:
    """Accept every proposal."""
    with acting(writer):
        for outline in OUTLINE:
            services.accept_section(got(writer, project.pk), section=outline.section.value)


def completed(writer: User, project: Project) -> Project:
    """Terms of Reference with which no check finds fault."""
    with acting(writer):
        now = get_project(project.pk)
        services.save_facts(now, fields={"start_on": dt.date(2027, 1, 1), "months": 24, "currency": "USD"})
        services.set_texts(now, texts=TEXTS)
        for kind, rows in (("results", RESULTS), ("budget", BUDGET), ("activities", ACTIVITIES), ("risks", RISKS)):
            services.save_rows(now, kind=kind, rows=rows)
    read_everything(writer, project)
    return got(writer, project.pk)


def stepped(user: User, project: Project, name: str, **more: Any) -> Project:
    """Do a step as somebody."""
    with acting(user):
        services.perform(get_project(project.pk), name, **more)
        return get_project(project.pk)


def judged(judge: User, project: Project, verdict: str = "ready", specialist: User | None = None) -> None:
    """File a quality review; a partner's judge is asked first."""
    organization = organization_of(judge)
    if organization.kind != OrganizationKind.NETWORK and specialist is not None:
        with acting(specialist):
            services.ask_reviewer(get_project(project.pk), reviewer=judge, organization=organization)
    with acting(judge):
        services.file_quality_review(
            get_project(project.pk), verdict=verdict, note="It can be carried out.", has_interest=False
        )


def signed(focal_point: User, project: Project) -> Project:
    with acting(focal_point):
        return services.sign(get_project(project.pk), name="Luis Ferrer, director")


def drafting(crew: Team) -> Project:
    """A complete draft of the ministry's contributor, in drafting."""
    project = completed(crew.contributor, begun(crew.contributor, crew.need))
    return stepped(crew.focal_point, project, "start_drafting")


def in_review(crew: Team) -> Project:
    return stepped(crew.focal_point, drafting(crew), "send_to_review")


def to_sign(crew: Team) -> Project:
    project = in_review(crew)
    for judge in crew.judges:
        judged(judge, project, specialist=crew.specialist)
    return stepped(crew.specialist, project, "pass_to_ministry")


def published(crew: Team) -> Project:
    """A project that went the whole way."""
    return signed(crew.focal_point, to_sign(crew))


def proposed(reader: User, project: Project) -> dict[str, int]:
    """Unread proposals by section."""
    with acting(reader):
        return unread_by_section(get_project(project.pk))


__all__ = ["Proposal", "Team", "begun", "completed", "drafting", "got", "in_review", "published", "team", "to_sign"]
