"""Eligibility rules as data, and what they say of a request (funding page, 4.1).

Each rule passes, fails or is unknown, with the reason and with what would change it. What nobody knows is never a
silent no: it makes the verdict "needs a check". Everything here is a pure function of what it is given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Protocol

from babel import Locale
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from network_site.common.language import CODES, current_language, language_name
from network_site.common.money import is_currency
from network_site.common.templatetags.enlace import format_day, format_money
from network_site.organizations.enums import OrganizationKind

from .enums import RuleKind, Verdict

CENT = Decimal("0.01")
MAX_AMOUNT = Decimal("9999999999999999.99")


class Outcome(StrEnum):
    """What one rule says of one request."""

    PASS = "pass"  # noqa: S105  no password
    FAIL = "fail"
    UNKNOWN = "unknown"


class Condition(Protocol):
    """A rule as a row of the offer or as read from a snapshot."""

    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> Mapping[str, Any]: ...
    @property
    def sentence(self) -> str: ...
    @property
    def stated_on(self) -> dt.date | None: ...


@dataclass(frozen=True)
class Rule:
    """One condition: what a program can judge, beside the funder's own sentence and its date."""

    kind: str
    value: Mapping[str, Any] = field(default_factory=dict)
    sentence: str = ""
    stated_on: dt.date | None = None


@dataclass(frozen=True)
class ProjectFacts:
    """What rules ask of a request. None, or nothing in a collection, is "not known"."""

    countries: tuple[str, ...] = ()
    organization_kind: str = ""
    themes: tuple[str, ...] = ()
    amount: Decimal | None = None
    currency: str = ""
    usd: Decimal | None = None
    months: int | None = None
    languages: tuple[str, ...] = ()
    counterpart_share: Decimal | None = None
    letters: bool | None = None
    today: dt.date = field(default_factory=timezone.localdate)
    # The whole cost, counterpart included.
    total: Decimal | None = None
    # By currency: units of the request's currency for one of it, and the day of that rate.
    rates: Mapping[str, tuple[Decimal, dt.date]] = field(default_factory=dict)


@dataclass(frozen=True)
class RuleResult:
    """One rule, judged. `change` says what would make it pass; empty where it does."""

    kind: str
    sentence: str
    stated_on: dt.date | None
    outcome: Outcome
    why: str
    change: str = ""

    @property
    def label(self) -> str:
        """What the rule is about."""
        return str(RuleKind(self.kind).label) if self.kind in RuleKind.values else self.kind


@dataclass(frozen=True)
class Judgement:
    """A verdict with every rule behind it."""

    verdict: str
    results: tuple[RuleResult, ...]

    @property
    def label(self) -> str:
        return str(Verdict(self.verdict).label)

    def of(self, outcome: str) -> list[RuleResult]:
        """The rules with this outcome."""
        return [result for result in self.results if result.outcome == outcome]


class RuleValueError(ValueError):
    """A value that does not have the shape of its kind; the message is for the person who typed it."""


# --- The shape of a value, by kind ---------------------------------------------------------------


def _codes(value: Mapping[str, Any], allowed: Callable[[str], bool]) -> list[str]:
    codes = value.get("codes")
    if not isinstance(codes, list) or not codes or not all(isinstance(code, str) for code in codes):
        raise RuleValueError(_("Choose at least one."))
    if not all(allowed(code) for code in codes):
        raise RuleValueError(_("Choose from the list."))
    return sorted(set(codes))


def _decimal(given: Any) -> Decimal:
    """A finite amount, from a string, a whole number or a Decimal; never from a float."""
    if isinstance(given, (bool, float)) or not isinstance(given, (str, int, Decimal)):
        raise RuleValueError(_("Enter an amount in figures."))
    try:
        number = Decimal(given)
    except InvalidOperation:
        raise RuleValueError(_("Enter an amount in figures.")) from None
    if not number.is_finite():
        raise RuleValueError(_("Enter an amount in figures."))
    return number


def _amount(value: Mapping[str, Any]) -> dict[str, Any]:
    amount = _decimal(value.get("amount"))
    if not 0 < amount <= MAX_AMOUNT or amount != amount.quantize(CENT):
        raise RuleValueError(_("Enter an amount above zero with two decimals at most."))
    if not is_currency(str(value.get("currency", ""))):
        raise RuleValueError(_("Choose a currency."))
    if value.get("of", "asked") not in ("asked", "total"):
        raise RuleValueError(_("Choose from the list."))
    return {"amount": f"{amount:f}", "currency": value["currency"], "of": value.get("of", "asked")}


