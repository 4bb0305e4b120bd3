"""Until drafting is merged: the public edition of a project, as the contract says."""

from __future__ import annotations

from typing import Any

from network_site.publishing import services as publishing
from network_site.publishing.models import PublishedRecord

from ..enums import IATI_STATUS
from ..models import Project
from ..selectors.execution import execution_part
from ..states import matrix_of


def publish_edition(project: Project) -> PublishedRecord:
    project.edition += 1
    project.save(update_fields=["edition"])
    owner = project.owner
    terms = list(project.project_terms.values_list("term_id", flat=True))
    snapshot: dict[str, Any] = {
        "id": str(project.pk),
        "source_language": project.source_language,
        "texts": {project.source_language: {"title": project.title, "summary": "", "state": "source"}},
        "owner": {
            "id": str(owner.pk), "key": owner.key, "names": owner.names, "kind": owner.kind,
            "country": owner.country_id,
        },
        "country": project.country_id,
        "countries": project.countries,
        "need": None,
        "practice": None,
        "status": project.status,
        "iati_status": IATI_STATUS.get(project.status, "1"),
        "type": project.type,
        "reference": project.reference,
        "terms": terms,
        "currency": project.currency,
        "start_on": project.start_on.isoformat() if project.start_on else None,
        "months": project.months,
        "interest_until": None,
        "actual_start": project.actual_start.isoformat() if project.actual_start else None,
        "actual_end": project.actual_end.isoformat() if project.actual_end else None,
        "languages": project.languages,
        "sums": {"total": "0", "counterpart": "0", "needed": "0", "committed": "0", "received": "0"},
        "sections": {},
        "results": matrix_of(project),
        "budget": [
            {
                "component": line.component, "category": line.category, "description": line.description,
                "unit": line.unit, "quantity": str(line.quantity), "unit_cost": str(line.unit_cost),
                "currency": line.currency, "amount": str(line.amount), "rate": str(line.rate),
                "rate_on": line.rate_on.isoformat() if line.rate_on else None, "converted": str(line.converted),
                "source": line.source, "starts_on": line.starts_on.isoformat() if line.starts_on else None,
                "ends_on": line.ends_on.isoformat() if line.ends_on else None,
            }
            for line in project.budget.all()
        ],
        "parties": [{"name": party.name, "role": party.role} for party in project.parties.all()],
        "execution": execution_part(project),
        "source": project.source,
        "is_demo": project.is_demo,
    }  # fmt: skip
    return publishing.publish(
        kind="project", record_id=project.pk, owner=owner, country_id=project.country_id, version=project.edition,
        schema="enlace.project/1", json_schema={"type": "object"}, snapshot=snapshot, terms=terms,
        is_demo=project.is_demo,
    )  # fmt: skip
