"""What can be filled in for the writers: each value with where it comes from, as a proposal that waits to be read.

Every suggestion has a key of its own. A key that is in the project already, or that a person took out, is not
suggested again (services/drafting.py), so running it twice adds only what is new. Nothing is copied silently: money of
a practice becomes a sentence about a range, and baselines of another country are never ours.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from needs.enums import FitStatus, TaskKind
from needs.models import AdaptationTask, Answer, Need
from network_site.common.html import to_text
from network_site.common.templatetags.enlace import format_money
from network_site.organizations.actor import Actor
from network_site.publishing.models import PublishedRecord, PublishedVersion
from network_site.publishing.selectors import figure_value
from network_site.taxonomy.models import ContextFigure

from .enums import BudgetCategory, Level, Measure, Origin
from .models import Activity, BudgetLine, Project, ResultRow, Risk, Text
from .outline import field_of

# Texts of a need that answer a field of the outline word for word.
NEED_TEXTS = {
    "summary": "summary",
    "problem": "problem",
    "previous:need": "tried",
    "evidence": "evidence",
    "beneficiaries": "beneficiaries",
    "constraints": "constraints",
}
DEFAULTS: dict[str, Any] = {
    "licence": gettext_lazy(
        "The ministry owns what is made for it. The Network may publish manuals, forms and lessons, so that other"
        " ministries can use them."
    ),
    "reporting": gettext_lazy(
        "The executing agency reports every six months to the ministry and to the donors: what was done, what it cost,"
        " and for each indicator its value, or why it was not measured."
    ),
    "evaluation": gettext_lazy(
        "An evaluation at the end, by people who neither carried out the project nor paid for it. Its report is"
        " published, also where results stayed away."
    ),
    "data": gettext_lazy(
        "Personal data are used only as the law of the country allows, by named staff, and are deleted when the"
        " project no longer needs them."
    ),
}
RISK_LIMIT = 500
TITLE_LIMIT = 200


@dataclass(frozen=True)
class Suggestion:
    """A value to be proposed: the row that it becomes, where it comes from, and the key by which it is known again."""

    model: type[Any]
    key: str
    origin: str
    values: dict[str, Any]
    citation: dict[str, Any] = field(default_factory=dict)

    @property
    def text_key(self) -> str:
        """The key of the text that it would become; empty for rows of other kinds."""
        return str(self.values.get("key", "")) if self.model is Text else ""


def suggestions(project: Project, actor: Actor) -> list[Suggestion]:
    """Everything that could be proposed for a project now, as far as this actor may know it."""
    with translation.override(project.source_language):
        return [
            *(_from_need(project.need) if project.need else ()),
            *(_from_diagnostic(project, actor) if project.need else ()),
            *_from_practice(project),
            *(_from_fit_checks(project) if project.need else ()),
            *_from_figures(project),
            *_defaults(),
        ]


def _text(key: str, text: str, origin: str, suggestion_key: str, citation: dict[str, Any]) -> Suggestion:
    section, _field = field_of(key)
    return Suggestion(Text, suggestion_key, origin, {"section": section, "key": key, "text": text}, citation)


# --- The need --------------------------------------------------------------------------------


def _from_need(need: Need) -> Iterator[Suggestion]:
    record = PublishedRecord.objects.filter(pk=need.pk).first()
    base = {
        "label": need.title,
        "code": record.code if record else "",
        "version": record.version if record else None,
        "record": str(record.pk) if record else "",
        "url": str(need.source.get("url") or ""),
        "source": _source_of(need.source),
    }
    for key, name in NEED_TEXTS.items():
        text = str(getattr(need, name)).strip()
        if text:
            yield _text(key, text, Origin.NEED, f"need:{name}", base | {"field": name})
    # What the ministry will see when it is met is the first outcome that the matrix can promise.
    for measure in need.measures.all():
        yield Suggestion(
            ResultRow,
            f"need:measure:{measure.pk}",
            Origin.NEED,
            {
                "level": Level.OUTCOME,
                "statement": measure.statement,
                "indicator": measure.statement,
                "measure": Measure.QUALITATIVE,
            },
            base | {"field": "measures"},
        )


def _source_of(source: dict[str, Any]) -> str:
    parts = [str(source[name]) for name in ("title", "year", "page", "place") if source.get(name)]
    return ", ".join(parts)


# --- The diagnostic --------------------------------------------------------------------------


def _from_diagnostic(project: Project, actor: Actor) -> Iterator[Suggestion]:
    """The gaps that the need names, in the words of the common list.

    Only for the ministry itself: a diagnostic is nobody else's. And only the words: scores, notes and evidence stay
    where they are, because the Network reads the draft too.
    """
    need = project.need
    assert need is not None
    if actor.organization_id != need.owner_id or not need.diagnostic_id or not need.diagnostic_items:
        return
    answers = Answer.objects.filter(diagnostic_id=need.diagnostic_id, item_id__in=need.diagnostic_items)
    for answer in answers.select_related("item").order_by("item__position"):
        citation = {"label": _("Diagnostic of the ministry"), "code": answer.item_id, "field": "items"}
        if answer.answered_at:
            citation["source"] = str(answer.answered_at.year)
        yield _text(
            f"findings:{answer.item_id}", answer.item.lack, Origin.DIAGNOSTIC, f"diagnostic:{answer.item_id}", citation
        )


# --- The practice ----------------------------------------------------------------------------


def _from_practice(project: Project) -> Iterator[Suggestion]:
    record = project.practice
    if record is None or project.practice_version is None:
        return
    version = PublishedVersion.objects.filter(record=record, version=project.practice_version).first()
    if version is None:
        return
    snapshot = version.snapshot
    base = {
        "label": record.title,
        "code": record.code,
        "version": version.version,
        "record": str(record.pk),
        "url": str((snapshot.get("source") or {}).get("url") or ""),
        "source": _source_of(snapshot.get("source") or {}),
    }
    prefix = f"practice:{record.pk}:{version.version}"

    for place, block in enumerate(snapshot.get("building_blocks", ()), 1):
        text = f"{block['title']}: {to_text(block.get('text', ''))}".strip(" :")
        citation = base | {"field": f"building_blocks {place}"}
        yield _text(f"reuse:{place}", text, Origin.PRACTICE, f"{prefix}:block:{place}", citation)

    for place, condition in enumerate(snapshot.get("preconditions", ()), 1):
        text = condition["statement"]
        if condition.get("verification"):
            text = _("%(condition)s How to see it: %(verification)s") % {
                "condition": _sentence(text), "verification": _sentence(condition["verification"]),
            }  # fmt: skip
        citation = base | {"field": f"preconditions {place}"}
        yield _text(f"preconditions:{place}", text, Origin.PRACTICE, f"{prefix}:condition:{place}", citation)
        if condition.get("strength") == "must":
            title = _("See to it: %(condition)s") % {"condition": condition["statement"]}
            yield Suggestion(
                Activity, f"{prefix}:task:{place}", Origin.PRACTICE,
                {"title": title[:TITLE_LIMIT], "first_quarter": 1, "last_quarter": 1}, citation,
            )  # fmt: skip

    for place, outcome in enumerate(snapshot.get("outcomes", ()), 1):
        unit = outcome.get("unit") or ""
        values: dict[str, Any] = {
            "level": Level.OUTCOME,
            "statement": outcome["indicator"][:400],
            "indicator": outcome["indicator"][:300],
            "unit": unit[:60],
            "measure": Measure.PERCENTAGE if "%" in unit else Measure.UNIT,
        }
        citation = base | {"field": f"outcomes {place}", "definition": outcome.get("source") or ""}
        if outcome.get("value") is not None:
            citation["there"] = {
                name: outcome.get(name) for name in ("baseline", "baseline_year", "value", "value_year")
            }
        yield Suggestion(ResultRow, f"{prefix}:outcome:{place}", Origin.PRACTICE, values, citation)

    risks = [part.strip(" -•") for part in to_text(str(snapshot.get("risks_if_copied") or "")).split("\n")]
    for place, risk in enumerate((part for part in risks if part), 1):
        yield Suggestion(
            Risk, f"{prefix}:risk:{place}", Origin.PRACTICE, {"statement": risk[:RISK_LIMIT]},
            base | {"field": "risks_if_copied"},
        )  # fmt: skip

    costs = _cost_note(record.code, snapshot.get("costs", ()))
    if costs:
        yield _text("costs:practice", costs, Origin.PRACTICE, f"{prefix}:costs", base | {"field": "costs"})


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def _cost_note(code: str, costs: Any) -> str:
    """What a practice cost elsewhere, as a range for each currency; never a line of our budget."""
    amounts: dict[str, list[tuple[Decimal, Any]]] = {}
    for line in costs:
        try:
            amounts.setdefault(line["currency"], []).append((Decimal(line["amount"]), line.get("year")))
        except (InvalidOperation, KeyError, TypeError):
            continue
    sentences = []
    for currency, found in sorted(amounts.items()):
        sums = [amount for amount, _year in found]
        years = sorted({year for _amount, year in found if year})
        least, most = format_money(min(sums), currency), format_money(max(sums), currency)
        when = ", ".join(str(year) for year in years) or _("year not reported")
        sentences.append(
            _("Single costs of %(practice)s lay between %(least)s and %(most)s (%(when)s).")
            % {"practice": code, "least": least, "most": most, "when": when}
            if len(sums) > 1
            else _("A cost of %(practice)s was %(amount)s (%(when)s).")
            % {"practice": code, "amount": least, "when": when}
        )
    if sentences:
        sentences.append(_("Prices of another country: compare before you use them."))
    return " ".join(sentences)


# --- Fit checks ------------------------------------------------------------------------------


def _from_fit_checks(project: Project) -> Iterator[Suggestion]:
    """Tasks of finished fit checks, of the practice that the project takes over where there is one."""
    tasks = AdaptationTask.objects.filter(fit_check__need_id=project.need_id, fit_check__status=FitStatus.DONE)
    if project.practice_id:
        tasks = tasks.filter(fit_check__practice_id=project.practice_id)
    for task in tasks.select_related("fit_check__practice", "answer"):
        check = task.fit_check
        citation = {
            "label": _("Fit check: %(practice)s") % {"practice": check.practice.title},
            "code": check.practice.code,
            "version": check.practice_version,
            "record": str(check.practice_id),
            "field": task.answer.part if task.answer else "",
            "source": str(check.created_at.year),
        }
        key = f"task:{task.pk}"
        if task.kind == TaskKind.RISK:
            yield Suggestion(Risk, key, Origin.ADAPTATION, {"statement": task.text}, citation)
        elif task.kind == TaskKind.BUDGET:
            values = {
                "category": BudgetCategory.CONSULTANTS, "description": task.text[:300], "quantity": Decimal(1),
                "unit_cost": Decimal(0), "currency": project.currency,
            }  # fmt: skip
            yield Suggestion(BudgetLine, key, Origin.ADAPTATION, values, citation)
        else:
            yield _text(f"adapt:{task.pk.hex[:12]}", task.text, Origin.ADAPTATION, key, citation)


# --- Figures and usual wording ---------------------------------------------------------------


def _from_figures(project: Project) -> Iterator[Suggestion]:
    """The newest figure of each kind about the country, with its year and where it was read."""
    if not project.country_id:
        return
    newest: dict[str, ContextFigure] = {}
    for figure in ContextFigure.objects.filter(country_id=project.country_id).select_related("item").order_by("year"):
        newest[figure.item_id] = figure
    for figure in newest.values():
        text = _("%(what)s: %(value)s (%(year)s)") % {
            "what": figure.item.label, "year": figure.year,
            "value": figure_value(figure.item_id, figure.value, figure.unit),
        }  # fmt: skip
        citation = {
            "label": figure.source, "code": figure.item_id, "field": figure.place,
            "source": f"{figure.source}, {figure.year}",
        }  # fmt: skip
        yield _text(f"figures:{figure.item_id}", text, Origin.FIGURE, f"figure:{figure.item_id}", citation)


def _defaults() -> Iterator[Suggestion]:
    for key, text in DEFAULTS.items():
        citation = {"label": _("Usual wording of the Network"), "field": key}
        yield _text(key, str(text), Origin.DEFAULT, f"default:{key}", citation)
