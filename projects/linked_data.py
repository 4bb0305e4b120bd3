"""Projects as schema.org says them: for search engines that read JSON-LD."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings

from network_site.common.language import current_language
from network_site.publishing.linked_data import crumbs, organization_node, tag
from network_site.publishing.models import PublishedRecord

from .cards import shown_text


def project(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The project, and the way to it; from what its page shows."""
    record, snapshot, text, money = context["record"], context["snapshot"], context["text"], context["money"]
    node: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Project",
        "@id": f"{settings.SITE_URL}{context['record_url']}",
        "identifier": [record.code, f"urn:uuid:{record.pk}"],
        "name": text["title"],
        "description": text.get("summary", ""),
        "url": f"{settings.SITE_URL}{context['record_url']}",
        "parentOrganization": organization_node(context["owner_name"], context["owner_url"]),
        "areaServed": [
            {"@type": "Country", "name": country["name"], "identifier": country["code"]}
            for country in context["countries"]
        ],
        "foundingDate": snapshot.get("actual_start") or snapshot.get("start_on") or "",
    }
    if money.needed:
        node["seeks"] = {
            "@type": "Demand",
            "priceSpecification": {
                "@type": "PriceSpecification",
                "price": str(money.open),
                "priceCurrency": money.currency,
            },
        }
    way = crumbs([(context["page"].title, context["list_url"]), (text["title"], context["record_url"])])
    return [{name: value for name, value in node.items() if value not in ("", None, [])}, way]


def projects(page: Any, base: str, records: Iterable[PublishedRecord]) -> list[dict[str, Any]]:
    """The list as a data set with its downloads, and this page of it."""
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
            "license": "https://creativecommons.org/licenses/by/4.0/",
            "creator": {"@type": "Organization", "name": "Enlace", "url": settings.SITE_URL},
            "distribution": [
                {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": f"{settings.SITE_URL}{path}"}
                for kind, path in (
                    ("text/csv", f"/{language}/export/projects/csv/"),
                    ("application/json", "/api/v1/projects/"),
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
