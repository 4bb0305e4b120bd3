"""Which sections of a project hold something."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef

from ..models import Project
from ..outline import SECTION_OF_KIND
from .projects import KINDS


def sections_with_content(project: Project) -> set[str]:
    """Names of the sections that have a text or a row; two queries, however much there is."""
    found = set(project.text_parts.exclude(text="").values_list("section", flat=True))
    held: dict[str, Any] = {
        f"has_{kind}": Exists(model.objects.filter(project=OuterRef("pk")))  # type: ignore[attr-defined]
        for kind, model in KINDS.items()
    }
    row = Project.objects.filter(pk=project.pk).annotate(**held).values(*held).first() or {}
    return found | {SECTION_OF_KIND[kind] for kind in KINDS if row.get(f"has_{kind}")}
