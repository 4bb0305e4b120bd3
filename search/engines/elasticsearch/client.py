"""The line to Elasticsearch: one client and one breaker for each process."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from elastic_transport import Urllib3HttpNode
from elasticsearch import ApiError, Elasticsearch, TransportError

from ..base import EngineUnavailable
from .breaker import Breaker, Failure

T = TypeVar("T")
# Answers that mean "not now", beside all from 500 up: too many requests, and took too long.
BUSY = (408, 429)


class QuietNode(Urllib3HttpNode):
    """Says nothing of what was asked and answered: the stock node writes both into its debug log."""

    def _log_request(self, **of: Any) -> None:
        pass


@dataclass(frozen=True)
class Line:
    """A client, and what is known of whether it is answered."""

    client: Elasticsearch
    breaker: Breaker


_lines: dict[tuple[int, str], Line] = {}


def line() -> Line:
    """This process's line. A fork makes its own: sockets and locks of its parent are not for two."""
    key = (os.getpid(), settings.ELASTICSEARCH_URL)
    if key not in _lines:
        # Of two threads that come at once one makes a client in vain, and no lock has to survive a fork.
        _lines.setdefault(key, Line(_connect(settings.ELASTICSEARCH_URL), Breaker()))
    return _lines[key]


def _connect(url: str) -> Elasticsearch:
    # A search that failed is answered by the database at once; trying again would only make the reader wait.
    return Elasticsearch(
        url,
        node_class=QuietNode,
        request_timeout=settings.ELASTICSEARCH_TIMEOUT,
        max_retries=0,
        retry_on_timeout=False,
    )


def forget() -> None:
    """Close the lines of this process; the next call opens a new one."""
    for key in [key for key in _lines if key[0] == os.getpid()]:
        _lines.pop(key).client.close()


def ask(what: Callable[[Elasticsearch], Any]) -> dict[str, Any]:
    """Ask within the time that a reader waits; the answer's JSON.

    Whatever goes wrong is EngineUnavailable. The exceptions behind it quote the question, so they are never logged.
    """
    own = line()
    try:
        with own.breaker.passing():
            return _answer(own.client.options(request_timeout=settings.ELASTICSEARCH_TIMEOUT), what)
    except Failure as failure:
        raise EngineUnavailable("no answer in time") from failure.__cause__
    except ApiError as error:
        # A missing index, or a question that is refused: the node is there, others are answered.
        raise EngineUnavailable(f"refused with {error.status_code}") from error


def _answer(client: Elasticsearch, what: Callable[[Elasticsearch], Any]) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = what(client).body
    except TransportError as error:
        raise Failure from error
    except ApiError as error:
        if error.status_code in BUSY or error.status_code >= 500:
            raise Failure from error
        raise
    if answer.get("timed_out"):
        raise Failure
    return answer
