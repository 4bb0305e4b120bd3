"""What diagnostics know about a person, for herself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from network_site.organizations.models import User

from .models import Answer, Diagnostic


class Source:
    """For the organisations floor, which makes the copy."""

    fields: Mapping[str, str] = {
        "needs.Diagnostic.created_by": "diagnostics",
        "needs.Answer.answered_by": "diagnostic_answers",
        "needs.Answer.file_name": "none: the name of a file",
    }

    def parts(self, user: User) -> Mapping[str, Any]:
        """Diagnostics that she began, and the answers that she gave last, in the ministry for which she acts."""
        begun = Diagnostic.objects.filter(created_by=user)
        answers = Answer.objects.filter(answered_by=user).select_related("diagnostic")
        return {
            "diagnostics": [{"id": one.pk, "title": one.title, "begun_at": one.created_at} for one in begun],
            "diagnostic_answers": [
                {
                    "diagnostic": one.diagnostic.title,
                    "item": one.item_id,
                    "score": one.score,
                    "note": one.note,
                    "answered_at": one.answered_at,
                }
                for one in answers
            ],
        }
