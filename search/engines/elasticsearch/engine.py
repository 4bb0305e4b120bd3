"""The engine on Elasticsearch: asks, and reads the answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from elasticsearch.dsl import Search

from network_site.common.language import CODES

from ..base import WINDOW, Answer, EngineUnavailable, Found, Fragment, Question
from . import client, queries
from .indices import LANGUAGES, read_names

# How long a walk through a long result may rest between two pages.
REST = "30s"


class ElasticsearchEngine:
    """An engine (search.engines.base.Engine). `page` is how many are fetched at a time on a walk through a result."""

    name = "elasticsearch"

    def __init__(self, page: int = 1000) -> None:
        self.page = page

    def ask(self, question: Question) -> Answer:
        answer = _run(queries.search(question))
        counts = {
            name: {one["key"]: one["doc_count"] for one in answer["aggregations"][group][name]["buckets"]}
            for group, names in queries.counted_together(question).items()
            for name in names
        }
        found = tuple(_found(hit, question.language) for hit in answer["hits"]["hits"])
        return Answer(answer["hits"]["total"]["value"], found, counts)

    def ids(self, question: Question, limit: int = WINDOW) -> list[UUID]:
        found: list[UUID] = []
        for hits in self._pages(queries.walk(question), limit):
            found += [UUID(hit["_id"]) for hit in hits]
        return found

    def complete(
        self, prefix: str, *, language: str, audiences: Sequence[str], kinds: Sequence[str] = (), limit: int = 8
    ) -> list[UUID]:
        asked = queries.completion(prefix, language, audiences, kinds, limit)
        return [] if asked is None else [UUID(hit["_id"]) for hit in _run(asked)["hits"]["hits"]]

    def similar(
        self, entry: UUID, *, audiences: Sequence[str], kinds: Sequence[str] = (), limit: int = 5
    ) -> list[Found]:
        own = _run(queries.one(entry, audiences))["hits"]["hits"]
        if not own:
            return []
        vector = own[0].get("fields", {}).get("vector")
        answer = _run(queries.neighbours(own[0], vector, audiences, kinds, limit))
        return [_found(hit, "") for hit in answer["hits"]["hits"]]

    def _pages(self, asked: Search, limit: int) -> Iterator[list[dict[str, Any]]]:
        """The hits page by page, all of the same moment; what was opened for it is closed in any case."""
        moment = client.ask(lambda es: es.open_point_in_time(index=read_names(), keep_alive=REST))["id"]
        body = asked.extra(track_total_hits=False).to_dict()
        try:
            while limit > 0:
                body |= {"pit": {"id": moment, "keep_alive": REST}, "size": min(self.page, limit)}
                answer = _search(body)
                hits = answer["hits"]["hits"]
                yield hits
                if len(hits) < body["size"]:
                    return
                moment = answer["pit_id"]
                body["search_after"] = hits[-1]["sort"]
                limit -= len(hits)
        finally:
            # What is not closed, because nobody answers, Elasticsearch lets go of by itself after the rest.
            with suppress(EngineUnavailable):
                client.ask(lambda es: es.close_point_in_time(id=moment))


def _run(asked: Search) -> dict[str, Any]:
    return _search(asked.to_dict(), index=read_names())


def _search(body: dict[str, Any], **where: str) -> dict[str, Any]:
    """Search in the time that there is, on that side too. Half an answer is none: the database knows the whole.

    Frequencies of words are those of all kinds together (dfs), so that the scores of different kinds compare.
    """
    body["timeout"] = f"{settings.ELASTICSEARCH_TIMEOUT * 1000:.0f}ms"
    options: dict[str, Any] = {"search_type": "dfs_query_then_fetch", "allow_partial_search_results": False, **where}
    return client.ask(lambda es: es.search(body=body, **options))


# --- Reading ---------------------------------------------------------------------------------


def _found(hit: dict[str, Any], language: str) -> Found:
    return Found(UUID(hit["_id"]), hit["_score"] or 0.0, _highlights(hit.get("highlight", {}), language))


def _highlights(marked: Mapping[str, Sequence[str]], language: str) -> dict[str, tuple[Fragment, ...]]:
    """What was found, by field: in the reader's language when it was found there."""
    shown: dict[str, tuple[Fragment, ...]] = {}
    for name in queries.SHOWN:
        for code in sorted(CODES, key=lambda one: one != language):
            texts = marked.get(f"{name}.{LANGUAGES[code]}")
            if texts:
                shown[name] = tuple(fragment(text) for text in texts)
                break
    return shown


def fragment(text: str) -> Fragment:
    """A marked text as pieces."""
    pieces: list[tuple[str, bool]] = []
    for number, part in enumerate(text.split(queries.MARK)):
        found, _, rest = part.partition(queries.UNMARK) if number else ("", "", part)
        pieces += [(found, True)] if found else []
        pieces += [(rest.replace(queries.UNMARK, ""), False)] if rest else []
    return tuple(pieces)
