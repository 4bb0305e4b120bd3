"""How fast the search is: our call against the raw request, against stock modelsearch, and a rebuild against bulk.

    ELASTICSEARCH_URL=http://127.0.0.1:9200 python -m benchmarks.search
    ELASTICSEARCH_URL=… python -m benchmarks.search --records 100000 --embedded 10000 --rounds 3 --json figures.json

A database of its own is made (SQLite; PostgreSQL with DATABASE_URL and DATABASE_OWNER_URL, as for tests) and
removed afterwards, and indices under a prefix of their own. The questions are those of the judged set; what is
compared is asked in turn within one run, so that what else the computer does meets all of them. Without
ELASTICSEARCH_URL only the embedded engine is measured. Figures are kept in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[1]
JUDGED = ROOT / "tests" / "search" / "judged"
SEED = 55
BATCH = 500
# What the issue asks for.
MORE_THAN_RAW, REBUILD_SHARE, EMBEDDED_P95 = 0.040, 0.7, 0.150


@dataclass(frozen=True)
class Times:
    """How long one thing took, in milliseconds."""

    what: str
    count: int
    p50: float
    p95: float
    worst: float

    @classmethod
    def of(cls, what: str, seconds: Sequence[float]) -> Times:
        ordered = sorted(seconds)
        last = len(ordered) - 1
        return cls(
            what,
            len(ordered),
            round(1000 * statistics.median(ordered), 1),
            round(1000 * ordered[round(0.95 * last)], 1),
            round(1000 * ordered[-1], 1),
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--records", type=int, default=2000, help="how many records Elasticsearch holds (issue: 100000)"
    )
    parser.add_argument("--embedded", type=int, default=1000, help="how many the embedded engine holds (issue: 10000)")
    parser.add_argument(
        "--rounds", type=int, default=1, help="how often all questions are asked, after one round unseen"
    )
    parser.add_argument("--meaning", action="store_true", help="with vectors: each record has that of the one it is of")
    parser.add_argument("--json", help="a file for the figures")
    options = parser.parse_args()
    with _database():
        found = Benchmark(options).run()
    _show(found)
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=1), encoding="utf-8")


@contextmanager
def _database() -> Iterator[None]:
    """A migrated database with schemes, countries and the directory, as tests have it."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "network_site.settings.test")
    import django

    django.setup()
    from django.conf import settings

    from tests import databases

    settings.ELASTICSEARCH_PREFIX = f"benchmark-{os.getpid()}"
    # A busy computer must not turn the search to its reserve in the middle of a measurement.
    settings.ELASTICSEARCH_TIMEOUT = 30.0
    name = databases.copy(databases.make_template(), "benchmark")
    databases.use(name)
    try:
        yield
    finally:
        databases.use(name)
        databases.drop(name)


