"""The ruleset of the IATI standard, evaluated by ourselves and offline (RULESET-SPEC.rst of the standard).

Only what needs a list of registered publishers is left out: rules with an `idCondition`, and prefixes of organisations.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from lxml import etree

# Beside the repository; a worktree lies one folder deeper.
BESIDE = [folder / "shared" / "standards" / "iati" for folder in Path(__file__).resolve().parents[3:5]]
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def standard() -> Path | None:
    """The folder of the standard, if it is there."""
    return next((folder for folder in BESIDE if folder.is_dir()), None)


def ruleset() -> dict[str, Any]:
    folder = standard()
    assert folder is not None
    found: dict[str, Any] = json.loads((folder / "ruleset-standard.json").read_text())
    return found


def broken(root: etree._Element, rules: dict[str, Any] | None = None, *, today: dt.date) -> list[str]:
    """The ids of all rules that the file breaks, with the kind of rule: "time_limit 7.5.3"."""
    found = []
    for context, kinds in (rules or ruleset()).items():
        for element in root.xpath(context):
            for kind, given in kinds.items():
                for case in given["cases"]:
                    found += list(_broken(element, kind, case, today))
    return found


def _broken(element: Any, kind: str, case: dict[str, Any], today: dt.date) -> Iterator[str]:
    if kind == "loop":
        for value in dict.fromkeys(str(found) for found in element.xpath(case["foreach"])):
            for inner, given in case["do"].items():
                for one in given["cases"]:
                    yield from _broken(element, inner, _filled(one, value), today)
        return
    if "idCondition" in case or (case.get("condition") and not element.xpath(case["condition"])):
        return
    if not CHECKS[kind](element, case, today):
        yield f"{kind} {case['ruleInfo']['id']}"


def _filled(case: dict[str, Any], value: str) -> dict[str, Any]:
    return json.loads(json.dumps(case).replace("$1", value))  # type: ignore[no-any-return]


def _matches(element: Any, case: dict[str, Any]) -> list[Any]:
    return [found for path in case["paths"] for found in element.xpath(path)]


def _texts(element: Any, case: dict[str, Any]) -> list[str]:
    return [_text(found) for found in _matches(element, case)]


def _text(found: Any) -> str:
    return str(found) if isinstance(found, str) else "".join(found.itertext())


def _date(element: Any, path: str, today: dt.date) -> dt.date | None:
    if path == "NOW":
        return today
    found = element.xpath(path)
    return dt.date.fromisoformat(str(found[0])[:10]) if found else None


def _in_order(element: Any, case: dict[str, Any], today: dt.date) -> bool:
    if case["more"] == "NOW":
        return all(dt.date.fromisoformat(str(found)[:10]) <= today for found in element.xpath(case["less"]))
    less, more = _date(element, case["less"], today), _date(element, case["more"], today)
    return less is None or more is None or less <= more


def _within_a_year(element: Any, case: dict[str, Any], today: dt.date) -> bool:
    start, end = _date(element, case["start"], today), _date(element, case["end"], today)
    return start is None or end is None or (end - start).days <= 366


def _sum(element: Any, case: dict[str, Any], today: dt.date) -> bool:
    return sum((Decimal(text) for text in _texts(element, case)), Decimal(0)) == case["sum"]


def _one_or_all(element: Any, case: dict[str, Any], today: dt.date) -> bool:
    if element.xpath(case["one"]):
        return True
    if case["all"] == "lang":
        return all(narrative.get(LANG) for narrative in element.iter("narrative"))
    if case["all"] == "currency":
        return all(value.get("currency") for value in element.iter("value"))
    return all(one.xpath(case["all"]) for one in element.findall("transaction"))


def _starts(element: Any, case: dict[str, Any], today: dt.date) -> bool:
    prefixes = [str(found) + case.get("separator", "") for path in case["prefix"] for found in element.xpath(path)]
    return all(any(text.startswith(prefix) for prefix in prefixes) for text in _texts(element, case))


def _in_range(element: Any, case: dict[str, Any], today: dt.date) -> bool:
    try:
        return all(case["min"] <= Decimal(text) <= case["max"] for text in _texts(element, case))
    except InvalidOperation:
        return False


def _unique(element: Any, case: dict[str, Any], today: dt.date) -> bool:
    texts = _texts(element, case)
    return len(texts) == len(set(texts))


CHECKS: dict[str, Any] = {
    "atleast_one": lambda element, case, today: bool(_matches(element, case)),
    "no_more_than_one": lambda element, case, today: len(_matches(element, case)) <= 1,
    "if_then": lambda element, case, today: not element.xpath(case["if"]) or bool(element.xpath(case["then"])),
    "date_order": _in_order,
    "date_now": lambda element, case, today: (_date(element, case["date"], today) or today) <= today,
    "time_limit": _within_a_year,
    "strict_sum": _sum,
    "range": _in_range,
    "one_or_all": _one_or_all,
    "startswith": _starts,
    "unique": _unique,
    "no_spaces": lambda element, case, today: all(text == text.strip() for text in _texts(element, case)),
    "regex_matches": lambda element, case, today: all(re.search(case["regex"], text) for text in _texts(element, case)),
}
