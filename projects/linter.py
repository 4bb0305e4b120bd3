"""Checks of the Terms of Reference: text, matrix, budget and annexes held against each other (funding page, 3.4).

`lint` is pure over a `Draft`, which `read_draft` reads once. Each rule is one function: it says what it found in words,
with the figures. Errors stand in the way of the quality review; warnings are advice.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from network_site.common.language import fold
from network_site.common.templatetags.enlace import format_day, format_money
from network_site.taxonomy.models import Country

from .amounts import Totals, totals
from .enums import AnnexKind, BudgetCategory, Level, Measure, PartyRole, Proposal, Section
from .models import Project
from .outline import FIELDS, field_of
from .permissions import signing_countries

ERROR, WARNING = "error", "warning"
MANY_RESULTS = 10
RELATED = ("text_parts", "results", "budget", "activities", "risks", "assignments", "procurement")


@dataclass(frozen=True)
class Finding:
    """What a rule found, and where to mend it."""

    code: str
    severity: str
    message: str
    section: str
    # Names the place in its section: a text's key, or the id of a row.
    anchor: str = ""

    @property
    def is_error(self) -> bool:
        return self.severity == ERROR


@dataclass(frozen=True)
class Cap:
    """What a funder allows at most; None where its source does not say."""

    funder: str
    source: str
    year: int
    from_countries: int = 1
    amount: Decimal | None = None
    currency: str = ""
    months: int | None = None
    # Share of the total that administration may take, in percent.
    administration: Decimal | None = None


@dataclass(frozen=True)
class Draft:
    """Everything that the rules look at, read once."""

    project: Any
    texts: list[Any] = field(default_factory=list)
    results: list[Any] = field(default_factory=list)
    budget: list[Any] = field(default_factory=list)
    activities: list[Any] = field(default_factory=list)
    risks: list[Any] = field(default_factory=list)
    assignments: list[Any] = field(default_factory=list)
    procurement: list[Any] = field(default_factory=list)
    parties: list[Any] = field(default_factory=list)
    annexes: list[Any] = field(default_factory=list)
    # Names of the countries that sign, by code.
    countries: dict[str, str] = field(default_factory=dict)
    caps: tuple[Cap, ...] = ()

    @property
    def totals(self) -> Totals:
        return totals(self.budget)

    @property
    def ends_on(self) -> dt.date | None:
        """The last day, counted in months from the planned start."""
        if self.project.start_on is None or self.project.months is None:
            return None
        return add_months(self.project.start_on, self.project.months) - dt.timedelta(days=1)

    def components(self) -> list[Any]:
        return [row for row in self.results if row.level == Level.OUTCOME]

    def products(self) -> list[Any]:
        return [row for row in self.results if row.level == Level.OUTPUT]

    def text(self, key: str) -> str:
        return next((row.text for row in self.texts if row.key == key), "")


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return dt.date(year, month + 1, min(day.day, (following - dt.timedelta(days=1)).day))


@cache
def caps() -> tuple[Cap, ...]:
    """The caps of funders, from projects/data/caps.yaml."""
    entries = yaml.safe_load((Path(__file__).parent / "data" / "caps.yaml").read_text(encoding="utf-8"))
    return tuple(
        Cap(
            funder=entry["funder"],
            source=entry["source"],
            year=entry["year"],
            from_countries=entry.get("from_countries", 1),
            amount=Decimal(entry["amount"]) if entry.get("amount") is not None else None,
            currency=entry.get("currency", ""),
            months=entry.get("months"),
            administration=Decimal(entry["administration"]) if entry.get("administration") is not None else None,
        )
        for entry in entries
    )


def read_draft(project: Project) -> Draft:
    """The parts of a project as the current actor reads them; one query for each kind."""
    return Draft(
        project=project,
        parties=list(project.parties.select_related("organization")),
        annexes=list(project.annexes.all()),
        countries={country.pk: country.name for country in Country.objects.filter(pk__in=signing_countries(project))},
        caps=caps(),
        texts=list(project.text_parts.all()),
        results=list(project.results.prefetch_related("targets")),
        **{name: list(getattr(project, name).all()) for name in RELATED[2:]},
    )


def unread_parts(project: Project) -> int:
    """How many proposals nobody has read."""
    return sum(getattr(project, name).filter(proposal=Proposal.PROPOSED).count() for name in RELATED)


Rule = Callable[[Draft], Iterator[Finding]]
RULES: list[Rule] = []


def rule(function: Rule) -> Rule:
    """Add a function to the rules, in the order in which findings are shown."""
    RULES.append(function)
    return function


def lint(draft: Draft) -> list[Finding]:
    """Everything found, errors first, in the order of the sections."""
    order = {section.value: number for number, section in enumerate(Section)}
    found = [finding for check in RULES for finding in check(draft)]
    return sorted(found, key=lambda finding: (finding.severity != ERROR, order[finding.section]))


def findings(project: Project) -> list[Finding]:
    """What the checks find in a project now."""
    return lint(read_draft(project))


def _money(amount: Decimal, currency: str) -> str:
    return format_money(amount, currency)


def _codes(rows: list[Any]) -> str:
    return ", ".join(row.code for row in rows)


# --- What must be there ----------------------------------------------------------------------


@rule
def required_is_filled(draft: Draft) -> Iterator[Finding]:
    for key, (section, text_field) in FIELDS.items():
        if text_field.required and not draft.text(key).strip():
            message = _("“%(field)s” is empty.") % {"field": text_field.label}
            yield Finding("text_missing", ERROR, message, section, key)
    project = draft.project
    if project.start_on is None:
        message = _("The start date is empty. Months are counted from it.")
        yield Finding("start_missing", ERROR, message, Section.IDENTIFICATION, "start_on")
    if not project.months:
        message = _("It does not say how many months the project takes.")
        yield Finding("months_missing", ERROR, message, Section.IDENTIFICATION, "months")
    if not signing_countries(project):
        message = _("No country is named.")
        yield Finding("country_missing", ERROR, message, Section.IDENTIFICATION, "country")
    if not draft.results:
        yield Finding("results_missing", ERROR, _("The results matrix is empty."), Section.RESULTS)
    if not draft.budget:
        yield Finding("budget_missing", ERROR, _("The budget is empty."), Section.BUDGET)


@rule
def text_says_something(draft: Draft) -> Iterator[Finding]:
    """A field that holds nothing but a sign was filled in to get past it."""
    for row in draft.texts:
        if row.text.strip() and not re.search(r"\w", row.text):
            message = _("“%(field)s” holds only “%(text)s”. Say what it is, or leave it empty.") % {
                "field": field_of(row.key)[1].label,
                "text": row.text.strip()[:20],
            }
            yield Finding("text_says_nothing", WARNING, message, row.section, row.key)


# --- Text against matrix, budget and annexes -------------------------------------------------

COMPONENT = re.compile(r"\b(?:component|componente|composante)\s+(\d+(?:\.\d+)*)\s*[:.–—-]\s*([^\n.;]+)", re.IGNORECASE)


def _plain(name: str) -> str:
    """A name without its punctuation, so that a comma makes no difference."""
    return " ".join(re.findall(r"\w+", fold(name)))


@rule
def components_have_one_name(draft: Draft) -> Iterator[Finding]:
    """A component is called the same in the text, in the matrix and in the budget."""
    names: dict[str, dict[str, tuple[str, str]]] = {}
    for row in draft.components():
        names.setdefault(row.code, {}).setdefault(_plain(row.statement), (row.statement, Section.RESULTS))
    for text in draft.texts:
        for code, name in COMPONENT.findall(text.text):
            names.setdefault(code, {}).setdefault(_plain(name), (name.strip(), text.section))
    for line in draft.budget:
        for code, name in COMPONENT.findall(f"{line.description}\n{line.note}"):
            names.setdefault(code, {}).setdefault(_plain(name), (name.strip(), Section.BUDGET))
    for code, called in names.items():
        if len(called) > 1:
            quoted = "; ".join(f"“{name.rstrip(' .')}” ({Section(section).label})" for name, section in called.values())
            message = _("Component %(code)s has %(count)s names: %(names)s.") % {
                "code": code, "count": len(called), "names": quoted,
            }  # fmt: skip
            yield Finding("component_names", ERROR, message, Section.OBJECTIVE, "components")


AT_LEAST = r"at least|al menos|por lo menos|como mínimo|au moins|pelo menos|no mínimo"
WORD_NUMBERS = {
    word: number
    for number, words in {
        2: "two dos deux dois duas", 3: "three tres trois três", 4: "four cuatro quatre quatro",
        5: "five cinco cinq", 6: "six seis", 7: "seven siete sept sete", 8: "eight ocho huit oito",
        9: "nine nueve neuf nove", 10: "ten diez dix dez",
    }.items()
    for word in words.split()
}  # fmt: skip
PROMISE = re.compile(rf"\b({AT_LEAST})\s+(\d+|{'|'.join(WORD_NUMBERS)})\s+(\w+)", re.IGNORECASE)
STEM = 5


@rule
def promises_are_measured(draft: Draft) -> Iterator[Finding]:
    """What the text promises as a number is in the matrix, as an indicator that speaks of the same thing."""
    measured = " ".join(fold(f"{row.indicator} {row.unit}") for row in draft.results if row.indicator)
    seen = set()
    for text in draft.texts:
        for words, figure, thing in PROMISE.findall(text.text):
            number = int(figure) if figure.isdigit() else WORD_NUMBERS[figure.lower()]
            key = (number, fold(thing)[:STEM])
            if key in seen or any(word.startswith(key[1]) for word in re.findall(r"\w+", measured)):
                continue
            seen.add(key)
            message = _("The text promises “%(promise)s”, and no indicator measures it.") % {
                "promise": f"{words} {figure} {thing}"
            }
            yield Finding("promise_without_indicator", ERROR, message, text.section, text.key)


ANNEX = re.compile(r"\b(?:annex|annexe|anexo|anexos|appendix)\s+([IVXLC]+|\d+|[A-Z])\b")
ANNEX_ANY_CASE = re.compile(r"\b(annexe?|anexos?|appendix)\b", re.IGNORECASE)


@rule
def annexes_are_there(draft: Draft) -> Iterator[Finding]:
    """An annex that the text cites by its number is in the list under this number."""
    numbers = {annex.number.strip().upper() for annex in draft.annexes if annex.number.strip()}
    without = sum(1 for annex in draft.annexes if not annex.number.strip())
    seen = set()
    for text in draft.texts:
        for number in ANNEX.findall(ANNEX_ANY_CASE.sub(lambda match: match[0].lower(), text.text)):
            if number in numbers or number in seen:
                continue
            seen.add(number)
            message = _(
                "“Annex %(number)s” is cited, and no annex bears this number. Annexes listed: %(count)s; without a"
                " number: %(without)s."
            ) % {"number": number, "count": len(draft.annexes), "without": without}
            yield Finding("annex_missing", WARNING, message, text.section, text.key)


@rule
def outside_money_is_a_risk(draft: Draft) -> Iterator[Finding]:
    """A project that depends on money from elsewhere names at least one risk."""
    requested = draft.totals.requested
    if draft.risks or not requested:
        return
    count = len(signing_countries(draft.project))
    message = ngettext(
        "No risk is named, yet %(amount)s for %(count)s country come from outside.",
        "No risk is named, yet %(amount)s for %(count)s countries come from outside.",
        count,
    ) % {"amount": _money(requested, draft.project.currency), "count": count}
    yield Finding("no_risk", WARNING, message, Section.RISKS)


# --- Sums ------------------------------------------------------------------------------------

TOTAL = re.compile(
    r"\b(?:total cost|total budget|costo total|coste total|presupuesto total|coût total|budget total|custo total"
    r"|orçamento total)\b[^.\n\d]{0,40}(\d+(?:[.,\s]\d{3})*(?:[.,]\d{1,2})?)(?![\d%])",
    re.IGNORECASE,
)


def _stated(figure: str) -> Decimal:
    """A sum in a text: what stands before three figures is no decimal sign."""
    return Decimal(re.sub(r"[.,\s](?=\d{3}(?!\d))", "", figure).replace(",", "."))


@rule
def sums_agree(draft: Draft) -> Iterator[Finding]:
    """Lines, components and total agree, also with the total that the text names; sources are uses."""
    project, sums = draft.project, draft.totals
    known = {row.code for row in draft.results if row.level in {Level.OUTCOME, Level.OUTPUT}}
    strays = [line for line in draft.budget if known and line.component not in known]
    # What serves the whole (administration, contingency, evaluation) belongs to no component.
    whole = {BudgetCategory.ADMINISTRATION, BudgetCategory.CONTINGENCY, BudgetCategory.EVALUATION}
    strays = [line for line in strays if line.component or line.category not in whole]
    if strays:
        amount = sum((line.converted for line in strays), Decimal(0))
        message = _(
            "Lines of %(amount)s belong to no component of the matrix, so components and total (%(total)s) differ."
        ) % {"amount": _money(amount, project.currency), "total": _money(sums.total, project.currency)}
        yield Finding("line_without_component", ERROR, message, Section.BUDGET, str(strays[0].pk))
    for text in draft.texts:
        for figure in TOTAL.findall(text.text):
            stated = _stated(figure)
            if draft.budget and stated != sums.total:
                message = _("The text says that it costs %(stated)s in all; the budget comes to %(total)s.") % {
                    "stated": _money(stated, project.currency), "total": _money(sums.total, project.currency),
                }  # fmt: skip
                yield Finding("total_differs", ERROR, message, text.section, text.key)
    bought = sum((item.amount for item in draft.procurement if item.amount is not None), Decimal(0))
    if bought > sums.total and draft.budget:
        message = _("The procurement plan comes to %(bought)s, the budget to %(total)s.") % {
            "bought": _money(bought, project.currency), "total": _money(sums.total, project.currency),
        }  # fmt: skip
        yield Finding("procurement_over_budget", ERROR, message, Section.PROCUREMENT)


@rule
def assignments_are_paid(draft: Draft) -> Iterator[Finding]:
    """The assignments of a component cost no more than it has."""
    components = _budget_of_components(draft)
    costs: dict[str, Decimal] = {}
    for assignment in draft.assignments:
        if assignment.cost is not None:
            costs[assignment.component] = costs.get(assignment.component, Decimal(0)) + assignment.cost
    for code, cost in costs.items():
        has = components.get(code, Decimal(0)) if code else draft.totals.total
        if cost > has:
            message = _("The assignments of component %(code)s cost %(cost)s; its budget has %(has)s.") % {
                "code": code or "–", "cost": _money(cost, draft.project.currency),
                "has": _money(has, draft.project.currency),
            }  # fmt: skip
            yield Finding("assignment_over_budget", ERROR, message, Section.ASSIGNMENTS)


def _budget_of_components(draft: Draft) -> dict[str, Decimal]:
    """Each code's own lines, and for a component those of its products."""
    parents = {row.code: _parent_code(draft, row) for row in draft.results}
    sums = dict(draft.totals.by_component)
    for code, amount in draft.totals.by_component.items():
        parent = parents.get(code)
        if parent:
            sums[parent] = sums.get(parent, Decimal(0)) + amount
    return sums


