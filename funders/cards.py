"""How offers and requests look in lists and on their pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from network_site.common.language import current_language, language_name, pick
from network_site.common.templatetags.enlace import format_day, format_money
from network_site.organizations.enums import OrganizationKind
from network_site.publishing.models import PublishedRecord
from network_site.publishing.selectors import index_paths
from network_site.taxonomy.models import Term
from projects.enums import ProjectStatus
from projects.models import ProjectsPage

from .enums import OfferForm, OfferStatus, RuleKind, Verdict
from .models import Offer, OffersPage, Profile
from .rules import Judgement, Outcome, country_names
from .selectors.requests import Request
from .states import deadline_of

TAGS: dict[str, dict[str, str]] = {
    OfferStatus.DRAFT: {"icon": "edit"},
    OfferStatus.FORECASTED: {"kind": "info", "icon": "clock"},
    OfferStatus.OPEN: {"kind": "ok", "icon": "ok"},
    OfferStatus.PAUSED: {"kind": "warn", "icon": "dash"},
    OfferStatus.CLOSED: {"icon": "lock"},
    OfferStatus.ARCHIVED: {"icon": "dash"},
}
VERDICT_TAGS: dict[str, dict[str, str]] = {
    Verdict.ELIGIBLE: {"kind": "ok", "icon": "ok"},
    Verdict.CHECK: {"icon": "unk"},
    Verdict.NOT: {"kind": "stop", "icon": "no"},
}
SIGNS = {Outcome.PASS: "ok", Outcome.FAIL: "no", Outcome.UNKNOWN: "unknown"}


# --- Addresses -----------------------------------------------------------------------------------


def offers_url() -> str:
    """Address of the list of offers in the interface language; empty before the pages exist."""
    return index_paths(OffersPage).get(current_language(), "")


def projects_url() -> str:
    return index_paths(ProjectsPage).get(current_language(), "")


def public_url(record: PublishedRecord) -> str:
    """The public page of an offer or a request; empty before the pages exist."""
    base = offers_url() if record.kind == "offer" else projects_url()
    return f"{base}{record.path}" if base else ""


# --- Words ---------------------------------------------------------------------------------------


def status_tag(status: str) -> dict[str, str]:
    """The state of an offer as a tag."""
    return TAGS[status] | {"text": str(OfferStatus(status).label)}


def verdict_tag(verdict: str) -> dict[str, str]:
    """What the rules come to, as a tag."""
    return VERDICT_TAGS[verdict] | {"text": str(Verdict(verdict).label)}


def amount_words(least: Any, most: Any, currency: str) -> str:
    """How much is offered: from, up to, or between."""
    if least in (None, "") and most in (None, ""):
        return ""
    if most in (None, ""):
        return _("from %(amount)s") % {"amount": format_money(Decimal(least), currency)}
    if least in (None, ""):
        return _("up to %(amount)s") % {"amount": format_money(Decimal(most), currency)}
    return _("%(least)s to %(most)s") % {
        "least": format_money(Decimal(least), currency),
        "most": format_money(Decimal(most), currency),
    }


def languages_words(codes: Iterable[str]) -> str:
    return get_text_list([language_name(code) for code in codes], _("and"))


def value_words(kind: str, value: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The part of a rule that a program judges, in words."""
    codes = value.get("codes", [])
    if kind in (RuleKind.MOST, RuleKind.LEAST):
        amount = format_money(Decimal(value["amount"]), value["currency"])
        of_what = _("of the whole cost") if value.get("of") == "total" else _("asked of donors")
        return f"{amount}, {of_what}"
    if kind == RuleKind.MONTHS:
        return ngettext("%(count)s month", "%(count)s months", value["months"]) % {"count": value["months"]}
    if kind == RuleKind.SHARE:
        return _("at least %(percent)s %% of the whole cost") % {"percent": value["percent"]}
    if kind == RuleKind.COUNTRIES:
        return country_names(codes)
    if kind == RuleKind.ORGANIZATIONS:
        return get_text_list([str(OrganizationKind(code).label) for code in codes], _("or"))
    if kind == RuleKind.LANGUAGES:
        return get_text_list([language_name(code) for code in codes], _("and") if value.get("all") else _("or"))
    if kind in (RuleKind.THEMES, RuleKind.NOT_THEMES):
        return get_text_list([names.get(code, code) for code in codes], _("or"))
    if kind == RuleKind.LETTER:
        return _("every country that takes part has signed")
    return _("only a person can judge this")


def _labels(codes: Iterable[str]) -> dict[str, str]:
    return {code: term.label for code, term in Term.objects.in_bulk(set(codes)).items()}


def _of_scheme(scheme: str, codes: Iterable[str], names: Mapping[str, str]) -> list[str]:
    return [names[code] for code in codes if code.startswith(scheme) and code in names]


def _rule_codes(rules: Iterable[Mapping[str, Any]]) -> list[str]:
    return [
        code
        for rule in rules
        if rule["kind"] in (RuleKind.THEMES, RuleKind.NOT_THEMES)
        for code in rule["value"].get("codes", [])
    ]


