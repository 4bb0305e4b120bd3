"""From what somebody typed to what an engine is asked, and slips of the pen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network_site.common.models import Outbox
from network_site.organizations.actor import acting_as, service_actor
from search import queries, questions, spelling
from search.asked import SearchQuery
from search.models import VocabularyWord
from search.viewers import PUBLIC

from ..queries import asking
from .things import KIND, Things, deliver, things

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(db: None) -> Iterator[Things]:
    with things() as made:
        yield made


def said(text: str, language: str = "en") -> list[str]:
    return [unit.words for unit in questions.units_of(text, language)]


def counted() -> None:
    with acting_as(service_actor("relay"), reason="test"):
        spelling.count_words()


# --- Units -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "units"),
    [
        ("how do I help young people find a first job", "en", ["young people", "first job"]),
        ("¿Cómo puedo ayudar a los jóvenes a encontrar su primer empleo?", "es", ["jóvenes", "primer empleo"]),
        ("comment aider les jeunes à trouver un premier emploi", "fr", ["jeunes", "premier emploi"]),
        ("l'inspection du travail", "fr", ["inspection travail"]),
        ("l'usine", "fr", ["usine"]),
        ("self-service kiosks", "en", ["self service", "kiosks"]),
        ("P-0007", "en", ["P-0007"]),
        ("covid-19 response", "en", ["covid-19", "response"]),
        ("how to", "en", ["how", "to"]),
        ("help", "en", ["help"]),
        ("telework telework Telework", "en", ["telework"]),
        ('"telework" AND (fees OR -x:y)*', "en", ["telework", "fees"]),
        ("", "en", []),
        ("?!", "en", []),
    ],
)
def test_what_a_question_speaks_of(text: str, language: str, units: list[str]) -> None:
    assert said(text, language) == units


def test_a_concept_brings_its_other_names_in_all_languages_with_less_weight() -> None:
    (unit,) = questions.units_of("SPE", "es")
    assert (unit.words, unit.concept) == ("SPE", "public-employment-service")
    names = {(name.text, name.language): name.weight for name in unit.other_names}
    assert names[("public employment service", "en")] > names[("PES", "")] > names[("job centre", "en")]
    assert ("service public de l'emploi", "fr") in names
    assert ("serviço público de emprego", "pt-br") in names
    assert ("SPE", "") not in names
    assert max(names.values()) < 1


def test_an_acronym_that_is_an_everyday_word_somewhere_is_no_other_name() -> None:
    (unit,) = questions.units_of("intermediación laboral", "es")
    assert unit.concept == "job-matching"
    assert [name.text for name in unit.other_names if not name.language] == ["IMO"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=200))
def test_whatever_is_typed_gives_at_most_24_units_without_syntax(text: str) -> None:
    units = questions.units_of(text, "en")
    assert len(units) <= questions.MAX_UNITS
    for unit in units:
        assert unit.words.strip() == unit.words != ""
        assert not set('"*()[]{}:^~|+<>\\/') & set(unit.words)


def test_a_question_of_200_words_is_cut_at_24() -> None:
    assert len(said(" ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(200)))) == 24


# --- Words -----------------------------------------------------------------------------------


def test_words_of_records_for_members_only_are_never_counted(kind: Things) -> None:
    kind.put("Quokkas in the open")
    kind.put("Wombats behind doors", audience="network")
    counted()
    assert VocabularyWord.objects.filter(folded="quokkas").exists()
    assert not VocabularyWord.objects.filter(folded="wombats").exists()
    assert "wombats" not in spelling.slips("wombatz", "en").values()
    assert spelling.slips("quokkaz", "en") == {"quokkaz": "quokkas"}


def test_words_follow_what_is_published_and_what_goes(kind: Things) -> None:
    kind.put("Inspección de quokkas", language="es")
    spelling.look_after()
    assert deliver(spelling.COUNTED) == 1
    assert VocabularyWord.objects.get(language="es", folded="quokkas").frequency == 1
    spelling.look_after()
    assert not Outbox.objects.filter(kind=spelling.COUNTED, state=Outbox.State.WAITING).exists()
    kind.remove("Inspección de quokkas")
    spelling.look_after()
    deliver(spelling.COUNTED)
    assert not VocabularyWord.objects.filter(folded="quokkas").exists()


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("inspection", "inspection", 0), ("inspecton", "inspection", 1), ("inspetcion", "inspection", 1),
     ("inpecton", "inspection", 2), ("xyz", "inspection", 3), ("telework", "network", 3), ("abc", "", 3)],
)  # fmt: skip
def test_how_many_slips_are_between_two_words(one: str, other: str, slips: int) -> None:
    assert spelling.distance(one, other, 2) == spelling.distance(other, one, 2) == slips


def test_a_slip_becomes_the_nearest_word_of_the_readers_language_and_other_words_stay(kind: Things) -> None:
    kind.put("Inspection of quokkas")
    kind.put("Inspección de quokkas", language="es")
    counted()
    assert spelling.slips("inspecion", "es") == {"inspecion": "inspección"}
    assert spelling.slips("inspecton", "en") == {"inspecton": "inspection"}
    for typed in ("inspeccion", "INSPECTON", "P-0007", "how", "zzzzzzzzzz", "cat", "2024"):
        assert spelling.slips(typed, "en") == {}, typed
    assert spelling.corrected("Inspecton, of X", {"Inspecton": "inspection"}) == "Inspection, of X"


def test_a_question_without_a_slip_costs_one_small_query_for_glossary_and_words(kind: Things) -> None:
    kind.put("Inspection of quokkas")
    counted()
    query = SearchQuery(text="quokkas inspection", language="en")
    questions.make(query, PUBLIC, with_meaning=False)
    spelling.slips(query.text, "en")
    with asking(1):
        marks = queries.Mark.objects.now()
        assert spelling.slips(query.text, "en", marks) == {}
        questions.make(query, PUBLIC, with_meaning=False, marks=marks)


# --- Did you mean ----------------------------------------------------------------------------


def ask(text: str, **more: object) -> queries.SearchResult:
    return queries.search(replace(SearchQuery(text=text, language="en", kinds=(KIND,)), **more), PUBLIC)  # type: ignore[arg-type]


def test_what_finds_nothing_because_of_a_slip_is_asked_again_and_said(kind: Things) -> None:
    kind.put("Quokkas at work")
    counted()
    found = ask("quokaks")
    assert ([hit.key for hit in found.hits], found.corrected, found.suggestion) == (["Quokkas at work"], "quokkas", "")
    assert queries.ids(SearchQuery(text="quokaks", language="en", kinds=(KIND,)), PUBLIC) == [found.hits[0].id]
    exactly = ask("quokaks", is_exact=True)
    assert (exactly.total, exactly.corrected, exactly.suggestion) == (0, "", "")
    right = ask("quokkas")
    assert (right.total, right.corrected, right.suggestion) == (1, "", "")


def test_a_correction_that_finds_nothing_either_is_not_shown(kind: Things) -> None:
    kind.put("Quokkas at work")
    counted()
    kind.remove("Quokkas at work")
    found = ask("quokaks")
    assert (found.total, found.corrected, found.suggestion) == (0, "", "")


def test_a_network_only_word_is_suggested_to_nobody(kind: Things) -> None:
    kind.put("Wombats at work", audience="network")
    counted()
    found = ask("wombatz")
    assert (found.total, found.corrected, found.suggestion) == (0, "", "")
