"""How fast a need is matched: our ranking against one raw engine question of the same clauses, and its memory.

    python -m benchmarks.matching --records 2000
    ELASTICSEARCH_URL=http://127.0.0.1:9200 python -m benchmarks.matching --records 100000 --json figures.json

A database of its own is made, as for `benchmarks.search`, with published practices made of the judged set's records.
The same needs are asked at a tenth of the records and at all of them; both sides are asked in turn within one run.
With ELASTICSEARCH_URL the raw question is the request that our client sends, posted without a client; else it is the
engine on the database itself, whose own memory grows with what has a word. Goal: at most twice the raw question, and
no memory of ours that grows with the databank. Figures are kept in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from .search import BATCH, SEED, Benchmark, Raw, Times, _database, forget_engines, machine, requests_of_ours

NAMES = UUID("5f0a5a52-7f43-4d5e-9b3e-2f1d0c7a9e11")
NEEDS = 20
# What the issue asks for.
AT_MOST, GROWTH = 2.0, 1.25


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--records", type=int, default=1000, help="how many practices there are (issue: 100000)")
    parser.add_argument("--rounds", type=int, default=3, help="how often all needs are asked, after one round unseen")
    parser.add_argument("--json", help="a file for the figures")
    options = parser.parse_args()
    options.meaning, options.embedded = False, 0
    with _database():
        found = MatchingBenchmark(options).run()
    show(found)
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=1), encoding="utf-8")


class MatchingBenchmark(Benchmark):
    """One run."""

    def run(self) -> dict[str, Any]:
        records = list(self._records(self.options.records))
        first = max(1, self.options.records // 10)
        needs = self._needs(records[:first])
        figures: dict[str, Any] = {"machine": machine(), "on": time.strftime("%Y-%m-%d"), "sizes": {}}
        figures["engine"] = "elasticsearch" if self.url else "database"
        self._publish(records, 0, first)
        figures["sizes"][first] = self._measure(needs)
        self._publish(records, first, len(records))
        figures["sizes"][len(records)] = self._measure(needs)
        return figures

    def _needs(self, records: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Needs with the terms and words of some records."""
        from search.matching.asking import LEAD, Wanted
        from search.matching.coverage import Asked
        from search.matching.scoring import Place

        chance = random.Random(SEED)
        found = []
        for number, record in enumerate(chance.choices(records, k=NEEDS)):
            problems = tuple(record.get("problem_tags") or ())
            found.append(
                Wanted(
                    id=uuid5(NAMES, f"need {number}"),
                    owner_id=uuid5(NAMES, "ministry"),
                    title=record["title"],
                    text=f"{record['title']} {record['one_line']}"[:LEAD],
                    language=record["language"],
                    languages=(record["language"],),
                    place=Place("UY", "HI", "South America", False),
                    functions=tuple(record["labour_functions"]),
                    problems=problems,
                    groups=tuple(record["target_groups"]),
                    asked=Asked(problems[:1], problems[1:]),
                )
            )
        return found

    def _publish(self, records: Sequence[Mapping[str, Any]], first: int, last: int) -> None:
        """Put records on the public plane and into the search, some at a time; many at once, not as services do."""
        from network_site.common.hooks import as_service
        from search import indexing

        began = time.perf_counter()
        for start in range(first, last, BATCH):
            with as_service("relay", "benchmark"):
                keys = self._rows(records[start : min(start + BATCH, last)], start)
                indexing.refresh("practice", keys)
        print(f"{last - first} practices written in {time.perf_counter() - began:.0f} s", file=sys.stderr)

    def _rows(self, records: Sequence[Mapping[str, Any]], start: int) -> list[str]:
        from network_site.common.database import allow
        from network_site.organizations.selectors import network_organization
        from network_site.publishing.models import PublishedRecord, RecordTerm
        from network_site.publishing.services import record_terms
        from practices.importing import version_terms
        from search.judged import MOMENT, snapshot_of

        owner = network_organization()
        rows, terms = [], []
        for number, record in enumerate(records, start=start + 1):
            snapshot = snapshot_of(record, owner)
            row = PublishedRecord(
                id=uuid5(NAMES, str(record["key"])),
                kind="practice",
                number=1_000_000 + number,
                slug="benchmark",
                owner=owner,
                country_id=record.get("country") or None,
                version=1,
                schema="enlace.practice/1",
                snapshot=snapshot,
                source_language=record["language"],
                evidence_level=snapshot["marks"]["evidence_level"],
                provenance="PV02",
                first_published_at=MOMENT,
                published_at=MOMENT,
            )
            rows.append(row)
            terms += record_terms(row, {code for given in version_terms(dict(record)).values() for code in given})
        with allow("publishing"):
            PublishedRecord.objects.bulk_create(rows)
            RecordTerm.objects.bulk_create(terms)
        return [str(row.pk) for row in rows]

    def _measure(self, needs: Sequence[Any]) -> dict[str, Any]:
        """Times of both in turn, and the peak of memory of each."""
        from django.conf import settings

        settings.ELASTICSEARCH_URL = self.url
        forget_engines()
        if not self.url:
            return self._both(needs, self._of_database)
        from search.engines.elasticsearch.throwaway import throwaway_indices

        with throwaway_indices(["practice"]):
            return self._both(needs, self._of_elasticsearch(needs))

    def _both(self, needs: Sequence[Any], raw: Callable[[Any], Any]) -> dict[str, Any]:
        from network_site.common.hooks import as_service

        asks = {"matching": self._ours, "raw question": raw}
        with as_service("matcher", "benchmark"):
            times = self._needs_in_turn(needs, asks)
            memory = {name: self._peak(needs, ask) for name, ask in asks.items()}
        return {"times": [asdict(one) for one in times], "peak_kilobytes": memory}

    def _needs_in_turn(self, needs: Sequence[Any], asks: Mapping[str, Callable[[Any], Any]]) -> list[Times]:
        taken: dict[str, list[float]] = {name: [] for name in asks}
        for number in range(self.options.rounds + 1):
            for need in self.chance.sample(list(needs), k=len(needs)):
                for name, ask in self.chance.sample(list(asks.items()), k=len(asks)):
                    began = time.perf_counter()
                    ask(need)
                    if number:
                        taken[name].append(time.perf_counter() - began)
        return [Times.of(name, seconds) for name, seconds in taken.items()]

    def _peak(self, needs: Sequence[Any], ask: Callable[[Any], Any]) -> int:
        """The most that any one question held at once, in kilobytes."""
        peaks = []
        for need in needs[:5]:
            tracemalloc.start()
            with nullcontext():
                ask(need)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        return max(peaks) // 1024

    def _ours(self, need: Any) -> Any:
        from search.matching import judging
        from search.matching.scoring import PRACTICE

        return judging.rank(need, families=(PRACTICE,))

    def _question(self, need: Any) -> Any:
        from search.matching import asking

        return asking.question(need, ("practice",), limit=asking.CANDIDATES)

    def _of_database(self, need: Any) -> Any:
        from search import doors

        # The question is made once for each need: what is compared is asking it.
        made = self.made.setdefault(need.id, None) or self._question(need)
        self.made[need.id] = made
        return doors.reserve().ask(made)

    def _of_elasticsearch(self, needs: Sequence[Any]) -> Callable[[Any], Any]:
        raw, bodies = Raw(self.url), {}
        with requests_of_ours() as sent:
            for need in needs:
                sent.clear()
                self._ours(need)
                bodies[need.id] = sent[0]
        return lambda need: raw.post(*bodies[need.id])

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self.made: dict[Any, Any] = {}


def show(found: Mapping[str, Any]) -> None:
    """The figures, and whether the goals are met."""
    print(f"{found['on']}, {found['machine']}, engine: {found['engine']}")
    shares, growth = [], {}
    for size, one in found["sizes"].items():
        print(f"{size} practices")
        p50 = {}
        for row in one["times"]:
            p50[row["what"]] = row["p50"]
            print(f"  {row['what']:14}{row['p50']:>9.1f} ms p50{row['p95']:>9.1f} ms p95{row['count']:>6} times")
        shares.append(p50["matching"] / max(p50["raw question"], 0.001))
        growth[size] = one["peak_kilobytes"]
        print(f"  {shares[-1]:.2f} times the raw question (goal: {AT_MOST})")
        print("  peak: " + ", ".join(f"{name} {size_in} kB" for name, size_in in one["peak_kilobytes"].items()))
    small, large = growth.values()
    own = {size: max(one["matching"] - one["raw question"], 0) for size, one in growth.items()}
    print(f"memory: {large['matching'] / max(small['matching'], 1):.2f} times as much for ten times as many practices")
    print(f"beyond the raw question: {', '.join(f'{size}: {kb} kB' for size, kb in own.items())} (goal: flat)")


if __name__ == "__main__":
    main()
