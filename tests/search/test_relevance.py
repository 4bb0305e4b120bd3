"""How good the search is: the judged set, the measures, and the gate that keeps it from getting worse (decision 0033).

The gate measures both engines on `judged/` and compares them with `judged/baseline.yaml`. When the search has become
better, write the new figures there: `manage.py search_relevance` prints them.
"""

from __future__ import annotations

import json
import runpy
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command

from network_site.common.hooks import as_service
from network_site.common.language import CODES, fold
from practices.importing import RowError, read_rows
from search import doors, relevance
from search.judged import KIND, JudgedQuery, JudgedSet, judged_kind
from search.management.commands.search_relevance import fill
from search.models import Entry
from search.relevance import by_language, figures, interval, ndcg, precision, reciprocal_rank

from ..people import People

JUDGED = Path(__file__).parent / "judged"
BASELINE = yaml.safe_load((JUDGED / "baseline.yaml").read_text("utf-8"))
# How much worse a language may become before somebody has to say that it is meant.
SLACK = 0.02
ENGINES = ["database", "elasticsearch"]


@pytest.fixture(scope="module")
def judged() -> JudgedSet:
    return JudgedSet.read(JUDGED)


# --- The measures ----------------------------------------------------------------------------


def test_the_best_order_has_a_gain_of_one_and_a_worse_one_less() -> None:
    grades = {"a": 3, "b": 2, "c": 1}
    assert ndcg(["a", "b", "c"], grades) == 1.0
    # By hand: (1/1 + 3/1.585 + 7/2) / (7/1 + 3/1.585 + 1/2).
    assert ndcg(["c", "b", "a"], grades) == pytest.approx(0.6806, abs=0.0005)
    assert ndcg(["x", "y"], grades) == 0.0
    assert ndcg([*"0123456789", "a"], grades) == 0.0


def test_the_first_answer_counts_and_what_is_merely_near_is_none() -> None:
    grades = {"near": 1, "good": 2, "best": 3}
    assert reciprocal_rank(["near", "x", "good", "best"], grades) == pytest.approx(1 / 3)
    assert reciprocal_rank(["near", "x"], grades) == 0.0
    assert precision(["near", "good", "x", "best"], grades) == 1.0
    assert precision(["good", "x", "y", "z", "w", "best"], grades) == 0.5


def test_an_interval_holds_its_mean_and_is_the_same_every_time() -> None:
    values = [0.0, 0.2, 0.4, 1.0] * 5
    found = interval(values)
    assert found == interval(values)
    assert found.mean == pytest.approx(0.4)
    assert 0.2 < found.low < found.mean < found.high < 0.6
    assert interval([]) == relevance.Interval(0.0, 0.0, 0.0)


def test_queries_without_an_answer_count_for_noise_only() -> None:
    answered = relevance.Outcome(JudgedQuery("1", "en", "plain", "a", {"a": 3}), ("a",))
    empty = relevance.Outcome(JudgedQuery("2", "en", "plain", "b", {"b": 3}), ())
    noise = relevance.Outcome(JudgedQuery("3", "en", "nothing", "c", {}), ("a",))
    found = figures([answered, empty, noise])
    assert (found.queries, found.ndcg.mean, found.mrr, found.precision) == (3, 0.5, 0.5, 0.5)
    assert (found.zero, found.noise) == (0.5, 1.0)


# --- The set ---------------------------------------------------------------------------------


def test_the_set_is_what_its_generator_makes(tmp_path: Path) -> None:
    made = runpy.run_path(str(JUDGED / "make.py"))
    records = list(made["make_records"]())
    assert [json.loads(line) for line in (JUDGED / "records.jsonl").read_text("utf-8").splitlines()] == records
    written = yaml.safe_load((JUDGED / "queries.yaml").read_text("utf-8"))
    assert written == list(made["make_queries"](records))


def test_the_set_is_large_and_spread_enough(judged: JudgedSet) -> None:
    assert len(judged.records) >= 320
    assert min(Counter(record["language"] for record in judged.records).values()) >= 70
    assert len({record["country"] for record in judged.records}) >= 40
    assert len({code for record in judged.records for code in record["labour_functions"]}) >= 35
    assert len({code for record in judged.records for code in record["target_groups"]}) >= 18
    assert len({record["description"] for record in judged.records}) == len(judged.records)
    assert {record["source"]["publisher"] for record in judged.records} == {"Enlace test set"}
    for code in CODES:
        kinds = Counter(query.kind for query in judged.queries if query.language == code)
        assert sum(kinds.values()) >= 30
        assert set(kinds) == {"plain", "phrase", "cross", "acronym", "misspelling", "nothing", "known"}


@pytest.mark.django_db
def test_every_record_may_be_imported(judged: JudgedSet) -> None:
    rows = read_rows(json.dumps(record) for record in judged.records)
    assert [str(row) for row in rows if isinstance(row, RowError)] == []


def test_queries_are_not_copied_from_the_records(judged: JudgedSet) -> None:
    said = [fold(f"{record['title']} | {record['one_line']}") for record in judged.records]
    copied = [
        query.text
        for query in judged.queries
        if query.kind in {"phrase", "cross"} and any(fold(query.text) in text for text in said)
    ]
    assert copied == []


def test_grades_name_records_and_what_has_an_answer_has_a_best_one(judged: JudgedSet) -> None:
    keys = {record["key"] for record in judged.records}
    for query in judged.queries:
        assert set(query.grades) <= keys, query.id
        assert set(query.grades.values()) <= {1, 2, 3}
        assert (3 in query.grades.values()) == query.has_answer, query.id


