"""Which questions an attempt asks, and in which order things stand.

An order follows from the seed and the names alone (each name is hashed with the seed). So it is the same in every
language, on every machine and with every version of Python, for as long as the seed is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

One = TypeVar("One", bound=Hashable)


class TooFewQuestions(Exception):
    """A pool asks for more questions than there are."""

    def __init__(self, tag: str, wanted: int, there: int) -> None:
        super().__init__(f"pool {tag!r} draws {wanted} of {there}")
        self.tag, self.wanted, self.there = tag, wanted, there


def order_of(ids: Iterable[One], seed: object) -> list[One]:
    """The same ids, shuffled by the seed. It does not matter in which order they came."""
    return sorted(ids, key=lambda one: hashlib.sha256(f"{seed}\n{one}".encode()).digest())


def draw(pools: Sequence[tuple[str, int]], questions: Iterable[tuple[One, str]], seed: object) -> list[One]:
    """The ids of the questions of an attempt: of each pool (tag, how many) so many, none twice; without pools all.

    They stand pool by pool, and inside a pool as their author wrote them: questions follow the lesson.
    Raises TooFewQuestions.
    """
    tags = dict(questions)
    asked: list[One] = []
    for number, (tag, wanted) in enumerate(pools):
        there = [one for one, its_tag in tags.items() if its_tag == tag and one not in asked]
        if not 0 <= wanted <= len(there):
            raise TooFewQuestions(tag, wanted, len(there))
        drawn = set(order_of(there, f"{seed}:{number}")[:wanted])
        asked += [one for one in there if one in drawn]
    return asked if pools else list(tags)
