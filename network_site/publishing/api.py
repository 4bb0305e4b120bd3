"""The directory of institutions in the public API."""

from __future__ import annotations

from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema

from network_site.common.api import InLanguage, Page, Paged, absolute, changed, paged
from network_site.common.language import current_language, pick
from network_site.organizations.models import Organization

from .models import OrganizationsPage
from .selectors import find_organizations, index_paths

router = Router(tags=["Organisations"])

Kind = Literal[
    "ministry", "donor", "international_organization", "provider", "social_partner", "academic", "network"
]  # fmt: skip


class CountryOut(Schema):
    """A country of ISO 3166."""

    code: str = Field(description="Two letters, ISO 3166-1.", examples=["UY"])
    name: str = Field(description="Name in the reader's language.", examples=["Uruguay"])


class OrganizationOut(Schema):
    """An institution of the directory. Being listed says that it is known to the Network, not that it has joined."""

    id: str = Field(description="Stable identifier (UUID).")
    key: str = Field(description="Stable key, part of addresses.", examples=["uy-ministry-of-labour"])
    kind: Kind = Field(description="What kind of institution it is.")
    kind_label: str = Field(description="The kind in words.", examples=["Ministry"])
    name: str = Field(description="Name in the reader's language, else in another.")
    names: dict[str, str] = Field(description="Names by language.")
    acronym: str
    about: str = Field(description="One paragraph, in the reader's language where there is one.")
    country: CountryOut | None
    region: str = Field(description="A region, where it is not of one country.")
    languages: list[str] = Field(description="Languages it works in.")
    source: str = Field(description="Where the entry was read.")
    is_observer: bool
    is_demo: bool = Field(description="Invented to show how the site works.")
    url: str = Field(description="Its page in the reader's language.")


class Organizations(Page):
    results: list[OrganizationOut]


class OrganizationFilters(Paged):
    q: str = Field("", max_length=200, description="Part of a name, an acronym or a place.", examples=["trabajo"])
    kind: Kind | None = Field(None, description="Of this kind only.")
    country: str | None = Field(None, max_length=2, description="Of this country only.", examples=["UY"])


def _shown(organization: Organization, base: str) -> dict[str, Any]:
    country = organization.country
    return {
        "id": str(organization.pk),
        "key": organization.key,
        "kind": organization.kind,
        "kind_label": str(organization.get_kind_display()),
        "name": organization.name,
        "names": organization.names,
        "acronym": organization.acronym,
        "about": pick(organization.about) or "",
        "country": {"code": country.pk, "name": country.name} if country else None,
        "region": organization.region,
        "languages": organization.languages,
        "source": organization.source,
        "is_observer": organization.is_observer,
        "is_demo": organization.is_demo,
        "url": absolute(f"{base}{organization.key}/"),
    }


def _base() -> str:
    return index_paths(OrganizationsPage).get(current_language(), "/")


@router.get("organizations/", response=Organizations, operation_id="list_organizations", url_name="list_organizations")
def list_organizations(request: HttpRequest, asked: Query[OrganizationFilters]) -> dict[str, Any]:
    """The institutions of the directory, real ones first, by place and name."""
    base = _base()
    found = find_organizations(text=asked.q, kind=asked.kind or "", country=asked.country or "")
    return paged(request, asked, found, lambda organization: _shown(organization, base))


@router.get(
    "organizations/{key}/",
    response=OrganizationOut,
    operation_id="get_organization",
    url_name="get_organization",
)
def get_organization(request: HttpRequest, key: str, asked: Query[InLanguage]) -> dict[str, Any]:
    """One institution, by its key."""
    organization = Organization.objects.listed().select_related("country").filter(key=key).first()
    if organization is None:
        raise Http404
    changed(request, organization.changed_at)
    return _shown(organization, _base())
