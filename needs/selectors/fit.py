"""Questions about fit checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from network_site.common.language import pick
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import figure_value
from network_site.taxonomy.models import Term

from .. import context, fitting
from ..enums import FitLight, FitPart
from ..models import FitAnswer, FitCheck

LIGHTS = {
    FitLight.GREEN: ("ok", "ok"),
    FitLight.AMBER: ("warn", "half"),
    FitLight.RED: ("stop", "no"),
    FitLight.UNKNOWN: ("", "unk"),
}


def get_fit_check(need_id: UUID, pk: UUID) -> FitCheck:
    """A check with its need and its practice. Raises FitCheck.DoesNotExist for foreign and missing ones alike."""
    check: FitCheck = FitCheck.objects.select_related("need__country", "practice__country").get(pk=pk, need_id=need_id)
    return check


def list_fit_checks(need: Any) -> Any:
    """The checks of a need, the latest first, with their practices."""
    return need.fit_checks.select_related("practice").order_by("-created_at")


def practice_for_fit(number: int) -> PublishedRecord | None:
    """The published practice with this public number, as the actor may read it."""
    found: PublishedRecord | None = (
        PublishedRecord.objects.live().of_kind("practice").select_related("country").filter(number=number).first()
    )
    return found


def asked(check: FitCheck, answers: Sequence[FitAnswer]) -> list[dict[str, Any]]:
    """The questions of a check by part, in words: [{part, label, answers: [{row, words, lang, tag}]}]."""
    factors = Term.objects.of(fitting.FACTORS).in_bulk()
    language = check.practice.source_language
    groups: list[dict[str, Any]] = []
    for row in answers:
        if not groups or groups[-1]["part"] != row.part:
            groups.append({"part": row.part, "label": FitPart(row.part).label, "answers": []})
        kind, icon = LIGHTS[FitLight(row.light)]
        groups[-1]["answers"].append(
            {
                "row": row,
                "words": fitting.words_of(row.part, row.key, row.statement, factors),
                "hint": _definition(factors.get(row.key)),
                "lang": language if row.statement else "",
                "light": FitLight(row.light).label,
                "kind": kind,
                "icon": icon,
            }
        )
    return groups


def _definition(term: Term | None) -> str:
    return (pick(term.definition) or "") if term else ""


def counted(answers: Sequence[FitAnswer]) -> dict[str, int]:
    """How many answers have each light."""
    found = Counter(row.light for row in answers)
    return {light.value: found.get(light.value, 0) for light in FitLight}


def red_musts(answers: Sequence[FitAnswer]) -> list[FitAnswer]:
    """The conditions that must hold and do not: with one of them a practice is not transferred as it is."""
    return [row for row in answers if row.is_must and row.light == FitLight.RED]


def shown_distances(check: FitCheck) -> list[dict[str, Any]]:
    """The distances that were kept with a check, in words; what nobody reported on either side is left out."""
    labels = {term.pk: term.label for term in Term.objects.of(context.SCHEME)}
    return [
        {
            "label": labels.get(row["item"], row["item"]),
            "home": _in_words(row["item"], row["home"]),
            "there": _in_words(row["item"], row["there"]),
            "distance": context.Distance(row["distance"]).label,
            "code": row["distance"],
        }
        for row in check.context
        if row["home"] or row["there"]
    ]


def _in_words(item: str, side: dict[str, str] | None) -> dict[str, str] | None:
    return side | {"words": figure_value(item, side["value"], side["unit"])} if side else None


def not_reported(check: FitCheck) -> int:
    """Of how many items neither side has a figure."""
    return sum(1 for row in check.context if not (row["home"] or row["there"]))


def context_distances(home: str, there: str) -> list[dict[str, Any]]:
    """How far apart two countries (ISO codes) are, item by item (needs/context.py)."""
    return context.distances(home, there)


def title_of(check: FitCheck) -> str:
    """What a check is called."""
    return _("%(practice)s: would it fit us?") % {"practice": check.practice.title}