def _parent_code(draft: Draft, row: Any) -> str:
    return next((other.code for other in draft.results if row.parent_id and other.pk == row.parent_id), "")


@rule
def foreign_money_has_a_rate(draft: Draft) -> Iterator[Finding]:
    """A line in another currency says at which rate of which day it was converted."""
    for line in draft.budget:
        if line.currency == draft.project.currency:
            if line.rate != 1:
                message = _("“%(line)s” is in %(currency)s like the whole budget, and yet has a rate.") % {
                    "line": line.description, "currency": line.currency,
                }  # fmt: skip
                yield Finding("rate_not_wanted", ERROR, message, Section.BUDGET, str(line.pk))
        elif line.rate_on is None:
            message = _("“%(line)s” is in %(currency)s: give the rate to %(other)s and its day.") % {
                "line": line.description, "currency": line.currency, "other": draft.project.currency,
            }  # fmt: skip
            yield Finding("rate_missing", ERROR, message, Section.BUDGET, str(line.pk))


@rule
def lines_cost_something(draft: Draft) -> Iterator[Finding]:
    free = [line for line in draft.budget if not line.unit_cost]
    if free:
        names = "; ".join(line.description for line in free[:3])
        message = _("No cost is given yet for: %(lines)s.") % {"lines": names}
        yield Finding("line_without_cost", WARNING, message, Section.BUDGET, str(free[0].pk))


