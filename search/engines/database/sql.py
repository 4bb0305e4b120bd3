"""The words of the entries in SQLite (FTS5) and PostgreSQL (tsvector): the one file of search that speaks SQL.

A token begins with two letters for its language and its place, so that one list of the index answers for one place,
without a second look at the row. What is looked for arrives as tokens of letters and digits (`stems.token`): an
expression made of them has no syntax but what is built here, and it is bound like every other value.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db import connection

from network_site.common.database import is_postgresql

# Where a word can stand. `strong` repeats the stems that a body speaks of often; `names` are the words of a title as
# they are, folded, for what somebody is typing.
PLACES = {"title": "t", "summary": "s", "keywords": "k", "body": "b", "strong": "x", "names": "n"}
_INITIALS = {"en": "e", "es": "s", "fr": "f", "pt-br": "p"}
# tsvector keeps no position after this one.
LAST_POSITION = 16_383

# The tokens of a text in one place: for each of its words the token that stands there, and further ones.
Placed = Sequence[tuple[str, ...]]
# What is looked for in one place of one language: every part must be there, each in one of several ways, and a way is
# a row of tokens that follow each other.
Ways = Sequence[Sequence[str]]
Wanted = tuple[str, str, Sequence[Ways]]

# Columns of the narrow rows that only one order needs.
EXTRA = ("evidence_level", "sort_title")


def put(doc: int, texts: Mapping[str, Mapping[str, Placed]]) -> None:
    """Write the words of a document by language and place, instead of those it had."""
    remove([doc])
    with connection.cursor() as cursor:
        if is_postgresql():
            for language, places in texts.items():
                vector = " ".join(_vector(_INITIALS[language] + PLACES[place], some) for place, some in places.items())
                cursor.execute("INSERT INTO search_words VALUES (%s, %s, %s::tsvector)", [doc, language, vector])
        else:
            words = " ".join(
                _column(_INITIALS[language] + PLACES[place], some)
                for language, places in texts.items()
                for place, some in places.items()
            )
            cursor.execute("INSERT INTO search_words (rowid, words) VALUES (%s, %s)", [doc, words])


def remove(docs: Collection[int]) -> None:
    """Take away the words of documents."""
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.execute("DELETE FROM search_words WHERE doc = ANY(%s)", [list(docs)])
        else:
            cursor.execute(
                "DELETE FROM search_words WHERE rowid IN (SELECT value FROM json_each(%s))", [json.dumps(list(docs))]
            )


def remove_strangers() -> None:
    """Take away words whose document is no more. They are never found, but they take room."""
    key = "doc" if is_postgresql() else "rowid"
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM search_words WHERE {key} NOT IN (SELECT id FROM search_embeddedentry)")


def find(wanted: Sequence[Wanted], *, is_prefix: bool = False) -> list[list[int]]:
    """The documents that have what is wanted, for each in the list. One query.

    With `is_prefix` each token is the beginning of a word.
    """
    found: list[list[int]] = [[] for _one in wanted]
    if not wanted:
        return found
    make = _tsquery if is_postgresql() else _match
    expressions = [
        make(_INITIALS[language] + PLACES[place], parts, is_prefix=is_prefix) for language, place, parts in wanted
    ]
    with connection.cursor() as cursor:
        if is_postgresql():
            cursor.execute(
                "SELECT q.number - 1, array_agg(w.doc)"
                " FROM unnest(%s::text[]) WITH ORDINALITY AS q(expression, number)"
                " JOIN search_words w ON w.vector @@ q.expression::tsquery GROUP BY q.number",
                [expressions],
            )
            rows = cursor.fetchall()
        else:
            # FTS5 is asked once for each row of the list. One text of numbers instead of as many rows.
            cursor.execute(
                "SELECT q.key, (SELECT group_concat(rowid) FROM search_words WHERE search_words MATCH q.value)"
                " FROM json_each(%s) q",
                [json.dumps(expressions)],
            )
            rows = [(number, map(int, docs.split(","))) for number, docs in cursor.fetchall() if docs]
    for number, docs in rows:
        found[number] = list(docs)
    return found


def rows(audiences: Collection[str], docs: Collection[int] | None = None, *, extra: str = "") -> list[tuple[Any, ...]]:
    """The narrow rows of live entries for these audiences, of all documents or of these. One query.

    Columns: id, entry, published, quality, facets, and the extra one (EXTRA) or nothing.
    """
    column = extra if extra in EXTRA else "NULL"
    statement = f"SELECT id, entry_id, published, quality, facets, {column} FROM search_embeddedentry WHERE audience"
    values: list[Any]
    if is_postgresql():
        statement, values = f"{statement} = ANY(%s)", [list(audiences)]
        if docs is not None:
            statement, values = f"{statement} AND id = ANY(%s)", [*values, list(docs)]
    else:
        statement, values = f"{statement} IN (SELECT value FROM json_each(%s))", [json.dumps(list(audiences))]
        if docs is not None:
            statement += " AND id IN (SELECT value FROM json_each(%s))"
            values.append(json.dumps(list(docs)))
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def count() -> int:
    """How many documents there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM search_embeddedentry")
        return int(cursor.fetchone()[0])


# --- SQLite ----------------------------------------------------------------------------------


def _column(begins: str, placed: Placed) -> str:
    """The tokens in their order; the further ones follow, where they are in nobody's phrase."""
    further = [token for word in placed for token in word[1:]]
    return " ".join(begins + token for token in [*(word[0] for word in placed), *further])


def _match(begins: str, parts: Sequence[Ways], *, is_prefix: bool) -> str:
    ending = " *" if is_prefix else ""

    def phrase(way: Sequence[str]) -> str:
        return '"' + " ".join(begins + token for token in way) + '"' + ending

    return " AND ".join("(" + " OR ".join(phrase(way) for way in ways) + ")" for ways in parts)


# --- PostgreSQL ------------------------------------------------------------------------------


def _vector(begins: str, placed: Placed) -> str:
    """The tokens with their positions; those after the last one that fits are found, but in no phrase."""
    return " ".join(
        f"'{begins}{token}':{min(position, LAST_POSITION)}"
        for position, word in enumerate(placed, start=1)
        for token in word
    )


def _tsquery(begins: str, parts: Sequence[Ways], *, is_prefix: bool) -> str:
    ending = ":*" if is_prefix else ""

    def phrase(way: Sequence[str]) -> str:
        return " <-> ".join(f"'{begins}{token}'{ending}" for token in way)

    return " & ".join("(" + " | ".join(f"({phrase(way)})" for way in ways) + ")" for ways in parts)
