"""Institutions of the public directory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from network_site.common.language import CODES, current_language
from network_site.organizations.enums import OrganizationKind
from network_site.organizations.models import Organization
from network_site.publishing.models import OrganizationsPage
from network_site.publishing.selectors import index_paths

from ..documents import Document
from ..models import Entry
from .base import SearchKind

KIND = "organization"


class OrganizationSearchKind(SearchKind):
    """Listed organisations."""

    name = KIND
    label = _("Institutions")
    one = _("Institution")
    facets = ("organization", "country")

    def stamps(self) -> Iterable[tuple[str, str]]:
        for pk, at in Organization.objects.listed().order_by().values_list("pk", "changed_at").iterator():
            yield str(pk), at.isoformat()

    def documents(self, keys: Collection[str]) -> Iterable[Document]:
        for one in Organization.objects.listed().filter(pk__in=keys).select_related("country"):
            yield _document(one)

    def links(self, entries: Sequence[Entry]) -> Mapping[UUID, str]:
        base = index_paths(OrganizationsPage).get(current_language(), "")
        slugs = dict(Organization.objects.listed().filter(pk__in=[e.key for e in entries]).values_list("pk", "key"))
        return {entry.pk: f"{base}{slugs[UUID(entry.key)]}/" for entry in entries if base and UUID(entry.key) in slugs}


def _document(one: Organization) -> Document:
    source = next((code for code in (*one.languages, *CODES) if one.names.get(code)), CODES[0])
    texts = {}
    for code in CODES:
        with override(code):
            kind = str(OrganizationKind(one.kind).label)
        place = one.country.names.get(code, "") if one.country else one.region
        texts[code] = {
            "title": one.names.get(code, "") or (one.names.get(source, "") if code == source else ""),
            "summary": one.about.get(code, ""),
            "keywords": "\n".join(part for part in (one.acronym, place, kind) if part),
        }
    return Document(
        kind=KIND,
        key=str(one.pk),
        texts=texts,
        source_language=source,
        published_at=one.created_at,
        facets={
            "country": (one.country_id,) if one.country_id else (),
            "organization": (one.kind,),
            "language": tuple(code for code in one.languages if code in CODES),
        },
        quality=0.75 if one.is_demo else 1.0,
        is_demo=one.is_demo,
        stamp=one.changed_at.isoformat(),
    )
