"""sitemap.xml in all languages, and robots.txt: what search engines may read, and where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import StringIO

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.http import require_safe
from wagtail.models import Page

from network_site.common.api import conditional
from network_site.common.language import CODES
from network_site.organizations.models import Organization
from network_site.taxonomy.models import Scheme

from .linked_data import tag
from .models import OrganizationsPage
from .selectors import index_paths
from .slots import manuscripts, sitemap_sections

# Things in one file, each with an address for every language; the protocol's own limit is 50,000 addresses.
IN_ONE_FILE = 5_000
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"


@dataclass(frozen=True)
class Place:
    """One thing at its address in each language; an empty code is an address without one."""

    paths: Mapping[str, str]
    changed_at: datetime | None = None


def places() -> list[Place]:
    """Everything that anybody may read: pages of the CMS, records, organisations, schemes."""
    found = list(_pages())
    for section in sitemap_sections:
        found += section()
    bases = index_paths(OrganizationsPage)
    found += [
        Place({code: f"{base}{key}/" for code, base in bases.items()}, changed_at)
        for key, changed_at in Organization.objects.listed().values_list("key", "changed_at")
    ]
    found.append(Place({"": "/vocab/"}))
    found += [Place({"": f"/vocab/{code}"}) for code in Scheme.objects.values_list("code", flat=True)]
    return found


def _pages() -> Iterator[Place]:
    groups: dict[object, list[Page]] = {}
    shown = Page.objects.live().public().filter(depth__gte=2).not_exact_type(*manuscripts)
    for page in shown.select_related("locale").order_by("path"):
        groups.setdefault(page.translation_key, []).append(page)
    for group in groups.values():
        paths = {page.locale.language_code: parts[2] for page in group if (parts := page.get_url_parts()) and parts[2]}
        if paths:
            dates = [page.last_published_at for page in group if page.last_published_at]
            yield Place(paths, max(dates, default=None))


@require_safe
def sitemap(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """All addresses; where they are many, an index of files with some thousand each."""
    found = places()
    parts = [found[start : start + IN_ONE_FILE] for start in range(0, len(found), IN_ONE_FILE)]
    if number is None:
        return _xml(request, _index(len(parts)) if len(parts) > 1 else _urlset(found))
    if not 1 <= number <= len(parts):
        raise Http404
    return _xml(request, _urlset(parts[number - 1]))


def _xml(request: HttpRequest, text: str) -> HttpResponse:
    return conditional(request, HttpResponse(text, content_type="application/xml; charset=utf-8"), seconds=3600)


def _index(count: int) -> str:
    out = StringIO()
    xml = SimplerXMLGenerator(out, "utf-8")
    xml.startDocument()
    xml.startElement("sitemapindex", {"xmlns": SITEMAP})
    for number in range(1, count + 1):
        xml.startElement("sitemap", {})
        xml.addQuickElement("loc", f"{settings.SITE_URL}/sitemap-{number}.xml")
        xml.endElement("sitemap")
    xml.endElement("sitemapindex")
    return out.getvalue()


def _urlset(found: list[Place]) -> str:
    out = StringIO()
    xml = SimplerXMLGenerator(out, "utf-8")
    xml.startDocument()
    xml.startElement("urlset", {"xmlns": SITEMAP, "xmlns:xhtml": XHTML})
    for place in found:
        alternates = [(tag(code), place.paths[code]) for code in CODES if code in place.paths]
        if "en" in place.paths and len(alternates) > 1:
            alternates.append(("x-default", place.paths["en"]))
        for path in place.paths.values():
            xml.startElement("url", {})
            xml.addQuickElement("loc", f"{settings.SITE_URL}{path}")
            if place.changed_at is not None:
                xml.addQuickElement("lastmod", place.changed_at.isoformat(timespec="seconds"))
            for code, other in alternates if len(alternates) > 1 else ():
                xml.addQuickElement(
                    "xhtml:link", None, {"rel": "alternate", "hreflang": code, "href": f"{settings.SITE_URL}{other}"}
                )
            xml.endElement("url")
    xml.endElement("urlset")
    return out.getvalue()


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What is public may be read; workspaces, accounts and files made on demand are no use to anybody's index."""
    closed = ["/admin/", "/documents/", *(f"/{code}/{area}/" for code in CODES for area in CLOSED)]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), f"Sitemap: {settings.SITE_URL}/sitemap.xml"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


CLOSED = ("workspace", "accounts", "files", "export")
