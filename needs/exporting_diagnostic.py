"""A ministry's own diagnostic as it leaves for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network_site.common.exports import Column, Source, sources
from network_site.organizations.actor import current

from .guides import anchors
from .models import Answer
from .selectors.diagnostic import list_items


def _columns() -> Sequence[Column]:
    return [
        Column("diagnostic", _("Diagnostic")),
        Column("area", _("Area")),
        Column("code", _("Number")),
        Column("statement", _("Statement")),
        Column("score", _("Score")),
        Column("words", _("What is true today")),
        Column("note", _("Why this score?")),
        Column("evidence", _("Evidence")),
        Column("answered_by", _("Answered by")),
        Column("answered_at", _("Answered on")),
    ]


def _find(params: QueryDict) -> list[Answer]:
    """The answers of one diagnostic of the actor's ministry, of all of them where none is named."""
    answers = Answer.objects.filter(diagnostic__owner_id=current().organization_id)
    if "diagnostic" in params:
        try:
            answers = answers.filter(diagnostic_id=UUID(str(params["diagnostic"])))
        except ValueError:
            return []
    place = {item.code: number for number, item in enumerate(list_items())}
    found = answers.select_related("diagnostic", "item__parent", "answered_by")
    return sorted(found, key=lambda one: (one.diagnostic.created_at, place.get(one.item_id, 0)))


def _rows(found: Iterable[Answer]) -> Iterator[Mapping[str, Any]]:
    for one in found:
        yield {
            "diagnostic": one.diagnostic.title,
            "area": one.item.parent.label,
            "code": one.item_id,
            "statement": one.item.statement,
            "score": one.score,
            "words": "" if one.score is None else anchors(one.item_id)[one.score],
            "note": one.note,
            "evidence": one.file_name,
            "answered_by": one.answered_by.get_full_name() if one.answered_by else "",
            "answered_at": one.answered_at,
        }


def connect() -> None:
    """Offer the list (called when the app is ready)."""
    sources.fill(
        "our-diagnostic",
        Source(
            gettext_lazy("Our diagnostic"),
            _find,
            _columns,
            _rows,
            is_private=True,
            back=lambda: reverse("needs:diagnostics"),
        ),
    )