# --- What funders allow ----------------------------------------------------------------------


@rule
def caps_are_kept(draft: Draft) -> Iterator[Finding]:
    """A project that names a funder stays within what this funder allows."""
    project, sums = draft.project, draft.totals
    funders = {party.organization.key: party.name for party in draft.parties
               if party.role == PartyRole.FUNDER and party.organization is not None}  # fmt: skip
    for cap in draft.caps:
        if cap.funder not in funders or len(signing_countries(project)) < cap.from_countries:
            continue
        words = {"funder": funders[cap.funder], "source": cap.source, "year": cap.year}
        if cap.amount is not None and cap.currency == project.currency and sums.requested > cap.amount:
            message = _("%(asked)s are asked of %(funder)s, which gives at most %(most)s (%(source)s, %(year)s).") % (
                words | {"asked": _money(sums.requested, project.currency), "most": _money(cap.amount, cap.currency)}
            )
            yield Finding("cap_amount", ERROR, message, Section.BUDGET)
        if cap.months is not None and project.months and project.months > cap.months:
            message = _("It takes %(months)s months; %(funder)s allows at most %(most)s (%(source)s, %(year)s).") % (
                words | {"months": project.months, "most": cap.months}
            )
            yield Finding("cap_months", ERROR, message, Section.IDENTIFICATION, "months")
        share = _share(sums.by_category.get(BudgetCategory.ADMINISTRATION.value, Decimal(0)), sums.total)
        if cap.administration is not None and share > cap.administration:
            message = _("Administration takes %(share)s %%; %(funder)s allows at most %(most)s %% (%(source)s).") % (
                words | {"share": share, "most": cap.administration}
            )
            yield Finding("cap_administration", ERROR, message, Section.BUDGET)


