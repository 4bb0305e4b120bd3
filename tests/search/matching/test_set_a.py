"""Label set A: needs that source 001 diagnoses, against its own boxes (funding page, 4.4).

With `-s` the figures are printed: NDCG@5 with bootstrap intervals, ours beside BM25, the overlap of tags, and chance.
The set is small: intervals are wide, and nothing is claimed beyond it.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any
from uuid import uuid4

import pytest
import yaml
from django.core.management import call_command

from network_site.publishing.models import PublishedRecord
from search.documents import Document
from search.judged import JudgedQuery
from search.kinds.practices import PracticeKind
from search.matching import judging
from search.matching.asking import LEAD, Wanted
from search.matching.coverage import Asked
from search.matching.scoring import PRACTICE, Place
from search.matching.services import GOOD
from search.meaning import encoder
from search.relevance import Bm25, Interval, interval, ndcg

from ...databases import Stages
from ...people import People
from .making import index

pytestmark = pytest.mark.embedded

HERE = Path(__file__).parent
SEEDS = HERE.parents[2] / "practices" / "seed" / "documented"
BOXES = "wb-mongolia-2020-"
DEPTH = 5
CHANCES = 200
# Ours had 0.929 when this was written (docs/benchmarks.md); a change of weights that costs more has to say why.
FLOOR = 0.88


@dataclass(frozen=True)
class Case:
    """A need in one language with its labels, by key of the documented practice."""

    id: str
    language: str
    wanted: Wanted
    grades: dict[str, int]

    @property
    def query(self) -> JudgedQuery:
        return JudgedQuery(self.id, self.language, "need", self.wanted.text, self.grades)


def cases(grader: str = "grades") -> list[Case]:
    """The set as it is written down, with the labels of the first reader, or of the `second`."""
    found = []
    for given in yaml.safe_load((HERE / "set_a.yaml").read_text("utf-8")):
        for language, text in given["texts"].items():
            wanted = Wanted(
                id=uuid4(),
                owner_id=uuid4(),
                title=text["title"],
                text=f"{text['title']} {text['summary']}"[:LEAD],
                language=language,
                languages=(language,),
                place=Place("MN", "UM", "", False),
                functions=tuple(given.get("functions", ())),
                problems=tuple(given.get("problems", ())),
                groups=tuple(given.get("groups", ())),
                asked=Asked(tuple(given.get("essential", ())), tuple(given.get("useful", ()))),
            )
            found.append(Case(given["id"], language, wanted, {f"{BOXES}{key}": n for key, n in given[grader].items()}))
    return found


def publish_documented() -> dict[str, str]:
    """The documented practices, published; the key of each by the id of its record."""
    people, titles = People(), {}
    publisher, writer = people.publisher().email, people.specialist().email
    for path in sorted(SEEDS.glob("*.jsonl")):
        call_command("import_documented", str(path), writer=writer, publisher=publisher)
        titles |= {row["title"]: row["key"] for row in map(json.loads, path.read_text("utf-8").splitlines())}
    index("practice")
    records = PublishedRecord.objects.live().of_kind("practice")
    return {str(row.pk): titles[row.title] for row in records if row.title in titles}


@pytest.fixture
def keys(stages: Stages) -> Iterator[dict[str, str]]:
    with stages.open(publish_documented) as built:
        yield built


Ranker = Callable[[Case], Sequence[str]]


def ours(keys: dict[str, str]) -> Ranker:
    def rank(case: Case) -> list[str]:
        found = judging.rank(case.wanted, families=(PRACTICE,)).of(PRACTICE)
        return [keys[one.candidate.key] for one in found if one.candidate.key in keys]

    return rank


def tags(documents: Sequence[Document]) -> Ranker:
    """How many of the need's terms a practice carries, broader ones included; what is equal by its key."""
    carried = {one.key: {code for codes in one.facets.values() for code in codes} for one in documents}

    def rank(case: Case) -> list[str]:
        wanted = set(case.wanted.terms)
        scores = {key: len(wanted & codes) for key, codes in carried.items()}
        return [key for key, score in sorted(scores.items(), key=lambda one: (-one[1], one[0])) if score]

    return rank


def chance(documents: Sequence[Document]) -> Callable[[Case], float]:
    """The mean of many orders by lot."""
    lot = random.Random(37)
    known = [one.key for one in documents]

    def value(case: Case) -> float:
        return fmean(ndcg(lot.sample(known, len(known)), case.grades, DEPTH) for _ in range(CHANCES))

    return value


def measured(keys: dict[str, str], grader: str = "grades") -> tuple[dict[str, list[float]], list[str]]:
    """NDCG@5 of each ranker for each case that has an answer, and a line for each case."""
    documents = [Document(**{**one.__dict__, "key": keys[one.key]}) for one in PracticeKind().documents(list(keys))]
    bm25 = Bm25(documents)
    rankers: dict[str, Ranker] = {"ours": ours(keys), "bm25": lambda case: bm25(case.query), "tags": tags(documents)}
    answerable = [case for case in cases(grader) if case.grades]
    values = {name: [ndcg(rank(case), case.grades, DEPTH) for case in answerable] for name, rank in rankers.items()}
    by_lot = chance(documents)
    values["chance"] = [by_lot(case) for case in answerable]
    lines = [
        f"{case.id:16}{case.language:6}" + "".join(f"{values[name][number]:>8.3f}" for name in values)
        for number, case in enumerate(answerable)
    ]
    return values, lines


