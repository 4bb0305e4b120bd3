"""The published form of a practice: one JSON document, language-neutral, with its schema.

The same document feeds page, search, API, exports. Only what may be public goes in: contacts who
agreed, reviewers by organisation, never a person's name.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils import timezone

from network_site.common.language import CODES
from network_site.common.models import TransitionRecord

from .enums import Aspect, Criterion, Direction, Documented, Label
from .marks import Marks, filed_reviews, marks_of, scores_of, settled
from .models import Attachment, PracticeVersion, Translation

SCHEMA = "enlace.practice/1"
PUBLIC_STEPS = (
    "submit", "pass_screening", "concur", "diverge", "adjudicate", "publish", "publish_documented", "reconfirm",
)  # fmt: skip
TEXTS = ("title", "one_line", "problem", "description")

_text = {"type": "string"}
_maybe = {"type": ["string", "null"]}
_year = {"type": ["integer", "null"]}
_list = {"type": "array", "items": {"type": "object"}}

JSON_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A published practice",
    "type": "object",
    "required": [
        "schema", "id", "number", "version", "source_language", "texts", "owner", "terms", "preconditions", "marks",
        "provenance", "review", "published_on", "is_demo",
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
                "required": ["title", "one_line", "state"],
                "properties": dict.fromkeys(TEXTS, _text)
                | {"state": {"enum": ["source", "human", "machine", "checked"]}, "stale": {"type": "boolean"}},
            },
        },
        "owner": {
            "type": "object",
            "required": ["id", "key", "names", "kind"],
            "properties": {"id": _text, "key": _text, "names": {"type": "object"}, "kind": _text, "country": _maybe},
        },
        "country": _maybe,
        "region": _text,
        "contributions": _list,
        "contacts": _list,
        "stage": _text,
        "start_year": _year,
        "end_year": _year,
        "licence": _text,
        "terms": {"type": "object", "additionalProperties": {"type": "array", "items": _text}},
        "objectives": {"type": "array", "items": _text},
        "theory_of_change": _list,
        "building_blocks": _list,
        "preconditions": _list,
        "outcomes": _list,
        "evidence_items": _list,
        "costs": _list,
        "figures": _list,
        "attachments": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "title", "name", "type", "size", "language"],
                "properties": {
                    "id": _text,
                    "title": _text,
                    "name": _text,
                    "type": _text,
                    "size": {"type": "integer", "minimum": 0},
                    "language": {"enum": list(CODES)},
                },
                "additionalProperties": False,
            },
        },
        "marks": {
            "type": "object",
            "required": ["evidence_level", "direction", "completeness", "label"],
            "properties": {
                "evidence_level": {"type": "integer", "minimum": 0, "maximum": 5},
                "direction": {"enum": Direction.values},
                "label": {"enum": Label.values},
                "is_dated": {"type": "boolean"},
                "completeness": {
                    "type": "object",
                    "required": Aspect.values,
                    "additionalProperties": {"enum": Documented.values},
                },
            },
        },
        "provenance": _text,
        "source": {"type": "object"},
        "review": {
            "type": "object",
            "required": ["reviews", "steps"],
            "properties": {
                "reviews": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["organization", "scores", "rationale"],
                        "properties": {
                            "scores": {
                                "type": "object",
                                "propertyNames": {"enum": Criterion.values},
                                "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 4},
                            }
                        },
                    },
                },
                "adjudication": {"type": ["object", "null"]},
                "screening": {"type": ["object", "null"]},
                "steps": _list,
            },
        },
        "published_on": _text,
        "last_confirmed": _maybe,
        "review_due": _maybe,
        "is_demo": {"type": "boolean"},
    },
}  # fmt: skip


def source_digest(version: PracticeVersion | Any) -> str:
    """What a translation was made from; when the source's digest is another, the translation is stale."""
    return hashlib.sha256("\x1f".join(str(getattr(version, name)) for name in TEXTS).encode()).hexdigest()


def is_stale(translation: Translation, version: PracticeVersion) -> bool:
    """Whether the source text has changed since this translation was made."""
    return bool(translation.source_digest != source_digest(version))


