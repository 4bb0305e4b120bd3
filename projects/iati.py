"""A published project as an IATI 2.03 activity, from its snapshot alone (funding page, section 5.1).

The schema wants its elements in one order; the ruleset of the standard wants percentages that add up to 100, budgets
of a year at most, and numbers where an indicator counts. A zero goes out as "0"; what is late, not due or not
measured has no value at all, and the last two say so in a comment. Pledges never leave: only commitments do.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterable, Mapping
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override
from lxml import etree

from network_site.organizations.models import Organization
from network_site.taxonomy.models import Term

from .enums import Level, Measure, PartyRole, ProjectType, ValueState
from .states import Cell, Line, day, months_after, progress, shown

VERSION = "2.03"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
CODES_OF_LANGUAGES = {"pt-br": "pt"}
# IATI's list OrganisationType, where our kind of organisation says it.
TYPES = {"ministry": "10", "international_organization": "40", "network": "40", "academic": "80"}
# IATI's lists OrganisationRole, ResultType; an activity of the matrix is "other".
ROLES = {
    PartyRole.FUNDER.value: "1", PartyRole.BENEFICIARY.value: "2", PartyRole.AGENCY.value: "4",
}  # fmt: skip
RESULT_TYPES = {Level.OUTPUT.value: "1", Level.OUTCOME.value: "2", Level.IMPACT.value: "3", Level.ACTIVITY.value: "9"}
# Region 998 of the DAC: developing countries, unspecified (fictional projects have no country).
NO_COUNTRY = "998"
TRIANGULAR = "CM07"
CENT = Decimal("0.01")
ILLEGAL = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


def activities(
    documents: Iterable[tuple[str, Mapping[str, Any], dt.date]], *, today: dt.date, network: Organization
) -> bytes:
    """A file of activities: for each the public code, the snapshot, and the day on which it was published."""
    root = etree.Element("iati-activities", version=VERSION)
    given = list(documents)
    terms = Term.objects.in_bulk({code for _code, snapshot, _on in given for code in _codes(snapshot)})
    for code, snapshot, published_on in given:
        root.append(Activity(code, snapshot, published_on, today=today, network=network, terms=terms).element())
    found: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return found


def _codes(snapshot: Mapping[str, Any]) -> list[str]:
    """The snapshot's terms, as a list or by scheme."""
    terms = snapshot["terms"]
    return [code for codes in terms.values() for code in codes] if isinstance(terms, Mapping) else list(terms)


def percentages(count: int) -> list[str]:
    """So many equal shares that add up to exactly 100; a single one is not written."""
    if count == 1:
        return [""]
    share = (Decimal(100) / count).quantize(CENT, rounding=ROUND_DOWN)
    return [str(share)] * (count - 1) + [str(100 - share * (count - 1))]


def years(first: dt.date, last: dt.date) -> list[tuple[dt.date, dt.date]]:
    """The time cut into pieces of a year at most, beginning on the first day."""
    pieces: list[tuple[dt.date, dt.date]] = []
    start = first
    while start <= last:
        end = min(_year_after(first, len(pieces) + 1) - dt.timedelta(days=1), last)
        pieces.append((start, end))
        start = end + dt.timedelta(days=1)
    return pieces


def _year_after(start: dt.date, count: int) -> dt.date:
    try:
        return start.replace(year=start.year + count)
    except ValueError:  # 29 February
        return start.replace(year=start.year + count, day=28)


def budget_pieces(
    lines: Collection[Mapping[str, Any]], first: dt.date, last: dt.date
) -> list[tuple[dt.date, dt.date, Decimal]]:
    """The budget by year: each line spread over its own days, to the cent; the sum stays what it was."""
    pieces = years(first, last)
    sums = [Decimal(0)] * len(pieces)
    for line in lines:
        amount = Decimal(line["converted"])
        begins = max(day(line["starts_on"]), first) if line.get("starts_on") else first
        ends = min(day(line["ends_on"]), last) if line.get("ends_on") else last
        if begins > ends:  # outside of the project's own time: it counts where it is nearest
            begins = ends = first if ends < first else last
        shares = [max(0, (min(ends, end) - max(begins, start)).days + 1) for start, end in pieces]
        left, days_left = amount, sum(shares)
        for place, days in enumerate(shares):
            if not days:
                continue
            part = left if days == days_left else (left * days / days_left).quantize(CENT)
            sums[place] += part
            left, days_left = left - part, days_left - days
    return [(start, end, amount) for (start, end), amount in zip(pieces, sums, strict=True) if amount]


