"""Certificates as machines, the public and their holders see them.

Two doors lead to the same thing. `/credentials/…` is named by badges: it has no language, never moves, and answers
machines in JSON. `/<language>/certificates/…` is for people. Neither tells a name without its holder's consent, and
for both a code that nobody has and one that cannot be read are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from network_site.common import api, limits, pdf
from network_site.common.language import current_language, language_name, pick
from network_site.common.views import too_many_requests
from network_site.organizations.actor import current
from network_site.organizations.selectors import network_organization
from network_site.publishing.models import PublishedRecord

from .. import cards, services
from ..credentials import badges, codes, keys
from ..credentials.pdf import certificate_pdf
from ..facts import facts_of, issuer_address, verify_address
from ..forms.certificates import CodeForm, NameForm
from ..models import Certificate
from ..selectors import certificates as selectors

View = Callable[..., HttpResponse]

# Who issues and with which keys changes about once a year. The set of keys grows when a newer one begins to sign, so
# it is asked for again soon; a key of its own never changes.
AN_HOUR, FIVE_MINUTES, A_DAY = "public, max-age=3600", "public, max-age=300", "public, max-age=86400"
# A certificate can be revoked, and its name hidden, at any moment: whoever keeps it asks each time.
ASK_EACH_TIME = "no-cache"
PDFS_PER_MINUTE = 20

JSON, JSON_LD, JWT = "application/json", "application/ld+json", "application/jwt"
FORMATS = {"json": JSON, "jwt": JWT}


# --- The course of a badge -------------------------------------------------------------------


@require_safe
def course(request: HttpRequest, number: int) -> HttpResponse:
    """The course's page in the visitor's language: the address that badges name for what was achieved."""
    record = PublishedRecord.objects.of_kind("course").filter(number=number).first() if number < 2**31 else None
    if record is None:
        raise Http404
    return redirect(f"{cards.courses_url()}{record.path}")


# --- For machines ----------------------------------------------------------------------------


def for_machines(cache_control: str, *parameters: str) -> Callable[[View], View]:
    """The envelope of the public API (limit, language, CORS, tag), and how long an answer may be kept."""

    def around(view: View) -> View:
        wrapped = api.envelope(view, lambda request: frozenset({"lang", *parameters}))

        @wraps(view)
        @csrf_exempt
        def serve(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response = wrapped(request, *args, **kwargs)
            if response.status_code in {200, 304}:
                response["Cache-Control"] = cache_control
            response["X-Robots-Tag"] = "noindex"
            return response

        return serve

    return around


def _nothing(request: HttpRequest) -> HttpResponse:
    return api.not_found(request, Http404())


@for_machines(AN_HOUR)
def issuer(request: HttpRequest) -> HttpResponse:
    """Who signs certificates: the Network."""
    return JsonResponse(badges.profile(pick(network_organization().names) or "", issuer_address()))


@for_machines(FIVE_MINUTES)
def key_set(request: HttpRequest) -> HttpResponse:
    """The public halves of all keys that ever signed, the newest first."""
    return JsonResponse(keys.jwks())


@for_machines(A_DAY)
def key(request: HttpRequest, kid: str) -> HttpResponse:
    """The public half of a key, where badges say that it is."""
    try:
        return JsonResponse(keys.public_jwk(kid))
    except keys.UnknownKey:
        return _nothing(request)


def _wanted(request: HttpRequest) -> str:
    """The kind of answer that the visitor's program likes best; a page where it does not care."""
    return request.get_preferred_type(["text/html", JSON, JSON_LD, JWT]) or "text/html"


@csrf_exempt
def credential(request: HttpRequest, code: str) -> HttpResponse:
    """The stable address of a certificate: its badge for machines, its page for people."""
    is_machine = "format" in request.GET or request.method == "OPTIONS" or _wanted(request) != "text/html"
    response = _badge(request, code) if is_machine else _to_page(request, code)
    patch_vary_headers(response, ["Accept"])
    return response


@for_machines(ASK_EACH_TIME, "format")
def _badge(request: HttpRequest, code: str) -> HttpResponse:
    given = request.GET.get("format")
    if given is not None and given not in FORMATS:
        wrong = {"parameter": "format", "detail": _("This takes one of: %(values)s.") % {"values": ", ".join(FORMATS)}}
        return api.problem(
            422,
            _("A parameter cannot be used."),
            _("Nothing was looked up. Mend what is named here."),
            [wrong],
        )
    found = selectors.public_certificate(code)
    if found is None:
        return _nothing(request)
    kind = FORMATS[given] if given else _wanted(request)
    if kind == JWT:
        response = HttpResponse(found.credential, content_type=JWT)
        response["Content-Disposition"] = content_disposition_header(True, f"{found.facts.code}.jwt") or "attachment"
        return response
    return JsonResponse(badges.enveloped(found.credential), content_type=JSON_LD if kind == JSON_LD else JSON)


