"""Courses that organisations propose: their people write and send them, the Network answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common.idempotency import new_key
from network_site.common.workflow import StaleVersion, TransitionRefused, Unmet
from network_site.organizations.actor import Actor, current

from .. import permissions, services
from ..enums import ProposalStatus
from ..forms.keeping import StepForm
from ..forms.proposing import ProposalForm
from ..models import Proposal
from ..selectors import proposals as selectors
from ..selectors.keeping import history_of
from ..workflow import PROPOSAL
from .keeping import CHANGED, PER_PAGE, keeper, keepers_tabs, tag

TAGS: dict[str, tuple[str, str]] = {
    ProposalStatus.DRAFT: ("", "edit"),
    ProposalStatus.SENT: ("info", "arr"),
    ProposalStatus.ACCEPTED: ("ok", "ok"),
    ProposalStatus.DECLINED: ("line", "no"),
}


def _proposer() -> Actor:
    actor = current()
    if not permissions.can_propose(actor):
        raise PermissionDenied
    return actor


def _proposal_or_404(pk: UUID) -> Proposal:
    """A proposal of the actor's organisation, or one that was sent to her; foreign and missing are the same 404."""
    try:
        found = selectors.get_proposal(pk)
    except Proposal.DoesNotExist:
        raise Http404 from None
    actor = current()
    if not (permissions.is_proposer(actor, found) or permissions.is_judge(actor, found)):
        raise PermissionDenied
    return found


def _rows(proposals: Iterable[Proposal]) -> list[dict[str, Any]]:
    return [{"proposal": one, "tag": tag(TAGS, one.status, one.get_status_display())} for one in proposals]


# --- Lists -----------------------------------------------------------------------------------


@login_required
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """What one's own organisation proposes."""
    page = Paginator(selectors.list_proposals(_proposer()), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "learning/proposals.html", {"page": page, "rows": _rows(page.object_list)})


@login_required
@require_safe
def proposed(request: HttpRequest) -> HttpResponse:
    """What organisations propose, that which waits first (for those who keep courses)."""
    actor = keeper()
    found = list(selectors.list_proposed())
    context = {
        "waiting": _rows(one for one in found if one.status == ProposalStatus.SENT),
        "others": _rows(one for one in found if one.status != ProposalStatus.SENT),
        "tabs": keepers_tabs(actor, "proposed"),
    }
    return render(request, "learning/keep/proposed.html", context)


# --- Writing ---------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def proposal_new(request: HttpRequest) -> HttpResponse:
    """Begin a proposal; it can be sent at once."""
    _proposer()
    form = ProposalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _after_saving(request, services.create_proposal(fields=form.fields_given, key=request.POST.get("key")))
    context = {"form": form, "key": request.POST.get("key") or new_key()}
    return render(request, "learning/proposal_form.html", context, status=422 if form.is_bound else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def proposal_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go on writing a draft."""
    found = _proposal_or_404(pk)
    if not permissions.is_proposer(current(), found):
        raise PermissionDenied
    if found.status != ProposalStatus.DRAFT:
        messages.info(request, _("This proposal has been sent and stays as it is."))
        return redirect("learning:proposal", found.pk)
    form = ProposalForm(request.POST) if request.method == "POST" else ProposalForm.of(found)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            saved = services.save_proposal(found, fields=form.fields_given, lock_version=version)
        except StaleVersion:
            return _conflict(request, selectors.get_proposal(pk), form)
        except TransitionRefused as refused:
            messages.error(request, refused.messages[0])
            return redirect("learning:proposal", found.pk)
        return _after_saving(request, saved)
    context = {"form": form, "proposal": found}
    return render(request, "learning/proposal_form.html", context, status=422 if form.is_bound else 200)


def _after_saving(request: HttpRequest, saved: Proposal) -> HttpResponse:
    """On to the proposal; on its way to the Network where that was asked for."""
    if "send" not in request.POST or saved.status != ProposalStatus.DRAFT:
        messages.success(request, _("Saved. You can go on whenever you like."))
        return redirect("learning:proposal", saved.pk)
    try:
        services.send_proposal(saved, lock_version=saved.lock_version)
    except (StaleVersion, TransitionRefused):
        messages.error(request, CHANGED)
    else:
        messages.success(request, _("Sent. The Network reads it and writes to you."))
    return redirect("learning:proposal", saved.pk)


def _conflict(request: HttpRequest, theirs: Proposal, form: ProposalForm) -> HttpResponse:
    """Both texts, and the way to save mine after all."""
    fields = [
        {"label": form.fields[name].label, "mine": mine, "theirs": getattr(theirs, name)}
        for name, mine in form.fields_given.items()
        if mine.replace("\r\n", "\n") != getattr(theirs, name).replace("\r\n", "\n")
    ]
    url = reverse("learning:proposal_edit", args=[theirs.pk])
    hidden = [{"name": name, "value": value} for name, value in form.fields_given.items()]
    context = {
        "record_title": theirs.title,
        "fields": fields,
        "changed_at": theirs.changed_at,
        "keep_url": url,
        "resend_url": url,
        "hidden": [*hidden, {"name": "version", "value": theirs.lock_version}],
    }
    return render(request, "409.html", context, status=409)


# --- A proposal and its life -----------------------------------------------------------------


@login_required
@require_safe
def proposal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A proposal: its text, what can be done with it, and what was answered."""
    return _proposal_page(request, _proposal_or_404(pk))


def _proposal_page(request: HttpRequest, found: Proposal, *, status: int = 200, **extra: Any) -> HttpResponse:
    actor = current()
    history = history_of(found.pk, PROPOSAL, ProposalStatus.choices)
    decided = found.status in {ProposalStatus.ACCEPTED, ProposalStatus.DECLINED}
    context = {
        "proposal": found,
        "tag": tag(TAGS, found.status, found.get_status_display()),
        "is_ours": bool(permissions.is_proposer(actor, found)),
        "writes_answer": bool(permissions.is_judge(actor, found)),
        "is_draft": found.status == ProposalStatus.DRAFT,
        "options": PROPOSAL.options(found, actor),
        "answer": history[0]["note"] if decided and history else "",
        "history": history,
    }
    return render(request, "learning/proposal.html", context | extra, status=status)


@login_required
@require_POST
def proposal_do(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Send a proposal, accept it, or decline it with the reason."""
    found = _proposal_or_404(pk)
    if name not in PROPOSAL.transitions:
        raise Http404
    form = StepForm(request.POST)
    if not form.is_valid():
        unmet = [Unmet("form", error) for errors in form.errors.values() for error in errors]
        return _proposal_page(request, found, status=422, refused=unmet, tried=name, step_form=form)
    version, note = form.cleaned_data["version"], form.cleaned_data["note"]
    try:
        if name == "send":
            services.send_proposal(found, lock_version=version)
        else:
            services.decide_proposal(found, accept=name == "accept", note=note, lock_version=version)
    except StaleVersion:
        unmet = [Unmet("stale", CHANGED)]
        return _proposal_page(request, _proposal_or_404(pk), status=409, refused=unmet, tried=name, step_form=form)
    except TransitionRefused as refused:
        return _proposal_page(
            request, _proposal_or_404(pk), status=422, refused=refused.unmet, tried=name, step_form=form
        )
    said = {
        "send": _("Sent. The Network reads it and writes to you."),
        "accept": _("Accepted. The organisation is told."),
        "decline": _("Declined. The organisation is told why."),
    }
    messages.success(request, said[name])
    return redirect("learning:proposal", found.pk)
