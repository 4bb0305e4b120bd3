"""What the register knows about a person, for herself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from network_site.organizations.models import User

from .models import FitCheck, Need


class Source:
    """For the organisations floor, which makes the copy."""

    fields: Mapping[str, str] = {
        "needs.Need.created_by": "needs",
        "needs.Need.contact_name": "none: part of an organisation's text, which it corrects on request",
        "needs.Need.contact_email": "none: part of an organisation's text, which it corrects on request",
        "needs.FitCheck.created_by": "fit_checks",
        "needs.Overlap.answered_by": "none: the Network's decision, in its audit trail",
        "needs.NeedsPage.locked_by": "none: the history of staff in the CMS; kept as long as the page",
        "needs.NeedsPage.owner": "none: the history of staff in the CMS; kept as long as the page",
    }

    def parts(self, user: User) -> Mapping[str, Any]:
        """Needs that she wrote down, and fit checks that she began."""
        needs = Need.objects.filter(created_by=user).order_by("created_at", "pk")
        return {
            "needs": [
                {"id": one.pk, "title": one.title, "status": one.status, "began_at": one.created_at} for one in needs
            ],
            "fit_checks": [
                {"id": one.pk, "practice": one.practice_id, "status": one.status, "began_at": one.created_at}
                for one in FitCheck.objects.filter(created_by=user).order_by("created_at", "pk")
            ],
        }
