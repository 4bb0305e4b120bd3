"""Courses as schema.org says them: for search engines that read JSON-LD."""

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


def course(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The course, and the way to it; from what its page shows."""
    record, snapshot, text = context["record"], context["snapshot"], context["text"]
    url = f"{settings.SITE_URL}{context['record_url']}"
    workload = f"PT{snapshot['hours']}H"
    node: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Course",
        "@id": url,
        "identifier": [record.code, f"urn:uuid:{record.pk}"],
        "courseCode": record.code,
        "name": text["title"],
        "description": text["summary"],
        "url": url,
        "version": str(snapshot["version"]),
        "datePublished": record.first_published_at.isoformat(),
        "dateModified": record.published_at.isoformat(),
        "license": LICENCES.get(snapshot["licence"].lower(), ""),
        "provider": organization_node(context["owner_name"], context["owner_url"]),
        "publisher": {"@type": "Organization", "name": "Enlace", "url": settings.SITE_URL},
        "isAccessibleForFree": True,
        "offers": {"@type": "Offer", "category": "Free", "price": "0", "priceCurrency": "USD"},
        "inLanguage": tag(context["lang"] or current_language()),
        "availableLanguage": [tag(one.code) for one in context["languages"] if not one.is_part],
        "educationalLevel": context["level"],
        "timeRequired": workload,
        "teaches": text["outcomes"],
        "coursePrerequisites": [
            {"@type": "Course", "name": one["title"], "url": f"{settings.SITE_URL}{one['url']}"}
            for one in context["required"]
        ],
        "hasCourseInstance": {"@type": "CourseInstance", "courseMode": "online", "courseWorkload": workload},
        "syllabusSections": [
            {"@type": "Syllabus", "name": module["words"]["title"], "description": module["words"]["summary"]}
            for module in context["modules"]
        ],
        "about": [
            {
                "@type": "DefinedTerm",
                "@id": f"{settings.SITE_URL}/vocab/{scheme}/{term['code']}",
                "termCode": term["code"],
                "name": term["label"],
                "inDefinedTermSet": f"{settings.SITE_URL}/vocab/{scheme}",
            }
            for scheme in ("LAF", "TG")
            for term in context["terms"].get(scheme, [])
        ],
    }
    if text["audience"]:
        node["audience"] = {"@type": "EducationalAudience", "educationalRole": text["audience"]}
    if snapshot["has_certificate"]:
        node["educationalCredentialAwarded"] = {
            "@type": "EducationalOccupationalCredential",
            "credentialCategory": "certificate",
            "name": text["title"],
        }
    if context["source_line"]:
        node["isBasedOn"] = {"@type": "CreativeWork", "name": snapshot["source"]["title"]}
    way = crumbs([(context["page"].title, context["list_url"]), (text["title"], context["record_url"])])
    return [{name: value for name, value in node.items() if value not in ("", None, [])}, way]


def catalogue(base: str, records: Iterable[PublishedRecord]) -> list[dict[str, Any]]:
    """This page of the catalogue as a list."""
    return [
        {
            "@context": "https://schema.org",
            "@type": "ItemList",
            "itemListElement": [
                {
                    "@type": "ListItem",
                    "position": position,
                    "url": f"{settings.SITE_URL}{base}{record.path}",
                    "name": shown_text(record.snapshot)[0]["title"],
                }
                for position, record in enumerate(records, start=1)
            ],
        }
    ]


def lesson(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The way to an open lesson."""
    return [
        crumbs(
            [
                (context["page"].title, context["list_url"]),
                (context["text"]["title"], context["record_url"]),
                (context["lesson"].words["title"], context["lesson_url"]),
            ]
        )
    ]
