"""A ministry calls for whoever carries its project out; what agencies propose stays sealed until the deadline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from network_site.common import audit, html, idempotency, outbox
from network_site.common.files import clean_name
from network_site.common.money import is_currency
from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet, lock_for_writing
from network_site.organizations import services as organizations
from network_site.organizations.actor import acting_as, current, service_actor
from network_site.organizations.enums import Capacity
from network_site.organizations.selectors import network_organization
from network_site.publishing.models import PublishedRecord
from projects import services as projects
from projects.models import Project

from .. import permissions
from ..enums import CallStatus, ProposalStatus
from ..models import AgencyCall, AgencyProposal, ProposalScore
from ..selectors.agencies import SCORERS_NEEDED, scorers_of
from ..workflow.call import CALL, PROPOSAL

# From publication to closing; a project that runs has its agency.
CALLABLE = frozenset({"published", "negotiating", "funding_secured"})
UNDECIDED = frozenset({ProposalStatus.SUBMITTED, ProposalStatus.ELIGIBLE, ProposalStatus.RECOMMENDED})


def _refuse(code: str, words: Any) -> TransitionRefused:
    return TransitionRefused([Unmet(code, words)])


# --- The call --------------------------------------------------------------------------------


@transaction.atomic
def open_call(
    project: Project,
    *,
    text: str,
    criteria: Sequence[Mapping[str, Any]],
    closes_at: dt.datetime,
    key: str | None = None,
) -> AgencyCall:
    """Ask for proposals: published with the project, its weights and its deadline, which do not change any more.

    `criteria` are {"label", "weight"}; their weights sum to 100. Raises PermissionDenied, or TransitionRefused with
    what is wrong.
    """
    actor = current()
    if not permissions.can_open_call(actor, project):
        raise PermissionDenied
    words = html.plain(text).strip()
    rows: list[dict[str, Any]] = [
        {"key": f"c{number}", "label": html.plain(one["label"]).strip(), "weight": int(one["weight"])}
        for number, one in enumerate(criteria, start=1)
    ]
    if not words:
        raise _refuse("text", _("Say what is asked."))
    if not rows or any(not row["label"] or row["weight"] < 1 for row in rows):
        raise _refuse("criteria", _("Give each criterion its name and its weight."))
    if sum(row["weight"] for row in rows) != 100:
        raise _refuse("criteria", _("The weights must sum to 100."))
    if closes_at <= timezone.now():
        raise _refuse("closes_at", _("The deadline lies in the past."))

    def create() -> AgencyCall:
        # First the project, as every step of it does.
        if lock_for_writing(project).status not in CALLABLE:
            raise _refuse("state", _("A call needs a published project that has no agency yet."))
        if AgencyCall.objects.filter(project=project).exclude(status=CallStatus.DECIDED).exists():
            raise _refuse("state", _("There is an open call for this project already."))
        call = AgencyCall.objects.create(
            owner_id=project.owner_id,
            project=project,
            record_id=project.pk,
            created_by_id=actor.user_id,
            closes_at=closes_at,
            criteria=rows,
            text=words,
        )
        network = network_organization()
        if call.owner_id != network.pk:
            organizations.share(call, capacity=Capacity.NETWORK, organization=network)
        audit.record("call.opened", tenant_id=call.owner_id, subject=call, after=call_part(project))
        projects.show_sums(project.pk)
        return call

    return idempotency.once(key, "call.open", create, lambda pk: AgencyCall.objects.get(pk=pk))


def call_part(project: Project) -> dict[str, Any]:
    """The open call as the project's snapshot carries it (`projects.slots.snapshot_parts`)."""
    call = AgencyCall.objects.filter(project_id=project.pk).exclude(status=CallStatus.DECIDED).first()
    if call is None:
        return {}
    shown = {"closes_at": call.closes_at.isoformat(), "criteria": call.criteria, "text": call.text}
    return {"call": {"id": str(call.pk)} | shown}


def close_calls() -> int:
    """Open the proposals of calls whose deadline has passed; how many. Harmless to repeat."""
    closed = 0
    with acting_as(service_actor("clock"), reason="deadlines of calls"):
        for call in AgencyCall.objects.filter(status=CallStatus.OPEN, closes_at__lte=timezone.now()):
            try:
                CALL.perform(call, "close")
            except TransitionRefused:
                continue  # Another relay was quicker.
            closed += 1
    return closed


# --- The proposal ------------------------------------------------------------------------------


