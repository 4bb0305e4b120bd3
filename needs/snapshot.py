"""The published form of a need: one JSON document, language-neutral, with its schema.

Only what may be public goes in: no contact, and nothing of the diagnostic that a need came from.
"""

from __future__ import annotations

from typing import Any

from network_site.common.language import CODES
from network_site.common.models import TransitionRecord

from .enums import BudgetBand, NeedStatus, UnmetReason
from .models import Need

SCHEMA = "enlace.need/1"
TEXTS = ("title", "summary", "problem", "beneficiaries", "tried", "evidence", "constraints")

_text = {"type": "string"}
_maybe = {"type": ["string", "null"]}
_codes = {"type": "array", "items": _text}

JSON_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A registered need",
    "type": "object",
    "required": [
        "schema", "id", "number", "version", "source_language", "texts", "owner", "country", "status", "terms",
        "competences", "measures", "budget_band", "languages", "unmet_reason", "unmet_on", "registered_on",
        "smaller_economy", "source", "is_demo",
    ],
    "properties": {
        "schema": {"const": SCHEMA},
        "id": _text,
        "number": {"type": "integer", "minimum": 1},
        "version": {"type": "integer", "minimum": 1},
        "source_language": {"enum": list(CODES)},
        "texts": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"enum": list(CODES)},
            "additionalProperties": {
                "type": "object",
                "required": [*TEXTS, "state"],
                "properties": dict.fromkeys((*TEXTS, "state"), _text),
                "additionalProperties": False,
            },
        },
        "owner": {
            "type": "object",
            "required": ["id", "key", "names", "kind", "country"],
            "properties": {"id": _text, "key": _text, "names": {"type": "object"}, "kind": _text, "country": _maybe},
            "additionalProperties": False,
        },
        "country": _maybe,
        "status": {"enum": list(NeedStatus.values)},
        "terms": _codes,
        "competences": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["term", "essential"],
                "properties": {"term": _text, "essential": {"type": "boolean"}},
                "additionalProperties": False,
            },
        },
        "measures": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["statement", "is_met", "evidence", "seen_on"],
                "properties": {
                    "statement": _text,
                    "is_met": {"type": ["boolean", "null"]},
                    "evidence": _text,
                    "seen_on": _maybe,
                },
                "additionalProperties": False,
            },
        },
        "budget_band": {"enum": list(BudgetBand.values)},
        "languages": _codes,
        "unmet_reason": {"enum": ["", *UnmetReason.values]},
        "unmet_on": _maybe,
        "registered_on": _text,
        "smaller_economy": {"type": "boolean"},
        "source": {"type": "object"},
        "is_demo": {"type": "boolean"},
    },
    "additionalProperties": False,
}  # fmt: skip


def build_snapshot(need: Need) -> dict[str, Any]:
    """The document of a need as it is now; number and version are the public plane's."""
    owner, country = need.owner, need.country
    rows = need.need_terms.order_by("term__scheme_id", "term__position", "term_id")
    competences = need.competences.order_by("-is_essential", "term__position", "term_id")
    is_unmet = need.status == NeedStatus.UNMET
    return {
        "id": str(need.pk),
        "source_language": need.source_language,
        "texts": {need.source_language: {name: getattr(need, name) for name in TEXTS} | {"state": "source"}},
        "owner": {
            "id": str(owner.pk),
            "key": owner.key,
            "names": owner.names,
            "kind": owner.kind,
            "country": owner.country_id,
        },
        "country": need.country_id,
        "status": need.status,
        "terms": [row.term_id for row in rows],
        "competences": [{"term": row.term_id, "essential": row.is_essential} for row in competences],
        "measures": [
            {
                "statement": row.statement,
                "is_met": row.is_met,
                "evidence": row.evidence,
                "seen_on": row.seen_on.isoformat() if row.seen_on else None,
            }
            for row in need.measures.all()
        ],
        "budget_band": need.budget_band,
        "languages": list(need.languages),
        "unmet_reason": need.unmet_reason if is_unmet else "",
        "unmet_on": _unmet_on(need) if is_unmet else None,
        "registered_on": need.registered_at.date().isoformat() if need.registered_at else "",
        "smaller_economy": bool(country and country.smaller_economy),
        "source": need.source,
        "is_demo": need.is_demo,
    }


def _unmet_on(need: Need) -> str | None:
    marked = TransitionRecord.objects.filter(object_id=need.pk, target=NeedStatus.UNMET).order_by("-at").first()
    return marked.at.date().isoformat() if marked else None
