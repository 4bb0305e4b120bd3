"""Small numbers are not told, nor anything from which they could be worked out (learning page, 3.4). Pure.

A cell is hidden where fewer than five people stand behind it. In a table with sums that is not enough: a number that
is missing alone in its row is what the others leave of the sum. So further cells are hidden, as few and as small as
it finds, until

- no hidden cell is the only one of its row or column,
- what is left of a sum when all that is shown is taken from it stands for five people, too,
- and each hidden number could be another one, with every number that is shown staying as it is.

A reader cannot tell the cells that were small from those that were hidden for their sake.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterator, Sequence
from dataclasses import dataclass

from .enums import SMALLEST_GROUP

# Who is counted in a cell, each person as often as she counts in it.
Counted = Sequence[Hashable]
Place = tuple[int, int]
Node = tuple[str, int]


@dataclass(frozen=True)
class Shown:
    """A table as it may be told: None where a number is hidden."""

    cells: list[list[int | None]]
    rows: list[int | None]
    columns: list[int | None]
    total: int | None

    @property
    def hides(self) -> bool:
        """Whether anything is hidden at all."""
        return None in (self.total, *self.rows, *self.columns, *(one for row in self.cells for one in row))


def suppress(table: Sequence[Sequence[Counted]], least: int = SMALLEST_GROUP) -> Shown:
    """A table with the sums of its rows, of its columns and of all, without what may not be told.

    The sums of columns and of all stay as long as each of them stands for enough people.
    """
    grid = _Grid(table, least)
    grid.hide_small()
    while (place := grid.next_to_hide()) is not None:
        grid.hidden.add(place)
    last_row, last_column = grid.height - 1, grid.width - 1
    return Shown(
        cells=[[grid.told(row, column) for column in range(last_column)] for row in range(last_row)],
        rows=[grid.told(row, last_column) for row in range(last_row)],
        columns=[grid.told(last_row, column) for column in range(last_column)],
        total=grid.told(last_row, last_column),
    )


class _Grid:
    """The table with its sums as one more row and one more column."""

    def __init__(self, table: Sequence[Sequence[Counted]], least: int) -> None:
        self.least = least
        self.people: list[list[list[Hashable]]] = [[list(cell) for cell in row] for row in table]
        for row in self.people:
            row.append([person for cell in row for person in cell])
        width = len(self.people[0]) if self.people else 1
        self.people.append([[person for row in self.people for person in row[column]] for column in range(width)])
        self.height, self.width = len(self.people), width
        self.hidden: set[Place] = set()

    def count(self, place: Place) -> int:
        return len(self.people[place[0]][place[1]])

    def told(self, row: int, column: int) -> int | None:
        return None if (row, column) in self.hidden else self.count((row, column))

    @property
    def places(self) -> Iterator[Place]:
        return ((row, column) for row in range(self.height) for column in range(self.width))

    def is_few(self, places: Collection[Place]) -> bool:
        """Whether fewer people than are told stand behind these cells together."""
        return len({person for row, column in places for person in self.people[row][column]}) < self.least

    def hide_small(self) -> None:
        self.hidden |= {place for place in self.places if self.is_few([place])}

    # What has to be hidden next

    def next_to_hide(self) -> Place | None:
        """The cell that is hidden for the sake of others; None when nothing can be worked out any more."""
        for parts, total in self._sums():
            if self._gives_away(parts, total):
                place = self._best([*parts, total], [*parts, total])
                if place is not None:
                    return place
        for row, column in sorted(self.hidden):
            if not self._could_differ((row, column)):
                near = [place for place in self.places if place[0] == row or place[1] == column]
                return self._best(list(self.places), near)
        return None

    def _sums(self) -> Iterator[tuple[list[Place], Place]]:
        """The parts and the total of each row and each column, those of the totals among them."""
        for row in range(self.height):
            yield [(row, column) for column in range(self.width - 1)], (row, self.width - 1)
        for column in range(self.width):
            yield [(row, column) for row in range(self.height - 1)], (self.height - 1, column)

    def _gives_away(self, parts: Sequence[Place], total: Place) -> bool:
        """Whether what is shown of a sum tells too much of what is hidden of it."""
        hidden = [place for place in parts if place in self.hidden]
        if total in self.hidden:
            return not hidden
        return bool(hidden) and (len(hidden) < 2 or self.is_few(hidden))

    def _best(self, places: Sequence[Place], near: Collection[Place]) -> Place | None:
        """The one of these cells that is missed least: no sum, close by, where others are hidden, small."""
        rows, columns = {row for row, _column in self.hidden}, {column for _row, column in self.hidden}

        def loss(place: Place) -> tuple[int, bool, int, int, Place]:
            row, column = place
            rank = 2 * (row == self.height - 1) + (column == self.width - 1)
            return rank, place not in near, (row not in rows) + (column not in columns), self.count(place), place

        return min((place for place in places if place not in self.hidden), key=loss, default=None)

    # What could be otherwise

    def _could_differ(self, place: Place) -> bool:
        """Whether a hidden number could be higher or lower, none being negative and all that is shown staying.

        One more here is one less in another hidden cell of the row, one more in one of its column, and so on, until
        the round is closed: rows and columns are the stops of this way, hidden cells are the paths between them.
        """
        paths: dict[Node, set[Node]] = defaultdict(set)
        for other in self.hidden - {place}:
            row, column = self._stops(other)
            if self._may_rise(other):
                paths[row].add(column)
            if self._may_fall(other):
                paths[column].add(row)
        row, column = self._stops(place)
        return (self._may_rise(place) and _leads(paths, column, row)) or (
            self._may_fall(place) and _leads(paths, row, column)
        )

    @staticmethod
    def _stops(place: Place) -> tuple[Node, Node]:
        return ("row", place[0]), ("column", place[1])

    def _is_sum(self, place: Place) -> bool:
        """A sum stands on the other side of its equation; the sum of all sums stands on this one again."""
        return (place[0] == self.height - 1) != (place[1] == self.width - 1)

    def _may_rise(self, place: Place) -> bool:
        return not self._is_sum(place) or self.count(place) > 0

    def _may_fall(self, place: Place) -> bool:
        return self._is_sum(place) or self.count(place) > 0


def _leads(paths: dict[Node, set[Node]], start: Node, end: Node) -> bool:
    """Whether one gets from one stop to another."""
    seen, ahead = {start}, [start]
    while ahead:
        here = ahead.pop()
        if here == end:
            return True
        ahead += paths[here] - seen
        seen |= paths[here]
    return False
