"""What can be wrong with any question. Authors and files may give anything, so nothing is taken for granted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from network_site.common.language import CODES, language_name

Settings = Mapping[str, "range | type[str]"]

SOURCE = "en"
POINTS = range(1, 21)
EVIDENCE = ("document", "quote", "place")
ID = re.compile(r"[a-z0-9][a-z0-9_]{0,39}", re.ASCII)


def is_text(value: Any) -> bool:
    """Whether it is text with something in it."""
    return isinstance(value, str) and bool(value.strip())


def listed(names: Iterable[Any]) -> str:
    """Names in one line, always in the same order."""
    return ", ".join(sorted(str(name) for name in names))


def whole_number(name: str, value: Any, allowed: range) -> Iterator[str]:
    """A whole number in a range; true and false are none."""
    if type(value) is not int or value not in allowed:
        yield _("“%(name)s” must be a whole number from %(least)s to %(most)s.") % {
            "name": name,
            "least": allowed.start,
            "most": allowed.stop - 1,
        }


def points(value: Any) -> Iterator[str]:
    """Points are few and whole."""
    return whole_number("points", value, POINTS)


def structure(value: Any, lists: Mapping[str, int], settings: Settings) -> Iterator[str]:
    """The lists of ids, and whatever else the type knows."""
    if not isinstance(value, Mapping):
        yield _("The structure is missing.")
        return
    if unknown := value.keys() - lists.keys() - settings.keys():
        yield _("The structure has %(names)s, which this type of question does not know.") % {"names": listed(unknown)}
    for name, least in lists.items():
        yield from ids(name, value.get(name), least)
    for name, wanted in settings.items():
        if isinstance(wanted, range):
            yield from whole_number(name, value.get(name, wanted.start), wanted)
        elif not isinstance(value.get(name, ""), wanted):
            yield _("“%(name)s” must be text.") % {"name": name}


def ids(name: str, value: Any, least: int) -> Iterator[str]:
    """A list of different ids."""
    if not isinstance(value, list) or len(value) < least:
        yield _("“%(name)s” must be a list of at least %(least)s ids.") % {"name": name, "least": least}
        return
    if odd := [one for one in value if not isinstance(one, str) or not ID.fullmatch(one)]:
        yield _("“%(name)s”: an id is a short word of small letters, figures and underscores, not %(ids)s.") % {
            "name": name,
            "ids": listed(odd),
        }
    elif len(set(value)) < len(value):
        yield _("“%(name)s” names an id twice.") % {"name": name}


def texts(texts: Mapping[str, Any], feedback: Any, needed: set[str], free: frozenset[str] | set[str]) -> Iterator[str]:
    """English is complete, and every other language says what English says or nothing at all.

    Feedback belongs to the text of its language. `free` are names that English may leave out.
    """
    if SOURCE not in texts or not isinstance(feedback, Mapping):
        yield _("The English text is missing.")
        return
    given = {
        language: flat(texts.get(language)) | flat({"feedback": feedback.get(language) or {}})
        for language in {**texts, **feedback}
    }
    needed = needed | (free & given[SOURCE].keys())
    for language, words in given.items():
        if language not in CODES:
            yield _("“%(code)s” is not a language of this site.") % {"code": language}
            continue
        name = language_name(language)
        if missing := needed - {one for one, text in words.items() if is_text(text)}:
            yield _("%(language)s: the words for %(names)s are missing.") % {"language": name, "names": listed(missing)}
        if strange := words.keys() - needed:
            yield _("%(language)s: there are words for %(names)s, which the question does not have in English.") % {
                "language": name,
                "names": listed(strange),
            }


def flat(given: Any) -> dict[str, Any]:
    """{options: {a: "…"}} as {"options.a": "…"}: each text under one name."""
    found: dict[str, Any] = {}
    for name, value in given.items() if isinstance(given, Mapping) else ():
        if isinstance(value, Mapping):
            found |= {f"{name}.{one}": text for one, text in value.items()}
        else:
            found[str(name)] = value
    return found


def evidence(value: Any) -> Iterator[str]:
    """Where the right answer is written down."""
    if missing := [name for name in EVIDENCE if not isinstance(value, Mapping) or not is_text(value.get(name))]:
        yield _("The evidence is incomplete: %(names)s.") % {"names": ", ".join(missing)}


def unknown(names: Iterable[Any], known: Iterable[str]) -> Iterator[str]:
    """Names in a key that the question does not have."""
    listing = list(known)
    if strange := [name for name in names if name not in listing]:
        yield _("The key names %(names)s, which the question does not have.") % {"names": listed(strange)}
