"""The site and its institutions as schema.org says them (JSON-LD)."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from network_site.common.language import current_language, pick
from network_site.organizations.enums import OrganizationKind
from network_site.organizations.models import Organization

KINDS = {
    OrganizationKind.MINISTRY.value: "GovernmentOrganization",
    OrganizationKind.ACADEMIC.value: "CollegeOrUniversity",
}


def tag(code: str) -> str:
    """pt-br as machines write it: pt-BR."""
    language, _, region = code.partition("-")
    return f"{language}-{region.upper()}" if region else language


def organization_node(name: str, path: str = "") -> dict[str, Any]:
    """An institution by its name, with its page where it has one."""
    node = {"@type": "Organization", "name": name}
    return node | {"url": f"{settings.SITE_URL}{path}"} if path else node


def crumbs(way: list[tuple[str, str]]) -> dict[str, Any]:
    """The way to a page, as (name, path) from the top."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": f"{settings.SITE_URL}{path}"}
            for position, (name, path) in enumerate(way, start=1)
        ],
    }


def website(page: Any, databank_url: str) -> list[dict[str, Any]]:
    """The site, and how to search it."""
    node: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "WebSite",
        "name": "Enlace",
        "url": f"{settings.SITE_URL}{page.url}",
        "inLanguage": tag(current_language()),
        "description": page.lead,
    }
    if databank_url:
        node["potentialAction"] = {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": f"{settings.SITE_URL}{databank_url}?q={{search_term_string}}",
            },
            "query-input": "required name=search_term_string",
        }
    return [node]


def organization(subject: Organization, path: str, directory: tuple[str, str]) -> list[dict[str, Any]]:
    """An institution of the directory, and the way to it."""
    node: dict[str, Any] = organization_node(subject.name, path) | {
        "@context": "https://schema.org",
        "@type": KINDS.get(subject.kind, "Organization"),
        "@id": f"{settings.SITE_URL}{path}",
        "identifier": subject.key,
    }
    if subject.acronym:
        node["alternateName"] = subject.acronym
    about = pick(subject.about)
    if about:
        node["description"] = about
    if subject.country is not None:
        node["location"] = {"@type": "Country", "name": subject.country.name, "identifier": subject.country_id}
    return [node, crumbs([directory, (subject.name, path)])]
