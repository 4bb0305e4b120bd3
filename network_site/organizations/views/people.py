"""My organisation: who belongs to it, in which roles, and who is invited."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common.idempotency import new_key

from .. import permissions, selectors, services
from ..actor import Actor, current
from ..forms import FarewellForm, InvitationForm, RolesForm
from ..handover import open_work
from ..models import Invitation, Membership
from ..proving import recently_proved
from ..selectors import Colleague


def _member() -> Actor:
    actor = current()
    if actor.organization_id is None:
        raise PermissionDenied
    return actor


def _administrator() -> Actor:
    actor = current()
    if not permissions.can_administer(actor):
        raise PermissionDenied
    return actor


def _colleague_or_404(pk: UUID, actor: Actor) -> Colleague:
    try:
        return selectors.get_colleague(pk, actor)
    except Membership.DoesNotExist:
        raise Http404 from None


def _invitation_or_404(pk: UUID) -> Invitation:
    actor = _administrator()
    found: Invitation | None = Invitation.objects.filter(pk=pk, owner_id=actor.organization_id).first()
    if found is None:
        raise Http404
    return found


@login_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Everybody in my organisation; for its administrators also who is invited and who is protected how."""
    actor = _member()
    administers = permissions.can_administer(actor)
    return render(
        request,
        "organizations/people.html",
        {
            "colleagues": [_shown(colleague) for colleague in selectors.list_colleagues(actor)],
            "invitations": [
                {"invitation": one, "roles": permissions.role_words(one.roles)}
                for one in selectors.list_invitations(actor)
            ]
            if administers
            else [],
            "administers": administers,
        },
    )


def _shown(colleague: Colleague) -> dict[str, Any]:
    return {"colleague": colleague, "roles": permissions.role_words(colleague.membership.roles)}


@login_required
@require_http_methods(["GET", "POST"])
@recently_proved("POST")
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody by e-mail."""
    actor = _administrator()
    initial = {"language": get_language(), "key": new_key()}
    form = InvitationForm(request.POST or None, initial=initial, kind=actor.organization_kind)
    if request.method == "POST" and form.is_valid():
        try:
            invitation = services.invite(**form.cleaned_data)
        except ValidationError as error:
            form.add_error("email", error)
        else:
            messages.success(request, _("The invitation to %(address)s is on its way.") % {"address": invitation.email})
            return redirect("organizations:people")
    return render(request, "organizations/invite.html", {"form": form}, status=422 if form.is_bound else 200)


@login_required
@require_POST
@recently_proved("POST")
def send_again(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Mail an invitation once more, with a new link."""
    return _do(request, services.send_invitation_again, pk, _("A new letter to %(address)s is on its way."))


@login_required
@require_POST
@recently_proved("POST")
def revoke(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Withdraw an invitation."""
    return _do(request, services.revoke_invitation, pk, _("The invitation to %(address)s no longer works."))


def _do(request: HttpRequest, verb: Any, pk: UUID, words: str) -> HttpResponse:
    invitation = _invitation_or_404(pk)
    try:
        verb(invitation)
    except services.InvitationRefused as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, words % {"address": invitation.email})
    return redirect("organizations:people")


@login_required
@require_http_methods(["GET", "POST"])
@recently_proved("POST")
def person(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One member; her administrators change here what she may do."""
    actor = _member()
    colleague = _colleague_or_404(pk, actor)
    administers = permissions.can_administer(actor)
    if request.method == "POST" and not administers:
        raise PermissionDenied
    form = RolesForm(
        request.POST or None, initial={"roles": colleague.membership.roles}, kind=colleague.membership.organization.kind
    )
    warned = False
    if request.method == "POST" and form.is_valid():
        try:
            services.change_roles(
                colleague.membership, roles=form.cleaned_data["roles"], sure=form.cleaned_data["sure"]
            )
        except services.LastFocalPoint as warning:
            form.add_error("roles", warning)
            warned = True
        except ValidationError as error:
            form.add_error("roles", error)
        else:
            messages.success(request, _("%(name)s has other roles from now on.") % {"name": colleague.user})
            return redirect("organizations:people")
    return render(
        request,
        "organizations/person.html",
        {**_shown(colleague), "form": form, "administers": administers, "warned": warned},
        status=422 if form.is_bound else 200,
    )


@login_required
@require_http_methods(["GET", "POST"])
@recently_proved("POST")
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask whether a member's time has ended; then end it."""
    actor = _member()
    colleague = _colleague_or_404(pk, actor)
    if not permissions.can_administer(actor):
        raise PermissionDenied
    form = _farewell_form(request, actor, colleague)
    problem: ValidationError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            services.end_membership(colleague.membership, sure=form.cleaned_data["sure"], heir=_heir(form, actor))
        except ValidationError as error:
            problem = error
        else:
            messages.success(request, _("%(name)s no longer belongs to your organisation.") % {"name": colleague.user})
            return redirect("workspace:home" if colleague.is_me else "organizations:people")
    return _farewell(request, colleague, form, problem)


@login_required
@require_http_methods(["GET", "POST"])
@recently_proved("POST")
def leave(request: HttpRequest) -> HttpResponse:
    """Leave the organisation for which one acts."""
    actor = _member()
    own = next(colleague for colleague in selectors.list_colleagues(actor) if colleague.is_me)
    form = _farewell_form(request, actor, own)
    problem: ValidationError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            services.leave_organization(sure=form.cleaned_data["sure"], heir=_heir(form, actor))
        except ValidationError as error:
            problem = error
        else:
            messages.success(request, _("You no longer belong to that organisation."))
            return redirect("workspace:home")
    return _farewell(request, own, form, problem, leaving=True)


def _farewell_form(request: HttpRequest, actor: Actor, leaving: Colleague) -> FarewellForm:
    """The form, with the colleagues who stay."""
    others = [
        (str(one.membership.pk), f"{one.user} ({permissions.role_words(one.membership.roles)})")
        for one in selectors.list_colleagues(actor)
        if one.membership.pk != leaving.membership.pk
    ]
    return FarewellForm(request.POST if request.method == "POST" else None, colleagues=others)


def _heir(form: FarewellForm, actor: Actor) -> Membership | None:
    chosen = form.cleaned_data["heir"]
    return selectors.get_colleague(UUID(chosen), actor).membership if chosen else None


def _farewell(
    request: HttpRequest,
    colleague: Colleague,
    form: FarewellForm,
    problem: ValidationError | None,
    *,
    leaving: bool = False,
) -> HttpResponse:
    context = {
        **_shown(colleague),
        "form": form,
        "work": open_work(colleague.user.pk, colleague.membership.organization_id),
        "leaving": leaving,
        "problem": problem.messages[0] if problem else "",
        "warned": isinstance(problem, services.LastFocalPoint),
    }
    return render(request, "organizations/farewell.html", context, status=422 if form.is_bound else 200)