def build_snapshot(version: PracticeVersion, *, marks: Marks | None = None) -> dict[str, Any]:
    """Everything of a version that becomes public, as of now. Read by network staff at publication."""
    marks = marks or marks_of(version)
    practice = version.practice
    today = timezone.localdate()
    return {
        "id": str(practice.pk),
        "source_language": version.source_language,
        "texts": _texts(version),
        "owner": {
            "id": str(practice.owner_id),
            "key": practice.owner.key,
            "names": practice.owner.names,
            "kind": practice.owner.kind,
            "country": practice.owner.country_id,
        },
        "country": version.country_id,
        "region": version.region,
        "contributions": [{"name": row.name, "role": row.role} for row in version.contributions.all()],
        "contacts": [
            {"name": row.name, "email": row.email, "language": row.language}
            for row in version.contacts.all()
            if row.is_public
        ],
        "stage": version.stage,
        "start_year": version.start_year,
        "end_year": version.end_year,
        "licence": version.licence,
        "coverage": version.coverage,
        "coverage_unit": version.coverage_unit,
        "terms": terms_of(version),
        "objectives": version.objectives,
        "theory_of_change": version.theory_of_change,
        "where_to_read": version.where_to_read,
        "reach": version.reach,
        "negative_effects": version.negative_effects,
        "risks_if_copied": version.risks_if_copied,
        "transfer_offer": version.transfer_offer,
        "figures": version.figures,
        "preconditions": [
            {"statement": row.statement, "strength": row.strength, "verification": row.verification}
            for row in version.preconditions.all()
        ],
        "building_blocks": [
            {"title": row.title, "text": row.text, "kind": row.kind, "usable_alone": row.usable_alone}
            for row in version.building_blocks.all()
        ],
        "outcomes": [
            {
                "indicator": row.indicator,
                "unit": row.unit,
                "baseline": _number(row.baseline),
                "baseline_year": row.baseline_year,
                "value": _number(row.value),
                "value_year": row.value_year,
                "source": row.source,
                "direction": row.direction,
            }
            for row in version.outcomes.all()
        ],
        "evidence_items": [
            {
                "type": row.type,
                "title": row.title,
                "year": row.year,
                "author": row.author,
                "is_independent": row.is_independent,
                "paid_by_owner": row.paid_by_owner,
                "sample_size": row.sample_size,
                "direction": row.direction,
                "url": row.url,
            }
            for row in version.evidence_items.all()
        ],
        "costs": [
            {"category": row.category, "year": row.year, "amount": str(row.amount), "currency": row.currency}
            for row in version.costs.all()
        ],
        "attachments": [
            {
                "id": str(row.pk),
                "title": row.title,
                "name": row.name,
                "type": row.content_type,
                "size": row.file.size,
                "language": row.language,
            }
            for row in public_attachments(version)
        ],
        "marks": {
            "evidence_level": marks.evidence_level,
            "direction": marks.direction,
            "completeness": marks.completeness,
            "label": marks.label,
            "is_dated": marks.is_dated,
        },
        "provenance": "PV04" if filed_reviews(version) else practice.provenance,
        "source": practice.source,
        "review": _review_record(version),
        "published_on": today.isoformat(),
        "last_confirmed": version.last_confirmed.isoformat() if version.last_confirmed else None,
        "review_due": today.replace(year=today.year + 1, day=min(today.day, 28)).isoformat(),
        "is_demo": practice.is_demo,
    }


def public_attachments(version: PracticeVersion) -> list[Attachment]:
    """The files of a version that its ministry lets everybody have."""
    return [row for row in version.attachments.all() if row.is_public]


def terms_of(version: PracticeVersion) -> dict[str, list[str]]:
    """Codes by scheme."""
    codes: dict[str, list[str]] = {}
    for row in version.version_terms.select_related("term").order_by("term__position"):
        codes.setdefault(row.term.scheme_id, []).append(row.term_id)
    return codes


def _number(value: Any) -> str | None:
    return None if value is None else format(value.normalize(), "f")


def _texts(version: PracticeVersion) -> dict[str, dict[str, Any]]:
    texts: dict[str, dict[str, Any]] = {
        version.source_language: {name: getattr(version, name) for name in TEXTS} | {"state": "source", "stale": False}
    }
    for translation in version.translations.all():
        texts[translation.language] = {name: getattr(translation, name) for name in TEXTS} | {
            "state": translation.state,
            "stale": is_stale(translation, version),
        }
    return texts


def _review_record(version: PracticeVersion) -> dict[str, Any]:
    ruling = settled(version)
    screening = version.screenings.filter(round=version.round).first()
    steps = TransitionRecord.objects.filter(object_id=version.pk, name__in=PUBLIC_STEPS)
    return {
        "reviews": [
            {
                "organization": review.owner.names,
                "kind": review.owner.kind,
                "interest": review.interest,
                "scores": scores_of(review),
                "rationale": review.rationale,
                "filed_on": review.filed_at.date().isoformat() if review.filed_at else None,
            }
            for review in filed_reviews(version)
        ],
        "adjudication": (
            {"scores": ruling.scores, "rationale": ruling.rationale, "on": ruling.at.date().isoformat()}
            if ruling
            else None
        ),
        "screening": ({"answers": screening.answers, "on": screening.at.date().isoformat()} if screening else None),
        "steps": [{"name": step.name, "at": step.at.isoformat()} for step in steps],
    }
