"""The published form of a project: one JSON document, language-neutral, with its schema.

Page, search, API, donors' lists and IATI read it. What is private stays out: drafts, reviews, proposals that nobody
read, pledges, names of those who signed.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from network_site.common.language import CODES
from network_site.publishing.models import PublishedRecord

from .enums import (
    IATI_STATUS,
    AnnexKind,
    BudgetCategory,
    BudgetSource,
    Degree,
    Level,
    Measure,
    Origin,
    PartyRole,
    ProjectType,
    Proposal,
    Section,
)
from .models import Annex, Project
from .slots import snapshot_parts

SCHEMA = "enlace.project/1"
KIND = "project"
# What a citation of the workspace shows to everybody.
CITED = ("label", "url", "code", "version", "field", "source", "record")

_text = {"type": "string"}
_maybe = {"type": ["string", "null"]}
_count = {"type": ["integer", "null"], "minimum": 0}
_sum = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}
_maybe_sum = {"anyOf": [_sum, {"type": "null"}]}
_part = {"origin": {"enum": Origin.values}, "citation": {"type": "object"}}


def _rows(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {
            "type": "object",
            "required": required,
            "properties": properties | _part,
            "additionalProperties": False,
        },
    }


JSON_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A published project",
    "type": "object",
    "required": [
        "schema", "id", "number", "version", "source_language", "texts", "owner", "countries", "status", "iati_status",
        "type", "terms", "currency", "sums", "sections", "results", "budget", "annexes", "signatures", "is_demo",
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
                "required": ["title", "summary", "state"],
                "properties": {"title": _text, "summary": _text, "state": {"enum": ["source", "human", "machine"]}},
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
        "countries": {"type": "array", "items": _text},
        "need": {"type": ["object", "null"], "required": ["number", "code", "title"]},
        "practice": {"type": ["object", "null"], "required": ["number", "code", "version", "title"]},
        "status": {"enum": list(IATI_STATUS)},
        "iati_status": {"enum": sorted(set(IATI_STATUS.values()))},
        "type": {"enum": ProjectType.values},
        "reference": _text,
        "terms": {"type": "object", "additionalProperties": {"type": "array", "items": _text}},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        "start_on": _maybe,
        "months": _count,
        "interest_until": _maybe,
        "actual_start": _maybe,
        "actual_end": _maybe,
        "languages": {"type": "array", "items": _text},
        "sums": {
            "type": "object",
            "required": ["total", "counterpart", "needed", "committed", "received"],
            "properties": dict.fromkeys(("total", "counterpart", "needed", "committed", "received"), _sum),
            "additionalProperties": False,
        },
        "sections": {
            "type": "object",
            "propertyNames": {"enum": Section.values},
            "additionalProperties": _rows(["key", "text", "origin", "citation"], key=_text, text=_text),
        },
        "results": _rows(
            ["id", "code", "level", "parent", "statement", "indicator", "targets"],
            id=_text, code=_text, level={"enum": Level.values}, parent=_maybe, statement=_text, indicator=_text,
            unit=_text, measure={"enum": Measure.values}, ascending={"type": "boolean"}, baseline=_maybe_sum,
            baseline_year=_count, baseline_source=_text, baseline_missing=_text, target=_maybe_sum, target_text=_text,
            verification=_text, assumption=_text,
            targets={
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["ends_on", "value", "text"],
                    "properties": {"ends_on": _text, "value": _maybe_sum, "text": _text},
                    "additionalProperties": False,
                },
            },
        ),
        "budget": _rows(
            ["component", "category", "description", "quantity", "unit_cost", "currency", "amount", "converted",
             "source"],
            id=_text, component=_text, category={"enum": BudgetCategory.values}, description=_text, unit=_text,
            quantity=_sum, unit_cost=_sum, currency=_text, amount=_sum, rate=_sum, rate_on=_maybe, converted=_sum,
            source={"enum": BudgetSource.values}, starts_on=_maybe, ends_on=_maybe, note=_text,
        ),
        "activities": _rows(
            ["title", "first_quarter", "last_quarter"],
            component=_text, title=_text, first_quarter=_count, last_quarter=_count, responsible=_text,
        ),
        "risks": _rows(
            ["statement", "probability", "impact"],
            statement=_text, probability={"enum": Degree.values}, impact={"enum": Degree.values}, mitigation=_text,
            responsible=_text,
        ),
        "assignments": _rows(
            ["title"],
            title=_text, component=_text, objective=_text, tasks=_text, deliverables=_text, profile=_text, place=_text,
            days=_count, cost=_maybe_sum,
        ),
        "procurement": _rows(
            ["item", "kind"],
            component=_text, item=_text, kind={"enum": BudgetCategory.values}, method=_text, amount=_maybe_sum,
            planned_on=_maybe,
        ),
        "parties": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "role"],
                "properties": {
                    "name": _text, "organization": _maybe, "role": {"enum": PartyRole.values}, "capacity": _text,
                },
                "additionalProperties": False,
            },
        },
        "annexes": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "kind", "title", "number"],
                "properties": {
                    "id": _text, "kind": {"enum": AnnexKind.values}, "title": _text, "number": _text,
                    "country": _maybe, "url": _text, "name": _text, "type": _text,
                },
                "additionalProperties": False,
            },
        },
        "signatures": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["country", "at"],
                "properties": {"country": _text, "at": _text},
                "additionalProperties": False,
            },
        },
        "call": {"type": ["object", "null"]},
        "execution": {"type": "object"},
        "source": {"type": "object"},
        "is_demo": {"type": "boolean"},
    },
}  # fmt: skip


def build_snapshot(project: Project, *, execution: dict[str, Any]) -> dict[str, Any]:
    """Everything of a project that becomes public, as of now. The sums of the funding row are read, never summed.

    `execution` is what is told of the agreement and the reports (selectors/execution.py).
    """
    sums = project.funding
    snapshot: dict[str, Any] = {
        "id": str(project.pk),
        "source_language": project.source_language,
        "texts": {project.source_language: {"title": project.title, "summary": _summary(project), "state": "source"}},
        "owner": {
            "id": str(project.owner_id),
            "key": project.owner.key,
            "names": project.owner.names,
            "kind": project.owner.kind,
            "country": project.owner.country_id,
        },
        "country": project.country_id,
        "countries": list(dict.fromkeys(code for code in (project.country_id, *project.countries) if code)),
        "need": _need(project),
        "practice": _practice(project),
        "status": project.status,
        "iati_status": IATI_STATUS.get(project.status, "1"),
        "type": project.type,
        "reference": project.reference,
        "terms": terms_of(project),
        "currency": project.currency,
        "start_on": _day(project.start_on),
        "months": project.months,
        "interest_until": _day(project.interest_until),
        "actual_start": _day(project.actual_start),
        "actual_end": _day(project.actual_end),
        "languages": project.languages,
        "sums": {
            "total": str(sums.needed + sums.counterpart),
            "counterpart": str(sums.counterpart),
            "needed": str(sums.needed),
            "committed": str(sums.committed),
            "received": str(sums.received),
        },
        "sections": _sections(project),
        "results": _results(project),
        "budget": [
            {
                "id": str(line.pk),
                "component": line.component,
                "category": line.category,
                "description": line.description,
                "unit": line.unit,
                "quantity": _number(line.quantity),
                "unit_cost": str(line.unit_cost),
                "currency": line.currency,
                "amount": str(line.amount),
                "rate": _number(line.rate),
                "rate_on": _day(line.rate_on),
                "converted": str(line.converted),
                "source": line.source,
                "starts_on": _day(line.starts_on),
                "ends_on": _day(line.ends_on),
                "note": line.note,
            }
            | _origin(line)
            for line in _read(project.budget)
        ],
        "activities": _plain_rows(project.activities, "component title first_quarter last_quarter responsible"),
        "risks": _plain_rows(project.risks, "statement probability impact mitigation responsible"),
        "assignments": _plain_rows(
            project.assignments, "title component objective tasks deliverables profile place days cost"
        ),
        "procurement": _plain_rows(project.procurement, "component item kind method amount planned_on"),
        "parties": [
            {
                "name": party.name,
                "organization": party.organization.key if party.organization else None,
                "role": party.role,
                "capacity": party.capacity,
            }
            for party in project.parties.select_related("organization")
        ],
        "annexes": [
            {
                "id": str(annex.pk),
                "kind": annex.kind,
                "title": annex.title,
                "number": annex.number,
                "country": annex.country_id,
                "url": annex.url,
                "name": annex.name,
                "type": annex.content_type,
            }
            for annex in public_annexes(project)
        ],
        "signatures": [
            {"country": sign_off.country_id, "at": sign_off.at.date().isoformat()}
            for sign_off in project.sign_offs.filter(round=project.round).order_by("country_id")
        ],
        "call": None,
        "execution": execution,
        "source": project.source,
        "is_demo": project.is_demo,
    }
    for part in snapshot_parts:
        snapshot |= part(project)
    if snapshot["need"] is None:
        _unname_need(snapshot)
    return snapshot


def _unname_need(snapshot: dict[str, Any]) -> None:
    """What came from a need that not everybody may read no longer says from which."""
    rows = [row for section in snapshot["sections"].values() for row in section]
    for kind in ("results", "budget", "activities", "risks", "assignments", "procurement"):
        rows += snapshot[kind]
    for row in rows:
        if row["origin"] == Origin.NEED:
            row["citation"] = {name: row["citation"][name] for name in ("field", "source") if name in row["citation"]}


def terms_of(project: Project) -> dict[str, list[str]]:
    """Codes by scheme."""
    codes: dict[str, list[str]] = {}
    for row in project.project_terms.select_related("term").order_by("term__position"):
        codes.setdefault(row.term.scheme_id, []).append(row.term_id)
    return codes


def public_annexes(project: Project) -> list[Annex]:
    """The annexes that may be shown to everyone."""
    return list(project.annexes.filter(is_public=True))


def _read(rows: Any) -> Any:
    """Rows that a person has read; a proposal of an amendment in work is nobody's word yet."""
    return rows.exclude(proposal=Proposal.PROPOSED)


