"""The questions of a fit check (practices page, section 4.3, items 1 to 4).

The parts *Relevance, Context, Applicability* are Cedefop's; the four questions of the last part follow J-PAL: is the
theory spelled out, do local conditions hold, how strong is the evidence for the change, can we carry it out well.
What must be in place comes from the practice itself; the twelve factors are the scheme FA.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from network_site.taxonomy.models import Term

from .enums import FitPart, TaskKind

RELEVANCE = {
    "problem": _("Is our problem the one that it solved?"),
    "groups": _("Are the people for whom it worked the people whom we want to reach?"),
    "priority": _("Does it serve what our government wants to do first?"),
}
APPLICABILITY = {
    "theory": _("Is it clear to us why it should work, step by step?"),
    "conditions": _("Do the conditions under which it worked hold here?"),
    "evidence": _("Is the evidence that it changes what people do strong enough for us?"),
    "delivery": _("Can we carry it out as well as they did?"),
}
FACTORS = "FA"
# What an answer that is red or amber becomes in the Terms of Reference, if nobody says otherwise.
BECOMES = {"FA07": TaskKind.BUDGET, "FA08": TaskKind.BUDGET, "FA09": TaskKind.BUDGET}
BECOMES_BY_PART = {
    FitPart.RELEVANCE: TaskKind.RISK,
    FitPart.PRECONDITION: TaskKind.CLAUSE,
    FitPart.FACTOR: TaskKind.RISK,
    FitPart.APPLICABILITY: TaskKind.RISK,
}


@dataclass(frozen=True)
class Question:
    """One question: which part, its key in it, the practice's own words where it has them, whether it is a must."""

    part: str
    key: str
    statement: str = ""
    is_must: bool = False


def questions_of(snapshot: Mapping[str, Any]) -> list[Question]:
    """All questions about a practice, in the order in which they are asked."""
    return [
        *(Question(FitPart.RELEVANCE, key) for key in RELEVANCE),
        *(
            Question(FitPart.PRECONDITION, str(number), row["statement"], is_must=row["strength"] == "must")
            for number, row in enumerate(snapshot["preconditions"], start=1)
        ),
        *(Question(FitPart.FACTOR, code) for code in Term.objects.in_use().of(FACTORS).values_list("pk", flat=True)),
        *(Question(FitPart.APPLICABILITY, key) for key in APPLICABILITY),
    ]


def words_of(part: str, key: str, statement: str, factors: Mapping[str, Term]) -> str:
    """A question in words: the practice's own, ours in the reader's language, or the factor's name."""
    if part == FitPart.FACTOR:
        return factors[key].label if key in factors else key
    ours = RELEVANCE if part == FitPart.RELEVANCE else APPLICABILITY
    return statement or str(ours.get(key, key))


def becomes(part: str, key: str) -> str:
    """What the task of a question becomes at first."""
    return str(BECOMES.get(key, BECOMES_BY_PART[FitPart(part)]))