@for_machines(ASK_EACH_TIME)
def status(request: HttpRequest, code: str) -> HttpResponse:
    """Whether this badge was revoked; of others it tells nothing."""
    found = selectors.public_certificate(code)
    if found is None:
        return _nothing(request)
    document = badges.status(
        found.facts.verify_address, found.facts.issuer_address, is_revoked=found.revoked_at is not None
    )
    return JsonResponse(document)


# --- For people ------------------------------------------------------------------------------


def for_people(view: View) -> View:
    """Limited by the address that asks. What a code leads to is found by nobody's search and kept by nobody."""

    @wraps(view)
    @require_safe
    def serve(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        standing = limits.count(
            "certificate", limits.address_of(request), limit=settings.API_REQUESTS_PER_MINUTE, window=60
        )
        response = too_many_requests(request) if standing.is_over else view(request, *args, **kwargs)
        if standing.is_over:
            response["Retry-After"] = str(standing.seconds_left)
        if args or kwargs or request.GET:
            response["X-Robots-Tag"] = "noindex"
            response["Cache-Control"] = "private, no-store"
        return response

    return serve


@for_people
def _to_page(request: HttpRequest, code: str) -> HttpResponse:
    """In the language that the visitor chose, or her browser asks for. Whether there is such a code the page says."""
    response = redirect("certificates:certificate", code)
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


@for_people
def check(request: HttpRequest) -> HttpResponse:
    """Is this certificate real? A code that is known leads to its page."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if not form.is_bound:
        return render(request, "learning/certificate_check.html", {"form": form})
    if not form.is_valid():
        return render(request, "learning/certificate_check.html", {"form": form, "is_sought": True}, status=422)
    found = selectors.public_certificate(form.cleaned_data["code"])
    if found is None:
        return _unknown(request, form)
    return redirect("certificates:certificate", found.facts.code)


def _unknown(request: HttpRequest, form: CodeForm) -> HttpResponse:
    context = {"form": form, "is_sought": True, "is_unknown": True}
    return render(request, "learning/certificate_check.html", context, status=404)


@for_people
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """A certificate as everybody with its code sees it: valid, revoked, or not to be trusted."""
    found = selectors.public_certificate(code)
    if found is None:
        return _unknown(request, CodeForm({"code": code}))
    return _page(request, found)


def _page(request: HttpRequest, found: selectors.Checked, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "found": found,
        "facts": found.facts,
        "code": codes.shown(found.facts.code),
        "taken_in": language_name(found.facts.language),
        "form": CodeForm(initial={"code": codes.shown(found.facts.code)}),
        "can_draw": pdf.is_possible(),
    }
    return render(request, "learning/certificate.html", context | more, status=status)


@for_people
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """What the page shows, as a PDF in its language; drawn anew each time, because a name may stand in it.

    The holder herself gets hers with her name: whom she gives it to is her own affair.
    """
    found = selectors.public_certificate(code)
    if found is None:
        return _unknown(request, CodeForm({"code": code}))
    if not found.is_valid:
        return redirect("certificates:certificate", found.facts.code)
    standing = limits.count("certificate_pdf", limits.address_of(request), limit=PDFS_PER_MINUTE, window=60)
    if standing.is_over:
        busy = _page(request, found, status=429, is_busy=True)
        busy["Retry-After"] = str(standing.seconds_left)
        return busy
    try:
        # The code on paper leads to where the site stands now.
        facts = replace(found.facts, verify_address=verify_address(found.facts.code))
        if found.is_mine:
            facts = replace(facts, holder=selectors.own_certificate(code).snapshot["name"])
        content = certificate_pdf(facts, found.kid)
    except pdf.NoDrawingLibrary:
        return _page(request, found, status=503, cannot_draw=True)
    file = f"{found.facts.code}-{current_language()}.pdf"
    headers = {
        "Content-Disposition": content_disposition_header(False, file) or "inline",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type="application/pdf", headers=headers)


# --- For the holder --------------------------------------------------------------------------


@login_required
@require_safe
def certificates(request: HttpRequest) -> HttpResponse:
    """My certificates."""
    rows = [_row(one) for one in selectors.list_certificates(current())]
    return render(
        request,
        "learning/certificates.html",
        {"rows": rows, "catalogue_url": "" if rows else cards.courses_url(), "can_draw": pdf.is_possible()},
    )


def _row(one: Certificate) -> dict[str, Any]:
    return {"certificate": one, "facts": facts_of(one), "code": codes.shown(one.code)}


@login_required
@require_POST
def name(request: HttpRequest, code: str) -> HttpResponse:
    """The holder lets her name stand on the public page, or hides it again."""
    try:
        own = selectors.own_certificate(code)
    except Certificate.DoesNotExist:
        raise Http404 from None
    form = NameForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose whether your name is shown."))
        return redirect("certificates:certificate", own.code)
    services.show_name(own, shows=form.cleaned_data["shows"])
    if form.cleaned_data["shows"]:
        messages.success(request, _("Your name is shown to everybody who has the code."))
    else:
        messages.success(request, _("Your name is hidden. Initials stand in its place."))
    if form.cleaned_data["back"] == "list":
        return redirect(f"{reverse('learning:certificates')}#c-{own.code}")
    return redirect("certificates:certificate", own.code)
