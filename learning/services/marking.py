"""What an answer is worth. The only place where keys are read to mark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from network_site.organizations.actor import acting_as, person_through

from ..models import QuestionKey, QuestionVersion
from ..quiz.types import TYPES


def shares(person: UUID, answers: Mapping[UUID, Any]) -> dict[UUID, Decimal | None]:
    """The share of each answer, by the version of its question; None where a tutor has to read it."""
    with acting_as(person_through("grader", person)):
        keys = QuestionKey.objects.select_related("version").filter(version_id__in=list(answers))
        return {
            row.version_id: TYPES[row.version.type].grade(
                row.version.structure, {"answer": row.answer}, answers[row.version_id]
            )
            for row in keys
        }


def points(person: UUID, versions: Iterable[UUID]) -> dict[UUID, int]:
    """What each of these questions is worth."""
    with acting_as(person_through("grader", person)):
        return dict(QuestionVersion.objects.filter(pk__in=list(versions)).values_list("pk", "points"))
