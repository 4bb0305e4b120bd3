"""What the engine on the database keeps beside entries: in step with them, whole again, and asked in few queries."""

from __future__ import annotations

import pytest
from django.db import transaction

from network_site.common.hooks import as_service
from search import indexing
from search.engines import stems
from search.engines.base import OtherName, Question, Unit
from search.engines.database import DatabaseEngine, sql, texts
from search.engines.highlighting import Highlighter
from search.enums import Sort
from search.kinds import kinds
from search.models import EmbeddedEntry, Entry

from ..queries import asking
from .samples import document

pytestmark = pytest.mark.embedded


def asked(*words: str, **more: object) -> Question:
    given = {"language": "en", "audiences": ("public",), "facets": ("kind", "country"), "text": " ".join(words)}
    return Question(**{**given, "units": tuple(Unit(word) for word in words), **more})


def found(*words: str) -> list[str]:
    ids = [one.id for one in DatabaseEngine().ask(asked(*words)).found]
    keys = dict(Entry.objects.filter(pk__in=ids).values_list("pk", "key"))
    return [keys[pk] for pk in ids]


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("es", "inspección", "inspeccion"), ("es", "jóvenes", "joven"), ("es", "autobuses", "autobús"),
        ("es", "veces", "vez"), ("fr", "emplois", "emploi"), ("fr", "conseillers", "conseiller"),
        ("fr", "régionaux", "regional"), ("fr", "employés", "employe"), ("pt-br", "avaliações", "avaliacao"),
        ("pt-br", "jovens", "jovem"), ("pt-br", "nacionais", "nacional"), ("en", "policies", "policy"),
        ("en", "PES", "pes"), ("en", "I.L.O.", "ILO"),
    ],
)  # fmt: skip
def test_two_forms_of_a_word_share_a_token(language: str, one: str, other: str) -> None:
    [first], [second] = (list(stems.words(stems.composed(text))) for text in (one, other))
    assert set(stems.tokens(first.text, language)) & set(stems.wanted(second.text, language))


def test_an_acronym_is_no_plural_and_no_verb() -> None:
    assert stems.tokens("AIDS", "en") == ("aids",)
    assert not set(stems.tokens("AIDS", "en")) & set(stems.wanted("aid", "en"))


def test_words_are_written_with_the_entry_or_not_at_all(make_entries) -> None:
    [entry] = make_entries(document("Lanterns", key="one"))
    things = kinds.get("practice").things
    with as_service("relay", "test"), transaction.atomic():
        things["one"] = document("Harbours", key="one")
        assert indexing.refresh("practice", ["one"]) == 1
        assert found("harbour") == ["one"]
        transaction.set_rollback(True)
    assert found("lantern") == ["one"]
    assert found("harbour") == []
    assert EmbeddedEntry.objects.get().revision == entry.revision


def test_what_has_not_kept_step_is_seen_and_repaired(make_entries) -> None:
    old, missing, gone, fine = make_entries(*(document(f"Lantern {name}", key=name) for name in "abcd"))
    with as_service("relay", "test"):
        Entry.objects.filter(pk=old.pk).update(revision=7)
        EmbeddedEntry.objects.filter(entry=missing).delete()
        Entry.objects.filter(pk=gone.pk).update(is_gone=True)
        behind = texts.behind()
        assert (set(behind.old), set(behind.left_over)) == ({old.pk, missing.pk}, {gone.pk})
        assert texts.catch_up() == 3
        assert not texts.behind()
        assert texts.catch_up() == 0
    assert set(found("lantern")) == {"a", "b", "d"}
    assert fine.key == "d"


def test_a_rebuild_makes_everything_again_and_throws_strangers_away(make_entries) -> None:
    make_entries(*(document(f"Lantern {name}", key=name) for name in "abc"))
    sql.put(999_999, texts.placed({"en": {"title": "Lantern of nobody"}}))
    assert 999_999 in sql.find([("en", "title", [[["lantern"]]])])[0]
    EmbeddedEntry.objects.filter(entry__key="b").delete()
    seen: list[int] = []
    with as_service("relay", "test"):
        assert texts.rebuild(seen.append) == 3
    assert seen == [3]
    assert set(found("lantern")) == {"a", "b", "c"}
    assert 999_999 not in sql.find([("en", "title", [[["lantern"]]])])[0]


def test_a_question_asks_the_database_the_same_few_times(make_entries) -> None:
    make_entries(*(document(f"Lantern {name}", key=name, facets={"country": ("CL",)}) for name in "abcdef"))
    engine = DatabaseEngine()
    with asking(4):
        assert engine.ask(asked("lantern")).total == 6
    names = (OtherName("faro", "es"), OtherName("phare", "fr"), OtherName("ABC"))
    units = tuple(Unit(word, names) for word in ("lantern", "lanterns", "a"))
    with asking(4):
        engine.ask(asked("lantern", units=units, text="lantern a", filters={"country": ("CL",)}))
    with asking(1):
        engine.ask(asked(sort=Sort.NEWEST))
    with asking(2):
        engine.complete("lan", language="en", audiences=("public",))


def test_long_texts_and_long_words_are_found_to_their_end(make_entries) -> None:
    body = " ".join(f"w{number}" for number in range(9_000)) + " lighthouse keeper"
    make_entries(document("Long", key="long", body=body), document("x" * 5_000, key="word", body="ñ" * 59_000))
    assert found("keeper") == ["long"]
    assert found("x" * 5_000) == ["word"]
    assert found("lighthouse", "w1") == ["long"]


def test_highlights_show_sentences_with_most_of_the_question() -> None:
    body = (
        "Nothing of it here. A lantern hangs in the harbour. Then nothing for long. "
        + "word " * 60
        + "and at last another lantern "
        + "word " * 60
        + ".\nLanterns: <b>bold</b>."
    )
    question = asked("lantern", "harbours", units=(Unit("lantern"), Unit("harbours", (OtherName("sea port", "en"),))))
    marks = Highlighter(question).marks({"en": {"title": "The SEA PORT of <i>Lima</i>", "body": body}})
    [title] = marks["title"]
    assert title == (("The ", False), ("SEA", True), (" ", False), ("PORT", True), (" of <i>Lima</i>", False))
    first, second = marks["body"]
    assert first == (("A ", False), ("lantern", True), (" hangs in the ", False), ("harbour", True), (".", False))
    text = "".join(part for part, _marked in second)
    assert text.startswith("… ")
    assert text.endswith(" …")
    assert len(text) <= 190
    assert ("lantern", True) in second
