"""How a diagnostic's entries in its ministry's audit trail read: that there were answers, never which."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from .models import Diagnostic

WORDS: dict[str, Any] = {
    "diagnostic.created": _("A diagnostic was begun"),
    "diagnostic.answered": _("Items of a diagnostic were answered"),
    "diagnostic.finish": _("A diagnostic was finished"),
    "diagnostic.reopen": _("A diagnostic was opened again"),
}


class Describer:
    """Words and titles for the organisations floor, which knows no diagnostic."""

    def words(self, action: str) -> str:
        return str(WORDS.get(action, ""))

    def subjects(self, object_type: str, ids: Collection[UUID]) -> Mapping[UUID, tuple[str, str]]:
        if object_type != Diagnostic._meta.label_lower:
            return {}
        found = Diagnostic.objects.filter(pk__in=ids)
        return {one.pk: (one.title, reverse("needs:diagnostic", args=[one.pk])) for one in found}