def open_call_of(record: PublishedRecord, now: dt.datetime | None = None) -> dict[str, Any] | None:
    """The call that a request's public text carries, while its deadline has not passed."""
    call: dict[str, Any] | None = record.snapshot.get("call")
    if not call or dt.datetime.fromisoformat(call["closes_at"]) <= (now or timezone.now()):
        return None
    return call


@transaction.atomic
def write_proposal(
    record: PublishedRecord,
    *,
    fields: Mapping[str, Any],
    upload: File[bytes] | None = None,
    content_type: str = "",
    key: str | None = None,
) -> AgencyProposal:
    """Begin the proposal of the actor's organisation; the one that it has is the same. Nobody else reads a draft."""
    actor = current()
    if not permissions.can_propose(actor) or actor.organization_id == record.owner_id:
        raise PermissionDenied
    call = open_call_of(record)
    if call is None:
        raise _refuse("closed", _("There is no open call."))

    def create() -> AgencyProposal:
        own = AgencyProposal.objects.filter(call_id=UUID(call["id"]), owner_id=actor.organization_id)
        known: AgencyProposal | None = own.exclude(status=ProposalStatus.RETRACTED).first()
        if known is not None:
            return known
        proposal = AgencyProposal(
            owner_id=actor.organization_id,
            call_id=UUID(call["id"]),
            record=record,
            created_by_id=actor.user_id,
            sealed_until=dt.datetime.fromisoformat(call["closes_at"]),
        )
        _fill(proposal, fields, upload, content_type)
        proposal.save()
        audit.record("proposal.written", tenant_id=proposal.owner_id, subject=proposal)
        return proposal

    return idempotency.once(key, "proposal.write", create, lambda pk: AgencyProposal.objects.get(pk=pk))


@transaction.atomic
def save_proposal(
    proposal: AgencyProposal,
    *,
    lock_version: int,
    fields: Mapping[str, Any],
    upload: File[bytes] | None = None,
    content_type: str = "",
) -> AgencyProposal:
    """Save a draft. Raises StaleVersion, and TransitionRefused for what was handed in or whose deadline passed."""
    locked = lock_for_writing(proposal)
    if not permissions.can_write_proposal(current(), locked):
        raise _refuse("permission", _("You may not do this with this record."))
    if locked.lock_version != lock_version:
        raise StaleVersion(locked)
    if locked.status != ProposalStatus.DRAFT or locked.sealed_until <= timezone.now():
        raise _refuse("state", _("This is no longer possible: the record has moved on."))
    _fill(locked, fields, upload, content_type)
    locked.lock_version += 1
    locked.save()
    audit.record("proposal.written", tenant_id=locked.owner_id, subject=locked, version=locked.lock_version)
    return locked


def _fill(proposal: AgencyProposal, fields: Mapping[str, Any], upload: File[bytes] | None, content_type: str) -> None:
    for name in ("title", "approach", "team"):
        setattr(proposal, name, html.plain(str(fields.get(name, ""))).strip())
    if not proposal.title or not proposal.approach:
        raise _refuse("title", _("Give a title, and how you would do it."))
    price: Decimal | None = fields.get("price")
    currency = str(fields.get("currency", ""))
    if price is not None and (not price.is_finite() or not 0 < price < 10**16 or not is_currency(currency)):
        raise _refuse("price", _("Give the price and its currency."))
    proposal.price, proposal.currency = price, currency if price is not None else ""
    if upload:
        proposal.file, proposal.file_name = upload, clean_name(upload.name)
        proposal.content_type = content_type


@transaction.atomic
def hand_in(proposal: AgencyProposal, *, lock_version: int | None = None) -> AgencyProposal:
    """Hand a proposal in. The ministry and the Network read it from the deadline on, and not before."""
    handed = PROPOSAL.perform(proposal, "submit", version=lock_version, submitted_at=timezone.now())
    network, ministry = network_organization(), handed.record.owner
    opens = handed.sealed_until
    organizations.share(handed, capacity=Capacity.NETWORK, organization=network, valid_from=opens)
    if ministry.pk != network.pk:
        organizations.share(handed, capacity=Capacity.NEGOTIATION, organization=ministry, valid_from=opens)
    return handed


@transaction.atomic
def take_back(proposal: AgencyProposal, *, lock_version: int | None = None) -> AgencyProposal:
    """Take a proposal back before the deadline; nobody will read it."""
    back = PROPOSAL.perform(proposal, "retract", version=lock_version)
    for capacity in (Capacity.NETWORK, Capacity.NEGOTIATION):
        organizations.revoke_shares(object_id=back.pk, capacity=capacity)
    return back


