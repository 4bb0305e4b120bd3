"""The way to an organisation's server and back."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import get_next_redirect_url, perform_login
from allauth.socialaccount.sessions import LoginSession
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from network_site.common.language import current_language

from .. import services
from ..actor import acting_as, service_actor
from ..models import IdentityProvider
from . import openid, saml
from .forms import WhichOrganization
from .proof import NotProved, Proof

log = logging.getLogger(__name__)
KEPT = "enlace_saml_answer"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Which organisation? Then a link to its server: a link, because a form may lead to this site only."""
    form = WhichOrganization(
        request.POST if request.method == "POST" else None, initial={"provider": request.GET.get("organisation")}
    )
    context: dict[str, Any] = {"form": form, "next": get_next_redirect_url(request) or ""}
    if request.method != "POST" or not form.is_valid():
        status = 422 if request.method == "POST" else 200
        return render(request, "socialaccount/start.html", context, status=status)
    provider: IdentityProvider = form.cleaned_data["provider"]
    try:
        address = (saml if provider.is_saml else openid).begin(request, provider, context["next"] or None)
    except NotProved as fault:
        return _refused(request, provider, fault.code, str(fault))
    context |= {"organization": provider.organization.name, "address": address, "host": urlsplit(address).netloc}
    return render(request, "socialaccount/leave.html", context)


@never_cache
@require_safe
def openid_answer(request: HttpRequest, key: str) -> HttpResponse:
    """The person comes back from an OpenID provider."""
    provider = _provider(key, openid.PROTOCOL)
    try:
        return _enter(request, provider, openid.finish(request, provider))
    except (NotProved, services.NotAdmitted) as fault:
        return _refused(request, provider, fault.code, str(fault))


@csrf_exempt
@never_cache
@require_POST
def saml_answer(request: HttpRequest, key: str) -> HttpResponse:
    """A SAML provider sends its answer from its own page, without our cookies: keep it, and ask for it again."""
    provider = _provider(key, saml.PROTOCOL)
    given = request.POST.get("SAMLResponse", "")
    if not given or len(given) > saml.MAX_BYTES:
        return _refused(request, provider, "proof", "no response, or one of more than 200 KB")
    answer = redirect("sso_saml_finish", key=key)
    kept = LoginSession(request, KEPT, "enlace_saml")
    kept.store.update({"response": given})
    kept.save(answer)
    answer.cookies["enlace_saml"]["httponly"] = True
    return answer


@never_cache
@require_safe
def saml_finish(request: HttpRequest, key: str) -> HttpResponse:
    """The same browser, now with our cookies."""
    provider = _provider(key, saml.PROTOCOL)
    kept = LoginSession(request, KEPT, "enlace_saml")
    given = kept.store.get("response", "")
    kept.delete()
    try:
        return _enter(request, provider, saml.finish(request, provider, given))
    except (NotProved, services.NotAdmitted) as fault:
        return _refused(request, provider, fault.code, str(fault))


@require_safe
def saml_metadata(request: HttpRequest, key: str) -> HttpResponse:
    """Our side, for the organisation's administrator."""
    return HttpResponse(saml.metadata(_provider(key, saml.PROTOCOL)), content_type="application/samlmetadata+xml")


def _provider(key: str, protocol: str) -> IdentityProvider:
    found = (
        IdentityProvider.objects.select_related("app", "organization")
        .filter(key=key, app__provider=protocol, is_active=True)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _enter(request: HttpRequest, provider: IdentityProvider, proof: Proof) -> HttpResponse:
    """Let the person in whom the provider proved. Our second factor comes after, as with a password."""
    refusal: services.NotAdmitted | None = None
    with acting_as(service_actor("sign_in"), reason=f"{provider.key} vouches for somebody"):
        try:
            person = services.admit(
                provider=provider,
                subject=proof.subject,
                email=proof.email,
                first_name=proof.first_name,
                last_name=proof.last_name,
                language=current_language(),
            )
        except services.NotAdmitted as fault:
            services.note_refused_identity(provider=provider, code=fault.code)
            refusal = fault
    if refusal is not None:
        # Out here, because an error that leaves `acting_as` takes what was logged with it.
        raise refusal
    if request.user.is_authenticated:
        get_adapter(request).logout(request)
    # The organisation is remembered with the proof: this session acts for it and for no other one.
    record_authentication(
        request, person, "socialaccount", provider=provider.key, organization=str(provider.organization_id)
    )
    return perform_login(request, person, redirect_url=proof.state.get("next") or None)


def _refused(request: HttpRequest, provider: IdentityProvider, code: str, reason: str) -> HttpResponse:
    """Say what happened and what to do next; the log has the reason, the page does not."""
    log.warning("sign-in by %s refused (%s): %s", provider.key, code, reason)
    name = provider.organization.name
    said = {
        "state": _("This sign-in was not begun in this window, or it took too long. Begin again."),
        "replayed": _("This sign-in was used already. Begin again."),
        "cancelled": _("You stopped signing in at %(name)s. Nothing has happened here."),
        "away": _("The sign-in of %(name)s does not answer. Try again in a few minutes, or use your password."),
        "address": _("%(name)s signed you in with an address that is not one of its own, or is not confirmed."),
        "membership": _("%(name)s signed you in, but you have no place in it here. Ask its focal point to invite you."),
        "several": _("You belong to several organisations, so none of them alone signs you in. Use your password."),
    }
    text = said.get(code, _("The answer of %(name)s could not be verified, so nobody was signed in.")) % {"name": name}
    context = {"text": text, "again": f"{reverse('sso_start')}?organisation={provider.key}"}
    # Not 503 where the provider is away: it is not this site that failed, and nothing is to be rolled back.
    return render(request, "socialaccount/authentication_error.html", context, status=403)
