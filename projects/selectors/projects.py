"""Draft projects as their writers, judges and signatories read them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from network_site.organizations.actor import Actor
from network_site.organizations.enums import OrganizationKind, Role

from ..enums import ProjectStatus, Proposal
from ..linter import unread_parts
from ..models import (
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
from ..outline import MANY, OUTLINE, SECTION_OF_KIND, SECTIONS, SectionOutline, TextField
from ..permissions import signing_countries

# Rows of the sections, by the name that forms and addresses use.
KINDS: dict[str, type[models.Model]] = {
    "results": ResultRow,
    "budget": BudgetLine,
    "activities": Activity,
    "risks": Risk,
    "assignments": Assignment,
    "procurement": ProcurementItem,
    "parties": Party,
    "annexes": Annex,
}


@dataclass(frozen=True)
class TextView:
    """A field of the outline with what was written into it; a field of many texts comes once for each."""

    field: TextField
    key: str
    row: Text | None = None

    @property
    def text(self) -> str:
        return self.row.text if self.row else ""

    @property
    def is_unread(self) -> bool:
        return bool(self.row and self.row.is_unread)


@dataclass(frozen=True)
class SectionView:
    """A section with its texts and rows, in the order of the outline."""

    outline: SectionOutline
    texts: list[TextView] = field(default_factory=list)
    rows: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def unread(self) -> int:
        """How many proposals of this section nobody has read."""
        rows = [row for kind in self.rows.values() for row in kind if getattr(row, "proposal", "")]
        return sum(one.is_unread for one in self.texts) + sum(row.is_unread for row in rows)


def list_projects() -> Any:
    """Projects that the actor may read, newest first, with owner, country and sums."""
    return Project.objects.select_related("owner", "country", "need", "funding").order_by("-changed_at")


def list_queue() -> Any:
    """Projects that wait for the Network: ideas, drafts and quality reviews, the oldest first."""
    waiting = [ProjectStatus.CONCEPT, ProjectStatus.DRAFTING, ProjectStatus.REVIEW, ProjectStatus.VALIDATION]
    return list_projects().filter(status__in=waiting).order_by("changed_at")


def get_project(pk: UUID) -> Project:
    """One project. Raises Project.DoesNotExist for what is foreign or missing."""
    project: Project = Project.objects.select_related("owner", "country", "need", "practice", "funding").get(pk=pk)
    return project


def read_sections(project: Project) -> list[SectionView]:
    """All sixteen sections; the same number of queries for any number of rows."""
    return _sections(project, OUTLINE)


def read_section(project: Project, section: str) -> SectionView:
    """One section. Raises KeyError for a name that the outline does not have."""
    return _sections(project, [SECTIONS[section]])[0]


def _sections(project: Project, outlines: Iterable[SectionOutline]) -> list[SectionView]:
    outlines = list(outlines)
    texts: dict[str, list[Text]] = {}
    for row in Text.objects.filter(project=project, section__in=[one.section for one in outlines]):
        texts.setdefault(row.key.partition(MANY)[0], []).append(row)
    return [
        SectionView(
            outline,
            [view for one in outline.fields for view in _views(one, texts.get(one.key, []))],
            {kind: list(_rows(project, kind)) for kind in outline.parts},
        )
        for outline in outlines
    ]


def _views(text_field: TextField, rows: list[Text]) -> list[TextView]:
    if text_field.many:
        return [TextView(text_field, row.key, row) for row in rows]
    return [TextView(text_field, text_field.key, rows[0] if rows else None)]


def _rows(project: Project, kind: str) -> Any:
    rows = KINDS[kind].objects.filter(project=project)  # type: ignore[attr-defined]
    if kind == "results":
        return rows.select_related("parent").prefetch_related("targets")
    return rows.select_related("organization") if kind == "parties" else rows


def unread(project: Project) -> int:
    """How many proposals of a project nobody has read."""
    return unread_parts(project)


def find_annex(pk: UUID) -> Annex | None:
    """An annex with a file that the current actor may read, else None."""
    return Annex.objects.filter(pk=pk).exclude(file="").first()


def unread_by_section(project: Project) -> dict[str, int]:
    """How many unread proposals each section has; sections without any are left out."""
    counts: dict[str, int] = dict(
        Text.objects.filter(project=project, proposal=Proposal.PROPOSED)
        .values_list("section")
        .annotate(count=models.Count("id"))
        .order_by()
    )
    for kind, model in KINDS.items():
        if hasattr(model, "proposal"):
            found = model.objects.filter(project=project, proposal=Proposal.PROPOSED).count()  # type: ignore[attr-defined]
            if found:
                section = SECTION_OF_KIND[kind]
                counts[section] = counts.get(section, 0) + found
    return counts


# --- My work ---------------------------------------------------------------------------------

TASKS: dict[str, Any] = {
    ProjectStatus.CONCEPT.value: _("Start the Terms of Reference"),
    ProjectStatus.DRAFTING.value: _("Finish the Terms of Reference"),
    ProjectStatus.REVIEW.value: _("Judge the Terms of Reference"),
    ProjectStatus.VALIDATION.value: _("Sign the project"),
}


def _waiting_states(actor: Actor) -> Collection[str]:
    if actor.is_network:
        return {ProjectStatus.CONCEPT, ProjectStatus.REVIEW} if actor.has(Role.SPECIALIST, Role.LEAD) else set()
    if actor.organization_kind != OrganizationKind.MINISTRY:
        return {ProjectStatus.REVIEW} if actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT) else set()
    states = {ProjectStatus.CONCEPT, ProjectStatus.DRAFTING} if actor.has(Role.CONTRIBUTOR, Role.FOCAL_POINT) else set()
    return states | {ProjectStatus.VALIDATION} if actor.has(Role.FOCAL_POINT) else states


def list_tasks(actor: Actor) -> list[dict[str, Any]]:
    """What waits for this actor on the page My work."""
    states = _waiting_states(actor)
    if not states or not actor.user_id:
        return []
    projects = Project.objects.filter(status__in=states, source={}).order_by("changed_at")
    if actor.organization_kind == OrganizationKind.MINISTRY:
        mine = models.Q(owner_id=actor.organization_id) | models.Q(status=ProjectStatus.VALIDATION)
        projects = projects.filter(mine)
    judged = projects.filter(reviews__reviewer_id=actor.user_id, reviews__round=models.F("round")).values("pk")
    return [
        {
            "title": TASKS[project.status],
            "subject": project.title,
            "url_name": "projects:project",
            "pk": project.pk,
            "status": project.status,
            "tag": str(project.get_status_display()),
            "due_on": None,
            "is_demo": project.is_demo,
        }
        for project in projects.exclude(pk__in=judged)
        if project.status != ProjectStatus.VALIDATION or actor.country_id in signing_countries(project)
    ]
