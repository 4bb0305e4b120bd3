"""A call for an executing agency, and the proposals that answer it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common.workflow import StaleVersion, TransitionRefused
from network_site.organizations.actor import Actor, current
from network_site.publishing.models import PublishedRecord
from projects.models import Project

from .. import permissions, services
from ..enums import CallStatus, ProposalStatus
from ..forms.agencies import CallForm, DecisionForm, ProposalForm, ScoreForm
from ..forms.rooms import StepForm
from ..models import AgencyCall, AgencyProposal, ProposalScore
from ..selectors import agencies as selectors
from ..workflow.call import PROPOSAL
from .rooms import CHANGED, done, get_request_or_404

TAGS = {
    ProposalStatus.DRAFT: ("", "edit"),
    ProposalStatus.SUBMITTED: ("info", "lock"),
    ProposalStatus.ELIGIBLE: ("info", "ok"),
    ProposalStatus.RECOMMENDED: ("ok", "ok"),
    ProposalStatus.SELECTED: ("ok", "ok"),
    ProposalStatus.ACCEPTED: ("ok", "ok"),
}
# Steps of a proposal by a button on its own page; selecting is done on the page of the call.
BY_AGENCY = {"submit", "retract", "accept", "decline"}
BY_JUDGES = {"admit", "refuse", "recommend"}


def proposal_tag(proposal: AgencyProposal) -> dict[str, str]:
    kind, icon = TAGS.get(proposal.status, ("line", "no"))  # type: ignore[call-overload]
    return {"kind": kind, "icon": icon, "text": proposal.get_status_display()}


def _get_call_or_404(pk: UUID) -> AgencyCall:
    try:
        return selectors.get_call(pk)
    except AgencyCall.DoesNotExist:
        raise Http404 from None


def _get_proposal_or_404(pk: UUID) -> AgencyProposal:
    """A proposal that the actor may read now; a sealed one, a foreign one and a missing one are the same 404."""
    try:
        return selectors.get_proposal(pk)
    except AgencyProposal.DoesNotExist:
        raise Http404 from None


# --- The call --------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def call_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask for proposals to carry a project out."""
    project = Project.objects.filter(pk=pk).first()
    if project is None:
        raise Http404
    if not permissions.can_open_call(current(), project):
        raise PermissionDenied
    form = CallForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        made: list[AgencyCall] = []

        def ask(given: dict[str, Any]) -> None:
            wanted = {name: given[name] for name in ("text", "criteria", "closes_at", "key")}
            made.append(services.open_call(project, **wanted))

        if done(form, ask):
            messages.success(request, _("The call is open. It stands on the public page of the project."))
            return redirect("funders:call", made[0].pk)
    context = {"project": project, "form": form}
    return render(request, "funders/call_new.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def call(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A call: before its deadline what was asked, afterwards the proposals and their results."""
    return _call_page(request, _get_call_or_404(pk))


def _call_page(request: HttpRequest, call: AgencyCall, *, status: int = 200, **extra: Any) -> HttpResponse:
    actor = current()
    is_sealed = call.status == CallStatus.OPEN
    lines = [] if is_sealed else selectors.lines_of(call, actor)
    open_ = [line for line in lines if line.proposal.status in {ProposalStatus.ELIGIBLE, ProposalStatus.RECOMMENDED}]
    decides = call.status == CallStatus.OPENED and permissions.can_decide_call(actor, call)
    context = {
        "call": call,
        "record": call.record,
        "is_sealed": is_sealed,
        "lines": [{"line": line, "tag": proposal_tag(line.proposal)} for line in lines],
        "form": DecisionForm(lines=open_, initial={"version": call.lock_version}) if decides else None,
    }
    return render(request, "funders/call.html", context | extra, status=status)


@login_required
@require_POST
def call_decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Select a proposal, or none, with feedback to all."""
    call = _get_call_or_404(pk)
    if call.status != CallStatus.OPENED or not permissions.can_decide_call(current(), call):
        raise PermissionDenied
    chosen = {ProposalStatus.ELIGIBLE, ProposalStatus.RECOMMENDED}
    lines = [line for line in selectors.lines_of(call, current()) if line.proposal.status in chosen]
    form = DecisionForm(request.POST, lines=lines)

    def decide(given: dict[str, Any]) -> None:
        services.decide_call(
            call,
            winner=given["winner"],
            feedback=form.feedback,
            reason=given["reason"],
            lock_version=given["version"],
        )

    try:
        if done(form, decide):
            messages.success(request, _("The call is decided. Every agency was told."))
            return redirect("funders:call", call.pk)
    except StaleVersion:
        form.add_error(None, CHANGED)
        return _call_page(request, _get_call_or_404(pk), form=form, status=409)
    return _call_page(request, call, form=form, status=422)


# --- Proposals -------------------------------------------------------------------------------


@login_required
@require_safe
def proposal_list(request: HttpRequest) -> HttpResponse:
    """The proposals of one's own organisation."""
    actor = current()
    own = selectors.list_own_proposals(actor)[:100] if actor.organization_id else []
    return render(
        request, "funders/proposal_list.html", {"lines": [{"proposal": one, "tag": proposal_tag(one)} for one in own]}
    )


@login_required
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, number: int) -> HttpResponse:
    """Begin a proposal for a request with an open call."""
    actor = current()
    record = get_request_or_404(number)
    if not permissions.can_propose(actor) or actor.organization_id == record.owner_id:
        raise PermissionDenied
    asked = services.open_call_of(record)
    own = own_proposal(record, actor) if asked else None
    if own is not None:
        return redirect("funders:proposal", own.pk)
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ProposalForm(*given, currency=record.snapshot["currency"])
    if request.method == "POST":
        made: list[AgencyProposal] = []

        def write(fields: dict[str, Any]) -> None:
            upload = fields.pop("upload")
            kind = upload.content_type if upload else ""
            key = fields.pop("key")
            made.append(services.write_proposal(record, fields=fields, upload=upload, content_type=kind, key=key))

        if done(form, write):
            messages.success(request, _("Your draft is saved. Nobody reads it before you hand it in."))
            return redirect("funders:proposal", made[0].pk)
    context = {"record": record, "form": form, "asked": asked, "deadline": _deadline(asked)}
    return render(request, "funders/proposal_new.html", context, status=422 if form.errors else 200)


