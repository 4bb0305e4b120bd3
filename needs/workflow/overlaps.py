"""What could be the same matter as a need: open needs and projects of the public plane (source 001, section 5.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from network_site.publishing.models import PublishedRecord, RecordTerm
from network_site.publishing.slots import record_words

from ..models import Need

KINDS = ("need", "project")
# What is over is no duplicate; it is read on the pages of needs and projects.
OVER = ("met", "partly_met", "merged", "closed", "completed", "evaluated", "cancelled")
MOST = 8
PER_PROBLEM, PER_FUNCTION, BY_WORDS = 2, 1, 2


@dataclass(frozen=True)
class Candidate:
    """A record that could be about the same matter, and why it is shown."""

    record: PublishedRecord
    problems: tuple[str, ...]
    functions: tuple[str, ...]
    by_words: bool
    points: int


def possible_overlaps(need: Need) -> list[Candidate]:
    """Open records that share problem tags or functions with a need, or the words of its title; the nearest first.

    Reads the public plane as the current actor may: the Network's staff see what members see.
    """
    mine = {row.term_id: row.term.scheme_id for row in need.need_terms.select_related("term")}
    problems = {code for code, scheme in mine.items() if scheme == "DI"}
    functions = {code for code, scheme in mine.items() if scheme == "LAF"}
    shared: dict[UUID, set[str]] = {}
    rows = RecordTerm.objects.filter(term_id__in=problems | functions, is_given=True, record__kind__in=KINDS)
    for record_id, code in rows.values_list("record_id", "term_id"):
        shared.setdefault(record_id, set()).add(code)
    worded = _with_its_words(need)
    records = (
        PublishedRecord.objects.live()
        .filter(pk__in={*shared, *worded})
        .exclude(Q(pk=need.pk) | Q(snapshot__status__in=OVER))
        .select_related("owner", "country")
        .defer("search_text")
    )
    found = [_candidate(record, shared.get(record.pk, set()), problems, functions, worded) for record in records]
    return sorted(found, key=lambda one: (-one.points, one.record.kind, one.record.number))[:MOST]


def _candidate(
    record: PublishedRecord, shared: set[str], problems: set[str], functions: set[str], worded: set[UUID]
) -> Candidate:
    tags, theirs = sorted(shared & problems), sorted(shared & functions)
    by_words = record.pk in worded
    points = PER_PROBLEM * len(tags) + PER_FUNCTION * len(theirs) + BY_WORDS * by_words
    return Candidate(record, tuple(tags), tuple(theirs), by_words, points)


def _with_its_words(need: Need) -> set[UUID]:
    look = next(iter(record_words), None)
    if look is None:
        return set()
    return {pk for kind in KINDS for pk in look(need.title, need.source_language, kind, False).ids}


def unanswered_overlaps(need: Need) -> list[Candidate]:
    """The possible duplicates about which nobody has said anything yet."""
    answered = set(need.overlaps.values_list("record_id", flat=True))
    return [one for one in possible_overlaps(need) if one.record.pk not in answered]


def merge_targets(need: Need) -> list[Any]:
    """Published needs that were found to be the same matter."""
    same = need.overlaps.filter(answer="same", record__kind="need").select_related("record")
    return [row.record for row in same if row.record.state == PublishedRecord.State.PUBLISHED]
