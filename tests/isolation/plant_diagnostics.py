"""A ministry's diagnostic in the isolation matrix: its people read it, and nobody else does."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import translation

from needs import services
from needs.models import Answer, Diagnostic
from needs.services.diagnostic import Given
from network_site.organizations.models import User

from ..people import acting

WORD = "diagnostic"


def words(house: Any) -> set[str]:
    """The canaries in a ministry's diagnostic."""
    return {house.word(WORD), f"{house.word(WORD)}file"}


def plant(house: Any) -> None:
    """An open diagnostic with a score, a note and a file."""
    word = house.word(WORD)
    upload = ContentFile(f"%PDF-1.4 {word} in the evidence".encode(), name=f"{word}file.pdf")
    upload.content_type = "application/pdf"  # type: ignore[attr-defined]
    with acting(house.contributor):
        made = services.start_diagnostic(title=f"{word} title")
        services.save_answers(made, given=[Given("D3.3", 1, 0, f"{word} note", upload)])


def ids(world: Any, user: User | None) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What somebody may open and what she may not: diagnostics, and files of their answers."""
    own: dict[str, list[str]] = {"diagnostic": [], "file": []}
    foreign: dict[str, list[str]] = {"diagnostic": [], "file": []}
    for house in (world.b, world.a):
        members = {house.focal_point, house.contributor, house.learner, house.administrator}
        with acting(house.focal_point):
            mine = own if user in members else foreign
            mine["diagnostic"] += [str(pk) for pk in Diagnostic.objects.values_list("pk", flat=True)]
            mine["file"] += [str(pk) for pk in Answer.objects.exclude(file="").values_list("pk", flat=True)]
    return own, foreign


def area_path(house: Any, area: str) -> str:
    """Where a ministry answers an area of its diagnostic."""
    with acting(house.focal_point), translation.override("en"):
        return reverse("needs:diagnostic_area", args=[Diagnostic.objects.get().pk, area])
