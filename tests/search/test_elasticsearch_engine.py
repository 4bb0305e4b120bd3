"""The engine on Elasticsearch, against a real node."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import yaml
from elasticsearch import Elasticsearch

from network_site.common.hooks import as_service
from network_site.common.language import CODES
from network_site.organizations.actor import acting_as, service_actor
from search import doors, indexing
from search.asked import SearchQuery
from search.engines.base import (
    TITLE_PHRASE,
    WINDOW,
    Answer,
    EngineUnavailable,
    OtherName,
    Question,
    Unit,
)
from search.engines.elasticsearch import ElasticsearchEngine, client, queries
from search.engines.elasticsearch.breaker import Breaker, Failure
from search.engines.elasticsearch.engine import fragment
from search.engines.elasticsearch.indices import alias_of
from search.enums import Sort
from search.kinds import kinds
from search.meaning import DIMENSIONS
from search.models import Entry
from search.queries import search
from search.viewers import Viewer

from .conftest import node
from .gate import Gate
from .samples import document

PUBLIC, NETWORK = ("public",), ("public", "network")
TOKENS = yaml.safe_load((Path(__file__).parent / "tokens.yaml").read_text(encoding="utf-8"))
Make = Callable[..., list[Entry]]
Index = Callable[..., int]


@pytest.fixture
def engine() -> ElasticsearchEngine:
    return ElasticsearchEngine()


def asking(*units: str | Unit, **fields: Any) -> Question:
    """A question of the public's in English, word by word."""
    made = tuple(unit if isinstance(unit, Unit) else Unit(unit) for unit in units)
    given = {"language": "en", "audiences": PUBLIC, "text": " ".join(unit.words for unit in made), **fields}
    return Question(units=made, **given)


def found(answer: Answer) -> list[UUID]:
    return [one.id for one in answer.found]


def pks(entries: list[Entry]) -> list[UUID]:
    return [entry.pk for entry in entries]


def meaning(*beginning: float) -> list[float]:
    """A vector that begins like this, and is otherwise nothing."""
    return [*beginning, *[0.0] * (DIMENSIONS - len(beginning))]


# --- Words -----------------------------------------------------------------------------------


# Language, what stands there, what is looked for.
SAME = (
    ("es", "Inspección del trabajo", "inspeccion"),
    ("es", "Orientacion de jovenes", "orientación"),
    ("es", "Perfil de la desempleada", "desempleados"),
    ("es", "Oficinas de empleo", "oficina"),
    ("fr", "L'insertion des jeunes", "insertion"),
    ("fr", "L’accompagnement des mères", "l'accompagnement"),
    ("fr", "Médiation du soir", "L’MEDIATION"),
    ("fr", "Demandeurs d'emploi", "demandeur"),
    ("pt-br", "Qualificações profissionais", "qualificacao"),
    ("pt-br", "Jovens trabalhadoras", "trabalhador"),
    ("en", "Visits to employers", "employer's visit"),
    ("en", "The SMEs of the coast", "smes"),
)


