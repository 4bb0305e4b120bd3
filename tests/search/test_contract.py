"""Both engines keep the contract of `search.engines.base`, on the same records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from network_site.common.hooks import as_service
from search import indexing
from search.documents import Document
from search.engines.base import Engine, Fragment, Unit
from search.engines.database import DatabaseEngine
from search.enums import Sort
from search.kinds import kinds
from search.models.entries import entry_id

from .contract import (
    AROUND,
    BEGINNING,
    FACETS,
    FINDS,
    HOSTILE,
    ILO,
    MEMBERS,
    PES,
    PROFILING,
    PUBLIC,
    Asked,
    corpus,
    counted_by_sql,
    question,
    random_questions,
)
from .samples import Samples

pytestmark = pytest.mark.embedded


@pytest.fixture(params=["database", "elasticsearch"])
def asked(request: Any, make_entries: Any) -> Iterator[Asked]:
    """Each engine in turn, with the corpus. A service reads, so that tests compare with all there is."""
    entries = make_entries(*corpus())
    engine: Engine = DatabaseEngine()
    if request.param == "elasticsearch":
        index = request.getfixturevalue("es_indexed")
        from search.engines.elasticsearch import ElasticsearchEngine

        index()
        engine = ElasticsearchEngine()
    with as_service("relay", "test: contract"):
        yield Asked(engine, {entry.pk: entry.key for entry in entries})


def reindex(request: Any) -> None:
    """Let the index follow what a test changed."""
    if request.node.callspec.params["asked"] == "elasticsearch":
        request.getfixturevalue("es_indexed")()


def things_of(kind: str) -> dict[str, Document]:
    """What stands behind the entries of a kind, to be changed."""
    stand_in = kinds.get(kind)
    assert isinstance(stand_in, Samples)
    return stand_in.things


def marked(fragments: tuple[Fragment, ...]) -> list[str]:
    """The words that a highlight marks."""
    return [text for fragment in fragments for text, is_wanted in fragment if is_wanted]


def text_of(fragment: Fragment) -> str:
    return "".join(text for text, _is_wanted in fragment)


# --- Words -----------------------------------------------------------------------------------


def test_words_find_the_same_things_however_they_are_written(asked: Asked) -> None:
    wrong = {
        (language, text): found
        for language, text, expected in FINDS
        if (found := set(asked.found(question(text, language=language)))) != expected
    }
    assert wrong == {}


def test_a_unit_of_several_words_stands_in_one_field(asked: Asked) -> None:
    found = asked.found(question(units=[Unit("harbour lantern")]))
    assert set(found) == {"four-words", "three-words", "two-words"}


def test_an_acronym_finds_its_other_names_as_phrases(asked: Asked) -> None:
    found = asked.found(question("SPE", units=[PES], language="fr"))
    assert set(found) == {"guichet", "reforme", "movil", "digital", "profiling"}
    assert set(found[:2]) == {"guichet", "reforme"}
    assert set(asked.found(question("ILO", units=[ILO]))) == {"manual", "convenio"}


def test_a_question_in_spanish_finds_the_english_practice(asked: Asked) -> None:
    found = asked.found(question("perfilado de desempleados", units=[PROFILING], language="es"))
    assert found == ["profiling"]


def test_a_concept_is_found_by_the_topics_of_a_thing(asked: Asked) -> None:
    found = asked.found(question(units=[Unit("nowhere", (), "matching")]))
    assert set(found) == {"perfil", "digital"}


def test_a_question_of_nothing_but_stop_words_is_answered(asked: Asked) -> None:
    assert {"two-words"} <= set(asked.found(question("the has"))) <= {"two-words", "four-words", "three-words"}
    assert "manual" in asked.found(question("what to"))


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_of_the_same_word_the_readers_language_comes_first(asked: Asked, language: str) -> None:
    found = asked.found(question("social", language=language))
    assert found[0] == f"dialogue-{language}"
    assert set(found) == {"dialogue-en", "dialogue-es", "dialogue-fr"}


def test_a_title_counts_more_than_a_body_and_a_better_thing_more_than_an_equal_one(asked: Asked) -> None:
    assert asked.found(question("telework")) == ["telework-title", "telework-body"]
    assert asked.found(question("seafarers")) == ["better", "plain"]
    # The words in their order in the title: nobody else has them so.
    assert asked.found(question("public employment"))[0] == "digital"


def test_scores_fall_along_the_answer(asked: Asked) -> None:
    scores = [one.score for one in asked.answer(question("notes")).found]
    assert len(scores) == 4
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 0


# --- Narrowing and counting ------------------------------------------------------------------


def test_counts_of_200_random_questions_are_those_of_sql(asked: Asked) -> None:
    with_words = 0
    for one in random_questions(200):
        answer = asked.answer(one)
        fitting, _counts = counted_by_sql(one, asked.engine, "")
        assert answer.total == len(fitting), one
        assert {found.id for found in answer.found} <= fitting
        assert len(answer.found) == min(5, len(fitting))
        assert set(answer.counts) == set(FACETS)
        for name in FACETS:
            _ids, counts = counted_by_sql(one, asked.engine, name)
            assert dict(answer.counts[name]) == counts, (name, one)
        with_words += bool(one.units and fitting)
    assert with_words > 10


def test_values_of_a_facet_widen_and_facets_narrow(asked: Asked) -> None:
    def found(**filters: tuple[str, ...]) -> set[str]:
        return set(asked.found(question(filters=filters)))

    assert found(country=("AR", "BR")) == found(country=("AR",)) | found(country=("BR",))
    assert found(country=("AR", "BR"), group=("TG1",)) == found(country=("AR", "BR")) & found(group=("TG1",))
    assert found(country=("XX",)) == set()
    assert set(asked.found(question(kinds=("page", "organization")))) == {"news", "ministry"}


def test_a_facet_that_is_not_counted_narrows_the_others_all_the_same(asked: Asked) -> None:
    answer = asked.answer(question(filters={"topic": ("matching",)}, facets=("kind",)))
    assert dict(answer.counts) == {"kind": {"practice": 2}}


def test_what_was_published_after_a_moment(asked: Asked) -> None:
    found = asked.found(question(published_after=BEGINNING + timedelta(days=31), audiences=MEMBERS))
    assert set(found) == {"migration"}


# --- Order and pages -------------------------------------------------------------------------


def test_sorts(asked: Asked) -> None:
    newest = asked.found(question(sort=Sort.NEWEST))
    assert newest[:2] == ["migration", "dialogue-fr"]
    assert newest[-1] == "profiling"
    assert asked.found(question(sort=Sort.EVIDENCE))[:5] == ["verts", "profiling", "perfil", "manual", "migration"]
    titles = asked.found(question(sort=Sort.TITLE))
    assert titles[:4] == ["manual", "rights", "ateliers", "avaliacao"]
    # Equal titles are told apart, always in the same way.
    assert {titles[titles.index("plain") + 1], titles[titles.index("plain") - 1]} & {"better"}
    assert titles == asked.found(question(sort=Sort.TITLE))


@pytest.mark.parametrize("sort", Sort.values)
@pytest.mark.parametrize("text", ["", "the"])
def test_pages_have_neither_holes_nor_repeats(asked: Asked, sort: str, text: str) -> None:
    whole = question(text, sort=sort, audiences=MEMBERS)
    everything = asked.all(whole)
    assert len(everything) == len(set(everything)) == asked.answer(whole).total
    walked: list[str] = []
    for offset in range(0, len(everything) + 7, 7):
        walked += asked.found(replace(whole, offset=offset, limit=7))
    assert walked == everything
    assert asked.engine.ids(whole, 3) == asked.engine.ids(whole)[:3]


# --- Who may find what -----------------------------------------------------------------------


def test_audiences_hold_everywhere(asked: Asked) -> None:
    topic = question("profiling", facets=FACETS)
    assert "members-only" not in asked.found(topic)
    assert "members-only" not in asked.all(topic)
    assert "members-only" not in asked.all(question())
    assert "members-only" not in asked.completed("profiling")
    assert "members-only" not in asked.similar("profiling", limit=50)
    assert asked.similar("members-only") == []
    members = replace(topic, audiences=MEMBERS)
    assert "members-only" in asked.found(members)
    assert "members-only" in asked.completed("profiling", audiences=MEMBERS)
    assert "members-only" in asked.similar("profiling", audiences=MEMBERS, limit=50)
    counts = [asked.answer(one).counts["topic"]["profiling"] for one in (topic, members)]
    assert counts == [1, 2]
    assert asked.all(replace(topic, audiences=())) == []


def test_what_has_gone_is_never_found(asked: Asked, request: Any) -> None:
    gone = "inspeccion-rural"
    del things_of("practice")[gone]
    assert indexing.refresh("practice", [gone]) == 1
    reindex(request)
    assert asked.found(question("inspeccion", facets=FACETS)) == ["inspeccion-puertos"]
    assert gone not in asked.all(question(audiences=MEMBERS))
    assert gone not in asked.completed("inspec")
    assert asked.similar(gone) == []


def test_what_has_changed_is_found_by_its_new_words_only(asked: Asked, request: Any) -> None:
    things = things_of("practice")
    old = things["guichet"]
    things["guichet"] = replace(old, texts={"fr": {"title": "Une adresse"}}, audience="network", stamp="2")
    assert indexing.refresh("practice", ["guichet"]) == 1
    reindex(request)
    assert asked.found(question("guichet", audiences=MEMBERS)) == []
    assert asked.found(question("adresse")) == []
    assert asked.found(question("adresse", audiences=MEMBERS)) == ["guichet"]


# --- Nothing typed is syntax -----------------------------------------------------------------


def test_signs_around_a_word_change_nothing(asked: Asked) -> None:
    expected = set(asked.all(question("harbour")))
    assert len(expected) == 4
    for pattern in AROUND:
        typed = pattern.format("harbour")
        assert set(asked.all(question(typed, units=[Unit(typed)]))) == expected, typed


def test_no_text_breaks_an_engine(asked: Asked) -> None:
    everything = len(asked.all(question(audiences=MEMBERS)))
    for typed in HOSTILE:
        units = [Unit(typed), Unit("harbour")]
        answer = asked.answer(question(typed, units=units, facets=FACETS, filters={"theme": (typed,)}))
        assert answer.total == 0, typed
        assert 0 <= asked.answer(question(typed, units=[Unit(typed)])).total <= everything
        asked.engine.ids(question(typed, units=units))
        asked.completed(typed)
        assert asked.found(question(kinds=(typed,))) == []
    assert len(asked.all(question(audiences=MEMBERS))) == everything


# --- What is shown ---------------------------------------------------------------------------


def test_highlights_are_pieces_of_the_text_with_its_words(asked: Asked) -> None:
    [found] = asked.answer(question("autobuses comuna", language="es")).found
    assert [text_of(one) for one in found.highlights["body"]] == ["Un autobús visita sesenta comunas."]
    assert marked(found.highlights["body"]) == ["autobús", "comunas"]
    by_key = {asked.keys[one.id]: one for one in asked.answer(question("insertion", language="fr")).found}
    assert [text_of(one) for one in by_key["insercion"].highlights["title"]] == [
        "L'insertion des jeunes par l'apprentissage"
    ]
    assert re.fullmatch("(L')?insertion", "".join(marked(by_key["insercion"].highlights["title"])))
    assert asked.answer(question("insertion", highlight=False)).found[0].highlights == {}


def test_highlights_are_in_the_language_in_which_the_words_were_found(asked: Asked) -> None:
    [found] = asked.answer(question("migración contrato", language="en")).found
    assert text_of(found.highlights["title"][0]) == "Migración de temporada con contrato"
    [found] = asked.answer(question("contract", language="en")).found
    assert text_of(found.highlights["title"][0]) == "Seasonal migration with a contract"


# --- Beginnings and neighbours ---------------------------------------------------------------


def test_completion_by_the_beginning_of_a_word_of_the_title(asked: Asked) -> None:
    assert set(asked.completed("insp")) == {"inspeccion-rural", "inspeccion-puertos", "manual"}
    assert set(asked.completed("INSPECCIÓ")) == {"inspeccion-rural", "inspeccion-puertos"}
    assert set(asked.completed("public employment serv")) == {"digital", "servants"}
    assert asked.completed("public employment services g") == ["digital"]
    assert asked.completed("autob") == []
    assert asked.completed("") == []
    assert asked.completed("minis", kinds=("organization",)) == ["ministry"]
    assert len(asked.completed("so", limit=2)) == 2


def test_completion_shows_the_readers_language_first(asked: Asked) -> None:
    for language in ("en", "es", "fr"):
        found = asked.completed("social", language=language)
        assert found[0] == f"dialogue-{language}"
        assert set(found) == {"dialogue-en", "dialogue-es", "dialogue-fr"}
        assert asked.completed("migra", language=language) == ["migration"]


def test_similar_things_have_most_in_common(asked: Asked) -> None:
    found = asked.similar("telework-title", limit=30)
    assert "telework-body" in found
    assert "telework-title" not in found
    assert len(asked.similar("profiling", audiences=MEMBERS, limit=1)) == 1
    assert set(asked.similar("telework-title", kinds=("page", "organization"), limit=30)) <= {"news", "ministry"}
    assert asked.engine.similar(entry_id("practice", "nothing"), audiences=PUBLIC) == []
