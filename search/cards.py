"""How found things look in a list and in a table, with the words that were looked for marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from network_site.common.language import current_language, language_name

from .engines.base import Fragment
from .facets import FACETS
from .kinds import kinds
from .queries import Hit

# Lines under a card that say where the words stand, beside title and summary.
EXCERPTS = 2
# Columns of the table that come from the facets of a kind.
COLUMNS = 4
NOT_COLUMNS = {"language", "provenance", "problem"}


@dataclass(frozen=True)
class Excerpt:
    """A piece of a thing's text with the words that were looked for, and its language where that can be told."""

    field: str
    language: str
    pieces: Fragment


def excerpts(hit: Hit) -> list[Excerpt]:
    """Every highlight of a hit; the language is that of the text in which the piece stands."""
    texts: Mapping[str, Mapping[str, str]] = hit.entry.body["texts"]
    first = [hit.language, *(code for code in texts if code != hit.language)]
    found = []
    for name, fragments in hit.highlights.items():
        for pieces in fragments:
            if name == "keywords":
                found += _keywords(pieces, texts, first)
                continue
            words = _joined(pieces)
            language = next((code for code in first if words in texts.get(code, {}).get(name, "")), "")
            found.append(Excerpt(name, language, pieces))
    return found


def _keywords(pieces: Fragment, texts: Mapping[str, Mapping[str, str]], first: Sequence[str]) -> list[Excerpt]:
    """The keywords in which the marked words stand, each whole: a row of keywords is no sentence."""
    marked = [text for text, is_match in pieces if is_match]
    for code in first:
        lines = texts.get(code, {}).get("keywords", "").split("\n")
        shown = [(line, word) for line in lines for word in marked if word in line]
        if shown:
            kept = {line: line.partition(word) for line, word in reversed(shown)}
            return [
                Excerpt("keywords", code, ((before, False), (word, True), (after, False)))
                for before, word, after in reversed(kept.values())
            ]
    return []


def cards(hits: Sequence[Hit], *, is_mixed: bool) -> list[dict[str, Any]]:
    """Hits as the component for records wants them: the card of their kind where it has one, else a plain one.

    `is_mixed` says that the list has several kinds, so that each card names its own. The number of queries depends
    on the kinds, not on how many hits there are.
    """
    drawn = _drawn(hits)
    named = _labels(hit for hit in hits if hit.id not in drawn)
    return [_marked(drawn.get(hit.id) or _plain(hit, named), hit, is_mixed=is_mixed) for hit in hits]


def _drawn(hits: Sequence[Hit]) -> dict[UUID, dict[str, Any]]:
    """The cards that the kinds draw themselves."""
    drawn: dict[UUID, dict[str, Any]] = {}
    for name, source in kinds.items():
        some = [hit.entry for hit in hits if hit.kind == name]
        if some:
            drawn |= source.cards(some)
    return drawn


def _marked(card: Mapping[str, Any], hit: Hit, *, is_mixed: bool) -> dict[str, Any]:
    found = excerpts(hit)
    title, found = _within(str(card["title"]), found)
    line, found = _within(str(card.get("one_line") or ""), found)
    # A keyword is the label of a term, which the card does not show; everything else says more than its own words.
    shown = [one for one in found if any(is_match for _text, is_match in one.pieces)][:EXCERPTS]
    return {
        **card,
        "url": hit.url,
        "tag": {"kind": "line", "text": hit.kind_one} if is_mixed else card.get("tag"),
        "title_pieces": title,
        "line_pieces": line,
        "excerpts": [
            {"lang": one.language if one.language != current_language() else "", "pieces": one.pieces} for one in shown
        ],
    }


def _within(text: str, found: list[Excerpt]) -> tuple[Fragment, list[Excerpt]]:
    """A text with the marks of the first excerpt that is a part of it; and the excerpts that are not."""
    marked: Fragment = ()
    rest = []
    for one in found:
        before, words, after = text.partition(_joined(one.pieces) or "\0")
        if not words:
            rest.append(one)
        elif not marked:
            marked = tuple(piece for piece in ((before, False), *one.pieces, (after, False)) if piece[0])
    return marked, rest


def _joined(pieces: Iterable[tuple[str, bool]]) -> str:
    return "".join(text for text, _is_match in pieces)


def _plain(hit: Hit, named: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    source = kinds.get(hit.kind)
    names = dict.fromkeys([*(source.facets[:1] if source else ()), "country"])
    is_foreign = hit.language != current_language()
    return {
        "title": hit.title,
        "from_line": " · ".join(words for name in names if (words := _values(hit, name, named))),
        "one_line": hit.summary,
        "demo": hit.is_demo,
        "lang": hit.language if is_foreign else "",
        "notice": _("Shown in %(language)s.") % {"language": language_name(hit.language)} if is_foreign else "",
    }


def _values(hit: Hit, name: str, named: Mapping[str, Mapping[str, str]]) -> str:
    values = hit.entry.body["facets"].get(name, ())
    return ", ".join(named[name][value] for value in values if value in named.get(name, {}))


def _labels(hits: Iterable[Hit], names: Iterable[str] = FACETS) -> dict[str, Mapping[str, str]]:
    """The labels of these facets of these hits, each in one query at most."""
    wanted: dict[str, set[str]] = {}
    for hit in hits:
        for name, values in hit.entry.body["facets"].items():
            wanted.setdefault(name, set()).update(values)
    return {name: FACETS[name].labels(wanted[name]) for name in names if name in wanted}


def table(hits: Sequence[Hit], asked: Sequence[str]) -> dict[str, Any]:
    """Hits as the component for tables wants them: columns that fit the kind, or those that all kinds have."""
    source = kinds.get(asked[0]) if len(asked) == 1 else None
    names = [name for name in source.facets if name not in NOT_COLUMNS][:COLUMNS] if source else ["country"]
    named = _labels(hits, names)
    columns: list[dict[str, Any]] = [{"label": _("Title")}]
    if source is None:
        columns.append({"label": _("Kind"), "keep": True})
    columns += [{"label": str(FACETS[name].title)} for name in names]
    columns += [{"label": _("Language of the text"), "hide": True}, {"label": _("Published")}]
    # What a card does not show (a level that is too old), a table does not either.
    drawn = _drawn(hits) if "evidence" in names else {}
    return {
        "columns": columns,
        "rows": [{"cells": _cells(hit, names, named, drawn.get(hit.id, {}), is_mixed=source is None)} for hit in hits],
    }


def _cells(
    hit: Hit,
    names: Sequence[str],
    named: Mapping[str, Mapping[str, str]],
    card: Mapping[str, Any],
    *,
    is_mixed: bool,
) -> list[Any]:
    title: dict[str, Any] = {"text": hit.title, "url": hit.url, "demo": hit.is_demo}
    if hit.language != current_language():
        title["lang"] = hit.language
    hidden = {"evidence"} if card.get("marks", {}).get("evidence_hidden") else set()
    facets = ["" if name in hidden else _values(hit, name, named) for name in names]
    return [
        title,
        *([hit.kind_one] if is_mixed else []),
        *facets,
        language_name(hit.language),
        {"date": hit.published_at},
    ]