class Activity:
    """One activity; each method appends the elements of its name, and `element` calls them in the schema's order."""

    def __init__(
        self,
        code: str,
        snapshot: Mapping[str, Any],
        published_on: dt.date,
        *,
        today: dt.date,
        network: Organization,
        terms: Mapping[str, Term],
    ) -> None:
        self.code, self.snapshot, self.published_on = code, snapshot, published_on
        self.today, self.network, self.terms = today, network, terms
        self.language = iati_language(snapshot["source_language"])
        self.root = etree.Element("iati-activity")

    def element(self) -> etree._Element:
        """The whole activity. Its comments are in the project's own language."""
        self.root.set(LANG, self.language)
        self.root.set("default-currency", self.snapshot["currency"])
        self.root.set("last-updated-datetime", f"{self.published_on.isoformat()}T00:00:00Z")
        with override(self.snapshot["source_language"]):
            self._identity()
            self._texts()
            self._organisations()
            self._status_and_dates()
            self._places()
            self._classification()
            self._money()
            self._results()
        return self.root

    # --- Small helpers ---------------------------------------------------------------------------

    def _add(self, tag: str, parent: Any = None, **attributes: str) -> etree._Element:
        element = etree.SubElement(self.root if parent is None else parent, tag)
        for key, value in attributes.items():
            if value:
                element.set(key.rstrip("_").replace("_", "-"), value)
        return element

    def _say(self, parent: Any, text: str, language: str = "") -> None:
        """A narrative; its language is written where it is not the activity's."""
        element = etree.SubElement(parent, "narrative")
        if language and language != self.language:
            element.set(LANG, language)
        element.text = legible(text)

    # --- In the schema's order -------------------------------------------------------------------

    def _identity(self) -> None:
        self._add("iati-identifier").text = f"{settings.IATI_REFERENCE}-{self.code}"
        # The Network tells of money that others report themselves: without the flag it would count twice.
        reporter = self._add(
            "reporting-org", ref=settings.IATI_REFERENCE, type=TYPES["network"], secondary_reporter="1"
        )
        for language, name in self.network.names.items():
            self._say(reporter, name, iati_language(language))

    def _texts(self) -> None:
        source = self.snapshot["source_language"]
        order = sorted(self.snapshot["texts"], key=lambda language: language != source)
        title = self._add("title")
        for language in order:
            with override(language):
                words = self.snapshot["texts"][language]["title"]
                demo = _("Demonstration") + ": " if self.snapshot["is_demo"] else ""
            self._say(title, demo + words, iati_language(language))
        described = [(language, self.snapshot["texts"][language].get("summary", "")) for language in order]
        description = self._add("description", type="1")
        for language, words in described:
            if words:
                self._say(description, words, iati_language(language))
        if not any(words for _language, words in described):
            self._say(description, self.snapshot["texts"][source]["title"])
        objective = self._sections("objective")
        if objective:
            self._say(self._add("description", type="2"), objective)
        groups = self._sections("beneficiaries")
        if groups:
            self._say(self._add("description", type="3"), groups)

    def _sections(self, name: str) -> str:
        parts = (self.snapshot.get("sections") or {}).get(name) or []
        return "\n\n".join(part["text"] for part in parts if part["text"])

    def _organisations(self) -> None:
        owner = self.snapshot["owner"]
        accountable = self._add("participating-org", role="2", type=TYPES.get(owner["kind"], ""))
        for language, name in owner["names"].items():
            self._say(accountable, name, iati_language(language))
        named = {("2", name) for name in owner["names"].values()}
        agreement = (self.snapshot.get("execution") or {}).get("agreement")
        parties = [(ROLES.get(party["role"], ""), party["name"], "") for party in self.snapshot.get("parties") or ()]
        if agreement:
            parties.append(("4", agreement["agency"], TYPES.get(agreement["kind"] or "", "")))
        # The agreement knows what kind of organisation the agency is, so it comes first.
        for role, name, kind in sorted(parties, key=lambda party: not party[2]):
            if role and name and (role, name) not in named:
                named.add((role, name))
                self._say(self._add("participating-org", role=role, type=kind), name)

    def _status_and_dates(self) -> None:
        self._add("activity-status", code=self.snapshot["iati_status"])
        start, end = self._planned()
        dates = [
            ("1", start),
            ("2", _day(self.snapshot["actual_start"])),
            ("3", end),
            ("4", _day(self.snapshot["actual_end"])),
        ]
        if start is None and dates[1][1] is None:
            # The schema and the ruleset want a start; a request without one begins when it was published, at the
            # earliest.
            dates[0] = ("1", self.published_on)
        for kind, on in dates:
            if on is not None:
                self._add("activity-date", type=kind, iso_date=on.isoformat())

    def _planned(self) -> tuple[dt.date | None, dt.date | None]:
        """Planned start and end; a running project's agreement says the end."""
        start = _day(self.snapshot["start_on"])
        agreement = (self.snapshot.get("execution") or {}).get("agreement")
        if agreement:
            return start or day(agreement["starts_on"]), max(start or dt.date.min, day(agreement["ends_on"]))
        months = self.snapshot["months"]
        if start is None or not months:
            return start, None
        return start, months_after(start, months) - dt.timedelta(days=1)

    def _places(self) -> None:
        countries = list(
            dict.fromkeys(code for code in (self.snapshot["country"], *self.snapshot["countries"]) if code)
        )
        if not countries:
            self._add("recipient-region", code=NO_COUNTRY, vocabulary="1")
        for country, share in zip(countries, percentages(len(countries)) if countries else [], strict=True):
            self._add("recipient-country", code=country, percentage=share)

    def _classification(self) -> None:
        terms = [self.terms[code] for code in _codes(self.snapshot) if code in self.terms]
        given = [term for term in terms if term.scheme_id == "CRS"]
        functions = [term for term in terms if term.scheme_id == "LAF"]
        # A project's own DAC codes, else those that the functions of labour administration stand for.
        purposes = list(dict.fromkeys(_link(term, "crs") for term in given or functions if _link(term, "crs")))
        purposes = purposes or ["16020"]
        for purpose, share in zip(purposes, percentages(len(purposes)), strict=True):
            self._add("sector", vocabulary="1", code=purpose, percentage=share)
        for term, share in zip(functions, percentages(len(functions)) if functions else [], strict=True):
            uri = f"{settings.SITE_URL}/vocab/LAF"
            sector = self._add("sector", vocabulary="99", vocabulary_uri=uri, code=term.code, percentage=share)
            self._say(sector, term.label)
        for term in terms:
            if term.scheme_id == "SDG" and _link(term, "sdg"):
                self._add("tag", vocabulary="3" if "." in _link(term, "sdg") else "2", code=_link(term, "sdg"))
        for term in terms:
            if term.scheme_id == "PM" and _link(term, "iati"):
                self._add("policy-marker", vocabulary="1", code=_link(term, "iati"), significance="1")
        if TRIANGULAR in _codes(self.snapshot):
            self._add("collaboration-type", code="8")
        support = self.snapshot["type"] in {ProjectType.OPERATIONAL, ProjectType.CLIENT}
        self._add("default-aid-type", code="D02" if support else "C01")

    def _money(self) -> None:
        start, end = self._planned()
        currency = self.snapshot["currency"]
        execution = self.snapshot.get("execution") or {}
        if start and end and end >= start:
            kind = "2" if execution.get("amendments") else "1"
            status = "2" if execution else "1"
            for first, last, amount in budget_pieces(self.snapshot["budget"], start, end):
                budget = self._add("budget", type=kind, status=status)
                self._add("period-start", budget, iso_date=first.isoformat())
                self._add("period-end", budget, iso_date=last.isoformat())
                self._value(budget, amount, currency, first)
        sums = self.snapshot["sums"]
        for kind, key in (("11", "committed"), ("1", "received")):
            amount = Decimal(sums.get(key) or 0)
            if amount:
                on = min(self.published_on, self.today)
                transaction = self._add("transaction")
                self._add("transaction-type", transaction, code=kind)
                self._add("transaction-date", transaction, iso_date=on.isoformat())
                self._value(transaction, amount, currency, on)

    def _value(self, parent: Any, amount: Decimal, currency: str, on: dt.date) -> None:
        value = self._add("value", parent, currency=currency, value_date=on.isoformat())
        value.text = str(amount.quantize(CENT))

    # --- Results ---------------------------------------------------------------------------------

    def _results(self) -> None:
        known = {row["id"]: row for row in self.snapshot["results"]}
        for line in progress(self.snapshot, self.today):
            self._result(line, known[line.id])

    def _result(self, line: Line, row: Mapping[str, Any]) -> None:
        result = self._add("result", type=RESULT_TYPES[line.level], aggregation_status="0")
        self._say(self._add("title", result), f"{line.code} {line.statement}".strip())
        attributes = {"measure": line.measure, "ascending": "1" if line.ascending else "0"}
        indicator = self._add("indicator", result, **attributes)
        self._say(self._add("title", indicator), line.indicator)
        qualitative = line.measure == Measure.QUALITATIVE
        remarks = self._remarks(line, row, qualitative=qualitative)
        if remarks:
            self._say(self._add("description", indicator), "\n".join(remarks))
        if line.baseline_year and (line.baseline is not None or qualitative):
            value = "" if qualitative else shown(line.baseline) or ""
            baseline = self._add("baseline", indicator, year=str(line.baseline_year), value=value)
            if row["baseline_source"]:
                self._comment(baseline, row["baseline_source"])
        for cell in line.cells:
            self._period(indicator, cell, qualitative=qualitative)

    def _remarks(self, line: Line, row: Mapping[str, Any], *, qualitative: bool) -> list[str]:
        """What has no place of its own: the unit, why there is no baseline, and what nobody measured without target."""
        remarks = [_("Unit: %(unit)s") % {"unit": line.unit}] if line.unit else []
        if line.baseline_missing:
            remarks.append(_("No value before: %(why)s") % {"why": line.baseline_missing})
        if line.target_text:
            remarks.append(_("Target in words: %(words)s") % {"words": line.target_text})
        if not qualitative:
            remarks += [
                f"{cell.period.starts_on.isoformat()}/{cell.period.ends_on.isoformat()}: {_remark(cell)}"
                for cell in line.cells
                if _remark(cell) and not (cell.goal and cell.goal.value is not None)
            ]
        return remarks

    def _period(self, indicator: Any, cell: Cell, *, qualitative: bool) -> None:
        """A period with its target and what was reached; without either it says nothing and is left out."""
        goal, told = cell.goal, cell.reported
        has_goal = goal is not None and (bool(goal.text) if qualitative else goal.value is not None)
        has_value = told is not None and not told.not_measured and (qualitative or told.value is not None)
        remark = _remark(cell)
        if not has_goal and not has_value and not (qualitative and remark):
            return
        period = self._add("period", indicator)
        self._add("period-start", period, iso_date=cell.period.starts_on.isoformat())
        self._add("period-end", period, iso_date=cell.period.ends_on.isoformat())
        if has_goal and goal is not None:
            target = self._add("target", period, value="" if qualitative else shown(goal.value) or "")
            words = [part for part in (goal.text, "" if has_value or qualitative else remark) if part]
            if words:
                self._comment(target, " ".join(words))
        if has_value and told is not None:
            self._actual(period, told.value, told.text, told.source, qualitative=qualitative)
        elif qualitative and remark:
            self._comment(self._add("actual", period), remark)
        for part in cell.parts:
            if part.value is not None and not qualitative:
                self._actual(period, part.value, part.text, part.source, qualitative=False, of=part.dimension)

    def _actual(
        self, period: Any, value: Decimal | None, text: str, source: str, *, qualitative: bool, of: str = ""
    ) -> None:
        actual = self._add("actual", period, value="" if qualitative else shown(value) or "")
        if of:
            name, _colon, part = of.partition(":")
            self._add("dimension", actual, name=name, value=part or name)
        words = " ".join(word for word in (text, f"({source})" if source else "") if word)
        if words:
            self._comment(actual, words)

    def _comment(self, parent: Any, words: str) -> None:
        self._say(self._add("comment", parent), words)


def _remark(cell: Cell) -> str:
    """Why there is no value, where that is known."""
    if cell.state == ValueState.NOT_MEASURED and cell.reported is not None:
        return _("Not measured: %(why)s") % {"why": cell.reported.not_measured}
    if cell.state == ValueState.LATE:
        return _("Late: the report was due on %(day)s.") % {"day": cell.period.due_on.isoformat()}
    return ""


def _link(term: Term, codelist: str) -> str:
    return str(term.extra.get("links", {}).get(codelist, ""))


def _day(value: Any) -> dt.date | None:
    return day(value) if value else None


def iati_language(code: str) -> str:
    """A code of ISO 639-1, as IATI's list Language has them."""
    return CODES_OF_LANGUAGES.get(code, code)


def legible(text: str) -> str:
    """Text without the signs that XML cannot hold."""
    return ILLEGAL.sub("", text)
