"""Diagnostics of the actor's own ministry: progress, results, and what follows from a score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from network_site.organizations.actor import Actor
from network_site.publishing.models import PublishedRecord, RecordTerm
from network_site.taxonomy.models import Term

from .. import permissions
from ..enums import DiagnosticStatus, NeedStatus
from ..models import Answer, Diagnostic, Need

SCHEME = "DI"
TENTH = Decimal("0.1")
PRACTICES_PER_ITEM = 3
ROUNDS_SHOWN = 5
# What a score calls for (classification page, A6).
LACKING, MIDDLING, STRONG = (0, 1), (2,), (3, 4)


# --- Items and areas -------------------------------------------------------------------------


def list_items() -> list[Term]:
    """The 40 items with their areas, in the order of the questionnaire; what stands below an item is no item."""
    items = Term.objects.of(SCHEME).in_use().filter(parent__isnull=False, parent__parent__isnull=True)
    return sorted(items.select_related("parent"), key=lambda item: _place(item.code))


def _place(code: str) -> list[int]:
    """D10.2 stands behind D9.4."""
    return [int(part) for part in code.removeprefix("D").split(".")]


def by_area(items: Iterable[Term]) -> dict[str, list[Term]]:
    """The items of each area, by its code."""
    areas: dict[str, list[Term]] = defaultdict(list)
    for item in items:
        areas[str(item.parent_id)].append(item)
    return dict(areas)


# --- Diagnostics -----------------------------------------------------------------------------


def list_diagnostics(actor: Actor) -> QuerySet[Diagnostic]:
    """The ministry's own diagnostics, the newest first, each with how many items have a score."""
    answered = Count("answers", filter=Q(answers__score__isnull=False))
    found: QuerySet[Diagnostic] = Diagnostic.objects.filter(owner_id=actor.organization_id)
    return found.annotate(answered=answered, total=Count("answers")).order_by("-created_at")


def get_diagnostic(pk: UUID) -> Diagnostic:
    """A diagnostic that the actor may read. Raises Diagnostic.DoesNotExist."""
    found: Diagnostic = Diagnostic.objects.select_related("owner").get(pk=pk)
    return found


def open_diagnostic(actor: Actor) -> Diagnostic | None:
    """The one that the actor's ministry is answering now."""
    found: Diagnostic | None = Diagnostic.objects.filter(
        owner_id=actor.organization_id, status=DiagnosticStatus.OPEN
    ).first()
    return found


def answers_of(diagnostic: Diagnostic, codes: Collection[str] | None = None) -> dict[str, Answer]:
    """The answers by the code of their item, with who gave them."""
    answers = Answer.objects.filter(diagnostic=diagnostic).select_related("answered_by")
    if codes is not None:
        answers = answers.filter(item_id__in=codes)
    return {answer.item_id: answer for answer in answers}


@dataclass(frozen=True)
class Progress:
    """How far one area is."""

    area: Term
    answered: int
    total: int

    @property
    def is_complete(self) -> bool:
        return self.answered == self.total


def progress_of(diagnostic: Diagnostic, items: Iterable[Term]) -> list[Progress]:
    """Every area with its answered items. One query."""
    scored = set(Answer.objects.filter(diagnostic=diagnostic, score__isnull=False).values_list("item_id", flat=True))
    return [
        Progress(rows[0].parent, sum(row.code in scored for row in rows), len(rows))  # type: ignore[arg-type]
        for rows in by_area(items).values()
    ]


# --- Results ---------------------------------------------------------------------------------


