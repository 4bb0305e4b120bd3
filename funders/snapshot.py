"""The published form of an offer: one JSON document, language-neutral, with its schema."""

from __future__ import annotations

from typing import Any

from network_site.common.language import CODES

from .enums import PUBLIC_OFFERS, OfferForm, RuleKind
from .models import Offer

SCHEMA = "enlace.offer/1"

_text = {"type": "string"}
_maybe = {"type": ["string", "null"]}
_codes = {"type": "array", "items": _text}
_amount = {"type": ["string", "null"], "pattern": r"^\d+\.\d{2}$"}

JSON_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A published offer",
    "type": "object",
    "required": [
        "schema", "id", "number", "version", "source_language", "texts", "owner", "form", "person", "status", "least",
        "most", "currency", "countries", "languages", "closes_on", "time_zone", "capacity", "terms", "competences",
        "rules", "url", "verified_on", "source", "is_demo",
    ],
    "additionalProperties": False,
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
                "required": ["title", "summary", "description", "state"],
                "properties": {
                    "title": _text,
                    "summary": _text,
                    "description": _text,
                    "state": {"enum": ["source", "human", "machine", "checked"]},
                },
                "additionalProperties": False,
            },
        },
        "owner": {
            "type": "object",
            "required": ["id", "key", "names", "kind", "country"],
            "properties": {"id": _text, "key": _text, "names": {"type": "object"}, "kind": _text, "country": _maybe},
        },
        "form": {"enum": OfferForm.values},
        "person": _text,
        "status": {"enum": sorted(PUBLIC_OFFERS)},
        "least": _amount,
        "most": _amount,
        "currency": _text,
        "countries": _codes,
        "languages": _codes,
        "closes_on": _maybe,
        "time_zone": _text,
        "capacity": {"type": ["integer", "null"]},
        "terms": _codes,
        "competences": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["term", "evidence"],
                "properties": {"term": _text, "evidence": _text},
                "additionalProperties": False,
            },
        },
        "rules": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["kind", "value", "sentence", "stated_on"],
                "properties": {
                    "kind": {"enum": RuleKind.values},
                    "value": {"type": "object"},
                    "sentence": _text,
                    "stated_on": _maybe,
                },
                "additionalProperties": False,
            },
        },
        "url": _text,
        "verified_on": _maybe,
        "source": {"type": "object"},
        "is_demo": {"type": "boolean"},
    },
}  # fmt: skip


def terms_of(offer: Offer) -> list[str]:
    """Codes of the offer's terms and competences."""
    terms = offer.offer_terms.order_by("term__scheme_id", "term__position").values_list("term_id", flat=True)
    return [*terms, *offer.competences.order_by("term__position").values_list("term_id", flat=True)]


def build_snapshot(offer: Offer) -> dict[str, Any]:
    """Everything of an offer; nothing in it is private once it is published."""
    owner = offer.owner
    return {
        "id": str(offer.pk),
        "source_language": offer.source_language,
        "texts": {
            offer.source_language: {
                "title": offer.title,
                "summary": offer.summary,
                "description": offer.description,
                "state": "source",
            }
        },
        "owner": {
            "id": str(owner.pk),
            "key": owner.key,
            "names": owner.names,
            "kind": owner.kind,
            "country": owner.country_id,
        },
        "form": offer.form,
        "person": offer.person,
        "status": offer.status,
        "least": None if offer.least is None else f"{offer.least:.2f}",
        "most": None if offer.most is None else f"{offer.most:.2f}",
        "currency": offer.currency,
        "countries": list(offer.countries),
        "languages": list(offer.languages),
        "closes_on": offer.closes_on.isoformat() if offer.closes_on else None,
        "time_zone": offer.time_zone,
        "capacity": offer.capacity,
        "terms": list(
            offer.offer_terms.order_by("term__scheme_id", "term__position").values_list("term_id", flat=True)
        ),
        "competences": [
            {"term": row.term_id, "evidence": row.evidence}  # type: ignore[attr-defined]
            for row in offer.competences.order_by("term__position")
        ],
        "rules": [
            {
                "kind": row.kind,
                "value": row.value,
                "sentence": row.sentence,
                "stated_on": row.stated_on.isoformat() if row.stated_on else None,
            }
            for row in offer.rules.all()
        ],
        "url": offer.url,
        "verified_on": offer.verified_on.isoformat() if offer.verified_on else None,
        "source": offer.source,
        "is_demo": offer.is_demo,
    }
