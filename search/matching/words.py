"""Reasons, gaps and risks in the reader's words; what is kept of a match has none of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from network_site.common.language import CODES, language_name, pick
from network_site.common.templatetags.enlace import format_day
from network_site.taxonomy.models import Term

from .scoring import degree

Terms = Mapping[str, Term]


def names(codes: Sequence[str], terms: Terms) -> str:
    """Labels as a list; a code that is no more is left out."""
    return get_text_list([terms[code].label for code in codes if code in terms], _("and"))


def reason(kept: Mapping[str, Any], terms: Terms) -> str:
    """One reason in a sentence."""
    write = REASONS.get(kept["name"])
    text = write(kept.get("data") or {}, terms) if write else ""
    return text[:1].upper() + text[1:]


def _near(same: Any, near: Any) -> Callable[[Mapping[str, Any], Terms], str]:
    def write(data: Mapping[str, Any], terms: Terms) -> str:
        exact, close = names(data.get("same", ()), terms), names(data.get("near", ()), terms)
        if exact and close:
            return f"{same % {'names': exact}}; {near % {'names': close}}"
        return str(same % {"names": exact} if exact else near % {"names": close})

    return write


def _words(data: Mapping[str, Any], terms: Terms) -> str:
    return _("The words, or what they mean, are near to yours")


ALIKE = {
    "country": gettext_lazy("in your own country"),
    "income": gettext_lazy("a country of the same income group"),
    "small": gettext_lazy("a smaller economy too"),
    "subregion": gettext_lazy("of the same subregion"),
    "named": gettext_lazy("your country is named"),
    "any": gettext_lazy("for any country"),
}


def _context(data: Mapping[str, Any], terms: Terms) -> str:
    alike = get_text_list([str(ALIKE[one]) for one in data.get("alike", ()) if one in ALIKE], _("and"))
    return _("Context: %(alike)s") % {"alike": alike}


def _coverage(data: Mapping[str, Any], terms: Terms) -> str:
    return _("Covers %(covered)s of %(of)s competences") % {"covered": data.get("covered"), "of": data.get("of")}


def _evidence(data: Mapping[str, Any], terms: Terms) -> str:
    return _("Evidence level %(level)s of 5") % {"level": data.get("level")}


def _language(data: Mapping[str, Any], terms: Terms) -> str:
    shared = [language_name(code) for code in data.get("languages", ()) if code in CODES]
    return _("In a language that you can use: %(names)s") % {"names": get_text_list(shared, _("and"))}


def _freshness(data: Mapping[str, Any], terms: Terms) -> str:
    on = data.get("on")
    return _("Published or confirmed on %(day)s") % {"day": format_day(dt.date.fromisoformat(on))} if on else ""


def _help(data: Mapping[str, Any], terms: Terms) -> str:
    return _("The kind of help that you look for: %(names)s") % {"names": names(data.get("same", ()), terms)}


def _record(data: Mapping[str, Any], terms: Terms) -> str:
    count = int(data.get("count", 0))
    return ngettext(
        "Has published %(count)s practice or project here", "Has published %(count)s practices or projects here", count
    ) % {"count": count}


def _amount(data: Mapping[str, Any], terms: Terms) -> str:
    return _("Of the size that it pays")


REASONS: dict[str, Callable[[Mapping[str, Any], Terms], str]] = {
    "problem": _near(gettext_lazy("Same problem: %(names)s"), gettext_lazy("near to the problem: %(names)s")),
    "function": _near(gettext_lazy("Same function: %(names)s"), gettext_lazy("near to the function: %(names)s")),
    "group": _near(gettext_lazy("Same groups: %(names)s"), gettext_lazy("near to the groups: %(names)s")),
    "words": _words,
    "context": _context,
    "coverage": _coverage,
    "evidence": _evidence,
    "language": _language,
    "freshness": _freshness,
    "help": _help,
    "record": _record,
    "amount": _amount,
}

GAPS: dict[str, Any] = {
    "problems": gettext_lazy("the need names no problem"),
    "functions": gettext_lazy("no function is named"),
    "fresh": gettext_lazy("not confirmed for two years"),
    "competences": gettext_lazy("no competences are named"),
    "country": gettext_lazy("no country is named"),
    "result": gettext_lazy("no result was measured"),
    "evidence": gettext_lazy("no evidence was assessed"),
    "cost": gettext_lazy("no cost is given"),
    "languages": gettext_lazy("no languages are named"),
    "verified": gettext_lazy("nobody verified it"),
    "amounts": gettext_lazy("no amounts are named"),
    "capacity": gettext_lazy("how much they can take on is not said"),
}
DEGREES: dict[str, Any] = {
    "high": gettext_lazy("Data behind the score: nearly complete"),
    "medium": gettext_lazy("Data behind the score: medium"),
    "low": gettext_lazy("Data behind the score: little"),
}
RISKS: dict[str, Any] = {
    "effect_negative": gettext_lazy("A negative effect was measured. Read why before you take it over."),
    "effect_none": gettext_lazy("No effect was found where it was measured."),
    "effect_mixed": gettext_lazy("Its measured effects are mixed."),
}
VERDICTS: dict[str, Any] = {
    "eligible": (gettext_lazy("Eligible"), "ok", "ok"),
    "check": (gettext_lazy("Needs a check"), "warn", "unk"),
    "not": (gettext_lazy("Not eligible"), "stop", "no"),
}


def confidence(percent: int, gaps: Sequence[str]) -> str:
    """How complete and fresh the data were, and what was not known."""
    words = str(DEGREES[degree(percent)])
    missing = [str(GAPS[gap]) for gap in gaps if gap in GAPS]
    return f"{words} ({percent} %): {', '.join(missing)}" if missing else f"{words} ({percent} %)"


def verdict_tag(verdict: str) -> dict[str, Any]:
    """A verdict as the component of tags takes it."""
    text, kind, icon = VERDICTS.get(verdict, VERDICTS["check"])
    return {"text": text, "kind": kind, "icon": icon}


def rule(kept: Mapping[str, Any]) -> dict[str, Any]:
    """A rule with its words in the reader's language."""
    return {
        "kind": kept["kind"],
        "outcome": kept["outcome"],
        "stated_on": dt.date.fromisoformat(kept["stated_on"]) if kept.get("stated_on") else None,
        **{name: pick(kept.get(name) or {}) or "" for name in ("why", "change", "sentence")},
    }
