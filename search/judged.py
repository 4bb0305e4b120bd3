"""A judged set: records, queries, and how useful each record is to whoever asks (decision 0033).

A set is a folder with `records.jsonl` in the format of documented practices and `queries.yaml`. Its records become
documents by the practices' own builder, under a kind of their own: what else the databank holds is not in the way,
and nothing of the set is ever published.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import yaml

from network_site.common.language import CODES
from network_site.organizations.models import Organization
from network_site.organizations.selectors import network_organization
from network_site.publishing.models import PublishedRecord
from network_site.taxonomy.models import Country, Term
from practices.importing import version_rows, version_terms

from .documents import Document
from .kinds import kinds
from .kinds.practices import PracticeKind, document
from .models import Entry

KIND = "judged"
# All records of a set are of one moment, so that none is ahead for being newer.
MOMENT = datetime(2026, 1, 15, tzinfo=UTC)
_NAMES = UUID("0c7a3fd0-5f4e-4a39-9d5c-6b8f3a1e7d20")
NOTHING = "nothing"


@dataclass(frozen=True)
class JudgedQuery:
    """What somebody types, in which language, and the grade (1 to 3) of every record that is of use."""

    id: str
    language: str
    # plain, phrase, cross, acronym, misspelling, known; "nothing" has no answer in the set.
    kind: str
    text: str
    grades: Mapping[str, int]

    @property
    def has_answer(self) -> bool:
        return self.kind != NOTHING


@dataclass(frozen=True)
class JudgedSet:
    """The records and queries of a folder."""

    records: Sequence[Mapping[str, Any]]
    queries: Sequence[JudgedQuery]

    @classmethod
    def read(cls, folder: Path) -> JudgedSet:
        """Raises OSError for a folder without the two files."""
        lines = (folder / "records.jsonl").read_text("utf-8").splitlines()
        given = yaml.safe_load((folder / "queries.yaml").read_text("utf-8"))
        return cls([json.loads(line) for line in lines if line.strip()], [_query(one) for one in given])


def _query(given: Mapping[str, Any]) -> JudgedQuery:
    grades = {str(key): int(grade) for grade, keys in given["grades"].items() for key in keys}
    return JudgedQuery(given["id"], given["language"], given["kind"], given["text"], grades)


class JudgedKind(PracticeKind):
    """The records of a set as a kind of thing that can be found; their keys are those of the set."""

    name = KIND

    def __init__(self, records: Sequence[Mapping[str, Any]]) -> None:
        self.records = {str(record["key"]): record for record in records}

    def stamps(self) -> Iterable[tuple[str, str]]:
        return [(key, "1") for key in self.records]

    def documents(self, keys: Collection[str]) -> Iterable[Document]:
        return [self._documents[key] for key in keys if key in self._documents]

    def links(self, entries: Sequence[Entry]) -> Mapping[UUID, str]:
        return {entry.pk: f"/{entry.key}/" for entry in entries}

    @cached_property
    def _documents(self) -> dict[str, Document]:
        terms = {term.pk: term for term in Term.objects.all()}
        countries = {country.pk: country for country in Country.objects.all()}
        owner = network_organization()
        return {
            key: _document(number, record, terms, countries, owner)
            for number, (key, record) in enumerate(self.records.items(), start=1)
        }


@contextmanager
def judged_kind(records: Sequence[Mapping[str, Any]]) -> Iterator[JudgedKind]:
    """Let the records of a set be a kind of thing while this lasts; then the kinds are those of before."""
    kind = JudgedKind(records)
    kinds.fill(KIND, kind)
    try:
        yield kind
    finally:
        kinds.remove(KIND)


def _document(
    number: int,
    record: Mapping[str, Any],
    terms: Mapping[str, Term],
    countries: Mapping[str, Country],
    owner: Organization,
) -> Document:
    """The document that the record would have if it were imported and published."""
    codes = {code for given in version_terms(dict(record)).values() for code in given}
    snapshot = snapshot_of(record, owner)
    published = PublishedRecord(
        id=uuid5(_NAMES, str(record["key"])),
        kind="practice",
        number=number,
        slug=KIND,
        owner=owner,
        country=countries.get(record.get("country") or ""),
        version=1,
        snapshot=snapshot,
        source_language=record["language"],
        evidence_level=snapshot["marks"]["evidence_level"],
        provenance="PV02",
        first_published_at=MOMENT,
        published_at=MOMENT,
    )
    made = document(published, [terms[code] for code in sorted(_with_broader(codes, terms)) if code in terms])
    return Document(**{**made.__dict__, "kind": KIND, "key": str(record["key"]), "stamp": "1"})


def _with_broader(codes: Collection[str], terms: Mapping[str, Term]) -> set[str]:
    found: set[str] = set()
    for code in codes:
        step: str | None = code
        while step and step not in found:
            found.add(step)
            step = terms[step].parent_id if step in terms else None
    return found


def snapshot_of(record: Mapping[str, Any], owner: Organization) -> dict[str, Any]:
    """Of the snapshot that publication would make, all that search reads (tests compare the two)."""
    names = ("title", "one_line", "problem", "description")
    translations = record.get("translations") or {}
    rows = version_rows(dict(record))
    chain = record.get("theory_of_change") or []
    followed = any(
        row.get("baseline") is not None and row.get("value") is not None and row.get("source")
        for row in rows["outcomes"]
    )
    return {
        "source_language": record["language"],
        "texts": {record["language"]: {name: record[name] for name in names}}
        | {
            code: {name: translations[code].get(name) or "" for name in names} for code in CODES if code in translations
        },
        "owner": {"names": owner.names},
        "region": record.get("region") or "",
        "contributions": rows["contributions"],
        "building_blocks": rows["building_blocks"],
        "preconditions": rows["preconditions"],
        "outcomes": rows["outcomes"],
        "risks_if_copied": record.get("risks_if_copied") or "",
        "negative_effects": record.get("negative_effects") or "",
        "marks": {
            "evidence_level": (2 if followed else 1) if chain else 0,
            "completeness": record.get("completeness") or {},
        },
    }
