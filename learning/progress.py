"""How a case looks once its decisions are locked: what was decided, what happened, what others decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from babel.numbers import get_decimal_symbol
from django.utils.translation import gettext as _

from network_site.common.language import current_language
from network_site.common.templatetags.enlace import babel_locale

from .enums import OutcomeStatus, PromptKind
from .models import CaseAnswer, CaseOutcome
from .outline import Words, words
from .selectors.learning import Peers

# Kind and sign of the tag of each status; the word is the status's own label.
TAGS = {
    OutcomeStatus.REPORTED: ("ok", "ok"),
    OutcomeStatus.PARTLY: ("warn", "half"),
    OutcomeStatus.NOT_REPORTED: ("line", "dash"),
    OutcomeStatus.RECOMMENDED: ("info", "arr"),
}


def decision(
    prompt: Mapping[str, Any], mine: CaseAnswer | None, outcome: CaseOutcome, peers: Mapping[UUID, Peers | None]
) -> dict[str, Any]:
    """One prompt of a case that was locked."""
    said = words(prompt["texts"], current_language(), "en")
    told = words(outcome.texts, current_language(), "en")
    kind, icon = TAGS[OutcomeStatus(outcome.status)]
    others = peers[UUID(prompt["id"])]
    return {
        "said": said,
        "mine": mine,
        "value": _value(prompt, said, mine.value) if mine else "",
        "outcome": told,
        "status": {"kind": kind, "icon": icon, "text": str(OutcomeStatus(outcome.status).label)},
        "quote": outcome.quote,
        "place": outcome.place,
        "peers": others,
        "bars": _bars(prompt, said, others) if others and others.shares else [],
    }


def at_home(prompt: Mapping[str, Any]) -> Words:
    """A prompt as it is asked for one's own country."""
    return words(prompt["texts"], current_language(), "en")


def _value(prompt: Mapping[str, Any], said: Any, value: str) -> str:
    """A choice in words, a number as the reader writes it."""
    if prompt["kind"] == PromptKind.CHOICE:
        return str(said.values.get("options", {}).get(value, value))
    number = value.replace(".", get_decimal_symbol(babel_locale()))
    return f"{number} {said.values.get('unit', '')}".strip()


def _bars(prompt: Mapping[str, Any], said: Any, others: Peers) -> list[dict[str, Any]]:
    """How many others decided for each; choices in their order, numbers by size, small ones of those together."""
    if prompt["kind"] == PromptKind.CHOICE:
        keys = prompt["structure"]["options"]
    else:
        keys = sorted(others.shares, key=lambda value: float(value))
    rows = [{"label": _value(prompt, said, key), "value": others.shares.get(key, 0)} for key in keys]
    return rows if len(rows) <= 12 else [*rows[:11], {"label": _("other"), "value": sum(r["value"] for r in rows[11:])}]
