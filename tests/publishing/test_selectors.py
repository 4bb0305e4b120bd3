"""Lists of published records: what is found, how it is counted, and that no question breaks them."""

from __future__ import annotations

import random
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from network_site.common.database import allow
from network_site.common.hooks import as_service
from network_site.organizations.models import Organization
from network_site.publishing.models import Audience, PublishedRecord, RecordTerm
from network_site.publishing.selectors import (
    MAX_FILTERS,
    MAX_QUERY,
    PAGE_SIZE,
    SORTS,
    RecordList,
    RecordQuery,
    counts_by_country,
    counts_by_term,
    find_records,
    latest_records,
    list_records,
)
from network_site.publishing.services import fold, record_terms
from network_site.taxonomy.models import Term
from practices.models import DatabankPage
from search import indexing
from search.selectors import words_in_records

from ..people import People, acting

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]

COUNTRIES = ["UY", "PY", "BR", None]
FUNCTIONS = ["LAF1.1", "LAF1.2", "LAF2.1", "LAF3.1"]
GROUPS = ["TG16", "TG01", "TG02"]
WORDS = ["inspección", "jóvenes", "registro", "diálogo", "empleo", "naïve"]


def snapshot(title: str) -> dict[str, Any]:
    """As much of a document as a card shows."""
    return {
        "texts": {"en": {"title": title, "one_line": "A line.", "state": "source"}},
        "source_language": "en",
        "region": "",
        "owner": {"names": {"en": "A ministry"}},
        "contributions": [],
        "building_blocks": [],
        "preconditions": [],
        "outcomes": [],
        "start_year": 2020,
        "provenance": "PV01",
        "marks": {"evidence_level": 1, "direction": "positive", "completeness": {}, "label": "documented"},
    }


def plant(count: int, seed: int = 1, title: str = "", **fields: Any) -> list[PublishedRecord]:
    """So many records of a random world, found by the search; only what lists read is filled in."""
    chance = random.Random(seed)
    owner = Organization.objects.get(kind="network")
    first = PublishedRecord.objects.count()
    records, terms = [], []
    for number in range(first + 1, first + count + 1):
        words = title or " ".join(chance.sample(WORDS, 2))
        given = {
            "id": uuid4(), "kind": "practice", "number": number, "slug": f"s-{chance.randrange(99)}", "owner": owner,
            "country_id": chance.choice(COUNTRIES), "version": 1, "schema": "x", "snapshot": snapshot(words),
            "source_language": "en", "evidence_level": chance.choice([None, 0, 1, 2, 3, 4, 5]),
            "search_text": fold(words), "first_published_at": timezone.now() - timedelta(days=chance.randrange(50)),
        }  # fmt: skip
        record = PublishedRecord(**(given | fields))
        records.append(record)
        codes = {*chance.sample(FUNCTIONS, chance.randrange(3)), *chance.sample(GROUPS, chance.randrange(2))}
        terms += record_terms(record, codes)
    with allow("publishing"):
        PublishedRecord.objects.bulk_create(records)
        RecordTerm.objects.bulk_create(terms)
    with as_service("relay", "planted"):
        indexing.refresh("practice", [str(record.pk) for record in records])
    return records


def ask(query_string: str, kind: str = "practice") -> RecordList:
    return list_records(RecordQuery.from_params(QueryDict(query_string)), kind=kind)


def options(found: RecordList, name: str) -> dict[str, int]:
    """Values and counts of a facet, those of nothing left out."""
    facet = next(facet for facet in found.facets if facet.name == name)
    return {option.value: option.count for option in facet.options if option.count}


# --- Counts against the plain truth ------------------------------------------------------------


def codes_of(record: PublishedRecord) -> set[str]:
    """The record's terms and what stands above them."""
    codes = set(RecordTerm.objects.filter(record=record).values_list("term_id", flat=True))
    return codes | set(Term.objects.filter(pk__in=codes, parent__isnull=False).values_list("parent_id", flat=True))


def random_query(chance: random.Random) -> dict[str, list[str]]:
    return {
        "q": chance.choice([[], [], [chance.choice(WORDS)], ["INSPECCION jovenes"], ["nothing at all"]]),
        "country": chance.sample(["UY", "PY", "BR", "AR"], chance.choice([0, 0, 1, 2])),
        "theme": chance.sample([*FUNCTIONS, "LAF1", "LAF4.1"], chance.choice([0, 0, 1, 2])),
        "group": chance.sample(GROUPS, chance.choice([0, 0, 1])),
        "evidence": chance.sample(["0", "1", "2", "3", "4", "5"], chance.choice([0, 0, 1, 3])),
    }


@cache
def had(words: str) -> set[UUID]:
    """The records that have these words, whatever else is asked: what the search says of the words alone."""
    return set(words_in_records(words, "en", "practice", False).ids)


def fits(record: PublishedRecord, codes: set[str], asked: dict[str, list[str]]) -> bool:
    """Whether a record fits, said as slowly and plainly as possible."""
    return (
        all(record.pk in had(words) for words in asked["q"])
        and (not asked["country"] or record.country_id in asked["country"])
        and (not asked["theme"] or bool(codes & set(asked["theme"])))
        and (not asked["group"] or bool(codes & set(asked["group"])))
        and (not asked["evidence"] or str(record.evidence_level) in asked["evidence"])
    )


