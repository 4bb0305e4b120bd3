"""Third-party records: practices that a publication describes, written down by network staff.

The format is JSON Lines; `DOCUMENTED_SCHEMA` is its contract and docs/import_documented.md its
description. Publisher and citation are required, the owner is the Network, the record is marked
"documented, not reviewed", and what the source does not give stays empty and reads "not reported".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import jsonschema

from network_site.common.audit import digest
from network_site.common.language import CODES
from network_site.taxonomy.models import Country, Term

from .enums import Aspect, BlockKind, Direction, Documented, Licence, OrganizationRole, Stage, Strength, StudyType
from .models.practice import LIMITS

DOCUMENTED = "enlace.practice.documented/1"
MAX_LINE = 200_000


def _text(limit: int) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": limit}


def _maybe(limit: int) -> dict[str, Any]:
    return {"type": ["string", "null"], "maxLength": limit}


_YEAR = {"type": ["integer", "null"], "minimum": 1850, "maximum": 2200}
_CODES = {"type": "array", "items": {"type": "string", "maxLength": 24}, "maxItems": 20}
_ROLES = [role.replace("_", "-") for role in OrganizationRole.values] + list(OrganizationRole.values)
_NUMBER = {"type": ["number", "null"]}
_URL = {"type": ["string", "null"], "maxLength": 200, "pattern": "^https?://[^\\s]+$"}

DOCUMENTED_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "A practice documented by a third party",
    "type": "object",
    "required": [
        "schema", "key", "source", "language", "title", "one_line", "problem", "description", "labour_functions",
    ],
    "additionalProperties": False,
    "properties": {
        "schema": {"const": DOCUMENTED},
        "key": {"type": "string", "pattern": r"^[a-z0-9][a-z0-9._-]{2,79}$"},
        "source": {
            "type": "object",
            "required": ["publisher", "title", "year", "place"],
            "additionalProperties": False,
            "properties": {
                "publisher": _text(200), "title": _text(300), "authors": {"type": "array", "items": _text(120)},
                "year": {"type": "integer", "minimum": 1850, "maximum": 2200}, "city": _maybe(80), "place": _text(200),
                "url": _URL, "isbn": _maybe(40),
            },
        },
        "country": {"type": ["string", "null"], "pattern": "^[A-Z]{2}$"},
        "region": _maybe(80),
        "organizations": {
            "type": "array",
            "items": {
                "type": "object", "required": ["name", "role"], "additionalProperties": False,
                "properties": {"name": _text(200), "role": {"enum": _ROLES}},
            },
        },
        "language": {"enum": list(CODES)},
        "title": _text(LIMITS["title"]),
        "one_line": _text(LIMITS["one_line"]),
        "problem": _text(LIMITS["problem"]),
        "objectives": {"type": "array", "items": _text(240), "maxItems": 12},
        "description": _text(LIMITS["description"]),
        "stage": {"enum": [*Stage.values, None]},
        "start_year": _YEAR,
        "end_year": _YEAR,
        "licence": {"enum": Licence.values},
        "labour_functions": _CODES | {"minItems": 1},
        "instruments": _CODES,
        "target_groups": _CODES,
        "problem_tags": _CODES,
        "sectors": _CODES,
        "scale": _maybe(24),
        "coverage": {"type": ["integer", "null"], "minimum": 0, "maximum": 2_000_000_000},
        "coverage_unit": _maybe(60),
        "theory_of_change": {
            "type": "array",
            "items": {
                "type": "object", "required": ["activity", "output", "outcome"], "additionalProperties": False,
                "properties": {
                    "activity": _text(500), "output": _text(500), "outcome": _text(500), "assumption": _maybe(500),
                },
            },
        },
        "building_blocks": {
            "type": "array",
            "items": {
                "type": "object", "required": ["title", "text", "kind"], "additionalProperties": False,
                "properties": {
                    "title": _text(120), "text": _text(600), "kind": {"enum": BlockKind.values},
                    "usable_alone": {"type": "boolean"},
                },
            },
        },
        "preconditions": {
            "type": "array",
            "items": {
                "type": "object", "required": ["statement", "strength"], "additionalProperties": False,
                "properties": {
                    "statement": _text(300), "strength": {"enum": Strength.values}, "verification": _maybe(300),
                },
            },
        },
        "risks_if_copied": _maybe(LIMITS["risks_if_copied"]),
        "negative_effects": _maybe(LIMITS["negative_effects"]),
        "reach": _maybe(LIMITS["reach"]),
        "transfer_offer": _maybe(LIMITS["transfer_offer"]),
        "costs": {
            "type": "array",
            "items": {
                "type": "object", "required": ["category", "amount", "currency"], "additionalProperties": False,
                "properties": {
                    "category": _text(120), "year": _YEAR, "amount": {"type": "number", "minimum": 0, "maximum": 1e14},
                    "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                },
            },
        },
        "outcomes": {
            "type": "array",
            "items": {
                "type": "object", "required": ["indicator"], "additionalProperties": False,
                "properties": {
                    "indicator": _text(200), "unit": _maybe(60), "baseline": _NUMBER, "baseline_year": _YEAR,
                    "value": _NUMBER, "value_year": _YEAR, "source": _maybe(300),
                    "direction": {"enum": Direction.values},
                },
            },
        },
        "evidence_items": {
            "type": "array",
            "items": {
                "type": "object", "required": ["type", "title"], "additionalProperties": False,
                "properties": {
                    "type": {"enum": StudyType.values}, "title": _text(300), "year": _YEAR, "author": _maybe(200),
                    "is_independent": {"type": "boolean"}, "paid_by_owner": {"type": "boolean"},
                    "sample_size": {"type": ["integer", "null"], "minimum": 0}, "url": _URL,
                    "months_followed": {"type": ["integer", "null"], "minimum": 0, "maximum": 1200},
                    "direction": {"enum": Direction.values}, "reports_cost": {"type": "boolean"},
                },
            },
        },
        "figures": {
            "type": "array",
            "maxItems": 8,
            "items": {
                "type": "object", "required": ["value", "label"], "additionalProperties": False,
                "properties": {
                    "value": _text(40),
                    "label": {
                        "type": "object", "required": ["en"], "propertyNames": {"enum": list(CODES)},
                        "additionalProperties": _text(160),
                    },
                },
            },
        },
        "completeness": {
            "type": "object", "propertyNames": {"enum": Aspect.values},
            "additionalProperties": {"enum": Documented.values},
        },
        "translations": {
            "type": "object",
            "propertyNames": {"enum": list(CODES)},
            "additionalProperties": {
                "type": "object", "required": ["title", "one_line"], "additionalProperties": False,
                "properties": {
                    "title": _text(LIMITS["title"]), "one_line": _text(LIMITS["one_line"]),
                    "problem": _maybe(LIMITS["problem"]), "description": _maybe(LIMITS["description"]),
                },
            },
        },
    },
}  # fmt: skip

SCHEME_OF = {
    "labour_functions": "LAF",
    "instruments": "IN",
    "target_groups": "TG",
    "problem_tags": "DI",
    "sectors": "SEC",
    "scale": "SC",
}


def import_key_of(record: dict[str, Any]) -> str:
    """The name under which a record is known here."""
    return f"{record['source']['publisher']}|{record['key']}"[:120]


@dataclass(frozen=True)
class RowError:
    """Why a line was not taken: which line, which field, what is wanted."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.message}"