def _day(given: str | None) -> dt.date | None:
    return dt.date.fromisoformat(given) if given else None


# --- Offers in the workspace ---------------------------------------------------------------------


def own_rows(offers: Sequence[Offer]) -> list[dict[str, Any]]:
    """Offers as rows of the table of an organisation's own."""
    return [
        {
            "cells": [
                {
                    "text": offer.title,
                    "url": reverse("funders:offer", args=[offer.pk]),
                    "lang": offer.source_language,
                    "demo": offer.is_demo,
                },
                str(OfferForm(offer.form).label),
                {"tag": status_tag(offer.status)},
                offer.closes_on or "",
                offer.verified_on or "",
            ]
        }
        for offer in offers
    ]


def rule_rows(rules: Sequence[Any]) -> list[dict[str, Any]]:
    """The rules of an offer that is being written, each with its words and its value in words."""
    parts = [{"kind": rule.kind, "value": rule.value} for rule in rules]
    names = _labels(_rule_codes(parts))
    return [
        {
            "pk": rule.pk,
            "label": str(RuleKind(rule.kind).label),
            "sentence": rule.sentence,
            "value": value_words(rule.kind, rule.value, names),
            "stated_on": rule.stated_on,
        }
        for rule in rules
    ]


def term_labels(offer: Offer) -> dict[str, list[str]]:
    """The terms of an offer in words, by scheme."""
    labels: dict[str, list[str]] = {}
    for row in offer.offer_terms.select_related("term").order_by("term__position"):
        labels.setdefault(row.term.scheme_id, []).append(row.term.label)
    return labels


def competence_labels(offer: Offer) -> list[dict[str, str]]:
    """What a provider can do, with how one knows."""
    rows = offer.competences.select_related("term").order_by("term__position")
    return [{"label": row.term.label, "evidence": row.evidence} for row in rows]


# --- Offers in public ----------------------------------------------------------------------------