def test_words_are_found_in_each_language_by_its_own_stems(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    made = make_entries(*(document(given, language=language) for language, given, _words in SAME))
    es_indexed()
    # For a reader of any language.
    for language in CODES:
        answers = {words: found(engine.ask(asking(words, language=language))) for _code, _given, words in SAME}
        assert answers == {words: [own.pk] for own, (_code, _given, words) in zip(made, SAME, strict=True)}


def test_tokens_are_what_the_golden_file_says(es_indexed: Index, db: None, elasticsearch: str) -> None:
    """An official distribution must cut texts like the node of the tests: run this against it before a release."""
    es_indexed()
    with node(elasticsearch) as own:
        index = next(iter(own.indices.get(index=alias_of("practice")).body))
        cut = {
            analyzer: {text: own.indices.analyze(index=index, analyzer=analyzer, text=text)["tokens"] for text in texts}
            for analyzer, texts in TOKENS.items()
        }
    assert {
        analyzer: {text: " ".join(token["token"] for token in tokens) for text, tokens in texts.items()}
        for analyzer, texts in cut.items()
    } == TOKENS


def test_a_unit_is_had_by_its_words_its_other_names_or_its_concept(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    words, phrase, scattered, acronym, topic = make_entries(
        document("Public employment services of the coast"),
        document("Servicios públicos de empleo", language="es"),
        document("Empleo en servicios que son públicos", language="es"),
        document("Le SPE de demain", language="fr"),
        document("Placement offices", facets={"topic": ("PES",)}),
    )
    es_indexed()
    names = (OtherName("servicio público de empleo", "es"), OtherName("SPE"))
    unit = Unit("employment service", names, "PES")
    assert set(found(engine.ask(asking(unit)))) == {words.pk, phrase.pk, acronym.pk, topic.pk}
    assert set(found(engine.ask(asking("empleo")))) == {phrase.pk, scattered.pk}
    # What was typed is worth more than other words for it.
    assert found(engine.ask(asking(unit)))[0] == words.pk


def test_another_name_counts_by_its_weight_and_not_by_its_length(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    typed, named = make_entries(
        document("Le SPE", language="fr"), document("Service public de l'emploi", language="fr")
    )
    es_indexed()
    unit = Unit("SPE", (OtherName("service public de l'emploi", "fr", 0.6),))
    assert found(engine.ask(asking(unit, language="fr"))) == [typed.pk, named.pk]


def test_another_name_counts_in_the_texts_of_its_own_language(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    spanish, _english = make_entries(document("Red de paro", language="es"), document("Paro is a place"))
    es_indexed()
    assert found(engine.ask(asking(Unit("unemployment", (OtherName("paro", "es"),))))) == [spanish.pk]


def test_all_words_of_a_unit_stand_in_one_field_of_one_language(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    texts = {"en": {"title": "Inspection"}, "es": {"title": "Empleo"}}
    one, _fields, _languages = make_entries(
        document("Anything", body="Services for employment"),
        document("Services", body="Employment"),
        document(texts=texts | {"en": {"title": "services"}, "fr": {"title": "employment"}}),
    )
    es_indexed()
    assert found(engine.ask(asking(Unit("employment services")))) == [one.pk]


def test_of_many_units_three_quarters_are_enough(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    make_entries(
        *(document(title) for title in ("red", "red gold", "red blue", "red blue green", "red blue green gold")),
        document("red blue green gold grey"),
    )
    es_indexed()
    fitting = {
        "red": 6,
        "red blue": 4,
        # Of three units three, of four three, of five four.
        "red blue green": 3,
        "red blue green gold": 3,
        "red blue green gold grey": 2,
        "red blue green gold grey white": 1,
        "red blue green gold white black": 0,
        "black": 0,
    }
    asked = {words: asking(*words.split()) for words in fitting}
    assert {words: engine.ask(question).total for words, question in asked.items()} == fitting
    assert {words: len(engine.ids(question)) for words, question in asked.items()} == fitting


HOSTILE = (
    "title:*", "*", "insp*", "inspectio?", "inspecton~", "/insp.*/", "(", '"', "\\", "_exists_:title", "{}",
    '{"match_all": {}}', "+ - = && || > < ! ( ) { } [ ] ^ \" ~ * ? : \\ /", "a' OR '1'='1", "\x00", "%00", "💥",
    "AND", "kind:practice", "[* TO *]", "<em>", "\ue000\ue001",
)  # fmt: skip


def test_no_typed_character_is_syntax(make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine) -> None:
    make_entries(document("Inspection by appointment", keywords="inspectorate"))
    es_indexed()
    for typed in HOSTILE:
        names = (OtherName(typed), OtherName(typed, "en"))
        for question in (asking(Unit(typed)), asking(Unit("nothing", names, typed), text=typed)):
            assert (typed, engine.ask(question)) == (typed, Answer(0, (), {}))
            assert engine.ids(question) == []
    for typed in ("*", "**", "title:*", '""', "[* TO *]", "{}", "\\\\", "in?p", "i*", "inspecton~", "^^"):
        assert (typed, engine.complete(typed, language="en", audiences=PUBLIC)) == (typed, [])


def test_syntax_around_a_word_leaves_the_word(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    (one,) = make_entries(document("Title of an inspection by appointment"))
    es_indexed()
    for typed in ("inspection*", '"inspection"', "(inspection)", "+inspection~", "inspection^", "title:(inspection"):
        assert (typed, found(engine.ask(asking(typed, "appointment")))) == (typed, [one.pk])


def test_a_question_of_the_greatest_length_is_answered(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    """24 units with a dozen other names each stay below the number of clauses that a node of 512 MB allows."""
    (one,) = make_entries(document("Word0 word1 " + " ".join(f"word{number}" for number in range(2, 24))))
    es_indexed()
    units = [
        Unit(
            f"word{number}",
            tuple(
                OtherName(f"another name number{other} of{number}", code)
                for other in range(3)
                for code in ("en", "es", "fr", "pt-br")
            ),
            f"C{number}",
        )
        for number in range(24)
    ]
    assert found(engine.ask(asking(*units, vector=tuple(meaning(1.0))))) == [one.pk]


# --- Ranking ---------------------------------------------------------------------------------


def test_what_counts_more_stands_first(make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine) -> None:
    at = datetime.now(UTC) - timedelta(days=1)
    texts = {"texts": {"es": {"title": "Apprenticeship"}}, "source_language": "es"}
    made = make_entries(
        document("Apprenticeship", published_at=at, quality=1.5),
        document("Apprenticeship", published_at=at),
        document("Apprenticeship", published_at=at - timedelta(days=5000)),
        document("Apprenticeship", published_at=at, quality=0.5),
        document(published_at=at, quality=0.5, **texts),
        document("Other", summary="No apprenticeship but other words here", published_at=at, quality=0.5),
        document("Other", body="No apprenticeship but other words here " * 3, published_at=at, quality=0.5),
    )
    es_indexed()
    answer = engine.ask(asking("apprenticeship"))
    assert found(answer)[:4] == pks(made)[:4]
    # The reader's own language before another one.
    assert found(answer).index(made[4].pk) > 3
    assert found(answer).index(made[5].pk) < found(answer).index(made[6].pk)
    scores = [one.score for one in answer.found]
    assert scores == sorted(scores, reverse=True)
    # Age takes at most three tenths.
    assert scores[2] / scores[1] == pytest.approx(1 - queries.FRESHNESS, abs=0.05)


def test_words_in_their_order_in_the_title_count_more(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    scattered, phrase = make_entries(document("Service of work and social"), document("Social work as a service"))
    es_indexed()
    with_phrase = {one.id: one.score for one in engine.ask(asking("social", "work")).found}
    without = {one.id: one.score for one in engine.ask(asking("social", "work", text="")).found}
    assert TITLE_PHRASE > 1
    assert with_phrase[phrase.pk] > without[phrase.pk]
    assert with_phrase[scattered.pk] == without[scattered.pk]


def test_quality_lifts_to_its_cap_and_no_further(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    at = datetime.now(UTC)
    twice, once = make_entries(
        document("Apprenticeship", quality=2.0, published_at=at), document("Apprenticeship", published_at=at)
    )
    es_indexed()
    scores = {one.id: one.score for one in engine.ask(asking("apprenticeship")).found}
    assert scores[twice.pk] / scores[once.pk] == pytest.approx(2.0)


# --- Meaning ---------------------------------------------------------------------------------


def test_meaning_adds_what_is_near_and_nothing_else(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    words, near, nearer, far = make_entries(
        document("Apprenticeship", facets={"country": ("PE",)}),
        document("Dual training", facets={"country": ("PE",)}),
        document("Formación dual", language="es", facets={"country": ("CL",)}),
        document("Pensions", facets={"country": ("CL",)}),
    )
    es_indexed(
        {
            words.pk: meaning(0.0, 0.0, 1.0),
            near.pk: meaning(0.7, 0.7),
            nearer.pk: meaning(0.9, 0.4),
            far.pk: meaning(0.1, 1.0),
        }
    )
    question = asking("apprenticeship", vector=tuple(meaning(1.0)), facets=("kind", "country"))
    answer = engine.ask(question)
    assert set(found(answer)) == {words.pk, near.pk, nearer.pk}
    assert found(answer).index(nearer.pk) < found(answer).index(near.pk)
    assert answer.total == 3
    assert answer.counts == {"kind": {"practice": 3}, "country": {"PE": 2, "CL": 1}}
    assert engine.ids(question) == found(answer)
    narrowed = engine.ask(
        asking("apprenticeship", vector=tuple(meaning(1.0)), facets=("country",), filters={"country": ("CL",)})
    )
    assert (found(narrowed), narrowed.counts) == ([nearer.pk], {"country": {"PE": 2, "CL": 1}})


def test_meaning_adds_at_most_twenty_of_a_kind(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    made = make_entries(*(document(kind=kind) for kind in ("practice", "page") for _number in range(23)))
    es_indexed({entry.pk: meaning(1.0, number / 100) for number, entry in enumerate(made)})
    answer = engine.ask(asking("nothing", vector=tuple(meaning(1.0)), facets=("kind",)))
    assert answer.counts == {"kind": {"practice": 20, "page": 20}}
    assert answer.total == 40


def test_without_any_meaning_in_the_index_words_are_enough(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    (one,) = make_entries(document("Apprenticeship"))
    es_indexed()
    assert found(engine.ask(asking("apprenticeship", vector=tuple(meaning(1.0))))) == [one.pk]


# --- Filters, facets, order ------------------------------------------------------------------


@pytest.fixture
def shelf(make_entries: Make, es_indexed: Index) -> list[Entry]:
    """Seven things with facets, two of another kind."""
    rows: list[dict[str, Any]] = [
        {"facets": {"country": ("PE",), "theme": ("A", "B")}, "evidence_level": 3},
        {"facets": {"country": ("PE",), "theme": ("A",)}, "evidence_level": None},
        {"facets": {"country": ("CL",), "theme": ("B",)}, "evidence_level": 5},
        {"facets": {"country": ("CL", "PE"), "theme": ("A",)}, "evidence_level": 3},
        {"facets": {"country": ("BR",)}, "evidence_level": 0},
        {"facets": {"country": ("PE",)}, "kind": "organization"},
        {"facets": {"country": ("CL",)}, "kind": "page"},
    ]
    made = make_entries(*(document(f"Shelf {'gfedcba'[number]}", **row) for number, row in enumerate(rows)))
    es_indexed()
    return made


# Chosen values, chosen kinds, what fits, and the counts of kinds, countries and themes.
CHOICES: tuple[tuple[dict[str, tuple[str, ...]], tuple[str, ...], str, str, str, str], ...] = (
    ({}, (), "0123456", "practice5 organization1 page1", "PE4 CL3 BR1", "A3 B2"),
    ({"country": ("PE",)}, (), "0135", "practice3 organization1", "PE4 CL3 BR1", "A3 B1"),
    ({"country": ("PE", "BR")}, (), "01345", "practice4 organization1", "PE4 CL3 BR1", "A3 B1"),
    ({"country": ("PE",), "theme": ("B",)}, (), "0", "practice1", "PE1 CL1", "A3 B1"),
    ({"country": ("PE",)}, ("organization",), "5", "practice3 organization1", "PE1", ""),
    ({}, ("organization", "page"), "56", "practice5 organization1 page1", "PE1 CL1", ""),
    ({"country": ("XX",)}, (), "", "", "PE4 CL3 BR1", ""),
    ({"country": ()}, (), "0123456", "practice5 organization1 page1", "PE4 CL3 BR1", "A3 B2"),
    # A facet that is not counted narrows all the same.
    ({"never": ("x",)}, (), "", "", "", ""),
)


def test_values_widen_facets_narrow_and_each_facet_ignores_its_own_choice(
    shelf: list[Entry], engine: ElasticsearchEngine
) -> None:
    for filters, some_kinds, fitting, *counts in CHOICES:
        question = asking(
            "shelf", filters=filters, kinds=some_kinds, facets=("kind", "country", "theme"), sort=Sort.NEWEST
        )
        answer = engine.ask(question)
        newest_first = [shelf[int(number)].pk for number in reversed(fitting)]
        assert (filters, found(answer), answer.total) == (filters, newest_first, len(fitting))
        assert engine.ids(question) == newest_first
        written = [{value[:-1]: int(value[-1]) for value in given.split()} for given in counts]
        assert answer.counts == dict(zip(("kind", "country", "theme"), written, strict=True))


def test_orders(shelf: list[Entry], engine: ElasticsearchEngine) -> None:
    orders = {
        # Nothing was said about the evidence of organisations, pages and one practice: they come last.
        Sort.EVIDENCE: "2304651",
        Sort.NEWEST: "6543210",
        Sort.TITLE: "6543210",
        # Without words nothing but quality and age ranks.
        Sort.RELEVANCE: "6543210",
    }
    for sort, order in orders.items():
        wanted = [shelf[int(number)].pk for number in order]
        assert (sort, found(engine.ask(asking(sort=sort)))) == (sort, wanted)
        assert ElasticsearchEngine(page=2).ids(asking(sort=sort)) == wanted
        pages = [found(engine.ask(asking(sort=sort, offset=offset, limit=3))) for offset in (0, 3, 6)]
        assert [pk for page in pages for pk in page] == wanted


def test_equal_things_keep_their_order(make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    made = make_entries(*(document("Same", published_at=at) for _number in range(30)))
    es_indexed()
    for sort in Sort.values:
        pages = [found(engine.ask(asking("same", sort=sort, offset=offset, limit=7))) for offset in range(0, 35, 7)]
        assert (sort, [pk for page in pages for pk in page]) == (sort, pks(made))
        assert ElasticsearchEngine(page=7).ids(asking("same", sort=sort)) == pks(made)


def test_only_what_was_published_after_a_moment(shelf: list[Entry], engine: ElasticsearchEngine) -> None:
    question = asking("shelf", published_after=shelf[4].published_at, facets=("kind",))
    answer = engine.ask(question)
    assert (set(found(answer)), answer.counts) == ({shelf[5].pk, shelf[6].pk}, {"kind": {"organization": 1, "page": 1}})
    assert set(engine.ids(question)) == {shelf[5].pk, shelf[6].pk}


def test_the_end_of_the_window_is_an_empty_page(shelf: list[Entry], engine: ElasticsearchEngine) -> None:
    answer = engine.ask(asking("shelf", offset=WINDOW - 20, limit=20))
    assert (answer.total, answer.found) == (7, ())


def test_a_walk_goes_beyond_the_window(
    make_entries: Make, es_indexed: Index, elasticsearch: str, settings: Any
) -> None:
    """With a window of ten on the index itself, 26 are walked through."""
    made = make_entries(*(document("Walk") for _number in range(26)))
    es_indexed()
    with node(elasticsearch) as own:
        own.indices.put_settings(index=f"{settings.ELASTICSEARCH_PREFIX}-*", settings={"max_result_window": 10})
        walker = ElasticsearchEngine(page=10)
        newest_first = pks(made)[::-1]
        with pytest.raises(EngineUnavailable):
            walker.ask(asking("walk", sort=Sort.NEWEST, offset=10, limit=10))
        assert walker.ids(asking("walk", sort=Sort.NEWEST)) == newest_first
        assert walker.ids(asking("walk", sort=Sort.NEWEST), limit=12) == newest_first[:12]
        assert walker.ids(asking("walk", sort=Sort.NEWEST), limit=0) == []
        assert _open_walks(own, settings.ELASTICSEARCH_PREFIX) == 0


def test_a_walk_that_breaks_off_leaves_nothing_open(
    make_entries: Make, es_indexed: Index, elasticsearch: str, settings: Any
) -> None:
    make_entries(*(document("Walk") for _number in range(5)))
    es_indexed()
    pages = ElasticsearchEngine(page=2)._pages(queries.walk(asking("walk")), WINDOW)
    with node(elasticsearch) as own:
        assert len(next(pages)) == 2
        assert _open_walks(own, settings.ELASTICSEARCH_PREFIX) > 0
        pages.close()
        assert _open_walks(own, settings.ELASTICSEARCH_PREFIX) == 0


def _open_walks(own: Elasticsearch, prefix: str) -> int:
    stats = own.indices.stats(index=f"{prefix}-*", metric="search")
    return int(stats["_all"]["total"]["search"]["open_contexts"])


# --- What is shown ---------------------------------------------------------------------------


def test_found_words_are_marked_as_pieces_never_as_html(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    make_entries(
        document(
            "Inspección <b>laboral</b>",
            language="es",
            summary="Nada más",
            body="Primera frase sin nada. Las inspecciones & visitas empiezan.",
        )
    )
    es_indexed()
    (one,) = engine.ask(asking("inspeccion", language="es")).found
    assert one.highlights["title"] == ((("Inspección", True), (" <b>laboral</b>", False)),)
    ((*_before, marked, after),) = one.highlights["body"]
    assert (marked, after) == (("inspecciones", True), (" & visitas empiezan.", False))
    assert "summary" not in one.highlights


def test_what_only_the_folded_words_found_is_marked_too(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    make_entries(document("The IT of a ministry"))
    es_indexed()
    (one,) = engine.ask(asking("it")).found
    assert one.highlights == {"title": ((("The ", False), ("IT", True), (" of a ministry", False)),)}


def test_marks_are_shown_in_the_readers_language_where_it_was_found_there(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    texts = {"en": {"title": "Radio inspection"}, "es": {"title": "Radio e inspección"}, "fr": {"title": "Autre"}}
    make_entries(document(texts=texts))
    es_indexed()
    shown = {
        language: engine.ask(asking("radio", language=language)).found[0].highlights["title"]
        for language in ("en", "es", "fr")
    }
    spanish = ((("Radio", True), (" e inspección", False)),)
    english = ((("Radio", True), (" inspection", False)),)
    assert shown == {"en": english, "es": spanish, "fr": english}


def test_no_marks_when_nobody_wants_them(make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine) -> None:
    make_entries(document("Radio"))
    es_indexed()
    (one,) = engine.ask(asking("radio", highlight=False)).found
    assert one.highlights == {}


@pytest.mark.parametrize(
    ("marked", "pieces"),
    [
        ("", ()),
        ("plain", (("plain", False),)),
        ("\ue000a\ue001 b \ue000c\ue001", (("a", True), (" b ", False), ("c", True))),
        # Texts may hold these characters themselves: they go, and nothing else does.
        ("a\ue001b", (("ab", False),)),
        ("\ue000\ue000a\ue001", (("a", True),)),
        ("\ue000a", (("a", True),)),
    ],
)
def test_pieces_of_a_marked_text(marked: str, pieces: tuple[tuple[str, bool], ...]) -> None:
    assert fragment(marked) == pieces


# --- Beginnings and neighbours ---------------------------------------------------------------


def test_titles_are_completed_in_the_readers_language_first(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    english, spanish, french, _other = make_entries(
        document("Inspection by appointment"),
        document("Inspección con cita", language="es"),
        document("L'inspection du travail", language="fr"),
        document("Other", summary="Inspection", body="Inspection"),
    )
    es_indexed()
    by_language = {
        code: engine.complete("inspec", language=code, audiences=PUBLIC) for code in ("en", "es", "fr", "pt-br")
    }
    assert {code: some[0] for code, some in by_language.items()} == {
        "en": english.pk, "es": spanish.pk, "fr": french.pk, "pt-br": spanish.pk,
    }  # fmt: skip
    assert all(set(some) == {english.pk, spanish.pk, french.pk} for some in by_language.values())
    assert engine.complete("INSPECCIÓ", language="en", audiences=PUBLIC) == [spanish.pk]
    assert engine.complete("travail insp", language="en", audiences=PUBLIC) == [french.pk]
    assert engine.complete("inspection b", language="en", audiences=PUBLIC, limit=1) == [english.pk]
    assert engine.complete("nspec", language="en", audiences=PUBLIC) == []
    assert engine.complete("i", language="en", audiences=PUBLIC) == []
    assert engine.complete("inspec", language="en", audiences=PUBLIC, kinds=("page",)) == []


def test_of_titles_with_all_words_those_in_the_same_order_come_first(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    scattered, ordered, _one_only = make_entries(
        document("Employment of public servants"),
        document("Public employment services go digital"),
        document("Public employment"),
    )
    es_indexed()
    assert engine.complete("public employment serv", language="en", audiences=PUBLIC) == [ordered.pk, scattered.pk]


def test_a_word_longer_than_all_beginnings_is_completed(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    (one,) = make_entries(document("Institutionalisation of dialogue"))
    es_indexed()
    assert engine.complete("institutionalisation", language="en", audiences=PUBLIC) == [one.pk]


def test_neighbours_by_meaning(make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine) -> None:
    own, near, nearer, far, page = make_entries(
        document("Apprenticeship"),
        document("Dual training"),
        document("Formación dual", language="es"),
        document("Apprenticeship"),
        document("News", kind="page"),
    )
    es_indexed(
        {
            own.pk: meaning(1.0),
            near.pk: meaning(0.8, 0.6),
            nearer.pk: meaning(0.9, 0.4),
            far.pk: meaning(0.0, 1.0),
            page.pk: meaning(1.0, 0.1),
        }
    )
    practices = engine.similar(own.pk, audiences=PUBLIC, kinds=("practice",))
    assert [one.id for one in practices] == [nearer.pk, near.pk]
    assert [one.id for one in engine.similar(own.pk, audiences=PUBLIC, limit=2)] == [page.pk, nearer.pk]


def test_neighbours_by_what_they_have_in_common_where_there_is_no_meaning(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    terms = "Career guidance\nYoung people\nPeru"
    own, near, topic, _far = make_entries(
        document("Guidance at school", keywords=terms, facets={"topic": ("GUIDANCE",)}),
        document("Orientación en la escuela", texts={"es": {"title": "Orientación"}, "en": {"keywords": terms}}),
        document("Conseil", language="fr", facets={"topic": ("GUIDANCE",)}),
        document("Pensions", keywords="Older people\nChile"),
    )
    es_indexed()
    assert {one.id for one in engine.similar(own.pk, audiences=PUBLIC)} == {near.pk, topic.pk}
    assert engine.similar(uuid4(), audiences=PUBLIC) == []


# --- Whom it is for --------------------------------------------------------------------------


def test_nothing_for_the_network_reaches_the_public(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    """Neither as a hit, nor in a count, a walk, a completion, a neighbour, nor by meaning."""
    terms = {"keywords": "Guidance\nYoung people", "facets": {"country": ("PE",), "topic": ("T",)}}
    public, network, other = make_entries(
        document("Secretariat handbook", **terms),
        document("Secretariat handbook", audience="network", **terms),
        document("Secretariat handbook", **terms),
    )
    for vectors in ({}, {one.pk: meaning(1.0) for one in (public, network, other)}):
        es_indexed(vectors)
        seen = {}
        for audiences in (PUBLIC, NETWORK):
            question = asking(
                Unit("secretariat", (), "T"),
                audiences=audiences,
                vector=tuple(meaning(1.0)),
                facets=("kind", "country"),
            )
            answer = engine.ask(question)
            seen[audiences] = [
                set(found(answer)),
                answer.total,
                answer.counts["kind"]["practice"],
                answer.counts["country"]["PE"],
                set(engine.ids(question)),
                set(engine.complete("handb", language="en", audiences=audiences)),
                {one.id for one in engine.similar(public.pk, audiences=audiences)},
            ]
        both, all_three = {public.pk, other.pk}, {public.pk, network.pk, other.pk}
        assert seen[PUBLIC] == [both, 2, 2, 2, both, both, {other.pk}]
        assert seen[NETWORK] == [all_three, 3, 3, 3, all_three, all_three, {other.pk, network.pk}]
        # Nor may its neighbours be asked for.
        assert engine.similar(network.pk, audiences=PUBLIC) == []


def test_what_has_gone_is_not_found(make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine) -> None:
    gone, there = make_entries(document("Withdrawn handbook"), document("Handbook"))
    source: Any = kinds.get("practice")
    del source.things[gone.key]
    with as_service("relay", "test"):
        indexing.refresh("practice", [gone.key])
    assert es_indexed() == 1
    answer = engine.ask(asking("handbook", facets=("kind",)))
    assert (found(answer), answer.counts) == ([there.pk], {"kind": {"practice": 1}})
    assert engine.ask(asking(facets=("kind",))).total == 1
    assert engine.complete("withdr", language="en", audiences=PUBLIC) == []
    assert engine.similar(gone.pk, audiences=PUBLIC) == []


# --- When nobody answers ---------------------------------------------------------------------


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def gate(elasticsearch: str, settings: Any) -> Iterator[Gate]:
    """A gate before the node, through which the site asks."""
    with Gate(elasticsearch) as own:
        settings.ELASTICSEARCH_URL = own.url
        yield own


def _every_way(engine: ElasticsearchEngine) -> list[Callable[[], object]]:
    return [
        lambda: engine.ask(asking("radio")),
        lambda: engine.ids(asking("radio")),
        lambda: engine.complete("radio", language="en", audiences=PUBLIC),
        lambda: engine.similar(uuid4(), audiences=PUBLIC),
    ]


def test_without_an_index_the_engine_is_unavailable_and_the_line_stays_closed(
    elasticsearch: str, engine: ElasticsearchEngine
) -> None:
    for ask in _every_way(engine) * 2:
        with pytest.raises(EngineUnavailable):
            ask()
    assert not client.line().breaker.is_open


def test_without_the_index_of_one_kind_the_engine_is_unavailable(
    make_entries: Make, es_indexed: Index, elasticsearch: str, engine: ElasticsearchEngine, settings: Any
) -> None:
    """An answer that silently lacks a kind would be a wrong one."""
    make_entries(document("Radio"))
    es_indexed()
    with node(elasticsearch) as own:
        own.indices.delete(index=list(own.indices.get(index=f"{settings.ELASTICSEARCH_PREFIX}-page").body))
    with pytest.raises(EngineUnavailable):
        engine.ask(asking("radio"))


def test_who_does_not_answer_in_time_is_unavailable(gate: Gate, engine: ElasticsearchEngine, settings: Any) -> None:
    settings.ELASTICSEARCH_TIMEOUT = 0.2
    gate.hold()
    for ask in _every_way(engine):
        client.forget()
        asked, began = gate.asked, time.monotonic()
        with pytest.raises(EngineUnavailable):
            ask()
        # Far from any other limit, and one question: nothing is tried twice.
        assert 0.2 <= time.monotonic() - began < 5
        assert gate.asked - asked == 1


def test_a_refused_question_does_not_open_the_line(
    make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine
) -> None:
    make_entries(document("Radio"))
    es_indexed()
    for _time in range(5):
        with pytest.raises(EngineUnavailable, match="refused with 400"):
            engine.ask(asking("radio", vector=(1.0, 2.0)))
    assert engine.ask(asking("radio")).total == 1


def test_the_line_opens_after_three_failures_and_one_tries_after_the_pause(
    make_entries: Make, es_indexed: Index, gate: Gate, engine: ElasticsearchEngine, settings: Any
) -> None:
    make_entries(document("Radio"))
    es_indexed()
    clock = Clock()
    client.line().breaker.clock = clock
    assert engine.ask(asking("radio")).total == 1
    gate.hold()
    settings.ELASTICSEARCH_TIMEOUT = 0.2
    for _time in range(3):
        with pytest.raises(EngineUnavailable):
            engine.ask(asking("radio"))
    asked = gate.asked
    for ask in _every_way(engine):
        with pytest.raises(EngineUnavailable, match="left alone"):
            ask()
    assert gate.asked == asked
    # The one who tries finds it still away: another pause.
    clock.now += 20
    with pytest.raises(EngineUnavailable, match="no answer"):
        engine.ask(asking("radio"))
    assert gate.asked == asked + 1
    gate.open()
    clock.now += 19
    with pytest.raises(EngineUnavailable, match="left alone"):
        engine.ask(asking("radio"))
    settings.ELASTICSEARCH_TIMEOUT = 15
    clock.now += 1
    assert engine.ask(asking("radio")).total == 1
    assert engine.ask(asking("radio")).total == 1


def test_while_one_tries_all_others_are_sent_on() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, pause=20, clock=clock)
    with pytest.raises(Failure), breaker.passing():
        raise Failure
    assert breaker.is_open
    clock.now += 20
    with breaker.passing():
        with pytest.raises(EngineUnavailable), breaker.passing():
            pytest.fail("a second one passed")
        assert breaker.is_open
    assert not breaker.is_open


def test_who_is_stopped_while_trying_leaves_the_trial_to_the_next() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, pause=20, clock=clock)
    with pytest.raises(Failure), breaker.passing():
        raise Failure
    clock.now += 20
    with pytest.raises(KeyboardInterrupt), breaker.passing():
        raise KeyboardInterrupt
    with breaker.passing():
        pass
    assert not breaker.is_open


def test_failures_count_only_in_a_row() -> None:
    breaker = Breaker(failures=2, pause=20, clock=Clock())
    for _time in range(3):
        with pytest.raises(Failure), breaker.passing():
            raise Failure
        with breaker.passing():
            pass
    assert not breaker.is_open


def test_each_process_has_its_own_line(elasticsearch: str) -> None:
    own = client.line()
    assert client.line() is own
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"own" if client.line() is not own and client.line() is client.line() else b"shared")
        os._exit(0)
    os.close(writing)
    assert os.read(reading, 10) == b"own"
    os.close(reading)
    os.waitpid(child, 0)


def test_the_page_goes_on_with_the_database_says_so_and_recovers(
    make_entries: Make, es_indexed: Index, gate: Gate, settings: Any
) -> None:
    (one,) = make_entries(document("Radio"))
    es_indexed()
    clock = Clock()
    client.line().breaker.clock = clock

    def asked() -> tuple[list[UUID], int, bool]:
        result = search(SearchQuery(text="radio"))
        return [hit.id for hit in result.hits], result.total, result.is_reduced

    assert asked() == ([one.pk], 1, False)
    gate.shut()
    for _time in range(4):
        assert asked() == ([one.pk], 1, True)
    gate.open()
    assert asked() == ([one.pk], 1, True)
    clock.now += 20
    assert asked() == ([one.pk], 1, False)


def test_the_facade_shows_members_more_than_the_public(make_entries: Make, es_indexed: Index) -> None:
    public, network = make_entries(document("Handbook"), document("Handbook of the network", audience="network"))
    es_indexed()
    assert doors.main() is not None
    assert [hit.id for hit in search(SearchQuery(text="handbook")).hits] == [public.pk]
    with acting_as(service_actor("relay"), reason="test"):
        result = search(SearchQuery(text="handbook"), Viewer(NETWORK))
    assert ({hit.id for hit in result.hits}, result.total) == ({public.pk, network.pk}, 2)


def test_no_log_line_holds_what_was_typed(
    make_entries: Make, es_indexed: Index, gate: Gate, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    make_entries(document("Radio"))
    es_indexed()
    engine = ElasticsearchEngine()
    with caplog.at_level(logging.DEBUG):
        search(SearchQuery(text="quarrelsome"))
        engine.ids(asking("quarrelsome"))
        engine.complete("quarrelsome", language="en", audiences=PUBLIC)
        with pytest.raises(EngineUnavailable) as refused:
            engine.ask(asking("quarrelsome", vector=(1.0,)))
        gate.hold()
        settings.ELASTICSEARCH_TIMEOUT = 0.2
        for _time in range(4):
            assert search(SearchQuery(text="quarrelsome")).is_reduced
    assert "quarrelsome" not in str(refused.value)
    assert "search is reduced: ConnectionTimeout" in caplog.text
    assert "quarrelsome" not in caplog.text


def test_scores_fall(make_entries: Make, es_indexed: Index, engine: ElasticsearchEngine) -> None:
    make_entries(*(document(" ".join(["radio", *["other"] * number])) for number in range(5)))
    es_indexed()
    scores = [one.score for one in engine.ask(asking("radio")).found]
    assert all(before > after for before, after in pairwise(scores))
