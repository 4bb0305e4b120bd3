"""Calls and proposals as their sides read them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from network_site.common.models import TransitionRecord
from network_site.organizations.actor import Actor
from network_site.organizations.enums import Role

from ..enums import CallStatus, ProposalStatus
from ..models import AgencyCall, AgencyProposal, ProposalScore

SCORERS_NEEDED = 3


def get_call(pk: UUID) -> AgencyCall:
    """A call that the actor may read. Raises AgencyCall.DoesNotExist, also for a foreign one."""
    call: AgencyCall = AgencyCall.objects.select_related("record", "record__owner").get(pk=pk)
    return call


def call_of(project_id: UUID) -> AgencyCall | None:
    """The last call of a project that the actor may read."""
    found: AgencyCall | None = AgencyCall.objects.filter(project_id=project_id).first()
    return found


def list_proposals(call: AgencyCall) -> QuerySet[AgencyProposal]:
    """What the actor may read of the proposals to a call: before the deadline nothing, not even how many."""
    return AgencyProposal.objects.filter(call=call).select_related("owner")


def list_own_proposals(actor: Actor) -> QuerySet[AgencyProposal]:
    """The proposals of the actor's own organisation, the newest first."""
    own = AgencyProposal.objects.filter(owner_id=actor.organization_id).select_related("record")
    return own.order_by("-changed_at")


def get_proposal(pk: UUID) -> AgencyProposal:
    """A proposal that the actor may read now. Raises AgencyProposal.DoesNotExist, also for a sealed one."""
    proposal: AgencyProposal = AgencyProposal.objects.select_related("owner", "record", "record__owner").get(pk=pk)
    return proposal


def find_proposal_file(pk: UUID) -> AgencyProposal | None:
    """The file of a proposal that the actor may read now, else None."""
    found: AgencyProposal | None = AgencyProposal.objects.filter(pk=pk).exclude(file="").first()
    return found


def scorers_of(proposal: AgencyProposal) -> int:
    """How many people have filed their points."""
    return ProposalScore.objects.filter(proposal=proposal).values("scorer_id").distinct().count()


def scores_for(proposal: AgencyProposal, actor: Actor) -> list[dict[str, int]]:
    """Points by criterion of everybody who filed, once the actor has filed or the call is decided; before, nobody's."""
    rows = list(ProposalScore.objects.filter(proposal=proposal).order_by("scorer_id"))
    mine = any(row.scorer_id == actor.user_id for row in rows)
    if not mine and proposal.status in {ProposalStatus.ELIGIBLE, ProposalStatus.RECOMMENDED}:
        return []
    sheets: dict[UUID, dict[str, int]] = defaultdict(dict)
    for row in rows:
        sheets[row.scorer_id][row.criterion] = row.points
    return list(sheets.values())


def weighted(criteria: Iterable[dict[str, Any]], sheets: list[dict[str, int]]) -> Decimal | None:
    """The mean of all scorers on each criterion, by its weight; 0 to 100, rounded once. None without points."""
    if not sheets:
        return None
    total = sum(
        Decimal(one["weight"]) * sum(sheet.get(one["key"], 0) for sheet in sheets) for one in criteria
    ) / Decimal(100 * len(sheets))
    return total.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class Line:
    """A proposal in the list of a call: the result shows once the reader has filed her own points."""

    proposal: AgencyProposal
    scorers: int
    has_scored: bool
    result: Decimal | None


def lines_of(call: AgencyCall, actor: Actor) -> list[Line]:
    """The proposals to a call with their results, the best first; the same number of questions for any number."""
    proposals = list(list_proposals(call))
    scores: dict[UUID, dict[UUID, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for row in ProposalScore.objects.filter(proposal__in=[one.pk for one in proposals]):
        scores[row.proposal_id][row.scorer_id][row.criterion] = row.points
    lines = []
    for one in proposals:
        sheets = scores[one.pk]
        shown = actor.user_id in sheets or call.status == CallStatus.DECIDED
        result = weighted(call.criteria, list(sheets.values())) if shown else None
        lines.append(Line(one, len(sheets), actor.user_id in sheets, result))
    return sorted(lines, key=lambda line: (line.result is None, -(line.result or 0), line.proposal.title))


def feedback_on(proposal: AgencyProposal) -> list[TransitionRecord]:
    """What was said to the agency with the decisions on its proposal."""
    told = TransitionRecord.objects.filter(object_id=proposal.pk, name__in=["refuse", "select", "pass_over"])
    return list(told.exclude(note="").order_by("at"))


def list_tasks(actor: Actor) -> list[dict[str, Any]]:
    """Proposals that can be read, for those who decide; and a selection to answer, for the agency."""
    decides = actor.has(Role.FOCAL_POINT) or (actor.is_network and actor.has(Role.SPECIALIST, Role.LEAD))
    if not (actor.organization_id and decides):
        return []
    calls = AgencyCall.objects.filter(status=CallStatus.OPENED).select_related("record")[:20]
    chosen = list_own_proposals(actor).filter(status=ProposalStatus.SELECTED)[:20]
    return [
        *(_task(one, _("Judge the proposals"), "funders:call") for one in calls),
        *(_task(one, _("Answer: your proposal was selected"), "funders:proposal") for one in chosen),
    ]


def _task(row: Any, title: str, url_name: str) -> dict[str, Any]:
    return {
        "title": title,
        "subject": row.record.title,
        "url_name": url_name,
        "pk": row.pk,
        "status": row.status,
        "tag": row.get_status_display(),
        "due_on": None,
        "is_demo": row.record.is_demo,
    }
