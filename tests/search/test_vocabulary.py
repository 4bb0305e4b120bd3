"""Concepts of the glossary in texts and questions, and how an edit of staff reaches both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from network_site.common.language import CODES, fold
from network_site.common.models import Outbox
from network_site.taxonomy import glossary
from network_site.taxonomy.glossary import Words, save_concept
from network_site.taxonomy.models import GlossaryConcept
from search import topics, vocabulary
from search.models import EntryFacet

from ..people import People, acting
from ..queries import asking
from .things import KIND, Things, deliver, entry, things, waiting

pytestmark = pytest.mark.django_db


@pytest.fixture
def kind(db: None) -> Iterator[Things]:
    with things() as made:
        yield made


def found(text: str, language: str = "en", **how: Any) -> list[tuple[str, str]]:
    words = vocabulary.tokens(text)
    matches = vocabulary.current().recognise(words, language=language, **how)
    return [(" ".join(words[one.start : one.end]), one.concept.code) for one in matches]


def zebra(
    people: People, concept: GlossaryConcept | None = None, *, listed: bool = True, **more: Any
) -> GlossaryConcept:
    """A concept that staff adds or changes."""
    words = {code: Words(f"zebra crossing {code}") for code in CODES} | more
    with acting(people.specialist()):
        return save_concept(
            concept=concept, words=words, definition={code: f"Stripes ({code})." for code in CODES}, listed=listed
        )


# --- The glossary itself ---------------------------------------------------------------------


def test_the_glossary_holds_at_least_155_concepts_complete_in_four_languages() -> None:
    concepts = yaml.safe_load(glossary.DATA.read_text(encoding="utf-8"))
    assert len(concepts) == len({one["code"] for one in concepts}) >= 155
    for one in concepts:
        assert set(one["terms"]) == set(one["definition"]) == set(CODES), one["code"]
        assert all(0 < len(text) < 1000 for text in one["definition"].values()), one["code"]
        assert one["source"], one["code"]
    for code in CODES:
        preferred = [fold(one["terms"][code]["term"]) for one in concepts]
        assert len(preferred) == len(set(preferred))


@pytest.mark.parametrize(
    ("acronym", "language", "concept"),
    [
        ("PES", "en", "public-employment-service"), ("SPE", "es", "public-employment-service"),
        ("SPE", "fr", "public-employment-service"), ("TVET", "en", "vocational-training"),
        ("FP", "es", "vocational-training"), ("OSH", "en", "occupational-safety-and-health"),
        ("SST", "pt-br", "occupational-safety-and-health"), ("LMIS", "en", "labour-market-information-system"),
        ("SIMT", "es", "labour-market-information-system"), ("ILO", "en", "international-labour-organization"),
        ("OIT", "fr", "international-labour-organization"), ("NEET", "en", "neet"), ("NINI", "es", "neet"),
        ("ALMP", "en", "active-labour-market-policy"), ("PAL", "es", "active-labour-market-policy"),
        ("UI", "en", "unemployment-benefit"), ("CBA", "en", "collective-agreement"),
        ("LFS", "en", "labour-force-survey"),
        ("ToR", "en", "terms-of-reference"), ("TDR", "es", "terms-of-reference"),
        ("M&E", "en", "monitoring-and-evaluation"), ("SyE", "es", "monitoring-and-evaluation"),
    ],
)  # fmt: skip
def test_the_acronyms_that_officials_use_are_understood(acronym: str, language: str, concept: str) -> None:
    assert found(f"{acronym} 2024", language) == [(acronym, concept)]


# --- The recogniser --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        ("public employment service", "en", "public employment service"),
        ("Public Employment Services today", "en", "Public Employment Services"),
        ("la inspeccion del trabajo rural", "es", "inspeccion del trabajo"),
        ("inspección de trabajo", "es", "inspección de trabajo"),
        ("les inspecteurs du travail", "fr", "inspecteurs du travail"),
        ("l'inspection du travail", "fr", "inspection du travail"),
        ("inspeções do trabalho", "pt-br", "inspeções do trabalho"),
        ("migration de main-d’œuvre", "fr", "migration de main d œuvre"),
    ],
)
def test_a_term_is_recognised_with_or_without_accents_in_the_plural_and_with_other_ties(
    text: str, language: str, said: str
) -> None:
    assert [words for words, _concept in found(text, language)] == [said]


def test_the_longest_term_wins_and_none_overlaps() -> None:
    assert found("labour market information system") == [
        ("labour market information system", "labour-market-information-system")
    ]
    assert [code for _words, code in found("labour inspection of domestic work")] == [
        "labour-inspection", "domestic-work",
    ]  # fmt: skip


def test_a_term_of_any_language_is_recognised_and_the_readers_own_comes_first() -> None:
    assert found("teletrabajo", "en") == [("teletrabajo", "telework")]
    # The French word for a job placement is also English; the English reader means what English calls it.
    assert found("placement", "fr") == [("placement", "job-matching")]
    assert found("formación", "en") == [("formación", "vocational-training")]


def test_an_acronym_counts_as_it_is_written_or_when_it_is_all_that_was_said() -> None:
    assert found("el SPE de Chile", "es") == [("SPE", "public-employment-service")]
    assert found("spe", "es", exact=True) == [("spe", "public-employment-service")]
    assert found("el spe de Chile", "es", exact=True) == []
    assert found("ALMPs and wages", "en")[0] == ("ALMPs", "active-labour-market-policy")
    assert found("they act on it", "pt-br") == []


def test_what_a_document_is_about() -> None:
    text = "Domestic work is covered. "
    about = vocabulary.topics_of(
        {
            "en": {
                "title": "Telework for inspectors",
                "keywords": "Labour inspection\nMinistry of Labour of Belize",
                "body": text * 3 + "A strike happened once.",
            }
        }
    )
    assert about == ("domestic-work", "labour-inspection", "telework")


def test_a_phrase_ends_with_its_sentence_and_a_text_is_read_in_its_own_language() -> None:
    assert vocabulary.topics_of({"en": {"title": "We inspect labour. Market days"}}) == ()
    assert vocabulary.topics_of({"en": {"title": "The stage of a theatre"}}) == ()
    assert vocabulary.topics_of({"fr": {"title": "Un stage rémunéré"}}) == ("internship",)


# --- Edits -----------------------------------------------------------------------------------


def test_an_edit_counts_for_the_next_question_and_costs_one_small_query_otherwise(people: People) -> None:
    assert found("zebra crossing en") == []
    concept = zebra(people)
    assert found("zebra crossing en") == [("zebra crossing", concept.code)]
    zebra(people, concept, en=Words("pelican crossing"))
    assert (found("zebra crossing en"), found("pelican crossing")) == ([], [("pelican crossing", concept.code)])
    zebra(people, concept, en=Words("pelican crossing"), listed=False)
    assert found("pelican crossing") == []
    with asking(1):
        found("pelican crossing")


def test_the_topics_of_what_an_edit_touches_follow_and_nothing_else_changes(people: People, kind: Things) -> None:
    touched, other = kind.put("A zebra crossing en in town"), kind.put("Labour inspection in town")
    assert other.body["facets"] == {"topic": ["labour-inspection"]}
    zebra(people)
    assert deliver(topics.GLOSSARY_CHANGED) > 0
    after = entry("A zebra crossing en in town")
    assert after.body["facets"] == {"topic": ["zebra-crossing-en"]}
    assert list(EntryFacet.objects.filter(entry=after).values_list("name", "value")) == [("topic", "zebra-crossing-en")]
    assert (after.revision, entry("Labour inspection in town").revision) == (touched.revision + 1, other.revision)
    zebra(people, GlossaryConcept.objects.get(code="zebra-crossing-en"), listed=False)
    deliver(topics.GLOSSARY_CHANGED)
    assert entry("A zebra crossing en in town").body["facets"] == {}


def test_many_edits_are_one_walk_in_steps(people: People, kind: Things, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        kind.put(f"A zebra crossing en number {number}")
    deliver(topics.GLOSSARY_CHANGED)
    concept = zebra(people)
    zebra(people, concept)
    walked: list[int] = []
    real = topics.walk
    # What is counted is how often the walk is begun or gone on with; it does its work.
    monkeypatch.setattr(topics, "walk", lambda after: walked.append(1) or real(after, 2))
    assert deliver(topics.GLOSSARY_CHANGED) == 2 + len(walked) - 1
    assert len(walked) == 1 + 5 // 2
    assert EntryFacet.objects.filter(name="topic", entry__kind=KIND).count() == 5


def test_a_walk_that_was_overtaken_ends(people: People, kind: Things) -> None:
    kind.put("A zebra crossing en in town")
    zebra(people)
    mark_of_before = {"after": str(entry("A zebra crossing en in town").pk), "mark": "older"}
    row = Outbox.objects.filter(kind=topics.GLOSSARY_CHANGED).latest("created_at")
    Outbox.objects.filter(kind=topics.GLOSSARY_CHANGED).exclude(pk=row.pk).delete()
    Outbox.objects.filter(pk=row.pk).update(data=mark_of_before)
    deliver(topics.GLOSSARY_CHANGED)
    assert (entry("A zebra crossing en in town").body["facets"], waiting(topics.GLOSSARY_CHANGED)) == ({}, [])