@pytest.mark.parametrize("seed", range(4))
def test_every_count_is_what_choosing_it_would_show(seed: int) -> None:
    had.cache_clear()
    records = plant(60, seed)
    codes = {record.pk: codes_of(record) for record in records}
    chance = random.Random(seed)
    wrong = []
    for _number in range(30):
        asked = random_query(chance)
        query = QueryDict(mutable=True)
        for name, values in asked.items():
            query.setlist(name, values)
        found = list_records(RecordQuery.from_params(query), kind="practice")
        expected = [record for record in records if fits(record, codes[record.pk], asked)]
        if found.total != len(expected):
            wrong.append(f"{query.urlencode()}: {found.total} found, {len(expected)} fit")
        for facet in found.facets:
            for option in facet.options:
                # The facet's own choice is not made: this value alone, with everything else as asked.
                alone = asked | {facet.name: [option.value]}
                truth = sum(fits(record, codes[record.pk], alone) for record in records)
                if option.count != truth:
                    wrong.append(f"{query.urlencode()}: {facet.name}={option.value} says {option.count}, is {truth}")
                if option.checked != (option.value in asked[facet.name]):
                    wrong.append(f"{query.urlencode()}: {facet.name}={option.value} checked: {option.checked}")
    assert wrong == []


def test_a_facet_ignores_its_own_choice_and_no_other() -> None:
    plant(1, country_id="UY", evidence_level=1)
    plant(2, country_id="PY", evidence_level=2)
    plant(3, country_id="BR", evidence_level=2)
    found = ask("country=UY")
    assert (found.total, found.total_of_all) == (1, 6)
    assert options(found, "country") == {"UY": 1, "PY": 2, "BR": 3}
    assert options(found, "evidence") == {"1": 1}
    assert options(ask("country=UY&evidence=2"), "country") == {"PY": 2, "BR": 3}


def test_a_chosen_value_stays_on_the_page_even_when_nothing_has_it() -> None:
    plant(1, country_id="UY")
    facet = next(facet for facet in ask("country=AR").facets if facet.name == "country")
    assert {option.value: (option.count, option.checked) for option in facet.options} == {
        "AR": (0, True), "UY": (1, False),
    }  # fmt: skip


def test_a_parent_term_finds_what_stands_under_it() -> None:
    (record,) = plant(1)
    with allow("publishing"):
        RecordTerm.objects.filter(record=record).delete()
        RecordTerm.objects.bulk_create(record_terms(record, ["LAF1.2"]))
    assert (ask("theme=LAF1").total, ask("theme=LAF1.2").total, ask("theme=LAF1.1").total) == (1, 1, 0)
    assert (ask("theme=LAF1.1&theme=LAF1.2").total, ask("theme=LAF2").total) == (1, 0)


# --- What a list shows -------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["inspeccion", "INSPECCIÓN", "Inspección", "  inspeccion  ", "naïve inspeccion"])
def test_words_are_found_whatever_their_accents_and_case(text: str) -> None:
    plant(1, title="Inspección naïve")
    plant(1, title="Diálogo")
    query = QueryDict(mutable=True)
    query["q"] = text
    assert list_records(RecordQuery.from_params(query), kind="practice").total == 1


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", '"', "a%b", "*", "?", "inspeccion OR 1=1", ".*"])
def test_signs_have_no_meaning_of_their_own(text: str) -> None:
    plant(1, title="inspeccion")
    query = QueryDict(mutable=True)
    query["q"] = text
    assert list_records(RecordQuery.from_params(query), kind="practice").total == 0


def test_withdrawn_records_and_other_kinds_are_not_listed() -> None:
    plant(1)
    plant(1, state="withdrawn", withdrawn_at=timezone.now(), withdrawal_reason="It was wrong.")
    plant(1, kind="need")
    assert (ask("").total, ask("").total_of_all, ask("", kind="need").total) == (1, 1, 1)
    assert len(latest_records(kind="practice")) == 1


def test_what_is_for_members_is_shown_to_members(people: People) -> None:
    plant(1)
    plant(2, audience=Audience.NETWORK)
    assert ask("").total == 1
    with acting(people.user()):
        assert ask("").total == 1
    with acting(people.contributor(people.organization())):
        assert ask("").total == 3
        assert sum(entry.count for entry in counts_by_country(kind="practice")) == sum(
            options(ask(""), "country").values()
        )


@pytest.mark.parametrize("sort", ["relevance", *sorted(SORTS)])
def test_pages_follow_each_other_without_gap_or_repetition(sort: str) -> None:
    records = plant(PAGE_SIZE * 2 + 3)
    seen = [record.pk for page in (1, 2, 3) for record in ask(f"sort={sort}&page={page}").page]
    assert sorted(seen) == sorted(record.pk for record in records)


