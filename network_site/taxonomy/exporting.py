"""The common schemes as they leave for spreadsheets, with all four languages side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network_site.common.exports import Column, Source, sources
from network_site.common.language import CODES, language_name

from .models import Term


def _columns() -> list[Column]:
    labels = [Column(f"label_{code}", _("Label, %(language)s") % {"language": language_name(code)}) for code in CODES]
    definitions = [
        Column(f"definition_{code}", _("Definition, %(language)s") % {"language": language_name(code)})
        for code in CODES
    ]
    return [
        Column("scheme", _("Scheme")),
        Column("code", _("Code")),
        Column("broader", _("Broader term")),
        *labels,
        *definitions,
        Column("status", _("In use or not")),
        Column("replaced_by", _("Replaced by")),
        Column("url", _("Address")),
    ]


def _rows(found: Iterable[Term]) -> Iterator[Mapping[str, Any]]:
    for term in found:
        yield {
            "scheme": term.scheme_id,
            "code": term.code,
            "broader": term.parent_id,
            "status": term.get_status_display(),
            "replaced_by": term.replaced_by_id,
            "url": f"{settings.SITE_URL}/vocab/{term.scheme_id}/{term.code}",
        } | {
            f"{name}_{code}": texts.get(code, "")
            for name, texts in (("label", term.labels), ("definition", term.definition))
            for code in CODES
        }


def _find(params: QueryDict) -> Any:
    scheme = params.get("scheme", "")[:12]
    terms = Term.objects.all()
    return terms.filter(scheme_id=scheme) if scheme else terms


def connect() -> None:
    """Offer the list (called when the app is ready)."""
    sources.fill("terms", Source(gettext_lazy("Terms of the common schemes"), _find, _columns, _rows))