def _share(part: Decimal, total: Decimal) -> Decimal:
    return (100 * part / total).quantize(Decimal("0.1")) if total else Decimal(0)


# --- The matrix ------------------------------------------------------------------------------


@rule
def products_are_complete(draft: Draft) -> Iterator[Finding]:
    """Every product has an indicator, an activity and a cost, its own or its component's."""
    activities = {row.component for row in draft.activities}
    paid = {line.component for line in draft.budget if line.unit_cost}
    lacking: tuple[tuple[str, str, Any, list[Any]], ...] = (
        (
            "product_without_indicator", Section.RESULTS, _("These products have no indicator: %(codes)s."),
            [row for row in draft.products() if not row.indicator],
        ),
        (
            "product_without_activity", Section.EXECUTION, _("No activity leads to these products: %(codes)s."),
            [row for row in draft.products() if not {row.code, _parent_code(draft, row)} & activities],
        ),
        (
            "product_without_cost", Section.BUDGET, _("No line of the budget pays for these products: %(codes)s."),
            [row for row in draft.products() if not {row.code, _parent_code(draft, row)} & paid],
        ),
    )  # fmt: skip
    for code, section, message, rows in lacking:
        if rows:
            yield Finding(code, ERROR, message % {"codes": _codes(rows)}, section, str(rows[0].pk))


