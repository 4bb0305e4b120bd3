"""What a project needs and has, as those who may know read it."""

from __future__ import annotations

from uuid import UUID

from ..models import Funding


def funding_of(project_id: UUID) -> Funding | None:
    """The sums of a project that the actor may read; None for everybody else, donors included."""
    found: Funding | None = Funding.objects.select_related("project").filter(project_id=project_id).first()
    return found
