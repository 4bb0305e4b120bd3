"""How a need looks in a list, and on its public page: from the snapshot alone."""

from __future__ import annotations

from typing import Any

from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from network_site.common.language import current_language, language_name, pick
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import index_paths
from network_site.taxonomy.models import Country, Term

from .enums import BudgetBand, NeedStatus, UnmetReason
from .models import NeedsPage

# Kind and sign of the tag of each state; the word is the state's own label.
TAGS: dict[str, tuple[str, str]] = {
    NeedStatus.DRAFT: ("", "edit"),
    NeedStatus.SUBMITTED: ("info", "arr"),
    NeedStatus.RETURNED: ("warn", "talk"),
    NeedStatus.REGISTERED: ("ok", "ok"),
    NeedStatus.IN_DIAGNOSIS: ("info", "search"),
    NeedStatus.IN_DRAFTING: ("info", "edit"),
    NeedStatus.ADVERTISED: ("info", "arr"),
    NeedStatus.IN_EXECUTION: ("info", "clock"),
    NeedStatus.MET: ("ok", "ok"),
    NeedStatus.PARTLY_MET: ("warn", "mix"),
    NeedStatus.UNMET: ("stop", "no"),
}


def status_tag(status: str) -> dict[str, Any]:
    """Where a need stands, as a tag: word, sign, colour."""
    kind, icon = TAGS.get(status, ("line", ""))
    return {"kind": kind, "icon": icon, "text": str(NeedStatus(status).label)}


def needs_url() -> str:
    """Address of the register in the interface language; empty before its page exists."""
    return index_paths(NeedsPage).get(current_language(), "")


def counted_needs(count: int) -> str:
    """A count with its noun, in the reader's language."""
    return ngettext("%(count)s need", "%(count)s needs", count) % {"count": count}


def shown_text(snapshot: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The texts in the reader's language where there are some, else in the source's; and the language to mark up."""
    wanted, source = current_language(), snapshot["source_language"]
    if wanted in snapshot["texts"]:
        return snapshot["texts"][wanted], ""
    return snapshot["texts"][source], source


def place_of(record: PublishedRecord) -> str:
    """The country; fictional ministries are of none."""
    return record.country.name if record.country else str(_("Demonstration"))


def card(record: PublishedRecord, base_url: str) -> dict[str, Any]:
    """A need as a line of a list."""
    snapshot = record.snapshot
    text, lang = shown_text(snapshot)
    parts = [place_of(record), pick(snapshot["owner"]["names"]) or ""]
    return {
        "title": text["title"],
        "url": f"{base_url}{record.path}",
        "from_line": " · ".join(part for part in parts if part),
        "one_line": text["summary"],
        "tag": status_tag(snapshot["status"]),
        "demo": record.is_demo,
        "lang": lang,
        "notice": _("Shown in %(language)s.") % {"language": language_name(lang)} if lang else "",
        "code": record.code,
    }


def page_context(record: PublishedRecord) -> dict[str, Any]:
    """Everything that the public page of a need shows; two queries."""
    snapshot = record.snapshot
    text, lang = shown_text(snapshot)
    codes = {*snapshot["terms"], *(row["term"] for row in snapshot["competences"])}
    terms = Term.objects.in_bulk(codes)
    by_scheme: dict[str, list[dict[str, str]]] = {}
    for code in snapshot["terms"]:
        if code in terms:
            term = terms[code]
            label = term.lack if term.scheme_id == "DI" else term.label
            by_scheme.setdefault(term.scheme_id, []).append({"code": code, "label": label})
    country = Country.objects.filter(pk=snapshot["country"]).first() if snapshot["country"] else None
    reason = snapshot["unmet_reason"]
    return {
        "text": text,
        "lang": lang,
        "terms": by_scheme,
        "essential": [
            terms[row["term"]].label for row in snapshot["competences"] if row["essential"] and row["term"] in terms
        ],
        "useful": [
            terms[row["term"]].label for row in snapshot["competences"] if not row["essential"] and row["term"] in terms
        ],
        "country": country,
        "place": country.name if country else _("Demonstration"),
        "owner_name": pick(snapshot["owner"]["names"]) or "",
        "status": status_tag(snapshot["status"]),
        "measures": [row | {"seen_on": parse_date(row["seen_on"] or "")} for row in snapshot["measures"]],
        "budget_band": str(BudgetBand(snapshot["budget_band"]).label),
        "languages": [language_name(code) for code in snapshot["languages"]],
        "unmet_reason": str(UnmetReason(reason).label) if reason else "",
        "unmet_on": parse_date(snapshot["unmet_on"] or ""),
        "registered_on": parse_date(snapshot["registered_on"]),
        "source": snapshot["source"],
        "source_line": _source_line(snapshot["source"]),
    }


def _source_line(source: dict[str, Any]) -> str:
    """The publication from which a need was written down, and where in it."""
    publisher = " ".join(
        part for part in (source.get("publisher"), f"({source['year']})" if source.get("year") else "") if part
    )
    return ", ".join(str(part) for part in (publisher, source.get("title"), source.get("place")) if part)