def test_with_words_the_best_matches_come_first_unless_another_order_is_asked_for() -> None:
    records = plant(PAGE_SIZE * 2 + 3, title="Inspección")
    plant(2, title="Registro")
    assert ask("q=inspeccion").query.sort == "relevance"
    assert (ask("").query.sort, ask("sort=relevance").query.sort) == ("newest", "newest")
    seen = [record.pk for page in (1, 2, 3) for record in ask(f"q=inspeccion&page={page}").page]
    assert sorted(seen) == sorted(record.pk for record in records)
    found = find_records(RecordQuery.from_params(QueryDict("q=inspeccion")), kind="practice")
    assert [record.pk for record in found] == [record.pk for record in found[:]] == seen
    assert [record.pk for record in found[3:5]] == [found[3].pk, found[4].pk]
    newest = [record.first_published_at for record in ask("q=inspeccion&sort=newest").page]
    assert newest == sorted(newest, reverse=True)


def test_words_find_for_the_public_what_is_public(people: People) -> None:
    plant(1, title="Inspección", audience=Audience.NETWORK)
    query = RecordQuery.from_params(QueryDict("q=inspeccion"))
    with acting(people.contributor(people.organization())):
        assert ask("q=inspeccion").total == 1
        assert len(find_records(query, kind="practice", public_only=True)) == 0


def test_each_order_is_what_it_says() -> None:
    plant(30)
    newest = [record.first_published_at for record in ask("sort=newest").page]
    assert newest == sorted(newest, reverse=True)
    titles = [record.slug for record in ask("sort=title").page]
    assert titles == sorted(titles)


def test_by_evidence_the_strongest_come_first_and_the_unrated_last() -> None:
    plant(30)
    levels = [record.evidence_level for page in (1, 2) for record in ask(f"sort=evidence&page={page}").page]
    assert levels == sorted(levels, key=lambda level: -1 if level is None else level, reverse=True)


@pytest.mark.parametrize(
    ("page", "shown"),
    [("1", 1), ("2", 2), ("3", 2), ("9999999999", 2), ("0", 1), ("-1", 1), ("x", 1), ("1.5", 1), ("", 1)],
)
def test_a_page_that_is_not_there_is_the_nearest(page: str, shown: int) -> None:
    plant(PAGE_SIZE + 1)
    assert ask(f"page={page}").page.number == shown


def test_counts_for_the_front_page_are_those_of_the_list() -> None:
    plant(40)
    found = ask("")
    assert {entry.value: entry.count for entry in counts_by_country(kind="practice")} == options(found, "country")
    assert {entry.value: entry.count for entry in counts_by_term(kind="practice", scheme="LAF")} == options(
        found, "theme"
    )


# --- Odd questions ---------------------------------------------------------------------------


def test_what_is_too_long_is_cut_and_said() -> None:
    query = RecordQuery.from_params(QueryDict(f"q={'x' * (MAX_QUERY + 1)}"))
    assert (len(query.text), len(query.problems)) == (MAX_QUERY, 1)
    many = "&".join(f"country=X{number}" for number in range(MAX_FILTERS + 1))
    query = RecordQuery.from_params(QueryDict(many))
    assert (len(query.country), len(query.problems)) == (MAX_FILTERS, 1)
    query = RecordQuery.from_params(QueryDict("evidence=6&evidence=2&evidence=x"))
    assert (query.evidence, len(query.problems)) == (("2",), 1)


ODD = [
    "", "NaN", "-1", "0", "1e309", "9" * 400, "٣", "²", "None", "null", "true", "[]", "{}", "' OR 1=1 --", "%00", "%",
    "_", "\\", "../../etc/passwd", "<script>alert(1)</script>", "\u202e", "\ufeff", "👩\u200d🏭", "a\nb", "é" * 300,
    "x" * 10_000, "${7*7}", "{{7*7}}", "LAF1.1;DROP TABLE", "\t", "+", "&", "=", "#", "0x10", "1_000", "१",
]  # fmt: skip


@pytest.mark.parametrize(
    "names", [["q"], ["country", "theme", "group", "evidence"], ["sort", "page", "unknown"]], ids="+".join
)
def test_no_parameter_breaks_the_databank(client: Client, names: list[str]) -> None:
    plant(3)
    url = DatabankPage.objects.get(locale__language_code="en").url
    answers = {}
    for value in ODD:
        query = QueryDict(mutable=True)
        for name in names:
            query.setlist(name, [value, value])
        answers[value] = client.get(f"{url}?{query.urlencode()}").status_code
    assert {value: status for value, status in answers.items() if status != 200} == {}


def test_a_null_character_is_refused(client: Client) -> None:
    url = DatabankPage.objects.get(locale__language_code="en").url
    for name in ("q", "country", "page", "unknown"):
        assert client.get(f"{url}?{name}=a%00b").status_code == 400


def test_many_parameters_at_once_are_answered(client: Client) -> None:
    plant(3)
    url = DatabankPage.objects.get(locale__language_code="en").url
    many = "&".join(f"theme=LAF{number}" for number in range(1000))
    assert client.get(f"{url}?{many}").status_code == 200
