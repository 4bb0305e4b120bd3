"""A project as it is compared with offers of funding: its published snapshot, else the draft as it stands."""

from __future__ import annotations

from decimal import Decimal

from funders.rules import ProjectFacts, facts_of
from network_site.organizations.enums import OrganizationKind
from network_site.publishing.models import PublishedRecord
from projects.enums import BudgetSource
from projects.models import Project

from .asking import Wanted, place_of


def wanted_of_project(project: Project) -> Wanted:
    """Its terms; a project asks for money, not for competences."""
    rows = list(project.project_terms.select_related("term").order_by("term__position", "term_id"))
    codes = {scheme: tuple(r.term_id for r in rows if r.term.scheme_id == scheme) for scheme in ("LAF", "DI", "TG")}
    return Wanted(
        id=project.pk,
        owner_id=project.owner_id,
        title=project.title,
        text=project.title,
        language=project.source_language,
        languages=tuple(dict.fromkeys((project.source_language, *project.languages))),
        place=place_of(project.country),
        functions=codes["LAF"],
        problems=codes["DI"],
        groups=codes["TG"],
        help=("CM10",),
    )


def facts_of_project(project: Project) -> ProjectFacts:
    """What the funders' rules ask: of what is published where it is, of the private rows of a draft."""
    record = PublishedRecord.objects.live().of_kind("project").filter(pk=project.pk).first()
    if record is not None:
        return facts_of(record.snapshot)
    countries = tuple(dict.fromkeys(code for code in (project.country_id, *project.countries) if code))
    lines = list(project.budget.all())
    total = sum((line.converted for line in lines), Decimal(0))
    asked = sum((line.converted for line in lines if line.source == BudgetSource.REQUESTED), Decimal(0))
    signed = set(project.sign_offs.filter(round=project.round).values_list("country_id", flat=True))
    rates = {
        line.currency: (line.rate, line.rate_on) for line in lines if line.rate_on and line.currency != project.currency
    }
    return ProjectFacts(
        countries=countries,
        organization_kind="" if project.is_documented else OrganizationKind.MINISTRY.value,
        themes=tuple(row.term_id for row in project.project_terms.all() if row.term_id.startswith("LAF")),
        amount=asked if lines else None,
        currency=project.currency,
        usd=asked if lines and project.currency == "USD" else None,
        months=project.months,
        languages=tuple(dict.fromkeys((project.source_language, *project.languages))),
        counterpart_share=(total - asked) * 100 / total if total else None,
        # A draft has no letters yet: that is not known, rather than missing.
        letters=True if countries and signed >= set(countries) else None,
        total=total if lines else None,
        rates=rates,
    )
