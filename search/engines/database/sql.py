"""The words of the entries in SQLite (FTS5) and PostgreSQL (tsvector): the one file of search that speaks SQL.

What is looked for arrives as tokens of letters and digits (`stems.token`), so an expression made of them has no syntax
but what is built here, and expressions are bound like every other value.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection

from network_site.common.database import is_postgresql
from network_site.common.language import CODES

# Where a word can stand. `strong` repeats the stems that a body speaks of often; `names` are the words of a title as
# they are, folded, for what somebody is typing.
PLACES = ("title", "summary", "keywords", "body", "strong", "names")
# On PostgreSQL place and language are the beginning of each lexeme: one index answers for all, without a second look
# at the row.
_LETTERS = {"title": "t", "summary": "s", "keywords": "k", "body": "b", "strong": "x", "names": "n"}
_INITIALS = {"en": "e", "es": "s", "fr": "f", "pt-br": "p"}
# tsvector keeps no position after this one.
LAST_POSITION = 16_383

# The tokens of a text in one place: for each of its words the token that stands there, and further ones.
Placed = Sequence[tuple[str, ...]]
# What is looked for in one place of one language: every part must be there, each in one of several ways, and a way is
# a row of tokens that follow each other.
Ways = Sequence[Sequence[str]]
Wanted = tuple[str, str, Sequence[Ways]]


def put(doc: int, texts: Mapping[str, Mapping[str, Placed]]) -> None:
    """Write the words of a document by language and place, instead of those it had."""
    remove([doc])
    with connection.cursor() as cursor:
        for language, places in texts.items():
            if is_postgresql():
                vector = _vector(language, places)
                cursor.execute("INSERT INTO search_words VALUES (%s, %s, %s::tsvector)", [doc, language, vector])
            else:
                columns = [_column(places.get(place, ())) for place in PLACES]
                cursor.execute(
                    f"INSERT INTO {_table(language)} (rowid, {', '.join(PLACES)}) VALUES (%s, %s, %s, %s, %s, %s, %s)",
                    [doc, *columns],
                )


def remove(docs: Collection[int]) -> None:
    """Take away the words of documents."""
    given = list(docs)
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.execute("DELETE FROM search_words WHERE doc = ANY(%s)", [given])
        else:
            for language in CODES:
                cursor.execute(
                    f"DELETE FROM {_table(language)} WHERE rowid IN (SELECT value FROM json_each(%s))",
                    [json.dumps(given)],
                )


def remove_strangers() -> None:
    """Take away words whose document is no more. They are never found, but they take room."""
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.execute("DELETE FROM search_words WHERE doc NOT IN (SELECT id FROM search_embeddedentry)")
        else:
            for language in CODES:
                cursor.execute(
                    f"DELETE FROM {_table(language)} WHERE rowid NOT IN (SELECT id FROM search_embeddedentry)"
                )


def find(wanted: Sequence[Wanted], *, is_prefix: bool = False) -> Iterator[tuple[int, int]]:
    """Which documents have what is wanted: its number in the list, and the document. One query.

    With `is_prefix` the last token of each way is the beginning of a word.
    """
    if not wanted:
        return iter(())
    with connection.cursor() as cursor:
        if is_postgresql():
            expressions = [_tsquery(*one, is_prefix=is_prefix) for one in wanted]
            cursor.execute(
                "SELECT q.number - 1, w.doc FROM unnest(%s::text[]) WITH ORDINALITY AS q(expression, number)"
                " JOIN search_words w ON w.vector @@ q.expression::tsquery",
                [expressions],
            )
        else:
            by_language: dict[str, list[tuple[int, str]]] = {}
            for number, one in enumerate(wanted):
                by_language.setdefault(one[0], []).append((number, _match(*one, is_prefix=is_prefix)))
            # FTS5 is asked once for each row of the list: the order of a CROSS JOIN is kept.
            parts = [
                f"SELECT json_extract(q.value, '$[0]'), w.rowid FROM json_each(%s) q CROSS JOIN {_table(language)} w"
                f" WHERE w.{_table(language)} MATCH json_extract(q.value, '$[1]')"
                for language in by_language
            ]
            cursor.execute(" UNION ALL ".join(parts), [json.dumps(some) for some in by_language.values()])
        return iter(cursor.fetchall())


def rows(audiences: Collection[str], docs: Collection[int] | None = None) -> list[tuple[Any, ...]]:
    """The narrow rows of live entries for these audiences, of all documents or of these. One query.

    Columns: id, entry, kind, published, evidence, quality, sort title, facets.
    """
    statement = (
        "SELECT id, entry_id, kind, published, evidence_level, quality, sort_title, facets FROM search_embeddedentry"
        " WHERE audience IN (SELECT value FROM json_each(%s))"
    )
    values: list[Any] = [json.dumps(list(audiences))]
    if is_postgresql():
        statement, values = statement.replace("IN (SELECT value FROM json_each(%s))", "= ANY(%s)"), [list(audiences)]
    if docs is not None:
        given = list(docs)
        statement += " AND id = ANY(%s)" if is_postgresql() else " AND id IN (SELECT value FROM json_each(%s))"
        values.append(given if is_postgresql() else json.dumps(given))
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def count() -> int:
    """How many documents there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_embeddedentry")
        return int(cursor.fetchone()[0])


# --- SQLite ----------------------------------------------------------------------------------


def _table(language: str) -> str:
    return f"search_words_{language.replace('-', '_')}"


def _column(placed: Placed) -> str:
    """The tokens in their order; the further ones follow, where they are in nobody's phrase."""
    further = [token for word in placed for token in word[1:]]
    return " ".join([*(word[0] for word in placed), *further])


def _match(language: str, place: str, parts: Sequence[Ways], *, is_prefix: bool) -> str:
    ending = " *" if is_prefix else ""
    return (
        f"{place} : ({' AND '.join('(' + ' OR '.join(_quoted(way) + ending for way in ways) + ')' for ways in parts)})"
    )


def _quoted(way: Sequence[str]) -> str:
    return '"' + " ".join(way) + '"'


# --- PostgreSQL ------------------------------------------------------------------------------


def _vector(language: str, places: Mapping[str, Placed]) -> str:
    return " ".join(
        f"'{_INITIALS[language]}{_LETTERS[place]}{token}':{position}"
        for place, placed in places.items()
        for position, word in enumerate(placed[:LAST_POSITION], start=1)
        for token in word
    )


def _tsquery(language: str, place: str, parts: Sequence[Ways], *, is_prefix: bool) -> str:
    begins, ending = _INITIALS[language] + _LETTERS[place], ":*" if is_prefix else ""

    def phrase(way: Iterable[str]) -> str:
        return " <-> ".join(f"'{begins}{token}'{ending}" for token in way)

    return " & ".join("(" + " | ".join(f"({phrase(way)})" for way in ways) + ")" for ways in parts)
