"""The directory of institutions, as anybody reads it, and the pictures of pages."""

from __future__ import annotations

import mimetypes
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from network_site.common.language import pick
from network_site.organizations.enums import OrganizationKind
from network_site.organizations.models import Organization

from . import linked_data
from .selectors import fold
from .slots import organization_feeds, organization_sections

PICTURES = {"image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"}


def picture(request: HttpRequest, name: str) -> FileResponse:
    """A picture that was drawn for a page. In production nginx sends it before the site is asked."""
    kind = mimetypes.guess_type(name)[0] or "image/avif" * name.endswith(".avif")
    if kind not in PICTURES:
        raise Http404
    try:
        file = default_storage.open(f"images/{name}")
    except (OSError, SuspiciousFileOperation) as error:
        raise Http404 from error
    return FileResponse(
        file,
        content_type=kind,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "public, max-age=86400",
        },
    )


def organization_list(request: HttpRequest, page: Any) -> HttpResponse:
    """All listed organisations, by kind, with a filter by words and kind."""
    text = request.GET.get("q", "").strip()[:200]
    kind = request.GET.get("kind", "")
    organizations = list(Organization.objects.listed().select_related("country"))
    counts: dict[str, int] = {}
    matching = [
        one for one in organizations if fold(text) in fold(f"{' '.join(one.names.values())} {one.acronym} {one.place}")
    ]
    for one in matching:
        counts[one.kind] = counts.get(one.kind, 0) + 1
    if kind in OrganizationKind.values:
        matching = [one for one in matching if one.kind == kind]
    matching.sort(key=lambda one: (one.is_demo, not one.place, fold(one.place), fold(one.name)))
    base = page.get_url(request)
    try:
        number = max(1, min(int(request.GET.get("page", "1")), 1000))
    except ValueError:
        number = 1
    shown = Paginator(matching, 40).get_page(number)
    return render(
        request,
        "publishing/organizations.html",
        {
            "page": page,
            "shown": shown,
            "rows": [
                {
                    "cells": [
                        {"text": one.name, "url": f"{base}{one.key}/"},
                        one.place,
                        str(OrganizationKind(one.kind).label),
                        _("Observer") if one.is_observer else (_("Demonstration") if one.is_demo else ""),
                    ]
                }
                for one in shown
            ],
            "kinds": [
                {"value": value, "label": label, "count": counts.get(value, 0), "checked": value == kind}
                for value, label in OrganizationKind.choices
            ],
            "text": text,
            "kind": kind,
            "canonical_url": f"{settings.SITE_URL}{base}",
            "pagination_query": "&".join(f"{name}={value}" for name, value in (("q", text), ("kind", kind)) if value),
        },
    )


def organization_page(request: HttpRequest, page: Any, key: str) -> HttpResponse:
    """One organisation: what it is, and what it published."""
    organization = Organization.objects.listed().select_related("country").filter(key=key).first()
    if organization is None:
        raise Http404
    directory = page.get_url(request)
    filled = [fill(organization) for fill in organization_sections]
    context: dict[str, Any] = {}
    for _template, extra in filled:
        context |= extra
    return render(
        request,
        "publishing/organization.html",
        context
        | {
            "page": page,
            "organization": organization,
            "about": pick(organization.about) or "",
            "kind_label": str(OrganizationKind(organization.kind).label),
            "directory_url": page.get_url(request),
            "feed_url": f"{directory}{key}/feed/",
            "canonical_url": f"{settings.SITE_URL}{directory}{key}/",
            "linked_data": linked_data.organization(organization, f"{directory}{key}/", (page.title, directory)),
            "sections": [template for template, _extra in filled],
        },
    )


def organization_feed(request: HttpRequest, page: Any, key: str) -> HttpResponse:
    """What an organisation published, as a feed; the floor above knows what that is."""
    organization = Organization.objects.listed().select_related("country").filter(key=key).first()
    make = organization_feeds.get("practices")
    if organization is None or make is None:
        raise Http404
    answer: HttpResponse = make(request, organization, f"{page.get_url(request)}{key}/")
    return answer