@dataclass(frozen=True)
class Row:
    """A line that may go in."""

    line: int
    record: dict[str, Any]

    @property
    def import_key(self) -> str:
        """Publisher and key: the same record of the same publisher is the same practice."""
        return import_key_of(self.record)

    @property
    def digest(self) -> str:
        """What was imported; the same digest again changes nothing."""
        return digest(self.record)


def read_rows(lines: Iterable[str]) -> Iterator[Row | RowError]:
    """Check each line against the schema, the common schemes and the lines before it.

    Yields a Row for a line that may go in and RowErrors (all of them) for one that may not. Empty
    lines are passed over.
    """
    validator = jsonschema.Draft202012Validator(DOCUMENTED_SCHEMA)
    known = {term.pk: term.scheme_id for term in Term.objects.in_use()}
    countries = set(Country.objects.values_list("pk", flat=True))
    seen: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        if len(line) > MAX_LINE:
            yield RowError(number, "(line)", f"is longer than {MAX_LINE} characters")
            continue
        try:
            record = json.loads(line)
        except ValueError as error:
            yield RowError(number, "(line)", f"is not JSON: {error}")
            continue
        errors = [
            RowError(number, ".".join(str(part) for part in error.absolute_path) or "(record)", error.message[:300])
            for error in validator.iter_errors(record)
        ]
        if not errors:
            errors = list(_check_codes(number, record, known, countries))
        row = Row(number, record)
        if not errors and row.import_key in seen:
            errors = [RowError(number, "key", f"was given already on line {seen[row.import_key]}")]
        if errors:
            yield from errors
            continue
        seen[row.import_key] = number
        yield row