def _deadline(asked: dict[str, Any] | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(asked["closes_at"]) if asked else None


def own_proposal(record: PublishedRecord, actor: Actor) -> AgencyProposal | None:
    """The proposal of the actor's organisation to the call that a request carries now."""
    asked = record.snapshot.get("call")
    if not asked or not actor.organization_id:
        return None
    own = selectors.list_own_proposals(actor).filter(call_id=asked["id"])
    found: AgencyProposal | None = own.exclude(status=ProposalStatus.RETRACTED).first()
    return found


@login_required
@require_http_methods(["GET", "POST"])
def proposal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A proposal: its agency writes while it is a draft; after the deadline the others read and judge it."""
    found = _get_proposal_or_404(pk)
    ours = permissions.is_of_agency(current(), found)
    if request.method == "GET" or not ours or found.status != ProposalStatus.DRAFT:
        return _proposal_page(request, found)
    form = ProposalForm(request.POST, request.FILES, proposal=found)

    def save(fields: dict[str, Any]) -> None:
        upload, version = fields.pop("upload"), fields.pop("version")
        kind = upload.content_type if upload else ""
        services.save_proposal(found, lock_version=version or 0, fields=fields, upload=upload, content_type=kind)

    try:
        if done(form, save):
            messages.success(request, _("Saved."))
            return redirect("funders:proposal", found.pk)
    except StaleVersion:
        form.add_error(None, CHANGED)
        return _proposal_page(request, found, form=form, status=409)
    return _proposal_page(request, found, form=form, status=422)


def _proposal_page(request: HttpRequest, found: AgencyProposal, *, status: int = 200, **extra: Any) -> HttpResponse:
    actor = current()
    ours = permissions.is_of_agency(actor, found)
    criteria = [] if ours else AgencyCall.objects.get(pk=found.call_id).criteria
    sheets = [] if ours else selectors.scores_for(found, actor)
    scored = not ours and ProposalScore.objects.filter(proposal=found, scorer_id=actor.user_id).exists()
    may_score = found.status in {ProposalStatus.ELIGIBLE, ProposalStatus.RECOMMENDED} and not scored
    shown = BY_AGENCY if ours else BY_JUDGES
    context = {
        "proposal": found,
        "record": found.record,
        "tag": proposal_tag(found),
        "ours": ours,
        "form": ProposalForm(proposal=found) if ours and found.status == ProposalStatus.DRAFT else None,
        "options": [one for one in PROPOSAL.options(found, actor) if one.name in shown],
        "feedback": selectors.feedback_on(found) if ours else [],
        "rows": [{"label": one["label"], "points": [sheet.get(one["key"]) for sheet in sheets]} for one in criteria],
        "sheets": sheets,
        "result": selectors.weighted(criteria, sheets),
        "score_form": ScoreForm(criteria=criteria) if may_score and permissions.can_score(actor, found) else None,
        "step_form": StepForm(initial={"version": found.lock_version}),
    }
    return render(request, "funders/proposal.html", context | extra, status=status)


@login_required
@require_POST
def score(request: HttpRequest, pk: UUID) -> HttpResponse:
    """File one's points."""
    found = _get_proposal_or_404(pk)
    if not permissions.can_score(current(), found):
        raise PermissionDenied
    form = ScoreForm(request.POST, criteria=AgencyCall.objects.get(pk=found.call_id).criteria)
    if done(form, lambda given: services.score_proposal(found, points=given)):
        messages.success(request, _("Your points are filed. Now you see those of the others."))
        return redirect("funders:proposal", found.pk)
    return _proposal_page(request, found, score_form=form, status=422)


@login_required
@require_POST
def proposal_do(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Hand in, take back, admit, refuse, recommend, accept, decline."""
    found = _get_proposal_or_404(pk)
    if name not in BY_AGENCY | BY_JUDGES:
        raise Http404
    form = StepForm(request.POST)
    if not form.is_valid():
        return _proposal_page(request, found, step_form=form, tried=name, status=422)
    note, version = form.cleaned_data["note"], form.cleaned_data["version"]
    try:
        if name == "submit":
            services.hand_in(found, lock_version=version)
        elif name == "retract":
            services.take_back(found, lock_version=version)
        elif name in BY_JUDGES:
            services.judge_proposal(found, name, note=note, lock_version=version)
        else:
            services.answer_selection(found, name, note=note, lock_version=version)
    except StaleVersion:
        fresh = _get_proposal_or_404(pk)
        return _proposal_page(request, fresh, step_form=form, tried=name, refused=[CHANGED], status=409)
    except TransitionRefused as refused:
        return _proposal_page(request, found, step_form=form, tried=name, refused=refused.messages, status=422)
    messages.success(request, str(PROPOSAL.transitions[name].past))
    return redirect("funders:proposal", found.pk)


# --- On other pages --------------------------------------------------------------------------


def project_panel(project: Any, actor: Actor) -> tuple[str, dict[str, Any]] | None:
    """On a project's page: its call, or the way to open one."""
    call = selectors.call_of(project.pk)
    may_open = (
        permissions.can_open_call(actor, project)
        and project.status in services.CALLABLE
        and (call is None or call.status == CallStatus.DECIDED)
    )
    if call is None and not may_open:
        return None
    return "funders/call_panel.html", {"call": call, "project": project, "may_open": may_open}


def request_action(record: PublishedRecord, actor: Actor) -> tuple[str, dict[str, Any]] | None:
    """On a published request with an open call, for an agency: propose, or go to one's proposal."""
    if not permissions.can_propose(actor) or actor.organization_id == record.owner_id:
        return None
    own = own_proposal(record, actor)
    if own is None and services.open_call_of(record) is None:
        return None
    url = reverse("funders:proposal", args=[own.pk]) if own else reverse("funders:propose", args=[record.number])
    return "funders/proposal_action.html", {"url": url, "has_one": own is not None}
