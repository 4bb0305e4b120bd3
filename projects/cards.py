"""How a published project looks in a list, on its page and in its Word file: from the snapshot alone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from network_site.common.language import current_language, language_name, pick
from network_site.common.templatetags.enlace import babel_locale, format_day, format_money
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import offered_files
from network_site.taxonomy.models import Country, Term

from . import outline
from .enums import (
    SEEKING,
    AnnexKind,
    BudgetCategory,
    BudgetSource,
    Degree,
    Level,
    Origin,
    PartyRole,
    ProjectStatus,
    ProjectType,
    Section,
)

MAX_QUARTERS = 80
PUBLIC_CODE = re.compile(r"(?:P|N|PR|O)-\d+")


@dataclass(frozen=True)
class ShownText:
    """The texts of a snapshot as shown: which language, and how far it can be trusted."""

    language: str
    texts: dict[str, Any]
    state: str

    @property
    def lang(self) -> str:
        """The language to mark up, when it is not the page's."""
        return self.language if self.language != current_language() else ""


def shown_text(snapshot: Mapping[str, Any]) -> ShownText:
    """The reader's language if there is a text in it, else the source with a notice."""
    wanted, source = current_language(), snapshot["source_language"]
    given = snapshot["texts"].get(wanted)
    if given is None:
        return ShownText(source, snapshot["texts"][source], "source")
    merged = snapshot["texts"][source] | {name: text for name, text in given.items() if text}
    state = given.get("state", "source")
    return ShownText(wanted, merged, state if state in {"machine", "stale"} else "")


def decimal_of(text: Any) -> Decimal | None:
    """A figure of a snapshot; None stays "not reported"."""
    return None if text in (None, "") else Decimal(str(text))


def day_of(text: Any) -> dt.date | None:
    """A day of a snapshot."""
    return dt.date.fromisoformat(str(text)[:10]) if text else None


def counted_projects(count: int) -> str:
    """A count with its noun, in the reader's language."""
    return ngettext("%(count)s project", "%(count)s projects", count) % {"count": count}


def country_names(codes: Iterable[str]) -> dict[str, str]:
    """Names of countries in the reader's language; one query."""
    return {code: country.name for code, country in Country.objects.in_bulk(list(codes)).items()}


def codes_of(snapshot: Mapping[str, Any]) -> list[str]:
    """All countries of a project, its own first."""
    codes = [snapshot.get("country"), *(snapshot.get("countries") or [])]
    return list(dict.fromkeys(code for code in codes if code))


# --- Lists -----------------------------------------------------------------------------------

TAGS = {
    ProjectStatus.PUBLISHED: ("info", "arr"),
    ProjectStatus.NEGOTIATING: ("info", "talk"),
    ProjectStatus.SECURED: ("ok", "ok"),
    ProjectStatus.AGENCY: ("ok", "ok"),
    ProjectStatus.EXECUTION: ("ok", "ok"),
    ProjectStatus.SUSPENDED: ("warn", "warn"),
    ProjectStatus.CANCELLED: ("stop", "no"),
}


def status_tag(status: str) -> dict[str, str]:
    """The state of a project as a tag: word, sign, colour."""
    kind, icon = TAGS.get(ProjectStatus(status), ("line", "dot"))
    return {"kind": kind, "icon": icon, "text": str(ProjectStatus(status).label)}


@dataclass(frozen=True)
class Money:
    """What a request needs and has; only what is committed closes the gap, and a pledge is not public."""

    currency: str
    total: Decimal
    needed: Decimal
    counterpart: Decimal
    committed: Decimal
    received: Decimal

    @property
    def open(self) -> Decimal:
        return max(self.needed - self.committed, Decimal(0))


def money_of(snapshot: Mapping[str, Any]) -> Money:
    """The sums of a snapshot."""
    sums = snapshot["sums"]
    names = ("total", "needed", "counterpart", "committed", "received")
    return Money(snapshot["currency"], **{name: decimal_of(sums.get(name)) or Decimal(0) for name in names})


def _months(count: int | None) -> str:
    return ngettext("%(count)s month", "%(count)s months", count) % {"count": count} if count else ""