def read_keys(lines: Iterable[str]) -> Iterator[tuple[int, str] | RowError]:
    """Line number and import key of each line: all that is needed to take records out again.

    Nothing else of a line is checked, since what went in once must come out whatever the schemes have become.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield number, import_key_of(json.loads(line))
        except (ValueError, KeyError, TypeError):
            yield RowError(number, "(line)", "names no publisher and key")


def _check_codes(line: int, record: dict[str, Any], known: dict[str, str], countries: set[str]) -> Iterator[RowError]:
    if record.get("country") and record["country"] not in countries:
        yield RowError(line, "country", f"{record['country']} is no country of ISO 3166")
    for name, scheme in SCHEME_OF.items():
        given = record.get(name) or []
        for code in [given] if isinstance(given, str) else given:
            if known.get(code) != scheme:
                yield RowError(line, name, f"{code} is no term in use of the scheme {scheme}")
    if record["language"] in record.get("translations", {}):
        yield RowError(line, f"translations.{record['language']}", "is the language of the record itself")
    start, end = record.get("start_year"), record.get("end_year")
    if start and end and end < start:
        yield RowError(line, "end_year", "comes before the first year")
    if record.get("stage") == "ended" and not end:
        yield RowError(line, "end_year", "is wanted when the stage is ended")
    for place, outcome in enumerate(record.get("outcomes") or []):
        before, after = outcome.get("baseline_year"), outcome.get("value_year")
        if before and after and after < before:
            yield RowError(line, f"outcomes.{place}.value_year", "comes before the baseline's year")


def version_fields(record: dict[str, Any]) -> dict[str, Any]:
    """The version's own fields of a record; what is null stays empty."""
    return {
        "source_language": record["language"],
        "title": record["title"],
        "one_line": record["one_line"],
        "problem": record["problem"],
        "description": record["description"],
        "country_id": record.get("country"),
        "region": record.get("region") or "",
        "stage": record.get("stage") or "",
        "start_year": record.get("start_year"),
        "end_year": record.get("end_year"),
        "licence": record.get("licence") or Licence.CC_BY,
        "coverage": record.get("coverage"),
        "coverage_unit": record.get("coverage_unit") or "",
        "objectives": record.get("objectives") or [],
        "theory_of_change": [
            {name: row.get(name) or "" for name in ("activity", "output", "outcome", "assumption")}
            for row in record.get("theory_of_change") or []
        ],
        "reach": record.get("reach") or "",
        "negative_effects": record.get("negative_effects") or "",
        "risks_if_copied": record.get("risks_if_copied") or "",
        "transfer_offer": record.get("transfer_offer") or "",
        "figures": record.get("figures") or [],
        "completeness": record.get("completeness") or {},
    }


def version_terms(record: dict[str, Any]) -> dict[str, list[str]]:
    """Codes by scheme."""
    terms = {}
    for name, scheme in SCHEME_OF.items():
        given = record.get(name) or []
        terms[scheme] = [given] if isinstance(given, str) else list(given)
    return terms


def version_rows(record: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The repeated parts."""
    return {
        "contributions": [
            {"name": row["name"], "role": row["role"].replace("-", "_")} for row in record.get("organizations") or []
        ],
        "preconditions": [_filled(row) for row in record.get("preconditions") or []],
        "building_blocks": [_filled(row) for row in record.get("building_blocks") or []],
        "outcomes": [_filled(row) for row in record.get("outcomes") or []],
        "evidence_items": [_filled(row) for row in record.get("evidence_items") or []],
        "costs": [_filled(row) for row in record.get("costs") or []],
    }


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}