def by_need(values: Sequence[float], of: Sequence[Case]) -> list[float]:
    """The mean over the languages of each need: they are one judgement, and no two."""
    by_id: dict[str, list[float]] = {}
    for case, value in zip(of, values, strict=True):
        by_id.setdefault(case.id, []).append(value)
    return [fmean(some) for some in by_id.values()]


def shown(name: str, found: Interval) -> str:
    return f"{name:10}{found.mean:>7.3f}  {found.low:.3f}-{found.high:.3f}"


def test_every_label_names_a_documented_practice(keys: dict[str, str]) -> None:
    labelled = {key for case in cases() for key in case.grades}
    assert labelled <= set(keys.values())
    # The trap: box 10 is no answer to the need that cites it by mistake.
    data = next(case for case in cases() if case.id == "data")
    assert data.grades[f"{BOXES}bp11"] == 3
    assert f"{BOXES}bp10" not in data.grades


def test_ours_is_better_than_words_than_tags_and_than_chance(keys: dict[str, str]) -> None:
    values, lines = measured(keys)
    answerable = [case for case in cases() if case.grades]
    found = {name: interval(by_need(some, answerable)) for name, some in values.items()}
    meaning = "with" if encoder() else "without"
    report = [f"NDCG@{DEPTH}, {len(answerable) // 2} needs in two languages, {len(keys)} practices, {meaning} meanings"]
    report += [shown(name, one) for name, one in found.items()]
    for language in ("en", "es"):
        some = [number for number, case in enumerate(answerable) if case.language == language]
        report += [shown(f"{name} {language}", interval([values[name][n] for n in some])) for name in values]
    better = [ours - words for ours, words in zip(values["ours"], values["bm25"], strict=True)]
    report.append(shown("ours-bm25", interval(by_need(better, answerable))))
    better = [ours - tag for ours, tag in zip(values["ours"], values["tags"], strict=True)]
    report.append(shown("ours-tags", interval(by_need(better, answerable))))
    report.append(f"{'':22}" + "".join(f"{name:>8}" for name in values))
    print("\n".join(report + lines))  # noqa: T201  (figures for docs/benchmarks.md)
    assert found["ours"].mean >= FLOOR, "\n".join(report + lines)
    for name in ("bm25", "tags", "chance"):
        assert found["ours"].mean > found[name].mean, "\n".join(report + lines)


def agreement(pairs: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """Krippendorff's alpha for ordinal grades, and Cohen's kappa with squared weights, of two readers."""
    both = Counter(grade for pair in pairs for grade in pair)
    total, grades = sum(both.values()), sorted(both)

    def apart(one: int, other: int) -> float:
        low, high = sorted((one, other))
        between = sum(both[grade] for grade in grades if low <= grade <= high)
        return float((between - (both[low] + both[high]) / 2) ** 2)

    observed = sum(2 * apart(*pair) for pair in pairs) / total
    expected = sum(both[a] * both[b] * apart(a, b) for a in grades for b in grades) / (total * (total - 1))
    first, second = (Counter(grade) for grade in zip(*pairs, strict=True))
    by_lot = sum(first[a] * second[b] * (a - b) ** 2 for a in grades for b in grades) / len(pairs)
    return 1 - observed / expected, 1 - sum((a - b) ** 2 for a, b in pairs) / by_lot


def test_two_readers_agree() -> None:
    given = yaml.safe_load((HERE / "set_a.yaml").read_text("utf-8"))
    known = [json.loads(line)["key"] for path in SEEDS.glob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
    boxes = [key.removeprefix(BOXES) for key in known]
    pairs = [(need["grades"].get(box, 0), need["second"].get(box, 0)) for need in given for box in boxes]
    alpha, kappa = agreement(pairs)
    assert (len(pairs), round(alpha, 2), round(kappa, 2)) == (234, 0.77, 0.82)
    assert agreement([(0, 0), (1, 1), (3, 3)]) == (1.0, 1.0)


def test_by_the_second_readers_labels_ours_is_still_the_best(keys: dict[str, str]) -> None:
    values, lines = measured(keys, "second")
    answerable = [case for case in cases("second") if case.grades]
    found = {name: interval(by_need(some, answerable)) for name, some in values.items()}
    report = [f"second reader, {len({case.id for case in answerable})} needs"]
    report += [*(shown(name, one) for name, one in found.items()), *lines]
    print("\n".join(report))  # noqa: T201  (figures for docs/benchmarks.md)
    for name in ("bm25", "tags", "chance"):
        assert found["ours"].mean > found[name].mean, "\n".join(report)


def test_where_the_authors_have_no_answer_nothing_looks_like_a_good_one(keys: dict[str, str]) -> None:
    empty: list[Any] = [case for case in cases() if not case.grades]
    best = {}
    for case in empty:
        found = judging.rank(case.wanted, families=(PRACTICE,)).of(PRACTICE)
        best[case.id] = max((one.score for one in found if one.candidate.key in keys), default=0)
    print("best score without an answer:", best)  # noqa: T201
    assert len(empty) == 3
    assert max(best.values()) < GOOD