class Benchmark:
    """One run."""

    def __init__(self, options: argparse.Namespace) -> None:
        from django.conf import settings

        from search.judged import JudgedSet

        self.options = options
        self.judged = JudgedSet.read(JUDGED)
        self.url = str(settings.TEST_ELASTICSEARCH_URL)
        self.chance = random.Random(SEED)
        self.lent: list[Any] = []
        if not options.meaning:
            settings.SEARCH_ENCODER = ""

    def run(self) -> dict[str, Any]:
        from search.judged import judged_kind

        figures: dict[str, Any] = {
            "machine": machine(),
            "on": time.strftime("%Y-%m-%d"),
            "records": self.options.records,
            "embedded_records": self.options.embedded,
            "meaning": self.options.meaning,
        }
        most = max(self.options.embedded, self.options.records if self.url else 0)
        with judged_kind(list(self._records(most))) as kind:
            self._fill(kind, 0, self.options.embedded)
            rest()
            figures["embedded"] = asdict(self._embedded())
            if self.url:
                self._fill(kind, self.options.embedded, self.options.records)
                rest()
                figures |= self._elasticsearch()
        return figures

    def _records(self, count: int) -> Iterator[dict[str, Any]]:
        """The judged records again and again, each time of another place and year and with other sentences of others
        of its language, so that words have frequencies as they do in a large databank."""
        by_language: dict[str, list[str]] = {}
        for record in self.judged.records:
            by_language.setdefault(record["language"], []).extend(record["description"].split(". "))
        countries = sorted({str(record["country"]) for record in self.judged.records})
        for number in range(count):
            base = dict(self.judged.records[number % len(self.judged.records)])
            own = base["description"].split(". ")
            others = self.chance.sample(by_language[base["language"]], k=3)
            yield base | {
                "key": f"record-{number}",
                "title": f"{base['title'][:88]} {number}",
                "country": self.chance.choice(countries),
                "description": ". ".join(self.chance.sample(own, k=max(2, len(own) - 2)) + others),
            }

    def _fill(self, kind: Any, first: int, last: int) -> None:
        """Write the entries as they are always written, some at a time, in transactions of their own."""
        from network_site.common.hooks import as_service
        from search import indexing
        from search.judged import KIND
        from search.management.commands.search_relevance import do_now

        keys = list(kind.records)[first:last]
        if not keys:
            return
        began, done = time.perf_counter(), 0
        for some in indexing.batches(keys, BATCH):
            with as_service("relay", "benchmark"):
                indexing.refresh(KIND, some)
                if self.options.meaning:
                    self._lend_vectors(some)
            done += len(some)
            if sys.stderr.isatty():
                print(f"\r{done} of {len(keys)} entries", end="", file=sys.stderr)
        # Words that nobody uses look like slips, and are asked a second time.
        with as_service("relay", "benchmark"):
            do_now("search.spelling", "count_words")
        seconds = time.perf_counter() - began
        print(f"{len(keys)} entries written in {seconds:.0f} s", file=sys.stderr)

    def _lend_vectors(self, keys: Sequence[str]) -> None:
        """The vector of the judged record that each is of, with a little noise: to encode 100,000 takes an hour."""
        import numpy

        from search import meaning
        from search.judged import KIND
        from search.models import Entry
        from search.models.entries import entry_id

        if not self.lent:
            some = [entry_id(KIND, f"record-{number}") for number in range(len(self.judged.records))]
            bodies = [one.body for one in Entry.objects.filter(pk__in=some).order_by("pk")]
            self.lent = [numpy.frombuffer(one, dtype="<f2").astype("f4") for one in meaning.encode(bodies)]
        noise = numpy.random.default_rng(SEED)
        made = {}
        for key in keys:
            base = self.lent[int(key.removeprefix("record-")) % len(self.lent)]
            vector = base + noise.normal(0, 0.01, base.shape)
            vector /= numpy.linalg.norm(vector)
            made[entry_id(KIND, key)] = ("benchmark", vector.astype("<f2").tobytes())
        meaning.store(made)

    # --- Asking ------------------------------------------------------------------------------

    def _questions(self) -> list[Any]:
        from search.asked import SearchQuery
        from search.judged import KIND

        return [SearchQuery(text=one.text, language=one.language, kinds=(KIND,)) for one in self.judged.queries]

    def _ours(self, asked: Any) -> Any:
        from django.utils import translation

        from search import queries
        from search.viewers import PUBLIC

        with translation.override(asked.language):
            result = queries.search(asked, PUBLIC)
        if result.is_reduced:
            raise RuntimeError("Elasticsearch did not answer; these figures would be the reserve's.")
        return result

    def _embedded(self) -> Times:
        from django.conf import settings

        settings.ELASTICSEARCH_URL = ""
        forget_engines()
        return self._in_turn({"embedded engine": self._ours})[0]

    def _in_turn(self, asks: Mapping[str, Callable[[Any], Any]]) -> list[Times]:
        """Ask every question of each, in an order that changes; the first round is not counted."""
        taken: dict[str, list[float]] = {name: [] for name in asks}
        for number in range(self.options.rounds + 1):
            questions = self._questions()
            self.chance.shuffle(questions)
            for asked in questions:
                for name, ask in self.chance.sample(list(asks.items()), k=len(asks)):
                    began = time.perf_counter()
                    ask(asked)
                    if number:
                        taken[name].append(time.perf_counter() - began)
        return [Times.of(name, seconds) for name, seconds in taken.items()]

    def _elasticsearch(self) -> dict[str, Any]:
        from django.conf import settings

        from search.engines.elasticsearch.throwaway import throwaway_indices

        settings.ELASTICSEARCH_URL = self.url
        forget_engines()
        bodies: dict[tuple[str, str], list[tuple[str, bytes]]] = {}
        with throwaway_indices([]) as es:
            figures: dict[str, Any] = {"rebuild": self._rebuild(es)}
            with stock_index(self.url) as stock, requests_of_ours() as sent:
                for asked in self._questions():
                    sent.clear()
                    self._ours(asked)
                    bodies[asked.language, asked.text] = list(sent)
                figures["requests_a_search"] = round(statistics.fmean(len(one) for one in bodies.values()), 2)
                raw = Raw(self.url)
                asks = {
                    "queries.search": self._ours,
                    # The first, where a search sends more than one (nothing was found, and a correction was tried).
                    "raw request": lambda asked: raw.post(*bodies[asked.language, asked.text][0]),
                    "raw, all of a search": lambda asked: [
                        raw.post(*one) for one in bodies[asked.language, asked.text]
                    ],
                    "stock modelsearch": stock,
                }
                figures["searching"] = [asdict(one) for one in self._in_turn(asks)]
        return figures

    # --- Building ----------------------------------------------------------------------------

    def _rebuild(self, es: Any) -> dict[str, Any]:
        """`search_rebuild` of the kind, and the same documents, ready, by the client's own parallel_bulk; twice."""
        from elasticsearch.helpers import parallel_bulk, scan

        from search.engines.elasticsearch import building, indices
        from search.judged import KIND

        ours, raw = [], []
        for _ in range(2):
            began = time.perf_counter()
            building.rebuild(es, KIND)
            ours.append(time.perf_counter() - began)
            ready = [
                {"_id": hit["_id"], "_source": hit["_source"]}
                for hit in scan(es, index=indices.alias_of(KIND), size=1000)
            ]
            name = f"{indices.alias_of(KIND)}-raw"
            es.indices.create(index=name, settings=indices.index_settings(is_filling=True), mappings=indices.mappings())
            began = time.perf_counter()
            for good, item in parallel_bulk(es, ready, index=name, thread_count=4, chunk_size=BATCH):
                if not good:
                    raise RuntimeError(str(item))
            es.indices.refresh(index=name)
            raw.append(time.perf_counter() - began)
            es.indices.delete(index=name)
        count = len(ready)
        return {
            "documents": count,
            "ours_a_second": round(count / min(ours)),
            "raw_a_second": round(count / min(raw)),
            "share": round(min(raw) / min(ours), 2),
        }