def _months(value: Mapping[str, Any]) -> dict[str, Any]:
    months = value.get("months")
    if not isinstance(months, int) or isinstance(months, bool) or not 1 <= months <= 240:
        raise RuleValueError(_("Enter between 1 and 240 months."))
    return {"months": months}


def _percent(value: Mapping[str, Any]) -> dict[str, Any]:
    percent = _decimal(value.get("percent"))
    if not 0 < percent <= 100:
        raise RuleValueError(_("Enter a percentage above 0 and up to 100."))
    return {"percent": f"{percent:f}"}


def _languages(value: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(value.get("all", False), bool):
        raise RuleValueError(_("Choose from the list."))
    return {"codes": _codes(value, CODES.__contains__), "all": value.get("all", False)}


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isupper()


SHAPES: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    RuleKind.COUNTRIES: lambda value: {"codes": _codes(value, _is_country)},
    RuleKind.ORGANIZATIONS: lambda value: {"codes": _codes(value, set(OrganizationKind.values).__contains__)},
    RuleKind.THEMES: lambda value: {"codes": _codes(value, lambda code: 0 < len(code) <= 24)},
    RuleKind.NOT_THEMES: lambda value: {"codes": _codes(value, lambda code: 0 < len(code) <= 24)},
    RuleKind.MOST: _amount,
    RuleKind.LEAST: _amount,
    RuleKind.MONTHS: _months,
    RuleKind.LANGUAGES: _languages,
    RuleKind.SHARE: _percent,
    RuleKind.LETTER: lambda value: {},
    RuleKind.OTHER: lambda value: {},
}


def clean_value(kind: str, value: Any) -> dict[str, Any]:
    """The value of a rule of this kind in its one shape. Raises RuleValueError with words for the form."""
    if kind not in SHAPES:
        raise RuleValueError(_("Choose from the list."))
    if not isinstance(value, Mapping):
        raise RuleValueError(_("Choose from the list."))
    return SHAPES[kind](value)


# --- Judging -------------------------------------------------------------------------------------

Finding = tuple[Outcome, str, str]
Names = Mapping[str, str]


def _passes(why: str) -> Finding:
    return Outcome.PASS, why, ""


def _fails(why: str, change: str) -> Finding:
    return Outcome.FAIL, why, change


def _unknown(why: str, change: str) -> Finding:
    return Outcome.UNKNOWN, why, change


def country_names(codes: Iterable[str]) -> str:
    """Countries as a list in the reader's language."""
    territories = Locale.parse(current_language().replace("-", "_"), sep="_").territories
    return get_text_list([str(territories.get(code, code)) for code in codes], _("and"))


def _theme_names(codes: Iterable[str], names: Names) -> str:
    """Themes as a list; empty where a name is missing, because a bare code tells a reader nothing."""
    given = [names.get(code, "") for code in codes]
    return get_text_list([f"“{name}”" for name in given], _("and")) if all(given) else ""


def _judge_countries(value: Mapping[str, Any], facts: ProjectFacts, names: Names) -> Finding:
    if not facts.countries:
        return _unknown(_("The request names no country."), _("Ask the ministry which countries take part."))
    outside = [code for code in facts.countries if code not in value["codes"]]
    if not outside:
        return _passes(
            _("All its countries are among those named: %(names)s.") % {"names": country_names(facts.countries)}
        )
    return _fails(
        _("Not among the countries named: %(names)s.") % {"names": country_names(outside)},
        _("Leave them out, or fund their part from elsewhere.")
        if len(outside) < len(facts.countries)
        else _("Look for an offer for these countries."),
    )


def _judge_organizations(value: Mapping[str, Any], facts: ProjectFacts, names: Names) -> Finding:
    if facts.organization_kind not in OrganizationKind.values:
        return _unknown(_("It is not known what kind of organisation asks."), _("Ask who would apply."))
    label = OrganizationKind(facts.organization_kind).label
    if facts.organization_kind in value["codes"]:
        return _passes(_("Who asks: %(kind)s.") % {"kind": label})
    wanted = get_text_list([str(OrganizationKind(code).label) for code in value["codes"]], _("or"))
    return _fails(
        _("Who asks: %(kind)s.") % {"kind": label},
        _("Apply through one of these: %(kinds)s.") % {"kinds": wanted},
    )


