"""A practice, and the databank, as schema.org says them: for search engines that read JSON-LD."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from network_site.common.language import current_language
from network_site.publishing.linked_data import crumbs, organization_node, tag
from network_site.publishing.models import PublishedRecord

from .cards import shown_text

LICENCES = {
    "cc-by-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "cc-by-sa-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "cc0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}


def practice(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The article that a record is, and the way to it; from what its page shows."""
    record, snapshot, text = context["record"], context["snapshot"], context["text"]
    page = context["page"]
    country = context["country"]
    article: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Article",
        "@id": f"{settings.SITE_URL}{context['record_url']}",
        "identifier": [record.code, f"urn:uuid:{record.pk}"],
        "headline": text["title"],
        "abstract": text["one_line"],
        "inLanguage": tag(context["lang"] or current_language()),
        "url": context["permanent_url"] if not context["is_current"] else f"{settings.SITE_URL}{context['record_url']}",
        "version": str(snapshot["version"]),
        "datePublished": record.first_published_at.isoformat(),
        "dateModified": record.published_at.isoformat(),
        "license": LICENCES.get(snapshot["licence"], ""),
        "author": organization_node(context["owner_name"], context["owner_url"]),
        "publisher": {"@type": "Organization", "name": "Enlace", "url": settings.SITE_URL},
        "isAccessibleForFree": True,
        "about": [
            {
                "@type": "DefinedTerm",
                "@id": f"{settings.SITE_URL}/vocab/{scheme}/{term['code']}",
                "termCode": term["code"],
                "name": term["label"],
                "inDefinedTermSet": f"{settings.SITE_URL}/vocab/{scheme}",
            }
            for scheme in ("LAF", "IN", "TG")
            for term in context["terms"].get(scheme, [])
        ],
    }
    if country is not None:
        article["spatialCoverage"] = {"@type": "Country", "name": country.name, "identifier": country.pk}
    if context["pdf_url"]:
        article["encoding"] = {
            "@type": "MediaObject",
            "encodingFormat": "application/pdf",
            "contentUrl": f"{settings.SITE_URL}{context['pdf_url']}",
        }
    way = crumbs([(page.title, context["databank_url"]), (text["title"], context["record_url"])])
    return [{name: value for name, value in article.items() if value not in ("", None)}, way]


def databank(page: Any, base: str, records: Iterable[PublishedRecord]) -> list[dict[str, Any]]:
    """The databank as a data set with its downloads, and this page of it as a list."""
    language = current_language()
    return [
        {
            "@context": "https://schema.org",
            "@type": "Dataset",
            "@id": f"{settings.SITE_URL}{base}",
            "name": page.title,
            "description": page.lead or page.title,
            "url": f"{settings.SITE_URL}{base}",
            "inLanguage": tag(language),
            "isAccessibleForFree": True,
            "license": LICENCES["cc-by-4.0"],
            "creator": {"@type": "Organization", "name": "Enlace", "url": settings.SITE_URL},
            "distribution": [
                {
                    "@type": "DataDownload",
                    "encodingFormat": kind,
                    "contentUrl": f"{settings.SITE_URL}{path}",
                }
                for kind, path in (
                    ("text/csv", f"/{language}/export/practices/csv/"),
                    ("application/json", "/api/v1/practices/"),
                    ("application/atom+xml", f"{base}feed/"),
                )
            ],
        },
        {
            "@context": "https://schema.org",
            "@type": "ItemList",
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": position,
                    "url": f"{settings.SITE_URL}{base}{record.path}",
                    "name": shown_text(record.snapshot).texts["title"],
                }
                for position, record in enumerate(records, start=1)
            ],
        },
    ]
