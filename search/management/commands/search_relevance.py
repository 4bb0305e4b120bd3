"""Measure how good the search is on a judged set, beside two baselines."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from network_site.common.hooks import as_service
from search import doors, indexing, relevance
from search.judged import KIND, JudgedKind, JudgedSet, judged_kind
from search.models.entries import entry_id

OWN_SET = Path("tests/search/judged")


class Command(BaseCommand):
    help = (
        "Prints NDCG@10, MRR, P@5 and the rate of empty answers on a judged set, for each language and kind of query. "
        "The set is put into the search for this time only; nothing of it stays."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--engine", choices=["database", "elasticsearch"], default="database")
        parser.add_argument("--no-meaning", action="store_true", help="by words alone, without vectors")
        parser.add_argument("--set", default=str(OWN_SET), help="a folder with records.jsonl and queries.yaml")
        parser.add_argument("--worst", type=int, default=20, help="so many of the worst queries are listed")
        parser.add_argument("--json", help="a file for the figures")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            judged = JudgedSet.read(Path(options["set"]))
        except (OSError, ValueError, KeyError, yaml.YAMLError) as error:
            raise CommandError(f"{options['set']} holds no judged set: {error}") from error
        if options["engine"] == "elasticsearch" and not settings.ELASTICSEARCH_URL:
            raise CommandError("ELASTICSEARCH_URL is not set.")
        with _setting(options["engine"], not options["no_meaning"]), transaction.atomic():
            with judged_kind(judged.records) as kind:
                fill(kind)
                with _indexed(options["engine"]):
                    found = {
                        name: relevance.measure(judged, rank)
                        for name, rank in relevance.rankers(list(kind.documents(list(kind.records)))).items()
                    }
            transaction.set_rollback(True)
        for name, outcomes in found.items():
            self.stdout.write("\n".join(relevance.table(name, outcomes)) + "\n")
        self.stdout.write("worst\n" + "\n".join(relevance.worst(found["search"], options["worst"])))
        if options["json"]:
            self._write(Path(options["json"]), found)

    def _write(self, path: Path, found: dict[str, list[relevance.Outcome]]) -> None:
        tidy = {
            name: [
                {"id": one.query.id, "ndcg": round(one.ndcg, 4), "ranking": one.ranking[: relevance.DEPTH]}
                for one in outcomes
            ]
            for name, outcomes in found.items()
        }
        path.write_text(json.dumps(tidy, ensure_ascii=False, indent=1), encoding="utf-8")


def fill(kind: JudgedKind) -> None:
    """Write the entries of a set, in the caller's transaction, with all that the background would add to them."""
    with as_service("relay", "search: measuring relevance"):
        for some in indexing.batches(list(kind.records)):
            indexing.refresh(KIND, some)
            do_now("search.encoding", "encode", [entry_id(KIND, key) for key in some])
        do_now("search.spelling", "count_words")


def do_now(module: str, name: str, *arguments: Any) -> None:
    """Do now what follows a change a little later: vectors of meaning, words for the spelling."""
    if find_spec(module):
        getattr(import_module(module), name)(*arguments)


@contextmanager
def _setting(engine: str, with_meaning: bool) -> Iterator[None]:
    """This engine, under index names of its own, with or without vectors; as before afterwards."""
    names = ("ELASTICSEARCH_URL", "ELASTICSEARCH_PREFIX", "ELASTICSEARCH_TIMEOUT", "SEARCH_ENCODER")
    before = {name: getattr(settings, name) for name in names}
    settings.ELASTICSEARCH_PREFIX = f"relevance-{os.getpid()}"
    settings.ELASTICSEARCH_TIMEOUT = 15.0
    if engine == "database":
        settings.ELASTICSEARCH_URL = ""
    if not with_meaning:
        settings.SEARCH_ENCODER = ""
    _forget()
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(settings, name, value)
        _forget()


def _forget() -> None:
    doors.main.cache_clear()
    doors.reserve.cache_clear()


@contextmanager
def _indexed(engine: str) -> Iterator[None]:
    """With Elasticsearch: an index of the set, removed afterwards."""
    if engine != "elasticsearch":
        yield
        return
    from search.engines.elasticsearch.throwaway import throwaway_indices

    with throwaway_indices([KIND]):
        yield