def shown_texts(snapshot: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The texts in the reader's language if there are some, else the source's; and which language that is."""
    wanted = current_language()
    language = wanted if wanted in snapshot["texts"] else snapshot["source_language"]
    return language, snapshot["texts"][language]


def card(record: PublishedRecord, base: str) -> dict[str, Any]:
    """An offer as a line of a list."""
    snapshot = record.snapshot
    language, texts = shown_texts(snapshot)
    lang = language if language != current_language() else ""
    who = snapshot["source"].get("offered_by") or pick(snapshot["owner"]["names"]) or ""
    where = country_names(snapshot["countries"]) if len(snapshot["countries"]) <= 3 else ""
    closes = _day(snapshot["closes_on"])
    facts = [
        amount_words(snapshot["least"], snapshot["most"], snapshot["currency"]),
        _("in %(languages)s") % {"languages": languages_words(snapshot["languages"])} if snapshot["languages"] else "",
        _("last day %(day)s") % {"day": format_day(closes, "short")} if closes else "",
        _("said in %(year)s") % {"year": snapshot["source"]["year"]} if snapshot["source"].get("year") else "",
    ]
    return {
        "title": texts["title"],
        "url": f"{base}{record.path}",
        "from_line": " · ".join(part for part in (str(OfferForm(snapshot["form"]).label), who, where) if part),
        "one_line": texts["summary"],
        "tag": status_tag(snapshot["status"]),
        "facts": " · ".join(part for part in facts if part),
        "demo": record.is_demo,
        "lang": lang,
        "notice": _("Shown in %(language)s.") % {"language": language_name(language)} if lang else "",
        "code": record.code,
    }


def verified_on(record: PublishedRecord) -> dt.date | None:
    """When somebody last made sure that the offer is as it says."""
    return record.last_confirmed or _day(record.snapshot["verified_on"])


def page_context(record: PublishedRecord) -> dict[str, Any]:
    """Everything that the page of an offer shows; two queries for the words of codes."""
    snapshot = record.snapshot
    language, texts = shown_texts(snapshot)
    competences = [part["term"] for part in snapshot["competences"]]
    names = _labels([*snapshot["terms"], *competences, *_rule_codes(snapshot["rules"])])
    deadline = deadline_of(_Dates(snapshot)) if snapshot["closes_on"] else None
    return {
        "text": texts,
        "lang": language if language != current_language() else "",
        "shown_language": language_name(language),
        "code": record.code,
        "form": str(OfferForm(snapshot["form"]).label),
        "tag": status_tag(snapshot["status"]),
        "is_closed": snapshot["status"] == OfferStatus.CLOSED,
        "owner_name": pick(snapshot["owner"]["names"]) or "",
        "person": snapshot["person"],
        "amount": amount_words(snapshot["least"], snapshot["most"], snapshot["currency"]),
        "functions": _of_scheme("LAF", snapshot["terms"], names),
        "groups": _of_scheme("TG", snapshot["terms"], names),
        "kinds_of_help": _of_scheme("CM", snapshot["terms"], names),
        "competences": [
            {"label": names[part["term"]], "evidence": part["evidence"]}
            for part in snapshot["competences"]
            if part["term"] in names
        ],
        "countries": country_names(snapshot["countries"]) if snapshot["countries"] else _("any country"),
        "languages": languages_words(snapshot["languages"]),
        "capacity": snapshot["capacity"],
        "closes_on": _day(snapshot["closes_on"]),
        "time_zone": snapshot["time_zone"].replace("_", " "),
        "has_passed": deadline is not None and deadline <= timezone.now(),
        "rules": [
            {
                "label": str(RuleKind(part["kind"]).label),
                "sentence": part["sentence"],
                "value": value_words(part["kind"], part["value"], names),
                "stated_on": _day(part["stated_on"]),
            }
            for part in snapshot["rules"]
        ],
        "rules_language": snapshot["source_language"] if snapshot["source_language"] != current_language() else "",
        "verified_on": verified_on(record),
        "outside_url": snapshot["url"],
        "source": snapshot["source"],
        "source_line": source_line(snapshot["source"]),
    }


class _Dates:
    """The last day of a snapshot, as `deadline_of` asks it."""

    def __init__(self, snapshot: Mapping[str, Any]) -> None:
        self.closes_on = _day(snapshot["closes_on"])
        self.time_zone = snapshot["time_zone"]


def source_line(source: Mapping[str, Any]) -> str:
    """The publication in which the offer stands, as a citation."""
    if not source:
        return ""
    parts = [source.get("publisher"), source["title"], source.get("year"), source.get("place")]
    return ", ".join(str(part) for part in parts if part)


def profile_context(profile: Profile | None) -> dict[str, Any] | None:
    """What an organisation says of itself as a partner, in the reader's language."""
    if profile is None:
        return None
    language = current_language()
    shown = language if language in profile.texts else next(iter(profile.texts), language)
    texts = profile.texts.get(shown, {})
    names = _labels(profile.themes)
    return {
        "supports": texts.get("supports", ""),
        "how": texts.get("how", ""),
        "lang": shown if shown != language else "",
        "themes": [names[code] for code in profile.themes if code in names],
        "countries": country_names(profile.countries) if profile.countries else _("any country"),
        "languages": languages_words(profile.languages),
        "contact_email": profile.contact_email,
        "url": profile.url,
    }


# --- Requests ------------------------------------------------------------------------------------


def _place(request: Request) -> str:
    if len(request.facts.countries) > 4:
        return ngettext("%(count)s country", "%(count)s countries", len(request.facts.countries)) % {
            "count": len(request.facts.countries)
        }
    return country_names(request.facts.countries)


def points(judgement: Judgement) -> list[dict[str, Any]]:
    """Every rule of a judgement as a line: refused first, then not known, then in order."""
    order = [Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS]
    return [
        {
            "state": SIGNS[result.outcome],
            "label": result.label,
            "sentence": result.sentence,
            "stated_on": result.stated_on,
            "why": result.why,
            "change": result.change,
        }
        for outcome in order
        for result in judgement.of(outcome)
    ]


def request_card(request: Request, names: Mapping[str, str]) -> dict[str, Any]:
    """A request as a line of a donor's list."""
    facts = request.facts
    language = current_language() if current_language() in request.snapshot["texts"] else request.source_language
    months = (
        ngettext("%(count)s month", "%(count)s months", facts.months) % {"count": facts.months} if facts.months else ""
    )
    amount = format_money(facts.amount, facts.currency) if facts.amount is not None else _("amount not given")
    best = request.best
    return {
        "number": request.number,
        "code": request.code,
        "title": request.title,
        "summary": request.summary,
        "lang": language if language != current_language() else "",
        "url": reverse("funders:request", args=[request.number]),
        "place": _place(request),
        "owner": pick(request.snapshot["owner"]["names"]) or "",
        "asked": " · ".join(part for part in (amount, months) if part),
        "open_amount": request.open_amount,
        "committed": Decimal(request.snapshot["sums"].get("committed") or 0),
        "received": Decimal(request.snapshot["sums"].get("received") or 0),
        "needed": facts.amount,
        "currency": facts.currency,
        "themes": [names[code] for code in facts.themes if code in names],
        "stage": str(ProjectStatus(request.snapshot["status"]).label),
        "closes_on": request.closes_on,
        "is_past": request.is_past,
        "demo": request.snapshot["is_demo"],
        "is_followed": request.is_followed,
        "verdict": verdict_tag(request.verdict) if request.verdict else None,
        "offer": best.offer.title if best else "",
        "offer_lang": best.offer.source_language if best else "",
        "offers_judged": len(request.judged),
        "points": points(best.judgement) if best else [],
    }


def request_page(request: Request) -> dict[str, Any]:
    """Why a request is eligible or not, offer by offer."""
    names = _labels(request.facts.themes)
    base = projects_url()
    return {
        "request_card": request_card(request, names),
        "public_url": f"{base}{request.number}-{request.slug}/" if base else "",
        "judged": [
            {
                "title": one.offer.title,
                "lang": one.offer.source_language,
                "url": reverse("funders:offer", args=[one.offer.pk]),
                "verdict": verdict_tag(one.judgement.verdict),
                "points": points(one.judgement),
            }
            for one in sorted(request.judged, key=lambda one: list(Verdict.values).index(one.judgement.verdict))
        ],
    }
