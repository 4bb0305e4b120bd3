"""The life of a fit check: answered, done, taken up again."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from network_site.common.workflow import Unmet, Workflow, transition

from .. import permissions
from ..enums import FitLight, FitPart
from ..enums import FitStatus as S
from ..models import FitCheck


def musts_are_considered(check: FitCheck, actor: Any) -> list[Unmet]:
    """Whoever finishes has looked at each condition that must hold: an unknown one has a note that says why."""
    open_musts = check.answers.filter(part=FitPart.PRECONDITION, is_must=True, light=FitLight.UNKNOWN, note="").count()
    if not open_musts:
        return []
    return [Unmet("musts", _("Answer each condition marked “must”, or note what you would have to find out about it."))]


FIT = Workflow(
    "fit_check",
    {
        "finish": transition(
            {S.OPEN}, S.DONE, permissions.can_check_fit, _("Finish the check"), guards=(musts_are_considered,),
            past=_("Fit check done"),
        ),
        "reopen": transition(
            {S.DONE}, S.OPEN, permissions.can_check_fit, _("Change an answer"), past=_("Fit check taken up again"),
        ),
    },
)  # fmt: skip
