"""Hard rules, before any score: pass, fail, or unknown, which is never a silent no (funding page, 4.1).

Offers of money are judged by the funders' own rules (`funders.rules`); here are the rules of those who help, and what
every offer has: whether it is open. What a rule says is kept in all four languages, so that a match tells later what
was said when it was made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import override

from funders.enums import OfferStatus, RuleKind, Verdict
from funders.rules import Outcome, ProjectFacts, country_names, judge, rules_of
from needs.enums import BANDS
from network_site.common.language import CODES, language_name
from network_site.common.templatetags.enlace import format_day
from network_site.organizations.enums import OrganizationKind

from .asking import Candidate, Wanted
from .scoring import FUNDING, PRACTICE

AMOUNTS = (RuleKind.MOST, RuleKind.LEAST)
PASS, FAIL, UNKNOWN = Outcome.PASS.value, Outcome.FAIL.value, Outcome.UNKNOWN.value


@dataclass(frozen=True)
class Line:
    """One rule, judged, in words of the language in use."""

    kind: str
    outcome: str
    why: str
    change: str = ""
    # The funder's own words and their date; empty where the rule is ours.
    sentence: str = ""
    stated_on: dt.date | None = None


def verdict(lines: Iterable[Line]) -> str:
    """Eligible when every rule passes, not when one fails, else to be checked. A practice has no rules: eligible."""
    outcomes = {line.outcome for line in lines}
    if FAIL in outcomes:
        return Verdict.NOT.value
    return Verdict.CHECK.value if UNKNOWN in outcomes else Verdict.ELIGIBLE.value


def lines(
    wanted: Wanted, candidate: Candidate, facts: ProjectFacts | None = None, *, today: dt.date | None = None
) -> list[Line]:
    """Every rule that applies to this candidate. Without the facts of a project it is a need that is compared."""
    if candidate.family == PRACTICE:
        return []
    found = [_open(candidate.snapshot), *_deadline(candidate.snapshot, today)]
    if candidate.family == FUNDING:
        return found + _funding(wanted, candidate, facts)
    return [*found, _languages(wanted, candidate), _countries(wanted, candidate), _capacity(candidate.snapshot)]


def kept(make: Callable[[], Sequence[Line]]) -> list[dict[str, Any]]:
    """The rules as they are kept: their words by language."""
    by_language: dict[str, Sequence[Line]] = {}
    for code in CODES:
        with override(code):
            by_language[code] = make()
    return [
        {
            "kind": line.kind,
            "outcome": line.outcome,
            "stated_on": line.stated_on.isoformat() if line.stated_on else "",
            **{
                name: {code: getattr(by_language[code][number], name) for code in CODES}
                for name in ("why", "change", "sentence")
            },
        }
        for number, line in enumerate(by_language[CODES[0]])
    ]


# --- Every offer -----------------------------------------------------------------------------


def _open(snapshot: Mapping[str, Any]) -> Line:
    status = snapshot.get("status", "")
    if status == OfferStatus.OPEN:
        return Line("open", PASS, _("The offer is open."))
    if status == OfferStatus.FORECASTED:
        return Line("open", UNKNOWN, _("The offer is announced and not open yet."), _("Ask when it opens."))
    if status in (OfferStatus.PAUSED, OfferStatus.CLOSED, OfferStatus.ARCHIVED):
        return Line("open", FAIL, _("The offer is not open now."), _("Wait until it opens again."))
    return Line("open", UNKNOWN, _("It is not known whether the offer is open."), _("Ask whoever offers it."))


def _deadline(snapshot: Mapping[str, Any], today: dt.date | None) -> list[Line]:
    """To the end of the last day where the offer is; none where it names no day."""
    if not snapshot.get("closes_on"):
        return []
    last = dt.date.fromisoformat(snapshot["closes_on"])
    now = today or timezone.now().astimezone(ZoneInfo(snapshot.get("time_zone") or "UTC")).date()
    day = format_day(last)
    if now > last:
        return [Line("deadline", FAIL, _("Its last day was %(day)s.") % {"day": day}, _("Wait for its next call."))]
    return [Line("deadline", PASS, _("Its last day is %(day)s.") % {"day": day})]


# --- Who helps -------------------------------------------------------------------------------


def _languages(wanted: Wanted, candidate: Candidate) -> Line:
    theirs = [code for code in CODES if code in candidate.languages]
    if not theirs:
        return Line("languages", UNKNOWN, _("It is not known in which languages they work."), _("Ask them."))
    if not wanted.languages:
        return Line("languages", UNKNOWN, _("The need does not say in which languages help can be used."),
                    _("Name the languages in the need."))  # fmt: skip
    shared = [code for code in theirs if code in wanted.languages]
    if shared:
        names = get_text_list([language_name(code) for code in shared], _("and"))
        return Line("languages", PASS, _("They work in %(names)s.") % {"names": names})
    names = get_text_list([language_name(code) for code in theirs], _("and"))
    return Line("languages", FAIL, _("They work in %(names)s only.") % {"names": names},
                _("Add that language to the need, or pay for interpreters."))  # fmt: skip


def _countries(wanted: Wanted, candidate: Candidate) -> Line:
    named = list(candidate.snapshot.get("countries") or ())
    if not named:
        return Line("countries", PASS, _("They work in any country."))
    if not wanted.place.iso2:
        return Line("countries", UNKNOWN, _("The need names no country."), _("Name the country in the need."))
    words = {"names": country_names(named)}
    if wanted.place.iso2 in named:
        return Line("countries", PASS, _("They work in: %(names)s.") % words)
    return Line("countries", FAIL, _("They work in these countries only: %(names)s.") % words,
                _("Ask whether they would come to another country."))  # fmt: skip


def _capacity(snapshot: Mapping[str, Any]) -> Line:
    capacity = snapshot.get("capacity")
    if capacity is None:
        return Line(
            "capacity", UNKNOWN, _("They do not say how much they can take on."), _("Ask whether they have time.")
        )
    if capacity == 0:
        return Line("capacity", FAIL, _("They can take on nothing more this year."), _("Ask for next year."))
    return Line("capacity", PASS, _("They take on %(count)s a year.") % {"count": capacity})


# --- Money -----------------------------------------------------------------------------------


def _funding(wanted: Wanted, candidate: Candidate, facts: ProjectFacts | None) -> list[Line]:
    is_need = facts is None
    judged = judge(rules_of(candidate.snapshot), facts or facts_of_need(wanted, candidate.snapshot))
    found = []
    for one in judged.results:
        outcome = str(one.outcome.value)
        why, change = _of_rough_size(outcome) if is_need and one.kind in AMOUNTS else (one.why, one.change)
        found.append(Line(one.kind, outcome, why, change, one.sentence, one.stated_on))
    if not found:
        found.append(Line("other", UNKNOWN, _("The offer does not say whom it is for."), _("Ask whoever offers it.")))
    return found


def _of_rough_size(outcome: str) -> tuple[str, str]:
    if outcome == PASS:
        return _("The rough size of the need is within it."), ""
    if outcome == FAIL:
        return _("The rough size of the need is outside of it."), _("Ask for a part of it, or join with another need.")
    return _("A need has no budget yet, and its rough size does not settle it."), _("Draft a project with a budget.")


def facts_of_need(wanted: Wanted, snapshot: Mapping[str, Any]) -> ProjectFacts:
    """What the rules of one offer may know of a need: it has a rough size and no budget yet.

    The rough size counts only where all of it, or none of it, is within the offer's amounts.
    """
    return ProjectFacts(
        countries=(wanted.place.iso2,) if wanted.place.iso2 else (),
        organization_kind=OrganizationKind.MINISTRY.value,
        themes=wanted.functions,
        amount=(amount := _rough(wanted.budget_band, snapshot)),
        currency="USD" if amount is not None else "",
        usd=amount,
        languages=wanted.languages,
    )


def _rough(band: str, snapshot: Mapping[str, Any]) -> Decimal | None:
    if band not in BANDS:
        return None
    low, high = BANDS[band]
    bounds = [_limits(rule) for rule in snapshot.get("rules") or () if rule.get("kind") in AMOUNTS]
    least = max((limit for kind, limit in bounds if kind == "least"), default=None)
    most = min((limit for kind, limit in bounds if kind == "most"), default=None)
    if most is not None and low is not None and low >= most and low > 0:
        # All of it is above; a band begins where the one before ends.
        return Decimal(low) + 1
    if least is not None and high is not None and high < least:
        return Decimal(high)
    within = (most is None or (high is not None and high <= most)) and (
        least is None or (low is not None and low >= least)
    )
    return Decimal(high or low or 0) if within and bounds else None


def _limits(rule: Mapping[str, Any]) -> tuple[str, Decimal]:
    """A limit in dollars; one in another currency cannot be compared with a rough size, so it is never within."""
    value = rule.get("value") or {}
    kind = str(rule["kind"])
    if value.get("currency") != "USD":
        return kind, Decimal(0) if kind == "most" else Decimal("Infinity")
    return kind, Decimal(str(value.get("amount", 0)))
