"""The life of a diagnostic (classification page, A6). It announces nothing: nobody outside the ministry hears of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from network_site.common.workflow import Unmet, Workflow, transition

from .. import permissions
from ..enums import DiagnosticStatus as S
from ..models import Diagnostic


def has_an_answer(diagnostic: Diagnostic, actor: Any) -> list[Unmet]:
    """At least one item has a score."""
    if diagnostic.answers.filter(score__isnull=False).exists():
        return []
    return [Unmet("answers", _("Score at least one item first."))]


def is_the_only_open_one(diagnostic: Diagnostic, actor: Any) -> list[Unmet]:
    """The ministry answers one diagnostic at a time."""
    others = Diagnostic.objects.filter(owner_id=diagnostic.owner_id, status=S.OPEN).exclude(pk=diagnostic.pk)
    return [Unmet("open", _("Another diagnostic is being answered. Finish it first."))] if others.exists() else []


DIAGNOSTIC = Workflow(
    "diagnostic",
    {
        "finish": transition(
            {S.OPEN}, S.FINISHED, permissions.can_close_diagnostic, pgettext_lazy("diagnostic", "Finish"),
            guards=(has_an_answer,), past=pgettext_lazy("diagnostic", "Finished"),
        ),
        "reopen": transition(
            {S.FINISHED}, S.OPEN, permissions.can_close_diagnostic, pgettext_lazy("diagnostic", "Open it again"),
            guards=(is_the_only_open_one,), past=pgettext_lazy("diagnostic", "Opened again"),
        ),
    },
)  # fmt: skip