def mean(scores: Iterable[int | None]) -> Decimal | None:
    """The mean of the items that were answered, to one decimal; None when none was. Zero is an answer."""
    given = [score for score in scores if score is not None]
    if not given:
        return None
    return (Decimal(sum(given)) / len(given)).quantize(TENTH, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class AreaResult:
    """One area: its mean now and in the ministry's diagnostic before, with its items."""

    area: Term
    mean: Decimal | None
    previous: Decimal | None
    answered: int
    rows: list[ItemResult]

    @property
    def change(self) -> Decimal | None:
        if self.mean is None or self.previous is None:
            return None
        return self.mean - self.previous


@dataclass(frozen=True)
class ItemResult:
    """One item with its answer."""

    item: Term
    answer: Answer | None

    @property
    def score(self) -> int | None:
        return self.answer.score if self.answer else None


@dataclass(frozen=True)
class Round:
    """One diagnostic of the ministry's own history, with the means of its areas."""

    diagnostic: Diagnostic
    means: Mapping[str, Decimal | None]


@dataclass(frozen=True)
class Result:
    """What a diagnostic says."""

    areas: list[AreaResult]
    rounds: list[Round]
    previous: Diagnostic | None
    answered: int
    total: int
    lacking: list[ItemResult] = field(default_factory=list)
    middling: list[ItemResult] = field(default_factory=list)
    strong: list[ItemResult] = field(default_factory=list)


def result_of(diagnostic: Diagnostic, items: list[Term]) -> Result:
    """Means by area beside those of the ministry's diagnostic before; three queries."""
    answers = answers_of(diagnostic)
    areas = by_area(items)
    rounds = _rounds(diagnostic, areas)
    previous = rounds[-1] if rounds else None
    rows = {code: [ItemResult(item, answers.get(item.code)) for item in group] for code, group in areas.items()}
    every = [row for group in rows.values() for row in group]
    return Result(
        areas=[
            AreaResult(
                area=areas[code][0].parent,  # type: ignore[arg-type]
                mean=mean(row.score for row in group),
                previous=previous.means[code] if previous else None,
                answered=sum(row.score is not None for row in group),
                rows=group,
            )
            for code, group in rows.items()
        ],
        rounds=rounds,
        previous=previous.diagnostic if previous else None,
        answered=sum(row.score is not None for row in every),
        total=len(every),
        lacking=[row for row in every if row.score in LACKING],
        middling=[row for row in every if row.score in MIDDLING],
        strong=[row for row in every if row.score in STRONG],
    )


def _rounds(diagnostic: Diagnostic, areas: Mapping[str, list[Term]]) -> list[Round]:
    """The finished diagnostics of the same ministry that were begun before this one, the oldest first."""
    before = list(
        Diagnostic.objects.filter(
            owner_id=diagnostic.owner_id, status=DiagnosticStatus.FINISHED, created_at__lt=diagnostic.created_at
        ).order_by("-created_at")[:ROUNDS_SHOWN]
    )
    scores: dict[UUID, dict[str, int]] = defaultdict(dict)
    rows = Answer.objects.filter(diagnostic_id__in=[one.pk for one in before], score__isnull=False)
    for owner, item, score in rows.values_list("diagnostic_id", "item_id", "score"):
        scores[owner][item] = score
    return [
        Round(
            one,
            {code: mean(scores[one.pk].get(item.code) for item in group) for code, group in areas.items()},
        )
        for one in reversed(before)
    ]


def practices_for(codes: Collection[str]) -> dict[str, list[PublishedRecord]]:
    """Published practices that carry each of these problem tags, the best evidence first. One query."""
    if not codes:
        return {}
    readable = PublishedRecord.objects.live().of_kind("practice").order_by()
    links = (
        RecordTerm.objects.filter(term_id__in=codes, record__in=readable.values("pk"))
        .select_related("record")
        .defer("record__search_text")
        .order_by("-record__evidence_level", "-record__first_published_at", "record__number")
    )
    found: dict[str, list[PublishedRecord]] = defaultdict(list)
    for link in links:
        if len(found[link.term_id]) < PRACTICES_PER_ITEM:
            found[link.term_id].append(link.record)
    return dict(found)


def items_with_needs(diagnostic: Diagnostic) -> dict[str, Need]:
    """The needs that were drafted from a diagnostic, by item; one that was withdrawn counts no more."""
    needs = Need.objects.filter(diagnostic=diagnostic).exclude(status=NeedStatus.WITHDRAWN)
    return {code: need for need in needs for code in need.diagnostic_items}


# --- For the rest of the workspace -----------------------------------------------------------


def find_answer_file(pk: UUID) -> Answer | None:
    """The evidence of an answer that the current actor may read, else None."""
    found: Answer | None = Answer.objects.exclude(file="").filter(pk=pk).first()
    return found


def unfinished_diagnostics(actor: Actor) -> list[dict[str, Any]]:
    """What waits for a ministry's people: the diagnostic that they are answering."""
    if not permissions.can_start_diagnostic(actor):
        return []
    return [
        {
            "title": _("Finish the diagnostic")
            if one.answered == one.total and permissions.can_close_diagnostic(actor, one)
            else _("Go on with the diagnostic"),
            "subject": one.title,
            "url_name": "needs:diagnostic",
            "pk": one.pk,
            "status": one.status,
            "tag": _("%(answered)d of %(total)d items") % {"answered": one.answered, "total": one.total},
            "due_on": None,
            "is_demo": one.is_demo,
        }
        for one in list_diagnostics(actor).filter(status=DiagnosticStatus.OPEN)
    ]
