"""Published projects for tests: a snapshot as the drafting core writes it, and a record made from it."""

from __future__ import annotations

import copy
from typing import Any
from uuid import uuid4

from network_site.organizations.actor import acting_as, service_actor
from network_site.organizations.models import Organization
from network_site.publishing import services as publishing
from network_site.publishing.models import PublishedRecord
from projects.snapshot import JSON_SCHEMA, SCHEMA

CITATION = {"label": "Assessment of the employment service", "url": "https://example.org/report", "source": "page 12"}

SNAPSHOT: dict[str, Any] = {
    "source_language": "en",
    "texts": {
        "en": {"title": "Training before the first client", "summary": "New staff learn before they advise.",
               "state": "source"},
    },
    "owner": {"id": "", "key": "", "names": {"en": "Ministry of Labour"}, "kind": "ministry", "country": "PY"},
    "country": "PY",
    "countries": [],
    "need": {"number": 7, "code": "N-0007", "title": "Staff without training"},
    "practice": None,
    "status": "published",
    "iati_status": "1",
    "type": "project",
    "reference": "",
    "terms": {"LAF": ["LAF1.1"]},
    "currency": "USD",
    "start_on": "2027-02-01",
    "months": 18,
    "interest_until": "2027-01-15",
    "actual_start": None,
    "actual_end": None,
    "languages": ["es"],
    "sums": {"total": "60000.00", "counterpart": "10000.00", "needed": "50000.00", "committed": "20000.00",
             "received": "5000.00"},
    "sections": {
        "context": [
            {"key": "problem", "text": "Staff advise from their first day.", "origin": "need", "citation": CITATION},
        ],
        "objective": [
            {"key": "objective", "text": "Every adviser is trained.", "origin": "person", "citation": {}},
            {"key": "reuse:1", "text": "A month beside a mentor.", "origin": "practice", "citation": CITATION},
        ],
    },
    "results": [
        {"id": "r1", "code": "1", "level": "outcome", "parent": None, "statement": "Advisers are trained",
         "indicator": "Advisers with a certificate", "unit": "people", "measure": "1", "ascending": True,
         "baseline": "0.0000", "baseline_year": 2026, "baseline_source": "Staff register", "baseline_missing": "",
         "target": "120.0000", "target_text": "", "verification": "Staff register", "assumption": "Posts are filled",
         "targets": [{"ends_on": "2027-12-31", "value": "60.0000", "text": ""}]},
    ],
    "budget": [
        {"component": "1", "category": "consultants", "description": "Trainer", "unit": "days", "quantity": "100.00",
         "unit_cost": "500.00", "currency": "USD", "amount": "50000.00", "rate": "1", "rate_on": None,
         "converted": "50000.00", "source": "requested", "starts_on": None, "ends_on": None},
        {"component": "1", "category": "events", "description": "Rooms", "unit": "weeks", "quantity": "10.00",
         "unit_cost": "920.00", "currency": "EUR", "amount": "9200.00", "rate": "1.08695652", "rate_on": "2026-11-02",
         "converted": "10000.00", "source": "counterpart_in_kind", "starts_on": None, "ends_on": None},
    ],
    "activities": [
        {"component": "1", "title": "Write the course", "first_quarter": 1, "last_quarter": 2, "responsible": "Agency"}
    ],
    "risks": [
        {"statement": "Trained staff leave", "probability": "medium", "impact": "high",
         "mitigation": "They stay two years", "responsible": "Ministry"}
    ],
    "assignments": [
        {"title": "Course writer", "component": "1", "objective": "A course", "tasks": "Write\nTest",
         "deliverables": "Course in May", "profile": "Ten years of teaching", "place": "Asunción", "days": 60,
         "cost": "30000.00"}
    ],
    "procurement": [
        {"component": "1", "item": "Course writer", "kind": "consultants", "method": "three candidates",
         "amount": "30000.00", "planned_on": "2027-03-01"}
    ],
    "parties": [{"name": "Public employment service", "role": "beneficiary", "capacity": "Forty offices"}],
    "annexes": [{"id": "a1", "kind": "letter", "title": "Letter of request", "number": "I", "url": "https://example.org/letter"}],
    "signatures": [{"country": "PY", "at": "2026-11-20T10:00:00+00:00"}],
    "call": None,
    "execution": {},
    "source": {},
    "is_demo": False,
}  # fmt: skip


def snapshot(**changes: Any) -> dict[str, Any]:
    """A snapshot with these changes; `sums` and `texts` may be given in part."""
    made = copy.deepcopy(SNAPSHOT)
    for name, value in changes.items():
        made[name] = made[name] | value if name in {"sums", "sections"} else value
    return made


def publish(owner: Organization, record_id: Any = None, version: int = 1, **changes: Any) -> PublishedRecord:
    """A project on the public plane."""
    document = snapshot(**changes)
    record_id = record_id or uuid4()
    document["id"] = str(record_id)
    document["owner"] = {
        "id": str(owner.pk), "key": owner.key, "names": owner.names, "kind": owner.kind, "country": owner.country_id,
    }  # fmt: skip
    with acting_as(service_actor("seeding"), reason="test"):
        return publishing.publish(
            kind="project",
            record_id=record_id,
            owner=owner,
            country_id=document["country"],
            version=version,
            schema=SCHEMA,
            json_schema=JSON_SCHEMA,
            snapshot=document,
            terms=[code for codes in document["terms"].values() for code in codes],
            is_demo=document["is_demo"],
        )
