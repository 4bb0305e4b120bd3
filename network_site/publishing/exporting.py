"""The directory of institutions as it leaves for spreadsheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from network_site.common.exports import Column, Source, sources
from network_site.common.language import current_language, pick
from network_site.organizations.models import Organization

from .models import OrganizationsPage
from .selectors import find_organizations, index_paths


def _base() -> str:
    return index_paths(OrganizationsPage).get(current_language(), "/")


def _columns() -> list[Column]:
    return [
        Column("key", _("Key")),
        Column("name", _("Name")),
        Column("acronym", _("Acronym")),
        Column("kind", _("Kind")),
        Column("country_code", _("Country code")),
        Column("place", _("Place")),
        Column("languages", _("Languages")),
        Column("about", pgettext("an organisation", "About")),
        Column("source", _("Source")),
        Column("is_observer", _("Observer")),
        Column("is_demo", _("Demonstration")),
        Column("url", _("Address")),
    ]


def _rows(found: Iterable[Organization]) -> Iterator[Mapping[str, Any]]:
    base = _base()
    for one in found:
        yield {
            "key": one.key,
            "name": one.name,
            "acronym": one.acronym,
            "kind": one.get_kind_display(),
            "country_code": one.country_id,
            "place": one.place,
            "languages": ", ".join(one.languages),
            "about": pick(one.about) or "",
            "source": one.source,
            "is_observer": one.is_observer,
            "is_demo": one.is_demo,
            "url": f"{settings.SITE_URL}{base}{one.key}/",
        }


def _find(params: QueryDict) -> Any:
    return find_organizations(text=params.get("q", "")[:200], kind=params.get("kind", ""))


def connect() -> None:
    """Offer the list (called when the app is ready)."""
    sources.fill("organizations", Source(gettext_lazy("Organisations"), _find, _columns, _rows, back=_base))