@rule
def indicators_have_a_beginning(draft: Draft) -> Iterator[Finding]:
    """Every indicator says where it stands before, from which source, or why that is not known."""
    measured = [row for row in draft.results if row.indicator]
    without = [row for row in measured if row.baseline is None and not row.baseline_missing]
    if without:
        message = _("These results neither have a value before nor say why not: %(codes)s.") % {
            "codes": _codes(without)
        }
        yield Finding("baseline_missing", ERROR, message, Section.RESULTS, str(without[0].pk))
    unsourced = [row for row in measured if row.baseline is not None and not row.baseline_source]
    if unsourced:
        message = _("The value before has no source in these results: %(codes)s.") % {"codes": _codes(unsourced)}
        yield Finding("baseline_without_source", ERROR, message, Section.RESULTS, str(unsourced[0].pk))


@rule
def percentages_are_possible(draft: Draft) -> Iterator[Finding]:
    """An indicator in percent stays below 100; shares that the text adds up come to 100."""
    over = [
        row
        for row in draft.results
        if row.measure == Measure.PERCENTAGE
        and any(value is not None and not 0 <= value <= 100 for value in (row.baseline, row.target))
    ]
    if over:
        message = _("Percentages lie between 0 and 100; look at these results: %(codes)s.") % {"codes": _codes(over)}
        yield Finding("percentage_impossible", ERROR, message, Section.RESULTS, str(over[0].pk))
    shares = [
        Decimal(figure.replace(",", ".")) for figure in re.findall(r"(\d+(?:[.,]\d+)?)\s*%", draft.text("financing"))
    ]
    if len(shares) > 1 and sum(shares) != 100:
        message = _("The shares in “%(field)s” add up to %(sum)s %%, not to 100.") % {
            "field": FIELDS["financing"][1].label, "sum": sum(shares),
        }  # fmt: skip
        yield Finding("shares_not_100", WARNING, message, Section.BUDGET, "financing")