def card(record: PublishedRecord, base_url: str, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A record as a line of a list. `names` are the names of its countries, when the caller read them for all."""
    snapshot = record.snapshot
    shown = shown_text(snapshot)
    codes = codes_of(snapshot)
    known = names if names is not None else {record.country.pk: record.country.name} if record.country else {}
    places = ", ".join(known.get(code, code) for code in codes[:3])
    if len(codes) > 3:
        places = _("%(places)s and %(count)s more") % {"places": places, "count": len(codes) - 3}
    money = money_of(snapshot)
    until = day_of(snapshot.get("interest_until"))
    facts = [
        _("Asked for: %(amount)s") % {"amount": format_money(money.needed, money.currency)},
        _("Committed: %(amount)s") % {"amount": format_money(money.committed, money.currency)},
        _months(snapshot.get("months")),
    ]
    if until and snapshot["status"] in SEEKING:
        facts.append(_("Interest is taken until %(day)s") % {"day": format_day(until)})
    return {
        "title": shown.texts["title"],
        "url": f"{base_url}{record.path}",
        "from_line": " · ".join(part for part in (places, pick(snapshot["owner"]["names"]) or "") if part),
        "one_line": shown.texts.get("summary", ""),
        "tag": status_tag(snapshot["status"]),
        "facts": " · ".join(fact for fact in facts if fact),
        "demo": record.is_demo,
        "lang": shown.lang,
        "notice": _("Shown in %(language)s.") % {"language": language_name(shown.language)} if shown.lang else "",
        "code": record.code,
    }


def cards(records: Sequence[PublishedRecord], base_url: str) -> list[dict[str, Any]]:
    """Records as lines of a list; one query for the names of their countries."""
    names = country_names({code for record in records for code in codes_of(record.snapshot)}) if records else {}
    return [card(record, base_url, names) for record in records]


# --- The Terms of Reference ------------------------------------------------------------------


def citation_words(citation: Mapping[str, Any] | None) -> str:
    """What is cited, in words: the label, a public number, the version, the source; nothing twice."""
    if not citation:
        return ""
    # Codes of terms and figures are for machines; what people quote is a public number.
    code = str(citation.get("code") or "")
    version = citation.get("version")
    found: list[str] = []
    for part in (
        str(citation.get("label") or ""),
        code if PUBLIC_CODE.fullmatch(code) else "",
        _("version %(number)s") % {"number": version} if version else "",
        str(citation.get("source") or ""),
    ):
        if part and not any(part in known for known in found):
            found.append(part)
    return ", ".join(found)


def origin_words(origin: str, citation: Mapping[str, Any] | None) -> str:
    """Where a value came from, with what is cited; nothing of what was written here and cites nothing."""
    if origin == Origin.PERSON and not citation:
        return ""
    words = str(Origin(origin).label) if origin in Origin.values else ""
    cited = citation_words(citation)
    return ": ".join(part for part in (words, cited) if part)


@dataclass
class ShownSection:
    """One of the sixteen sections: its texts and the names of its typed parts that hold something."""

    key: str
    number: int
    title: str
    texts: list[dict[str, Any]] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not self.texts and not self.parts


# Which typed parts stand in which section, in the snapshot's names.
PARTS: dict[str, tuple[str, ...]] = {
    Section.PARTIES.value: ("parties",),
    Section.RESULTS.value: ("results",),
    Section.EXECUTION.value: ("activities",),
    Section.ASSIGNMENTS.value: ("assignments",),
    Section.BUDGET.value: ("budget",),
    Section.PROCUREMENT.value: ("procurement",),
    Section.RISKS.value: ("risks",),
    Section.ANNEXES.value: ("annexes",),
}


def heading(key: str) -> str:
    """The heading of a text; the key itself for one that the outline no longer has."""
    try:
        return str(outline.field_of(key)[1].label)
    except outline.UnknownKey:
        return key.partition(outline.MANY)[0].replace("_", " ").capitalize()


def sections_of(snapshot: Mapping[str, Any]) -> list[ShownSection]:
    """The sixteen sections in their order, each with its texts and what else stands in it."""
    shown = []
    for place, (key, label) in enumerate(Section.choices, start=1):
        given = snapshot["sections"].get(key) or []
        texts = [
            {
                "key": item["key"],
                "label": heading(item["key"]),
                "text": item["text"],
                "origin": origin_words(item.get("origin", ""), item.get("citation")),
                "cited": citation_words(item.get("citation")),
                "url": (item.get("citation") or {}).get("url", ""),
            }
            for item in given
            if item["text"]
        ]
        parts = [name for name in PARTS.get(key, ()) if snapshot.get(name)]
        shown.append(ShownSection(key, place, str(label), texts, parts))
    return shown


def _label(choices: Any, value: str) -> str:
    return str(choices(value).label) if value in choices.values else value


def figure(value: Any) -> str:
    """A figure as people write it: 31, not 31.0000, in the reader's own way of writing."""
    given = decimal_of(value)
    return "" if given is None else str(format_decimal(given, format="#,##0.########", locale=babel_locale()))


def matrix_of(snapshot: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of the results matrix, each with its targets in words."""
    rows = []
    for row in snapshot.get("results") or []:
        baseline = figure(row.get("baseline"))
        if baseline and row.get("baseline_year"):
            baseline = f"{baseline} ({row['baseline_year']})"
        rows.append(
            row
            | {
                "level_label": _label(Level, row["level"]),
                "baseline_words": baseline,
                "baseline_is_zero": decimal_of(row.get("baseline")) == 0,
                "target_words": figure(row.get("target")) or row.get("target_text", ""),
                "steps": [
                    {"day": day_of(step["ends_on"]), "words": figure(step.get("value")) or step.get("text", "")}
                    for step in row.get("targets") or []
                ],
            }
        )
    return rows


@dataclass(frozen=True)
class Budget:
    """The lines of a budget, and its sums by component and source."""

    currency: str
    lines: list[dict[str, Any]]
    sources: list[str]
    by_component: list[dict[str, Any]]
    by_source: list[Decimal]
    total: Decimal


def budget_of(snapshot: Mapping[str, Any]) -> Budget:
    """The budget as a table: every line, then components against who pays."""
    names = {row["code"]: row["statement"] for row in snapshot.get("results") or []}
    lines, cells, found = [], {}, []
    for line in snapshot.get("budget") or []:
        converted = decimal_of(line["converted"]) or Decimal(0)
        if line["source"] not in found:
            found.append(line["source"])
        key = (line.get("component") or "", line["source"])
        cells[key] = cells.get(key, Decimal(0)) + converted
        lines.append(
            line
            | {
                "category_label": _label(BudgetCategory, line["category"]),
                "source_label": _label(BudgetSource, line["source"]),
                "quantity_words": " ".join(part for part in (figure(line["quantity"]), line.get("unit", "")) if part),
                "is_converted": line["currency"] != snapshot["currency"],
                "rate_day": day_of(line.get("rate_on")),
                "rate_words": figure(line.get("rate")),
            }
        )
    order = [source for source in BudgetSource.values if source in found]
    components = list(dict.fromkeys(component for component, _source in cells))
    by_component = [
        {
            "code": component,
            "name": names.get(component, ""),
            "amounts": [cells.get((component, source), Decimal(0)) for source in order],
            "total": sum((cells.get((component, source), Decimal(0)) for source in order), Decimal(0)),
        }
        for component in components
    ]
    by_source = [
        sum((row["amounts"][place] for row in by_component), Decimal(0)) for place, _source in enumerate(order)
    ]
    return Budget(
        currency=snapshot["currency"],
        lines=lines,
        sources=[_label(BudgetSource, source) for source in order],
        by_component=by_component,
        by_source=by_source,
        total=sum(by_source, Decimal(0)),
    )


@dataclass(frozen=True)
class Plan:
    """The quarterly plan as components/quarters.html draws it."""

    years: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    now: int | None


def plan_of(
    activities: Sequence[Mapping[str, Any]], *, start: dt.date | None, months: int | None, today: dt.date | None = None
) -> Plan:
    """Activities by quarter: of the calendar where the start is known, else of the project's own years."""
    last = max([row["last_quarter"] for row in activities] + [-(-(months or 0) // 3)] + [1])
    before = (start.month - 1) // 3 if start else 0
    count = min(before + last, MAX_QUARTERS + 3)
    years: list[dict[str, Any]] = []
    for position in range(count):
        if position % 4 == 0:
            of = str(start.year + position // 4) if start else _("Year %(number)s") % {"number": position // 4 + 1}
            years.append({"label": of, "quarters": []})
        years[-1]["quarters"].append(position % 4 + 1)
    now = None
    if start:
        day = today or timezone.localdate()
        place = (day.year - start.year) * 4 + (day.month - 1) // 3
        now = place if 0 <= place < count else None
    rows = [
        {
            "label": " ".join(part for part in (row.get("component") or "", row["title"]) if part),
            "cells": [
                "planned" if before + row["first_quarter"] - 1 <= place <= before + row["last_quarter"] - 1 else ""
                for place in range(count)
            ],
        }
        for row in activities
    ]
    return Plan(years, rows, now)


def tables_of(
    snapshot: Mapping[str, Any], names: Mapping[str, str], addresses: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Everything of the typed parts, in words. `addresses` are those of annexes that can be had as files."""
    addresses = addresses or {}
    start = day_of(snapshot.get("actual_start")) or day_of(snapshot.get("start_on"))
    activities = snapshot.get("activities") or []
    currency = snapshot["currency"]
    return {
        "matrix": matrix_of(snapshot),
        "budget": budget_of(snapshot),
        "plan": plan_of(activities, start=start, months=snapshot.get("months")) if activities else None,
        "risks": [
            row
            | {
                "probability_label": _label(Degree, row["probability"]),
                "impact_label": _label(Degree, row["impact"]),
            }
            for row in snapshot.get("risks") or []
        ],
        "assignments": [
            row | {"cost_words": format_money(row["cost"], currency) if row.get("cost") not in (None, "") else ""}
            for row in snapshot.get("assignments") or []
        ],
        "procurement": [
            row
            | {
                "kind_label": _label(BudgetCategory, row["kind"]),
                "amount_words": format_money(row["amount"], currency) if row.get("amount") not in (None, "") else "",
                "planned_day": day_of(row.get("planned_on")),
            }
            for row in snapshot.get("procurement") or []
        ],
        "parties": [row | {"role_label": _label(PartyRole, row["role"])} for row in snapshot.get("parties") or []],
        "annexes": [
            row | {"kind_label": _label(AnnexKind, row["kind"]), "address": addresses.get(row["id"]) or row.get("url")}
            for row in snapshot.get("annexes") or []
        ],
        "signatures": [
            {"name": names.get(row["country"], row["country"]), "day": day_of(row["at"])}
            for row in snapshot.get("signatures") or []
        ],
    }


def term_codes(snapshot: Mapping[str, Any]) -> list[str]:
    """The codes of its terms, those of one scheme beside each other."""
    return [code for codes in snapshot["terms"].values() for code in codes]


def term_labels(snapshot: Mapping[str, Any]) -> list[dict[str, str]]:
    """Its terms with their scheme and label in the reader's language; one query."""
    codes = term_codes(snapshot)
    found = Term.objects.in_bulk(codes)
    return [
        {
            "code": code,
            "scheme": found[code].scheme_id,
            "label": found[code].lack if found[code].scheme_id == "DI" else found[code].label,
        }
        for code in codes
        if code in found
    ]


def page_context(record: PublishedRecord, snapshot: dict[str, Any]) -> dict[str, Any]:
    """Everything that the page of a project shows, in the reader's language where there is a text."""
    shown = shown_text(snapshot)
    names = country_names(codes_of(snapshot))
    terms = term_labels(snapshot)
    source = snapshot["source_language"]
    files = {str(pk): reverse("private_file", args=[pk]) for pk in offered_files(record)}
    return {
        "text": shown.texts,
        "text_state": shown.state,
        "lang": shown.lang,
        "shown_language": language_name(shown.language),
        "wanted_language": language_name(current_language()),
        "source_lang": source if source != current_language() else "",
        "countries": [{"code": code, "name": names.get(code, code)} for code in codes_of(snapshot)],
        "owner_name": pick(snapshot["owner"]["names"]) or "",
        "status": status_tag(snapshot["status"]),
        "is_seeking": snapshot["status"] in SEEKING,
        "type_label": _label(ProjectType, snapshot["type"]),
        "functions": [term for term in terms if term["scheme"] == "LAF"],
        "other_terms": [term for term in terms if term["scheme"] not in {"LAF", "CRS"}],
        "money": money_of(snapshot),
        "sections": sections_of(snapshot),
        "tables": tables_of(snapshot, names, files),
        "start_on": day_of(snapshot.get("start_on")),
        "actual_start": day_of(snapshot.get("actual_start")),
        "actual_end": day_of(snapshot.get("actual_end")),
        "interest_until": day_of(snapshot.get("interest_until")),
        "length": _months(snapshot.get("months")),
        "languages": [language_name(code) for code in snapshot.get("languages") or []],
        "source": snapshot.get("source") or {},
    }