class Raw:
    """A line to the node without any client: the least that a request can cost."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        self.line = kind(parts.hostname or "localhost", parts.port, timeout=60)

    def post(self, target: str, body: bytes) -> Any:
        self.line.request("POST", target, body, {"Content-Type": "application/json"})
        answer = self.line.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status} {text[:500]!r}")
        return json.loads(text)


@contextmanager
def requests_of_ours() -> Iterator[list[tuple[str, bytes]]]:
    """Note every search that the client sends while this lasts, as address and body."""
    from elastic_transport import Transport

    sent: list[tuple[str, bytes]] = []
    original = Transport.perform_request

    def note(self: Any, method: str, target: str, *, body: Any = None, **more: Any) -> Any:
        if "/_search" in target:
            sent.append((target, json.dumps(body).encode()))
        return original(self, method, target, body=body, **more)

    Transport.perform_request = note  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        Transport.perform_request = original  # type: ignore[method-assign]


@contextmanager
def stock_index(url: str) -> Iterator[Callable[[Any], Any]]:
    """What django-modelsearch's Elasticsearch backend makes of the same entries, and how it is asked.

    It has one text for each field whatever the language, no facets beside the hits, and finds the page and the total.
    """
    from django.conf import settings
    from modelsearch import index as modelsearch
    from modelsearch.backends.elasticsearch9 import SearchBackend

    from search.judged import KIND
    from search.models import Entry

    def text(name: str) -> Callable[[Any], str]:
        return lambda entry: "\n".join(texts.get(name, "") for texts in entry.body.get("texts", {}).values())

    stock = type(
        "StockEntry",
        (modelsearch.Indexed, Entry),
        {
            "__module__": "search.models",
            "Meta": type("Meta", (), {"proxy": True, "app_label": "search"}),
            **{f"all_{name}": text(name) for name in ("title", "summary", "keywords", "body")},
            "search_fields": [
                modelsearch.SearchField("all_title", boost=4),
                modelsearch.SearchField("all_summary", boost=2),
                modelsearch.SearchField("all_keywords", boost=1.5),
                modelsearch.SearchField("all_body"),
                modelsearch.FilterField("kind"),
                modelsearch.FilterField("audience"),
                modelsearch.FilterField("is_gone"),
            ],
        },
    )
    prefix = f"{settings.ELASTICSEARCH_PREFIX}-stock"
    backend = SearchBackend({"URLS": [url], "INDEX_PREFIX": f"{prefix}-", "TIMEOUT": 60})
    index = backend.get_index_for_model(stock)
    index.put()
    index.add_model(stock)
    entries = stock.objects.filter(kind=KIND)
    keys = list(entries.values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        index.add_items(stock, list(stock.objects.filter(pk__in=keys[start : start + BATCH])))
    index.refresh()

    def ask(asked: Any) -> Any:
        found = backend.search(asked.text, stock.objects.filter(kind=KIND, audience="public", is_gone=False))
        return list(found[:20]), found.count()

    try:
        yield ask
    finally:
        index.delete()


def rest() -> None:
    """Put what this program holds itself (every record that it made) out of the collector's sight.

    A site holds no such thing; without this each full collection walks through millions of them, in whatever is
    measured then.
    """
    gc.collect()
    gc.freeze()


def forget_engines() -> None:
    from search import doors

    doors.main.cache_clear()
    doors.reserve.cache_clear()


def machine() -> str:
    """What this ran on."""
    from django.db import connection

    with open("/proc/meminfo", encoding="ascii") if Path("/proc/meminfo").exists() else open(os.devnull) as file:
        memory = next((int(line.split()[1]) // 1024**2 for line in file if line.startswith("MemTotal")), 0)
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {memory} GiB, {platform.system()}, Python {platform.python_version()}, "
        f"{connection.vendor}, load {load:.1f} at the start"
    )


def _show(found: Mapping[str, Any]) -> None:
    print(f"{found['on']}, {found['machine']}, {'with' if found['meaning'] else 'without'} vectors")
    lines = [(f"{found['embedded_records']} records", found["embedded"])]
    lines += [(f"{found['records']} records", one) for one in found.get("searching", [])]
    print(f"{'':20}{'':18}{'asked':>7}{'p50 ms':>9}{'p95 ms':>9}{'worst':>9}")
    for where, one in lines:
        print(f"{one['what']:20}{where:18}{one['count']:>7}{one['p50']:>9.1f}{one['p95']:>9.1f}{one['worst']:>9.1f}")
    print(_goal("embedded p95", found["embedded"]["p95"], 1000 * EMBEDDED_P95, "ms"))
    if "searching" in found:
        by_name = {one["what"]: one for one in found["searching"]}
        for name in ("raw request", "raw, all of a search"):
            more = by_name["queries.search"]["p95"] - by_name[name]["p95"]
            print(_goal(f"p95 beyond {name}", more, 1000 * MORE_THAN_RAW, "ms"))
        print(f"requests to Elasticsearch for a search: {found['requests_a_search']}")
        built = found["rebuild"]
        print(f"rebuild: {built['ours_a_second']} documents a second, raw bulk {built['raw_a_second']}")
        reached = "reached" if built["share"] >= REBUILD_SHARE else "MISSED"
        print(f"rebuild against raw bulk: {built['share']:.2f} (goal at least {REBUILD_SHARE}): {reached}")


def _goal(what: str, value: float, most: float, unit: str) -> str:
    return f"{what}: {value:.1f} {unit} (goal at most {most:.0f}): {'reached' if value <= most else 'MISSED'}"


if __name__ == "__main__":
    main()
