"""Organisations: who they are, and whether the Network vouches for them."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from network_site.common import staff
from network_site.common.language import fold
from network_site.organizations import services
from network_site.organizations.enums import OrganizationKind, VerificationState
from network_site.organizations.models import Organization, User, Verification
from network_site.taxonomy.models import Country

from .access import asked, for_staff, page_of, show
from .editing import Edit, Editable, attempt, show_form
from .forms import OrganizationForm, VerificationForm


def _with_state():  # type: ignore[no-untyped-def]
    """Organisations with how each one's verification stands, by the newest decision."""
    newest = Verification.objects.filter(organization_id=OuterRef("pk")).order_by("-decided_at").values("state")[:1]
    return Organization.objects.select_related("country").annotate(
        verification=Coalesce(Subquery(newest), Value(VerificationState.UNVERIFIED.value))
    )


def _get(pk: UUID) -> Organization:
    organization: Organization = get_object_or_404(_with_state(), pk=pk)
    return organization


def _state_label(organization: Organization) -> Any:
    return dict(VerificationState.choices)[organization.verification]  # type: ignore[attr-defined]


@require_safe
@for_staff(staff.ORGANIZATIONS)
def index(request: HttpRequest) -> HttpResponse:
    """All organisations, by words, kind, country and verification."""
    text, kind, country, state = (asked(request, name) for name in ("q", "kind", "country", "state"))
    found = _with_state()
    if kind in OrganizationKind.values:
        found = found.filter(kind=kind)
    if country:
        found = found.filter(country_id=country[:2])
    if state in VerificationState.values:
        found = found.filter(verification=state)
    words = fold(text).split()
    rows = [
        one
        for one in found
        if all(word in fold(f"{' '.join(one.names.values())} {one.acronym} {one.key}") for word in words)
    ]
    rows.sort(key=lambda one: (fold(one.name), one.key))
    page = page_of(rows, request)
    labels = dict(VerificationState.choices)
    for one in page:
        one.verification_label = labels[one.verification]
    countries = Country.objects.filter(organizations__isnull=False).distinct()
    return show(
        request,
        "console/organizations.html",
        {
            "page": page,
            "text": text,
            "kind": kind,
            "country": country,
            "state": state,
            "kinds": OrganizationKind.choices,
            "countries": sorted(countries, key=lambda one: fold(one.name)),
            "states": VerificationState.choices,
        },
        title=_("Organisations"),
    )


def _crumbs() -> list[tuple[str, str]]:
    return [(reverse("console:organizations"), _("Organisations"))]


@require_http_methods(["GET", "POST"])
@for_staff(staff.ORGANIZATIONS)
def create(request: HttpRequest) -> HttpResponse:
    """A new organisation."""
    form = OrganizationForm(request.POST or None)
    made = attempt(request, form, lambda: services.keep_organization(**form.arguments()))
    if made is not None:
        messages.success(request, _("The organisation is there. It is not verified yet."))
        return redirect("console:organization", made.pk)
    return show_form(
        request,
        "console/organization_form.html",
        form,
        save=_("Add the organisation"),
        title=_("A new organisation"),
        crumbs=_crumbs(),
    )


@require_http_methods(["GET", "POST"])
@for_staff(staff.ORGANIZATIONS)
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is public of an organisation, and the decisions on it."""
    organization = _get(pk)
    form = partial(OrganizationForm, is_network=organization.kind == OrganizationKind.NETWORK)
    edit = Edit(request, Editable(form, OrganizationForm.of, services.profile_mark), organization)
    save = services.keep_organization
    if edit.attempt(lambda seen: save(organization=organization, seen=seen, **edit.form.arguments())):
        messages.success(request, _("Saved."))
        return redirect("console:organization", organization.pk)
    decisions = list(Verification.objects.filter(organization=organization))
    people = User.objects.in_bulk({one.decided_by for one in decisions})
    return show(
        request,
        "console/organization_form.html",
        edit.context
        | {
            "organization": organization,
            "save": _("Save"),
            "state_label": _state_label(organization),
            "decisions": [(one, people.get(one.decided_by)) for one in decisions],
        },
        title=organization.name,
        crumbs=_crumbs(),
        status=edit.status,
    )


@require_http_methods(["GET", "POST"])
@for_staff(staff.ORGANIZATIONS)
def verify(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Decide whether the Network vouches for it."""
    organization = _get(pk)
    form = VerificationForm(request.POST or None)
    decide = services.decide_verification
    if attempt(request, form, lambda: decide(organization=organization, **form.cleaned_data)):
        messages.success(request, _("The decision is on record."))
        return redirect("console:organization", organization.pk)
    return show_form(
        request,
        "console/verify.html",
        form,
        save=_("Put the decision on record"),
        title=_("Verification"),
        crumbs=[*_crumbs(), (reverse("console:organization", args=[organization.pk]), organization.name)],
        organization=organization,
        state_label=_state_label(organization),
    )
