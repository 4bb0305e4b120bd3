"""What happened to a project, in words."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from network_site.common.models import TransitionRecord
from network_site.organizations.enums import Role
from network_site.organizations.models import Organization

from ..enums import ProjectStatus
from ..models import Project
from ..workflow import PROJECT


def history_of(project: Project) -> list[dict[str, Any]]:
    """The steps of a project, the newest first; people are named by organisation and role."""
    records = list(TransitionRecord.objects.filter(object_id=project.pk).order_by("-at", "-object_version"))
    organizations = Organization.objects.in_bulk({one.organization_id for one in records if one.organization_id})
    labels = dict(ProjectStatus.choices)
    return [
        {
            "at": record.at,
            "title": str(PROJECT.transitions[record.name].past) if record.name in PROJECT.transitions else record.name,
            "by": _who(record, organizations),
            "note": record.note,
            "from_label": str(labels.get(record.source, record.source)),
            "to_label": str(labels.get(record.target, record.target)),
            "now": place == 0,
        }
        for place, record in enumerate(records)
    ]


def _who(record: TransitionRecord, organizations: dict[UUID, Organization]) -> str:
    organization = organizations.get(record.organization_id) if record.organization_id else None
    if organization is None:
        return _("Enlace, by rule")
    roles = dict(Role.choices)
    role = ", ".join(str(roles.get(name, name)) for name in record.role.split("+") if name)
    return f"{organization.name} ({role})" if role else organization.name


def last_note(project: Project, name: str) -> str:
    """The reason given with the last step of that name; empty when there is none."""
    notes = TransitionRecord.objects.filter(object_id=project.pk, name=name).order_by("-at")
    return notes.values_list("note", flat=True).first() or ""
