"""A practice filled from a project: what was wanted, what was done, what came of it, what went wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import override

from network_site.publishing.models import PublishedRecord
from practices.enums import Direction, OrganizationRole, Stage

from ..enums import PartyRole, ProjectStatus, Section
from ..models import Project
from ..outline import MANY, SECTIONS
from ..states import Line, approved_reports, matrix_of, periods_of, progress

SCHEMES = ("LAF", "DI", "TG", "CM")
PARTS = {
    PartyRole.AGENCY.value: OrganizationRole.CO_DELIVER,
    PartyRole.FUNDER.value: OrganizationRole.FUNDER,
    PartyRole.WORKERS.value: OrganizationRole.WORKERS,
    PartyRole.EMPLOYERS.value: OrganizationRole.EMPLOYERS,
}


@dataclass(frozen=True)
class PracticeDraft:
    """What `practices.services.create_draft` wants."""

    fields: dict[str, Any]
    terms: dict[str, list[str]]
    rows: dict[str, list[dict[str, Any]]]


def practice_of(project: Project) -> PracticeDraft:
    """The draft of a practice, in the project's own language; nothing in it is invented."""
    with override(project.source_language):
        reports = approved_reports(project)
        document = {"results": matrix_of(project), "execution": {"periods": periods_of(project), "reports": reports}}
        lines = progress(document, timezone.localdate())
        need = project.need
        objective = _objective(project)
        told = [report["narrative"] for report in reports if report["narrative"]]
        return PracticeDraft(
            fields={
                "source_language": project.source_language,
                "title": project.title[:100],
                "one_line": (need.summary if need else project.title)[:240],
                "problem": (need.problem if need else _first(project, Section.CONTEXT) or project.title)[:1500],
                "description": _paragraphs([*objective, *told] or [project.title])[:6000],
                "stage": Stage.ENDED,
                "start_year": project.actual_start.year if project.actual_start else None,
                "end_year": project.actual_end.year if project.actual_end else timezone.localdate().year,
                "objectives": [row.statement for row in project.results.filter(level__in=["impact", "outcome"])],
                "negative_effects": "\n\n".join(_failures(project, reports, lines))[:1500],
                "risks_if_copied": "\n\n".join(
                    f"{risk.statement} {risk.mitigation}".strip() for risk in project.risks.all()
                )[:1500],
                "where_to_read": _where(project),
            },
            terms={scheme: codes for scheme in SCHEMES if (codes := _codes(project, scheme))},
            rows={
                "outcomes": [_outcome(line) for line in lines],
                "costs": _costs(project),
                "contributions": [
                    {"name": party.name, "role": PARTS[party.role].value, "organization_id": party.organization_id}
                    for party in project.parties.all()
                    if party.role in PARTS
                ],
            },
        )


def _objective(project: Project) -> list[str]:
    """The texts of the objective in the order of the outline: what was wanted, then what was taken over and changed."""
    order = [field.key for field in SECTIONS[Section.OBJECTIVE.value].fields]
    parts = [part for part in project.text_parts.filter(section=Section.OBJECTIVE) if part.text]
    return [part.text for part in sorted(parts, key=lambda part: order.index(part.key.partition(MANY)[0]))]


def _first(project: Project, section: str) -> str:
    return next((part.text for part in project.text_parts.filter(section=section) if part.text), "")


def _codes(project: Project, scheme: str) -> list[str]:
    return list(project.project_terms.filter(term__scheme_id=scheme).values_list("term_id", flat=True))


def _paragraphs(texts: Iterable[str]) -> str:
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def _failures(project: Project, reports: list[dict[str, Any]], lines: list[Line]) -> list[str]:
    """What went wrong: difficulties as reported, values nobody measured, a project that did not reach its end."""
    found = [report["difficulties"] for report in reports if report["difficulties"]]
    for line in lines:
        last = next((cell for cell in reversed(line.cells) if not cell.is_open), None)
        if last is not None and last.reported is not None and last.reported.not_measured:
            found.append(
                _("Not measured: %(indicator)s. %(why)s")
                % {"indicator": line.indicator, "why": last.reported.not_measured}
            )
    if project.status == ProjectStatus.CANCELLED:
        found.append(_("The project was cancelled before its end."))
    return found


def _outcome(line: Line) -> dict[str, Any]:
    last = next((cell for cell in reversed(line.cells) if cell.reported is not None), None)
    actual = line.actual
    reported = last.reported if last else None
    year = last.period.ends_on.year if last and actual else None
    return {
        "indicator": line.indicator[:200],
        "unit": line.unit,
        "baseline": line.baseline,
        "baseline_year": line.baseline_year,
        "value": actual.value if actual else None,
        "value_year": year if year and year >= (line.baseline_year or 0) else None,
        "source": (actual or reported).source[:300] if (actual or reported) else "",  # type: ignore[union-attr]
        "direction": _direction(line, actual.value if actual else None),
    }


def _direction(line: Line, value: Decimal | None) -> str:
    if value is None or line.baseline is None:
        return Direction.NOT_MEASURED
    if value == line.baseline:
        return Direction.NONE
    return Direction.POSITIVE if (value > line.baseline) == line.ascending else Direction.NEGATIVE


def _costs(project: Project) -> list[dict[str, Any]]:
    """The budget by category, in the project's currency."""
    sums: dict[str, Decimal] = {}
    for line in project.budget.all():
        words = str(line.get_category_display())
        sums[words] = sums.get(words, Decimal(0)) + line.converted
    return [{"category": words, "amount": amount, "currency": project.currency} for words, amount in sums.items()]


def _where(project: Project) -> str:
    record = PublishedRecord.objects.filter(pk=project.pk).first()
    return f"Enlace {record.code}: {project.title}"[:500] if record else project.title
