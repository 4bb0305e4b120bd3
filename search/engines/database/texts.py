"""What the engine on the database keeps of each entry, written with the entry (decision 0032)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery

from ... import indexing
from ...documents import FIELDS, Document
from ...models import EmbeddedEntry, Entry
from .. import stems
from . import sql

# A field's first words are enough to find it by; a title has fewer.
MOST_WORDS = 12_000
# What BM25 would make of a stem in a body, decided when it is written: from this part on the body speaks of it often.
K1, B, USUAL_LENGTH, STRONG = 1.2, 0.75, 300, 1.4
WRITTEN = ["revision", "kind", "audience", "published", "evidence_level", "quality", "sort_title", "facets"]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def follow(changed: list[tuple[Entry, Document | None]]) -> None:
    """Keep step with entries, in their transaction."""
    write([entry for entry, document in changed if document is not None])
    remove([entry.pk for entry, document in changed if document is None])


def keep_step(entries: Sequence[Entry]) -> None:
    """Their words are the same: only the revision is newer."""
    revisions = {entry.pk: entry.revision for entry in entries}
    rows = list(EmbeddedEntry.objects.filter(entry_id__in=revisions))
    for row in rows:
        row.revision = revisions[row.entry_id]
    EmbeddedEntry.objects.bulk_update(rows, ["revision"])


@transaction.atomic
def write(entries: Sequence[Entry]) -> None:
    """Write rows and words of live entries, instead of what there was."""
    EmbeddedEntry.objects.bulk_create(
        [_row(entry) for entry in entries],
        update_conflicts=True,
        unique_fields=["entry"],
        update_fields=WRITTEN,
    )
    given = [entry.pk for entry in entries]
    docs = dict(EmbeddedEntry.objects.filter(entry_id__in=given).values_list("entry_id", "pk"))
    for entry in entries:
        sql.put(docs[entry.pk], placed(entry.body["texts"]))


@transaction.atomic
def remove(entries: Collection[UUID]) -> None:
    """Remove rows and words of entries that are gone."""
    rows = EmbeddedEntry.objects.filter(entry_id__in=entries)
    docs = list(rows.values_list("pk", flat=True))
    if docs:
        sql.remove(docs)
        rows.delete()


def _row(entry: Entry) -> EmbeddedEntry:
    facets = {"kind": [entry.kind], **entry.body["facets"]}
    return EmbeddedEntry(
        entry=entry,
        revision=entry.revision,
        kind=entry.kind,
        audience=entry.audience,
        published=microseconds(entry.published_at),
        evidence_level=entry.evidence_level,
        quality=entry.quality,
        sort_title=entry.sort_title,
        facets="\n".join(["", *(facet_line(name, value) for name, values in facets.items() for value in values), ""]),
    )


def microseconds(moment: datetime) -> int:
    """A moment as the rows keep it, without loss."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def facet_line(name: str, value: str) -> str:
    """A value of a facet as the rows keep it."""
    return f"{name}={value}".replace("\n", " ")


def placed(texts: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, list[tuple[str, ...]]]]:
    """The tokens of a document's texts by language and place."""
    found: dict[str, dict[str, list[tuple[str, ...]]]] = {}
    for language, fields in texts.items():
        places = {name: analysed(fields[name], language) for name in FIELDS if fields.get(name)}
        if "body" in places:
            places["strong"] = _often(places["body"])
        if "title" in places:
            title = stems.words(stems.composed(fields["title"]))
            places["names"] = [(stems.token(word.text),) for word in title]
        found[language] = places
    return found


def analysed(text: str, language: str) -> list[tuple[str, ...]]:
    """The tokens of a text, word by word."""
    words = stems.words(stems.quiet(stems.composed(text)))
    return [stems.tokens(word.text, language) for word, _number in zip(words, range(MOST_WORDS), strict=False)]


def _often(body: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    counts = Counter(token for word in body for token in word)
    length = K1 * (1 - B + B * len(body) / USUAL_LENGTH)
    return [(token,) for token, count in counts.items() if count * (K1 + 1) / (count + length) >= STRONG]


# --- Whole again -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Behind:
    """Entries whose words are missing or older than the entry, and those that are gone but still have words."""

    old: tuple[UUID, ...]
    left_over: tuple[UUID, ...]

    def __bool__(self) -> bool:
        return bool(self.old or self.left_over)


def behind() -> Behind:
    """What has not kept step with the entries. Two queries; a service sees all audiences."""
    kept = EmbeddedEntry.objects.filter(entry=OuterRef("pk"))
    entries = Entry.objects.order_by().annotate(kept=Subquery(kept.values("revision")[:1]))
    old = entries.live().filter(Q(kept__isnull=True) | ~Q(kept=F("revision")))
    left_over = entries.filter(is_gone=True, kept__isnull=False)
    return Behind(tuple(old.values_list("pk", flat=True)), tuple(left_over.values_list("pk", flat=True)))


def catch_up() -> int:
    """Write what has not kept step; how many entries. For the reconciler: twice is once."""
    found = behind()
    for some in indexing.batches(found.old):
        _write_locked(some)
    remove(found.left_over)
    return len(found.old) + len(found.left_over)


def rebuild(tick: Callable[[int], None] = lambda count: None) -> int:
    """Make everything again, batch by batch while people search; `tick` hears how many are done. How many entries.

    Until the end old words are still found, because each batch replaces its own.
    """
    done = 0
    with transaction.atomic():
        live = Entry.objects.live().order_by()
        EmbeddedEntry.objects.exclude(entry__in=live.values("pk")).delete()
    for some in indexing.batches(live.values_list("pk", flat=True)):
        _write_locked(some)
        done += len(some)
        tick(done)
    sql.remove_strangers()
    return done


@transaction.atomic
def _write_locked(keys: Sequence[UUID]) -> None:
    """Write entries as they are now; `indexing.refresh` takes the same lock."""
    write(list(Entry.objects.live().select_for_update(of=("self",)).filter(pk__in=keys)))