@rule
def results_are_few(draft: Draft) -> Iterator[Finding]:
    count = len(draft.components()) + len(draft.products())
    if count > MANY_RESULTS:
        message = _("There are %(count)s results. About %(most)s can be followed well.") % {
            "count": count, "most": MANY_RESULTS,
        }  # fmt: skip
        yield Finding("many_results", WARNING, message, Section.RESULTS)


# --- Dates, letters, languages ---------------------------------------------------------------


@rule
def dates_are_in_range(draft: Draft) -> Iterator[Finding]:
    """Everything dated lies within the project; the plan has no more quarters than the project."""
    project, first, last = draft.project, draft.project.start_on, draft.ends_on
    if first is not None and last is not None:
        days = {"first": format_day(first), "last": format_day(last)}
        dated = [(Section.BUDGET, line, day) for line in draft.budget for day in (line.starts_on, line.ends_on)]
        dated += [(Section.RESULTS, row, target.ends_on) for row in draft.results for target in row.targets.all()]
        dated += [(Section.PROCUREMENT, item, item.planned_on) for item in draft.procurement]
        seen = set()
        for section, row, day in dated:
            if day is None or first <= day <= last or row.pk in seen:
                continue
            seen.add(row.pk)
            message = _("“%(row)s” is dated %(day)s; the project runs from %(first)s to %(last)s.") % (
                days | {"row": str(row), "day": format_day(day)}
            )
            yield Finding("date_out_of_range", ERROR, message, section, str(row.pk))
    quarters = -(-project.months // 3) if project.months else 0
    late = [row for row in draft.activities if quarters and row.last_quarter > quarters]
    if late:
        message = _("“%(activity)s” ends in quarter %(last)s; the project has %(quarters)s quarters.") % {
            "activity": late[0].title, "last": late[0].last_quarter, "quarters": quarters,
        }  # fmt: skip
        yield Finding("activity_out_of_range", ERROR, message, Section.EXECUTION, str(late[0].pk))
    if project.interest_until and first and project.interest_until > first:
        message = _("Interest is taken until %(until)s, after the planned start on %(start)s.") % {
            "until": format_day(project.interest_until), "start": format_day(first),
        }  # fmt: skip
        yield Finding("interest_after_start", WARNING, message, Section.IDENTIFICATION, "interest_until")


@rule
def every_country_has_its_letter(draft: Draft) -> Iterator[Finding]:
    """In a project of several countries each of them asks for it in a letter, or does not object (source 004)."""
    wanted = signing_countries(draft.project)
    if len(wanted) < 2:
        return
    given = {annex.country_id for annex in draft.annexes if annex.kind == AnnexKind.LETTER}
    missing = [draft.countries.get(code, code) for code in wanted if code not in given]
    if missing:
        message = _("A letter of request or of no objection is missing from: %(countries)s.") % {
            "countries": ", ".join(missing)
        }
        yield Finding("letter_missing", ERROR, message, Section.ANNEXES)


@rule
def several_countries_read_two_languages(draft: Draft) -> Iterator[Finding]:
    count = len(signing_countries(draft.project))
    if count > 1 and len(set(draft.project.languages)) < 2:
        message = _("%(count)s countries take part, and the text is in one language only.") % {"count": count}
        yield Finding("one_language", WARNING, message, Section.IDENTIFICATION, "languages")
