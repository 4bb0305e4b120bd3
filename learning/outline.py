"""A published course to work through: its items in their order, in the reader's language, and what is still to do.

Pure: made from a snapshot (snapshot.py), without a query.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

from .enums import CertificateKind, ItemKind, QuizRole

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Words:
    """Texts in a language; `language` says in which they really are, and `is_foreign` that it is another one."""

    language: str
    is_foreign: bool
    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


def words(texts: Mapping[str, Mapping[str, Any]], language: str, source: str) -> Words:
    """The texts in this language, or those of the source where there are none."""
    code = language if language in texts else source
    return Words(code, code != language, texts[code])


@dataclass(frozen=True)
class Item:
    """One thing to do in a course."""

    document: Mapping[str, Any]
    place: int
    module_place: int
    in_module: int
    module_size: int

    @property
    def id(self) -> UUID:
        return UUID(self.document["id"])

    @property
    def kind(self) -> str:
        return str(self.document["kind"])

    @property
    def minutes(self) -> int:
        return int(self.document["minutes"])

    @property
    def is_required(self) -> bool:
        return bool(self.document["is_required"])

    @property
    def waits(self) -> bool:
        """Whether it opens only when everything before it that has to be done is done."""
        return bool(self.document["waits"])

    @property
    def least_before(self) -> int | None:
        """The result, in percent, that the quiz before the course has to have; None where none is asked."""
        return self.document["least_before"]  # type: ignore[no-any-return]

    @property
    def is_open_to_all(self) -> bool:
        """Whether it can be read without being in the course: a lesson that waits for nothing."""
        return self.kind == ItemKind.LESSON and not self.waits and self.least_before is None

    @property
    def quiz(self) -> Mapping[str, Any] | None:
        return self.document["quiz"]  # type: ignore[no-any-return]

    @property
    def case(self) -> Mapping[str, Any] | None:
        return self.document["case"]  # type: ignore[no-any-return]

    @property
    def quiz_id(self) -> UUID:
        """Raises TypeError for what is no quiz."""
        return UUID(self.document["quiz"]["id"])

    @property
    def case_id(self) -> UUID:
        """Raises TypeError for what is no case."""
        return UUID(self.document["case"]["id"])


class Outline:
    """The items of one version of a course."""

    def __init__(self, snapshot: Mapping[str, Any]) -> None:
        self.snapshot = snapshot
        self.source = str(snapshot["source_language"])

    @cached_property
    def items(self) -> list[Item]:
        found: list[Item] = []
        for number, module in enumerate(self.snapshot["modules"]):
            for place, document in enumerate(module["items"]):
                found.append(Item(document, len(found), number, place, len(module["items"])))
        return found

    @cached_property
    def by_id(self) -> dict[UUID, Item]:
        return {item.id: item for item in self.items}

    def find(self, pk: UUID) -> Item | None:
        """The item with this key; None where this version has none."""
        return self.by_id.get(pk)

    def of_case(self, pk: UUID) -> Item | None:
        """The item in which this case stands."""
        return next((item for item in self.items if item.case and item.case_id == pk), None)

    def before(self, item: Item) -> Item | None:
        return self.items[item.place - 1] if item.place else None

    def after(self, item: Item) -> Item | None:
        return self.items[item.place + 1] if item.place + 1 < len(self.items) else None

    def next_open(self, after: Item | None, done: Collection[UUID]) -> Item | None:
        """The first item after this one that is not done, else the first of all; None when all are done."""
        left = [item for item in self.items if item.id not in done]
        return next((item for item in left if after is not None and item.place > after.place), next(iter(left), None))

    def open_items(self, done: Collection[UUID]) -> list[Item]:
        """The items that have to be done and are not."""
        return [item for item in self.items if item.is_required and item.id not in done]

    def in_the_way(self, item: Item, done: Collection[UUID], percents: Mapping[UUID, Decimal]) -> list[Item]:
        """What has to be done before this item opens, in its order; nothing where it is open.

        `percents` are the results by item. Of several quizzes before the course one with the result is enough.
        """
        found = [one for one in self.open_items(done) if one.place < item.place] if item.waits else []
        if item.least_before is not None:
            before = [one for one in self.items if one.quiz and one.quiz["role"] == QuizRole.PRE and one is not item]
            if not any(percents.get(one.id, Decimal(-1)) >= item.least_before for one in before):
                found += [one for one in before if one not in found]
        return sorted(found, key=lambda one: one.place)

    def words(self, texts: Mapping[str, Mapping[str, Any]], language: str) -> Words:
        """Texts of a part of the course in a language, or of the source."""
        return words(texts, language, self.source)

    @property
    def counted(self) -> list[Item]:
        """The quizzes and cases that make the result; the quiz before the course is no part of it."""
        return [
            item
            for item in self.items
            if (item.quiz and item.quiz["role"] != QuizRole.PRE and item.quiz["weight"])
            or (item.case and item.case["weight"])
        ]

    def result(self, percents: Mapping[UUID, Decimal]) -> Decimal | None:
        """The result in percent: the mean by weight, what was not tried being nothing. None where nothing counts."""
        total, reached = 0, Decimal(0)
        for item in self.counted:
            part = item.quiz or item.case or {}
            total += part["weight"]
            reached += part["weight"] * percents.get(item.id, Decimal(0))
        return (reached / total).quantize(CENT, rounding=ROUND_HALF_UP) if total else None

    def kind_of_certificate(self, score: Decimal | None) -> str:
        """What a certificate says for a result. A course in which nothing counts is attended."""
        if score is None or score < self.snapshot["pass_mark"]:
            return CertificateKind.ATTENDANCE.value
        if score >= self.snapshot["honours_mark"]:
            return CertificateKind.HONOURS.value
        return CertificateKind.APPROVED.value

    @property
    def minutes(self) -> int:
        return sum(item.minutes for item in self.items)

    def count(self, kind: ItemKind) -> int:
        return sum(item.kind == kind for item in self.items)
