"""How projects' entries in an organisation's audit trail read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .models import Project, Update
from .workflow import PROJECT
from .workflow.update import UPDATE

WORDS: dict[str, Any] = {
    "project.created": _("A project was begun"),
    "project.documented": _("A project was written down from a publication"),
    "project.edited": _("A project was edited"),
    "project.filled": _("Proposals were filled into a project"),
    "project.accepted": _("Proposals in a project were accepted"),
    "project.dismissed": _("A value was taken out of a project"),
    "project.reviewer_asked": _("A reviewer of a project was asked"),
    "project.judged": _("A quality review of a project was filed"),
    "project.signed": _("A project was signed for a country"),
    "project.agreement": _("The agreement of a project was written down"),
    "project.candidate": _("A practice was opened from a project"),
    "update.saved": _("A report on results was written"),
    "update.correction": _("A correction of a report on results was begun"),
}


class Describer:
    """Words and titles for the organisations floor, which knows no project."""

    def words(self, action: str) -> str:
        """Own words first, then what the workflow says of the step."""
        if action in WORDS:
            return str(WORDS[action])
        flow, _dot, name = action.partition(".")
        for workflow in (PROJECT, UPDATE):
            if flow == workflow.name and name in workflow.transitions:
                return str(workflow.transitions[name].past)
        return ""

    def subjects(self, object_type: str, ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
        """Titles of projects, also under the name of their published records, and of reports by their project."""
        if object_type == Update._meta.label_lower:
            updates = Update.objects.filter(pk__in=ids).select_related("project")
            return {
                one.pk: (one.project.title, reverse("projects:execution", args=[one.project_id])) for one in updates
            }
        if object_type not in {Project._meta.label_lower, "publishing.publishedrecord"}:
            return {}
        projects = Project.objects.filter(pk__in=ids)
        return {one.pk: (one.title, reverse("projects:project", args=[one.pk])) for one in projects}
