"""Published projects as anybody reads them. Everything here comes from the public plane."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from needs.models import NeedsPage
from network_site.common.language import current_language
from network_site.common.scoping import actor_or_none
from network_site.publishing.models import OrganizationsPage, PublishedRecord
from network_site.publishing.selectors import index_paths
from network_site.publishing.slots import record_sections
from practices.models import DatabankPage

from .. import feeds, linked_data, wordfile
from ..cards import cards, page_context
from ..progress import progress_context
from ..selectors.published import KIND, ProjectQuery, list_published
from ..slots import request_actions


def projects_list(request: HttpRequest, page: Any) -> HttpResponse:
    """Funding requests, projects at work, projects that have ended."""
    query = ProjectQuery.from_params(request.GET)
    found = list_published(query)
    base = page.get_url(request)
    narrowed = _without(request, "page", "sort")
    kept = _without(request, "page", "stage")
    return render(
        request,
        "projects/projects.html",
        {
            "page": page,
            "found": found,
            "cards": cards(list(found.page.object_list), base),
            "tabs": [
                {
                    "label": entry.label,
                    "url": _address(base, kept, f"stage={entry.stage}" if entry.stage else ""),
                    "count": entry.count,
                    "current": entry.stage == query.stage,
                }
                for entry in found.stages
            ],
            "chips": _chips(request, found),
            "list_url": base,
            "query": query,
            "pagination_query": _without(request, "page"),
            "feed_url": f"{base}feed/{'?' if narrowed else ''}{narrowed}",
            "canonical_url": f"{settings.SITE_URL}{base}",
            "linked_data": linked_data.projects(page, base, found.page.object_list),
        },
    )


def _address(base: str, *parts: str) -> str:
    query = "&".join(part for part in parts if part)
    return f"{base}?{query}" if query else base


def _without(request: HttpRequest, *names: str) -> str:
    params = [(name, value) for name, values in request.GET.lists() if name not in names for value in values]
    return urlencode(params)


def _chips(request: HttpRequest, found: Any) -> list[dict[str, str]]:
    chips = []
    if found.query.text:
        chips.append({"label": f"“{found.query.text}”", "url": f"?{_without(request, 'q', 'page')}"})
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
    return chips


def projects_feed(request: HttpRequest, page: Any) -> HttpResponse:
    """The same list as a feed."""
    return feeds.projects_feed(request, page)


def project_page(request: HttpRequest, page: Any, number: int, slug: str, version: int | None = None) -> HttpResponse:
    """A project, or one of its versions at its permanent address; 410 with the reason once withdrawn."""
    tail = f"v{version}/" if version is not None else ""
    context = _opened(request, page, number, slug, version, tail)
    if isinstance(context, HttpResponse):
        return context
    record, actor = context["record"], actor_or_none()
    filled = [section for fill in record_sections if (section := fill(record))]
    for _template, more in filled:
        context |= more
    acts = [found for fill in request_actions if context["is_current"] and (found := fill(record, actor))]
    context |= {
        "panels": acts,
        "below": [template for template, _more in filled],
        "linked_data": linked_data.project(context),
    }
    return render(request, "projects/published.html", context)


def project_word(request: HttpRequest, page: Any, number: int, slug: str, version: int | None = None) -> HttpResponse:
    """The same Terms of Reference as a Word file."""
    tail = f"v{version}/word/" if version is not None else "word/"
    context = _opened(request, page, number, slug, version, tail)
    if isinstance(context, HttpResponse):
        return context
    snapshot = context["snapshot"]
    answer = HttpResponse(wordfile.build(snapshot, code=context["record"].code), content_type=wordfile.CONTENT_TYPE)
    name = f"{context['record'].code}-v{snapshot['version']}-{current_language()}.docx"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Link"] = f'<{context["permanent_url"]}>; rel="canonical"'
    return answer


def _opened(
    request: HttpRequest, page: Any, number: int, slug: str, version: int | None, tail: str
) -> HttpResponse | dict[str, Any]:
    """What the page shows of a project or of one of its versions; or the answer where there is nothing to show."""
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
        reasons = {
            "reason": record.withdrawal_reason,
            "withdrawn_on": record.withdrawn_at,
            "record_title": record.title,
        }
        return render(request, "410.html", reasons, status=410)
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
    context = page_context(record, snapshot) | progress_context(snapshot)
    return context | {
        "page": page,
        "record": record,
        "snapshot": snapshot,
        "record_url": f"{base}{record.path}",
        "list_url": base,
        "is_current": snapshot["version"] == record.version,
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
        "citation": _("%(owner)s: %(title)s. Enlace %(code)s, version %(version)s. %(address)s")
        % {
            "owner": context["owner_name"],
            "title": context["text"]["title"],
            "code": record.code,
            "version": snapshot["version"],
            "address": permanent,
        },
        "owner_url": _owner_url(record),
        "need_url": _address_of(NeedsPage, snapshot.get("need")),
        "practice_url": _address_of(DatabankPage, snapshot.get("practice")),
        "word_url": f"{base}{record.path}{tail if version is not None and not tail.endswith('word/') else ''}word/",
        "iati_url": f"{base}{record.path}iati/",
        "results_url": f"{base}{record.path}results/",
    }


def _owner_url(record: PublishedRecord) -> str:
    """The owner's page in the directory, in the interface language; empty when it is not listed."""
    if not record.owner.listed:
        return ""
    page = OrganizationsPage.objects.live().filter(locale__language_code=current_language()).first()
    return f"{page.url}{record.owner.key}/" if page else ""


def _address_of(model: Any, reference: dict[str, Any] | None) -> str:
    """The page of another record in the interface language; empty where nothing is named."""
    base = index_paths(model).get(current_language(), "") if reference and reference.get("number") else ""
    return f"{base}{reference['number']}/" if reference and base else ""