# --- After the deadline ------------------------------------------------------------------------------


@transaction.atomic
def judge_proposal(
    proposal: AgencyProposal, name: str, *, note: str = "", lock_version: int | None = None
) -> AgencyProposal:
    """Admit a proposal, refuse it with the reason, or recommend it (a specialist, with reasons)."""
    judged = PROPOSAL.perform(proposal, name, note=note, version=lock_version)
    if name == "refuse":
        _tell_agency(judged)
    return judged


@transaction.atomic
def score_proposal(proposal: AgencyProposal, *, points: Mapping[str, int]) -> list[ProposalScore]:
    """File one's points on every criterion at once, 0 to 100; they do not change any more.

    Until then one reads nobody else's (`selectors.agencies.scores_for`).
    """
    actor = current()
    locked = lock_for_writing(proposal)
    if not permissions.can_score(actor, locked):
        raise _refuse("permission", _("You may not do this with this record."))
    if locked.status not in {ProposalStatus.ELIGIBLE, ProposalStatus.RECOMMENDED}:
        raise _refuse("state", _("Only a proposal that was admitted is scored."))
    wanted = {one["key"] for one in AgencyCall.objects.get(pk=locked.call_id).criteria}
    if set(points) != wanted or any(not 0 <= value <= 100 for value in points.values()):
        raise _refuse("points", _("Give 0 to 100 points on every criterion."))
    if ProposalScore.objects.filter(proposal=locked, scorer_id=actor.user_id).exists():
        raise _refuse("filed", _("You have scored this proposal already."))
    scores = ProposalScore.objects.bulk_create(
        [
            ProposalScore(proposal=locked, scorer_id=actor.user_id, criterion=key, points=value)
            for key, value in sorted(points.items())
        ]
    )
    audit.record("proposal.scored", tenant_id=locked.owner_id, subject=locked, after=dict(points))
    return scores


@transaction.atomic
def decide_call(
    call: AgencyCall,
    *,
    winner: AgencyProposal | None,
    feedback: Mapping[UUID, str],
    reason: str = "",
    lock_version: int | None = None,
) -> AgencyCall:
    """Select one proposal, or none; every agency gets its feedback, and the call is over.

    Fewer than three scorers of an admitted proposal need a reason, which stays in the history. Raises
    TransitionRefused while a proposal waits to be admitted or refused.
    """
    lock_for_writing(Project.objects.get(pk=call.project_id))
    proposals = list(AgencyProposal.objects.filter(call=call, status__in=UNDECIDED).order_by("pk"))
    if any(one.status == ProposalStatus.SUBMITTED for one in proposals):
        raise _refuse("admit", _("Admit or refuse every proposal first."))
    few = any(scorers_of(one) < SCORERS_NEEDED for one in proposals)
    if few and not html.plain(reason).strip():
        raise _refuse("reason", _("Fewer than three people scored. Say why that is enough."))
    if winner is not None and winner.pk not in {one.pk for one in proposals}:
        raise _refuse("winner", _("Choose one of the proposals that were admitted."))
    decided = CALL.perform(call, "decide", note=reason, version=lock_version)
    for proposal in proposals:
        chosen = winner is not None and proposal.pk == winner.pk
        done = PROPOSAL.perform(proposal, "select" if chosen else "pass_over", note=feedback.get(proposal.pk, ""))
        _tell_agency(done)
    projects.show_sums(call.project_id)
    return decided


@transaction.atomic
def answer_selection(
    proposal: AgencyProposal, name: str, *, note: str = "", lock_version: int | None = None
) -> AgencyProposal:
    """The agency accepts or declines that it was selected; a project whose funding is secured goes on."""
    answered = PROPOSAL.perform(proposal, name, note=note, version=lock_version)
    outbox.enqueue(
        "proposal.answered",
        subject=answered,
        version=answered.lock_version,
        tenant_id=answered.owner_id,
        data={"record": str(answered.record_id)},
    )
    if name == "accept":
        projects.choose_agency(answered.record_id)
    return answered


def _tell_agency(proposal: AgencyProposal) -> None:
    outbox.enqueue(
        "proposal.decided",
        subject=proposal,
        version=proposal.lock_version,
        tenant_id=proposal.owner_id,
        data={"agency": str(proposal.owner_id), "record": str(proposal.record_id)},
    )