def _summary(project: Project) -> str:
    row = _read(project.text_parts).filter(key="summary").first()
    return row.text if row else ""


def _need(project: Project) -> dict[str, Any] | None:
    """The need, where the public may read it."""
    record = PublishedRecord.objects.filter(pk=project.need_id, audience="public").first() if project.need_id else None
    return {"number": record.number, "code": record.code, "title": record.title} if record else None


def _practice(project: Project) -> dict[str, Any] | None:
    record = project.practice
    if record is None:
        return None
    return {
        "number": record.number,
        "code": record.code,
        "version": project.practice_version,
        "title": record.title,
    }


def _sections(project: Project) -> dict[str, list[dict[str, Any]]]:
    sections: dict[str, list[dict[str, Any]]] = {}
    for row in _read(project.text_parts).exclude(text=""):
        sections.setdefault(row.section, []).append({"key": row.key, "text": row.text} | _origin(row))
    return sections


def _results(project: Project) -> list[dict[str, Any]]:
    rows = list(_read(project.results).prefetch_related("targets"))
    codes = {row.pk: row.code for row in rows}
    return [
        {
            "id": str(row.pk),
            "code": row.code,
            "level": row.level,
            "parent": codes.get(row.parent_id),
            "statement": row.statement,
            "indicator": row.indicator,
            "unit": row.unit,
            "measure": row.measure,
            "ascending": row.ascending,
            "baseline": _number(row.baseline),
            "baseline_year": row.baseline_year,
            "baseline_source": row.baseline_source,
            "baseline_missing": row.baseline_missing,
            "target": _number(row.target),
            "target_text": row.target_text,
            "verification": row.verification,
            "assumption": row.assumption,
            "targets": [
                {"ends_on": target.ends_on.isoformat(), "value": _number(target.value), "text": target.text}
                for target in row.targets.all()
            ],
        }
        | _origin(row)
        for row in rows
    ]


def _plain_rows(rows: Any, names: str) -> list[dict[str, Any]]:
    return [{name: _json(getattr(row, name)) for name in names.split()} | _origin(row) for row in _read(rows)]


def _origin(row: Any) -> dict[str, Any]:
    return {
        "origin": row.origin,
        "citation": {name: row.citation[name] for name in CITED if row.citation.get(name) not in (None, "")},
    }


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None


def _number(value: Any) -> str | None:
    return None if value is None else format(Decimal(value).normalize(), "f")