def _below(code: str, wanted: Collection[str]) -> bool:
    """Whether a term is one of these or narrower: LAF3.3 is below LAF3, and LAF10 is not below LAF1."""
    return any(code == other or code.startswith(f"{other}.") for other in wanted)


def _above(code: str, wanted: Collection[str]) -> bool:
    """Whether a term is broader than one of these."""
    return any(other.startswith(f"{code}.") for other in wanted)


def _judge_themes(value: Mapping[str, Any], facts: ProjectFacts, names: Names) -> Finding:
    if not facts.themes:
        return _unknown(_("The request names no theme."), _("Ask the ministry for its themes."))
    fitting = [code for code in facts.themes if _below(code, value["codes"])]
    if fitting:
        found = _theme_names(fitting, names)
        return _passes(_("Its theme: %(names)s.") % {"names": found} if found else _("Its theme is among those named."))
    if any(_above(code, value["codes"]) for code in facts.themes):
        return _unknown(
            _("Its theme is broader than those named."), _("Ask the ministry which part of the theme it means.")
        )
    return _fails(_("None of its themes is among those named."), _("Look for an offer with its theme."))


def _judge_not_themes(value: Mapping[str, Any], facts: ProjectFacts, names: Names) -> Finding:
    if not facts.themes:
        return _unknown(_("The request names no theme."), _("Ask the ministry for its themes."))
    hit = [code for code in facts.themes if _below(code, value["codes"])]
    if hit:
        found = _theme_names(hit, names)
        return _fails(
            _("A theme that is left out: %(names)s.") % {"names": found}
            if found
            else _("One of its themes is left out."),
            _("Ask for the other parts of the project alone."),
        )
    if any(_above(code, value["codes"]) for code in facts.themes):
        return _unknown(
            _("Its theme is broader than one that is left out."),
            _("Ask the ministry which part of the theme it means."),
        )
    return _passes(_("None of its themes is left out."))


def _in_currency(amount: Decimal, currency: str, facts: ProjectFacts, *, asked: bool) -> tuple[Decimal, str] | None:
    """The amount in another currency, with words about the rate; None without a dated rate."""
    if currency == facts.currency:
        return amount, ""
    if currency in facts.rates:
        rate, day = facts.rates[currency]
        words = _("at the rate of %(day)s in its budget") % {"day": format_day(day)}
        return (amount / rate).quantize(CENT), words
    if currency == "USD" and asked and facts.usd is not None:
        return facts.usd, ""
    return None


def _judge_amount(value: Mapping[str, Any], facts: ProjectFacts, *, is_most: bool) -> Finding:
    asked = value["of"] == "asked"
    amount = facts.amount if asked else facts.total
    limit, currency = Decimal(value["amount"]), value["currency"]
    if amount is None or not facts.currency:
        why = _("The request does not say how much it asks for.") if asked else _("Its whole cost is not known.")
        return _unknown(why, _("Ask the ministry for the amount."))
    own = format_money(amount, facts.currency)
    converted = _in_currency(amount, currency, facts, asked=asked)
    if converted is None:
        return _unknown(
            _("It is %(amount)s; there is no dated rate to compare it in %(currency)s.")
            % {"amount": own, "currency": currency},
            _("Ask the ministry for the amount in %(currency)s, with the day of the rate.") % {"currency": currency},
        )
    number, rate = converted
    words = own if currency == facts.currency else f"{own} = {format_money(number, currency)}"
    words = f"{words} ({rate})" if rate else words
    edge = format_money(limit, currency)
    if is_most:
        if number < limit:
            return _passes(_("It is %(amount)s, below %(limit)s.") % {"amount": words, "limit": edge})
        if number == limit:
            return _passes(_("It is %(amount)s, exactly at the limit.") % {"amount": words})
        return _fails(
            _("It is %(amount)s, above %(limit)s.") % {"amount": words, "limit": edge},
            _("Eligible if it is %(excess)s less, or asked for in parts.")
            % {"excess": format_money(number - limit, currency)},
        )
    if number > limit:
        return _passes(_("It is %(amount)s, above %(limit)s.") % {"amount": words, "limit": edge})
    if number == limit:
        return _passes(_("It is %(amount)s, exactly at the limit.") % {"amount": words})
    return _fails(
        _("It is %(amount)s, below %(limit)s.") % {"amount": words, "limit": edge},
        _("Eligible if it is %(excess)s more, or joined with another request.")
        % {"excess": format_money(limit - number, currency)},
    )


def _judge_most(value: Mapping[str, Any], facts: ProjectFacts, names: Names) -> Finding:
    return _judge_amount(value, facts, is_most=True)


