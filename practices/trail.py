"""How the databank's entries in an organisation's audit trail read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .models import Practice, PracticeVersion
from .workflow import PRACTICE, REVIEW_FLOW

WORDS: dict[str, Any] = {
    "practice.created": _("A practice was begun"),
    "practice.edited": _("A practice was edited"),
    "practice.next_version": _("The next version of a practice was begun"),
    "practice.documented": _("A practice was written down from a publication"),
    "practice.removed": _("A practice from a publication was taken out again"),
    "practice.screened": _("The exclusion questions were answered"),
    "practice.read": _("The Network opened a practice"),
    "practice.keeper_changed": _("A practice got somebody else who looks after it"),
    "practice.contact_changed": _("A contact of a practice was replaced"),
    "practice.adapted": _("A project said what it changed in a practice"),
    "review.assigned": _("A reviewer was asked"),
    "record.published": _("A record was published"),
    "record.confirmed": _("A record was confirmed"),
    "record.withdrawn": _("A record was withdrawn"),
}


class Describer:
    """Words and titles for the organisations floor, which knows no practice."""

    def words(self, action: str) -> str:
        """Own words first, then what the workflow says of the step."""
        if action in WORDS:
            return str(WORDS[action])
        flow, _dot, name = action.partition(".")
        for workflow in (PRACTICE, REVIEW_FLOW):
            if workflow.name == flow and name in workflow.transitions:
                return str(workflow.transitions[name].past)
        return ""

    def subjects(self, object_type: str, ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
        """Titles of versions, and of practices by their newest version."""
        if object_type == "practices.practiceversion":
            versions = PracticeVersion.objects.filter(pk__in=ids)
            return {one.pk: (one.title, reverse("practices:version", args=[one.pk])) for one in versions}
        if object_type in {Practice._meta.label_lower, "publishing.publishedrecord"}:
            versions = PracticeVersion.objects.filter(practice_id__in=ids).order_by("number")
            return {one.practice_id: (one.title, reverse("practices:version", args=[one.pk])) for one in versions}
        return {}
