"""One's own account beside allauth's pages: the way in by invitation, and where one is signed in."""

from __future__ import annotations

from uuid import UUID

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from .. import permissions, personal_data, selectors, services
from ..forms import NewPersonForm
from ..middleware import SESSION_KEY
from ..models import Invitation, SignedInSession, User
from ..models.invitation import hash_of
from ..proving import recently_proved

INVITED = "invitation"


@require_safe
@never_cache
def invitation_link(request: HttpRequest, token: str) -> HttpResponse:
    """The link of a letter. Its secret goes out of the address at once: no history and no referrer keeps it."""
    invitation = selectors.find_invitation(token)
    if invitation is None or not invitation.is_open:
        return render(request, "organizations/invitation_closed.html", status=410)
    request.session[INVITED] = hash_of(token)
    return redirect("invitation")


@require_http_methods(["GET", "POST"])
@never_cache
def invitation(request: HttpRequest) -> HttpResponse:
    """Who invites, into what; and the way in for a new person, for somebody with an account, or for nobody."""
    found = selectors.find_invitation(token_hash=str(request.session.get(INVITED) or "-"))
    if found is None or not found.is_open:
        request.session.pop(INVITED, None)
        return render(request, "organizations/invitation_closed.html", status=410)
    if request.user.is_authenticated:
        return _join(request, found)
    if selectors.has_account(found.email):
        following = urlencode({"next": reverse("invitation")})
        return _page(request, found, "sign_in", sign_in_here=f"{reverse('account_login')}?{following}")
    return _open_account(request, found)


def _page(request: HttpRequest, found: Invitation, way: str, status: int = 200, **more: object) -> HttpResponse:
    """The page of an invitation; `way` says what the visitor can do: new, sign_in, join or other_account."""
    context = {"invitation": found, "roles": permissions.role_words(found.roles), "way": way, **more}
    return render(request, "organizations/invitation.html", context, status=status)


def _join(request: HttpRequest, found: Invitation) -> HttpResponse:
    user = _person(request)
    if request.method == "POST" and "sign_out" in request.POST:
        kept = request.session[INVITED]
        logout(request)
        request.session[INVITED] = kept
        return redirect("invitation")
    if request.method != "POST":
        mine = user.email == found.email or user.emailaddress_set.filter(email=found.email, verified=True).exists()
        return _page(request, found, "join" if mine else "other_account")
    try:
        membership = services.accept_invitation(token_hash=found.token_hash, user=user)
    except services.InvitationRefused as refused:
        if refused.code == "other_account":
            return _page(request, found, "other_account", 403)
        return render(request, "organizations/invitation_closed.html", status=410)
    del request.session[INVITED]
    request.session[SESSION_KEY] = str(membership.organization_id)
    messages.success(request, _("Welcome to %(organization)s.") % {"organization": found.owner.name})
    return redirect("workspace:home")


def _open_account(request: HttpRequest, found: Invitation) -> HttpResponse:
    form = NewPersonForm(request.POST or None, initial={"language": found.language}, email=found.email)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("first_name", "last_name", "password", "language")}
        try:
            user = services.accept_as_new_person(token_hash=found.token_hash, **told)
        except services.InvitationRefused:
            return redirect("invitation")
        del request.session[INVITED]
        record_authentication(request, user, method="password", email=user.email)
        messages.success(request, _("Welcome to %(organization)s.") % {"organization": found.owner.name})
        return perform_login(request, Login(user=user))
    return _page(request, found, "new", 422 if form.is_bound else 200, form=form)


def _person(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


# --- Where I am signed in --------------------------------------------------------------------


@login_required
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """Every place where one is signed in now."""
    known = selectors.list_sessions(_person(request).pk, request.session.session_key)
    return render(request, "organizations/sessions.html", {"sessions": known})


@login_required
@require_POST
@recently_proved("POST")
def end_session(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign one of one's sessions out; this one too, and then one stands at the sign-in page."""
    session = SignedInSession.objects.filter(pk=pk).first()
    if session is None:
        raise Http404
    if session.session_key == request.session.session_key:
        services.end_session(session)
        logout(request)
        return redirect("account_login")
    services.end_session(session)
    messages.success(request, _("That session has ended."))
    return redirect("my_sessions")


@login_required
@require_POST
@recently_proved("POST")
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    count = services.end_other_sessions(user_id=_person(request).pk, but=request.session.session_key)
    words = ngettext("One other session has ended.", "%(count)s other sessions have ended.", count)
    messages.success(request, words % {"count": count} if count else _("You are signed in nowhere else."))
    return redirect("my_sessions")


# --- What is known about me ------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
@recently_proved("POST")
def my_data(request: HttpRequest) -> HttpResponse:
    """What the site knows about one, and a copy of it to take away."""
    if request.method != "POST":
        return render(request, "organizations/my_data.html")
    content = personal_data.copy_of(_person(request))
    services.note_copy_of_data()
    answer = HttpResponse(content, content_type="application/zip")
    answer["Content-Disposition"] = 'attachment; filename="my-data.zip"'
    return answer