def _judge_least(value: Mapping[str, Any], facts: ProjectFacts, names: Names) -> Finding:
    return _judge_amount(value, facts, is_most=False)


def _in_months(count: int) -> str:
    return ngettext("%(count)s month", "%(count)s months", count) % {"count": count}


def _judge_months(value: Mapping[str, Any], facts: ProjectFacts, names: Names) -> Finding:
    if facts.months is None:
        return _unknown(_("The request does not say how long it takes."), _("Ask the ministry for its length."))
    limit = value["months"]
    if facts.months <= limit:
        return _passes(
            _("It takes %(months)s, of %(limit)s at most.")
            % {"months": _in_months(facts.months), "limit": _in_months(limit)}
        )
    return _fails(
        _("It takes %(months)s, longer than %(limit)s.")
        % {"months": _in_months(facts.months), "limit": _in_months(limit)},
        _("Eligible if it is %(excess)s shorter, or asked for in parts.")
        % {"excess": _in_months(facts.months - limit)},
    )


def _language_names(codes: Iterable[str], word: str) -> str:
    return get_text_list([language_name(code) for code in codes], word)


def _judge_languages(value: Mapping[str, Any], facts: ProjectFacts, names: Names) -> Finding:
    if not facts.languages:
        return _unknown(
            _("It is not known in which languages it is written."), _("Ask the ministry for its languages.")
        )
    given = [code for code in value["codes"] if code in facts.languages]
    missing = [code for code in value["codes"] if code not in facts.languages]
    if given and not (value["all"] and missing):
        return _passes(_("It is written in %(names)s.") % {"names": _language_names(given, _("and"))})
    return _fails(
        _("It is written in %(names)s.") % {"names": _language_names(facts.languages, _("and"))},
        _("Translate it into %(names)s.") % {"names": _language_names(missing, _("and") if value["all"] else _("or"))},
    )


def _judge_share(value: Mapping[str, Any], facts: ProjectFacts, names: Names) -> Finding:
    wanted = Decimal(value["percent"])
    if facts.counterpart_share is None:
        return _unknown(
            _("The request does not say how much the country contributes."),
            _("Ask the ministry for its own contribution."),
        )
    # Cut, not rounded: 9.999 is not 10.
    share = f"{facts.counterpart_share.quantize(CENT, ROUND_DOWN).normalize():f}"
    if facts.counterpart_share >= wanted:
        return _passes(_("The country contributes %(share)s %% of the cost.") % {"share": share})
    return _fails(
        _("The country contributes %(share)s %% of the cost.") % {"share": share},
        _("Eligible if it contributes at least %(wanted)s %%.") % {"wanted": f"{wanted.normalize():f}"},
    )


def _judge_letter(value: Mapping[str, Any], facts: ProjectFacts, names: Names) -> Finding:
    if facts.letters is None:
        return _unknown(
            _("It is not known whether every country has signed or sent its letter."), _("Ask the ministries for it.")
        )
    if facts.letters:
        return _passes(_("Every country that takes part has signed."))
    return _fails(_("A country that takes part has not signed yet."), _("Wait for its signature, or ask for it."))


def _judge_other(value: Mapping[str, Any], facts: ProjectFacts, names: Names) -> Finding:
    return _unknown(_("Only a person can judge this."), _("Read the condition and ask where needed."))


JUDGES: dict[str, Callable[[Mapping[str, Any], ProjectFacts, Names], Finding]] = {
    RuleKind.COUNTRIES: _judge_countries,
    RuleKind.ORGANIZATIONS: _judge_organizations,
    RuleKind.THEMES: _judge_themes,
    RuleKind.NOT_THEMES: _judge_not_themes,
    RuleKind.MOST: _judge_most,
    RuleKind.LEAST: _judge_least,
    RuleKind.MONTHS: _judge_months,
    RuleKind.LANGUAGES: _judge_languages,
    RuleKind.SHARE: _judge_share,
    RuleKind.LETTER: _judge_letter,
    RuleKind.OTHER: _judge_other,
}


def judge_one(rule: Condition, facts: ProjectFacts, names: Names | None = None) -> RuleResult:
    """One rule; a value that has not the shape of its kind cannot be judged, so it is unknown."""
    try:
        value = clean_value(rule.kind, rule.value)
    except RuleValueError:
        finding = _unknown(_("This rule is written in a way that cannot be judged."), _("Ask whoever offers it."))
    else:
        finding = JUDGES[rule.kind](value, facts, names or {})
    return RuleResult(rule.kind, rule.sentence, rule.stated_on, *finding)


