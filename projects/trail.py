"""How projects' entries in an organisation's audit trail read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .models import Project
from .workflow import PROJECT

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
}


class Describer:
    """Words and titles for the organisations floor, which knows no project."""

    def words(self, action: str) -> str:
        """Own words first, then what the workflow says of the step."""
        if action in WORDS:
            return str(WORDS[action])
        flow, _dot, name = action.partition(".")
        if flow == PROJECT.name and name in PROJECT.transitions:
            return str(PROJECT.transitions[name].past)
        return ""

    def subjects(self, object_type: str, ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
        """Titles of projects, also under the name of their published records."""
        if object_type not in {Project._meta.label_lower, "publishing.publishedrecord"}:
            return {}
        projects = Project.objects.filter(pk__in=ids)
        return {one.pk: (one.title, reverse("projects:project", args=[one.pk])) for one in projects}