def test_what_is_asked_across_languages_has_no_answer_in_its_own(judged: JudgedSet) -> None:
    languages = {record["key"]: record["language"] for record in judged.records}
    for query in judged.queries:
        if query.kind == "cross":
            best = {languages[key] for key, grade in query.grades.items() if grade == 3}
            assert query.language not in best, query.id


@pytest.mark.parametrize(
    ("query", "key", "grade"),
    [
        # Read and judged by hand, apart from the rules of the generator.
        ("es-plain-01", "profiling-en-1", 3),
        ("es-plain-01", "casework-es-1", 1),
        ("es-plain-01", "safety-es-1", 0),
        ("en-plain-02", "safety-fr-2", 3),
        ("en-plain-02", "risk-inspection-en-1", 1),
        ("en-plain-05", "short-time-fr-1", 2),
        ("en-plain-05", "layoffs-en-1", 1),
        ("en-phrase-03", "casework-en-1", 3),
        ("en-phrase-03", "onestop-en-1", 1),
        ("en-cross-01", "minimum-wage-es-1", 3),
        ("en-cross-01", "bargaining-en-1", 1),
        ("en-acronym-03", "office-performance-en-1", 2),
        ("fr-plain-06", "supported-work-pt-br-2", 3),
        ("fr-acronym-02", "prior-learning-en-3", 3),
        ("fr-misspelling-04", "short-time-pt-br-1", 3),
        ("pt-br-phrase-02", "layoffs-fr-2", 2),
        ("pt-br-cross-05", "survey-en-2", 3),
        ("pt-br-known-01", "office-performance-pt-br-1", 3),
        ("pt-br-known-01", "office-performance-en-1", 1),
        ("es-phrase-07", "bilateral-en-1", 1),
    ],
)
def test_a_sample_of_the_grades_was_checked_by_hand(judged: JudgedSet, query: str, key: str, grade: int) -> None:
    found = next(one for one in judged.queries if one.id == query)
    assert found.grades.get(key, 0) == grade


# --- The gate --------------------------------------------------------------------------------


@pytest.fixture(params=ENGINES)
def engine(request: Any, db: None) -> Iterator[str]:
    """Each engine in turn, with the set in its index."""
    with judged_kind(JudgedSet.read(JUDGED).records) as kind:
        if request.param == "elasticsearch":
            request.getfixturevalue("elasticsearch")
        fill(kind)
        if request.param == "elasticsearch":
            request.getfixturevalue("es_indexed")()
        yield request.param
        doors.main.cache_clear()


def key_of(engine: str) -> str:
    """Under which name the baseline keeps the figures: with meanings where there is an encoder."""
    return f"{engine}{'' if has_encoder() else '_words'}"


def has_encoder() -> bool:
    if not settings.SEARCH_ENCODER or not find_spec("search.meaning"):
        return False
    return import_module("search.meaning").encoder() is not None


def test_the_search_is_as_good_as_it_was_and_better_than_simple_ones(engine: str, judged: JudgedSet) -> None:
    kept = BASELINE[key_of(engine)]
    with judged_kind(judged.records) as kind:
        rankers = relevance.rankers(list(kind.documents(list(kind.records))))
        found = {name: relevance.measure(judged, rank) for name, rank in rankers.items()}
    ours = {code: figures(some) for code, some in by_language(found["search"]).items()}
    report = "\n".join(relevance.table(engine, found["search"]) + relevance.worst(found["search"]))
    worse = {code: ours[code].ndcg.mean for code in CODES if ours[code].ndcg.mean < kept["ndcg"][code] - SLACK}
    assert worse == {}, report
    for name in ("bm25", "tags"):
        assert ours["all"].ndcg.mean > figures(found[name]).ndcg.mean, name
    assert ours["all"].zero <= kept["zero_at_most"], report
    assert ours["all"].noise <= kept["noise_at_most"], report


@pytest.mark.nightly
def test_the_short_way_into_the_search_gives_what_the_long_one_gives(
    people: People, judged: JudgedSet, tmp_path: Path
) -> None:
    """Import and publication end in the same documents as the gate's own way, and all of them go out again."""
    from search import indexing

    path = tmp_path / "records.jsonl"
    path.write_text("\n".join(json.dumps(record) for record in judged.records), encoding="utf-8")
    publisher = people.publisher().email
    before = set(Entry.objects.live().filter(kind="practice").values_list("pk", flat=True))
    call_command("import_documented", str(path), writer=people.specialist().email, publisher=publisher)
    with judged_kind(judged.records) as kind, as_service("relay", "test: compare"):
        fill(kind)
        indexing.catch_up(kinds_wanted=["practice"])
        ours = Entry.objects.live().filter(kind=KIND)
        theirs = Entry.objects.live().filter(kind="practice").exclude(pk__in=before)
        assert sorted(comparable(one) for one in theirs) == sorted(comparable(one) for one in ours)
    call_command("import_documented", str(path), remove=True, publisher=publisher)
    with as_service("relay", "test: compare"):
        indexing.catch_up(kinds_wanted=["practice"])
    assert set(Entry.objects.live().filter(kind="practice").values_list("pk", flat=True)) == before


def comparable(entry: Entry) -> str:
    """The body without what differs between any two records: number, name and moment."""
    body = dict(entry.body) | {"kind": "", "key": "", "published_at": ""}
    body["texts"] = {
        code: dict(texts) | {"keywords": texts["keywords"].split("\n", 1)[-1] if code == entry.source_language else ""}
        for code, texts in body["texts"].items()
    }
    return json.dumps(body, sort_keys=True, ensure_ascii=False)