def judge(rules: Iterable[Condition], facts: ProjectFacts, *, names: Names | None = None) -> Judgement:
    """Eligible when every rule passes, not eligible when one fails, else to be checked.

    An offer without rules says nothing of whom it is for: that is unknown too, so it needs a check.
    `names` are the labels of themes by code; without them a reason speaks of "its theme".
    """
    results = tuple(judge_one(rule, facts, names) for rule in rules)
    outcomes = {result.outcome for result in results}
    if Outcome.FAIL in outcomes:
        return Judgement(Verdict.NOT.value, results)
    if outcomes == {Outcome.PASS}:
        return Judgement(Verdict.ELIGIBLE.value, results)
    return Judgement(Verdict.CHECK.value, results)


# --- Reading snapshots ---------------------------------------------------------------------------


def rules_of(offer_snapshot: Mapping[str, Any]) -> list[Rule]:
    """The rules of a published offer. The countries that it is for are a rule, even where nobody wrote one."""
    rules = [
        Rule(
            kind=part["kind"],
            value=part["value"],
            sentence=part["sentence"],
            stated_on=dt.date.fromisoformat(part["stated_on"]) if part["stated_on"] else None,
        )
        for part in offer_snapshot["rules"]
    ]
    codes = list(offer_snapshot.get("countries") or [])
    if codes and not any(rule.kind == RuleKind.COUNTRIES for rule in rules):
        sentence = _("The offer is for these countries: %(names)s.") % {"names": country_names(codes)}
        rules.insert(0, Rule(RuleKind.COUNTRIES.value, {"codes": codes}, sentence))
    return rules


def _sum(sums: Mapping[str, Any], name: str) -> Decimal | None:
    given = sums.get(name)
    try:
        return _decimal(given) if given not in (None, "") else None
    except RuleValueError:
        return None


def _rates(snapshot: Mapping[str, Any]) -> dict[str, tuple[Decimal, dt.date]]:
    """The newest dated rate of each currency that stands in the budget."""
    rates: dict[str, tuple[Decimal, dt.date]] = {}
    for line in snapshot.get("budget") or []:
        if not line.get("rate") or not line.get("rate_on") or line["currency"] == snapshot["currency"]:
            continue
        rate, day = Decimal(line["rate"]), dt.date.fromisoformat(line["rate_on"])
        if rate > 0 and (line["currency"] not in rates or rates[line["currency"]][1] < day):
            rates[line["currency"]] = (rate, day)
    return rates


def _letters(snapshot: Mapping[str, Any], countries: Collection[str]) -> bool | None:
    """Whether every country signed. A documented project carries no signatures of ours: not known."""
    signed = {part["country"] for part in snapshot.get("signatures") or []}
    if not countries or (snapshot.get("source") and not signed):
        return None
    return signed >= set(countries)


def facts_of(snapshot: Mapping[str, Any], *, today: dt.date | None = None) -> ProjectFacts:
    """What a published project says of itself (`enlace.project/1`), as rules ask it."""
    sums = snapshot.get("sums") or {}
    currency = snapshot.get("currency") or ""
    amount, total, counterpart = (_sum(sums, name) for name in ("needed", "total", "counterpart"))
    rates = _rates(snapshot)
    usd = None
    if amount is not None:
        if currency == "USD":
            usd = amount
        elif "USD" in rates:
            usd = (amount / rates["USD"][0]).quantize(CENT)
    countries = dict.fromkeys(code for code in [snapshot.get("country"), *(snapshot.get("countries") or [])] if code)
    spoken = [code for code, texts in snapshot["texts"].items() if texts.get("state") != "machine"]
    owner = snapshot.get("owner") or {}
    documented = bool(snapshot.get("source")) and owner.get("kind") == OrganizationKind.NETWORK
    share = counterpart * 100 / total if total and counterpart is not None else None
    return ProjectFacts(
        countries=tuple(countries),
        # The Network keeps a documented project; it is not the one who asks.
        organization_kind="" if documented else owner.get("kind") or "",
        themes=tuple((snapshot.get("terms") or {}).get("LAF") or ()),
        amount=amount,
        currency=currency,
        usd=usd,
        months=snapshot.get("months"),
        languages=tuple(dict.fromkeys(spoken)),
        counterpart_share=share,
        letters=_letters(snapshot, countries),
        today=today or timezone.localdate(),
        total=total,
        rates=rates,
    )
