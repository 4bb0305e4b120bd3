"""The databank as anybody reads it. Everything here comes from the public plane."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from network_site.common import limits
from network_site.common.language import current_language
from network_site.publishing.models import OrganizationsPage, PublishedRecord
from network_site.publishing.selectors import RecordQuery, list_records
from network_site.publishing.slots import record_sections

from .. import linked_data, pdf
from ..cards import card, counted_practices, page_context

KIND = "practice"
NEW_PDFS_PER_MINUTE = 20


def databank(request: HttpRequest, page: Any) -> HttpResponse:
    """The list of practices with its facets."""
    query = RecordQuery.from_params(request.GET)
    found = list_records(query, kind=KIND)
    base = page.get_url(request)
    as_map = request.GET.get("view") == "map"
    narrowed = _without(request, "page", "sort")
    return render(
        request,
        "practices/databank.html",
        {
            "page": page,
            "found": found,
            "cards": [] if as_map else [card(record, base) for record in found.page],
            "as_map": as_map,
            "views": _views(request, as_map=as_map),
            "places": _places(request, found) if as_map else [],
            "chips": _chips(request, found),
            "list_url": base,
            "clear_url": f"{base}?view=map" if as_map else base,
            "query": query,
            "pagination_query": _without(request, "page"),
            "feed_url": f"{base}feed/{'?' if narrowed else ''}{narrowed}",
            "canonical_url": f"{settings.SITE_URL}{base}",
            "linked_data": linked_data.databank(page, base, found.page.object_list),
        },
    )


def _without(request: HttpRequest, *names: str) -> str:
    params = [(name, value) for name, values in request.GET.lists() if name not in names for value in values]
    return urlencode(params)


def _views(request: HttpRequest, *, as_map: bool) -> list[dict[str, Any]]:
    """The same practices as a list and as a map: every filter stays."""
    kept = _without(request, "page", "view")
    return [
        {"label": _("List"), "url": f"?{kept}", "current": not as_map},
        {"label": _("Map"), "url": f"?{kept}&view=map" if kept else "?view=map", "current": as_map},
    ]


def _places(request: HttpRequest, found: Any) -> list[dict[str, Any]]:
    """Countries with their counts, as if no country were chosen; each leads to its list, other filters kept."""
    kept = _without(request, "page", "view", "country")
    facet = next(facet for facet in found.facets if facet.name == "country")
    return [
        {
            "code": option.value,
            "label": option.label,
            "count": option.count,
            "said": counted_practices(option.count),
            "checked": option.checked,
            "url": "?" + urlencode([("country", option.value)]) + (f"&{kept}" if kept else ""),
        }
        for option in facet.options
        if option.count
    ]


def _chips(request: HttpRequest, found: Any) -> list[dict[str, str]]:
    chips = []
    for facet in found.facets:
        for option in facet.options:
            if option.checked:
                params = [
                    (name, value)
                    for name, values in request.GET.lists()
                    for value in values
                    if name != "page" and (name, value) != (facet.name, option.value)
                ]
                chips.append({"label": option.label, "url": f"?{urlencode(params)}"})
    if found.query.text:
        chips.insert(0, {"label": f"“{found.query.text}”", "url": f"?{_without(request, 'q', 'page')}"})
    return chips


def practice_page(request: HttpRequest, page: Any, number: int, slug: str, version: int | None = None) -> HttpResponse:
    """A practice, or one of its versions at its permanent address; 410 with the reason once withdrawn."""
    tail = f"v{version}/" if version is not None else ""
    context = _opened(request, page, number, slug, version, tail)
    if isinstance(context, HttpResponse):
        return context
    filled = [section for fill in record_sections if (section := fill(context["record"]))]
    for _template, more in filled:
        context |= more
    context |= {"sections": [template for template, _more in filled], "linked_data": linked_data.practice(context)}
    return render(request, "practices/practice.html", context)


def practice_pdf(request: HttpRequest, page: Any, number: int, slug: str, version: int | None = None) -> HttpResponse:
    """The same as a tagged PDF; 503 with a sentence where the machine cannot draw one.

    Drawing takes a second or two, so that one address may have only some new ones a minute; those that were drawn
    before come at once.
    """
    tail = f"v{version}/pdf/" if version is not None else "pdf/"
    context = _opened(request, page, number, slug, version, tail)
    if isinstance(context, HttpResponse):
        return context
    html = pdf.page_as_html(context)
    if not pdf.kept(html).exists():
        standing = limits.count("pdf", limits.address_of(request), limit=NEW_PDFS_PER_MINUTE, window=60)
        if standing.is_over:
            refusal = {"record_url": context["record_url"], "is_busy": True, "seconds": standing.seconds_left}
            busy = render(request, "practices/no_pdf.html", refusal | {"page": page}, status=429)
            busy["Retry-After"] = str(standing.seconds_left)
            return busy
    try:
        content = pdf.pdf_of(html)
    except pdf.NoDrawingLibrary:
        return render(request, "practices/no_pdf.html", {"record_url": context["record_url"], "page": page}, status=503)
    name = f"{context['record'].code}-v{context['snapshot']['version']}-{current_language()}.pdf"
    headers = {
        "Content-Disposition": content_disposition_header(False, name) or "inline",
        "X-Content-Type-Options": "nosniff",
        "Link": f'<{context["permanent_url"]}>; rel="canonical"',
    }
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _opened(
    request: HttpRequest, page: Any, number: int, slug: str, version: int | None, tail: str
) -> HttpResponse | dict[str, Any]:
    """What page and PDF show of a practice or of one of its versions; or the answer where there is nothing to show."""
    if not 0 < number < 2**31 or (version is not None and not 0 < version < 2**15):
        raise Http404
    record = (
        PublishedRecord.objects.of_kind(KIND)
        .select_related("owner", "country")
        .defer("search_text")
        .filter(number=number)
        .first()
    )
    if record is None:
        raise Http404
    if record.state == PublishedRecord.State.WITHDRAWN:
        return render(
            request,
            "410.html",
            {
                "reason": record.withdrawal_reason,
                "withdrawn_on": record.withdrawn_at,
                "record_title": record.title,
            },
            status=410,
        )
    base = page.get_url(request)
    if slug != record.slug:
        return HttpResponsePermanentRedirect(f"{base}{record.path}{tail}")
    versions = list(record.versions.all().only("version", "published_at", "record_id"))
    snapshot = record.snapshot
    if version is not None:
        chosen = record.versions.filter(version=version).first()
        if chosen is None:
            raise Http404
        snapshot = chosen.snapshot
    permanent = f"{settings.SITE_URL}{base}{record.path}v{snapshot['version']}/"
    context = page_context(record, snapshot)
    is_current = snapshot["version"] == record.version
    return context | {
        "page": page,
        "record": record,
        "snapshot": snapshot,
        "site_url": settings.SITE_URL,
        "record_url": f"{base}{record.path}",
        "is_current": is_current,
        "versions": [
            {
                "number": entry.version,
                "published_at": entry.published_at,
                "url": f"{base}{record.path}v{entry.version}/",
                "current": entry.version == record.version,
                "shown": entry.version == snapshot["version"],
            }
            for entry in versions
        ],
        "permanent_url": permanent,
        "citation": _citation(record, snapshot, context, permanent),
        "databank_url": base,
        "owner_url": _owner_url(record),
        "workspace_practice_url": reverse("practices:list") if request.user.is_authenticated else "",
        "pdf_url": f"{base}{record.path}{'' if is_current else f'v{version}/'}pdf/" if pdf.is_possible() else "",
    }


def _owner_url(record: PublishedRecord) -> str:
    """The owner's page in the directory, in the interface language; empty when it is not listed."""
    if not record.owner.listed:
        return ""
    page = OrganizationsPage.objects.live().filter(locale__language_code=current_language()).first()
    return f"{page.url}{record.owner.key}/" if page else ""


def _citation(record: PublishedRecord, snapshot: dict[str, Any], context: dict[str, Any], permanent: str) -> str:
    work = f"{context['owner_name']}: {context['text']['title']}"
    return f"{work}. Enlace {record.code}, v{snapshot['version']}, {snapshot['published_on']}. {permanent}"
