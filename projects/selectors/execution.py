"""What is known of a project that is carried out."""

from __future__ import annotations

from typing import Any

from ..models import Project


def execution_part(project: Project) -> dict[str, Any]:
    """The part of the snapshot that tells of the agreement, the periods and the reports."""
    return {}
