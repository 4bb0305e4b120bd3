"""Small numbers are not told, nor anything from which they could be worked out (learning page, 3.4). Pure.

A cell is hidden where fewer than five people stand behind it. In a table with sums that is not enough: a number that
is missing alone in its row is what the others leave of the sum. So further cells are hidden, as few and as small as
it finds, until

- no hidden cell is the only one of its row or column,
- what is left of a sum when all that is shown is taken from it stands for five people, too,
- each hidden number could be another one, with every number that is shown staying as it is,
- and each of them could be five or more. So no reader can tell that a hidden number is a small one.

That a line is in the table says that somebody is in it. So lines of which no number is told are not listed: they are
one line, the rest, and what is promised of hidden numbers is promised of the table with this line, to a reader who
knows that no number is negative and that the rest is somebody.

The same holds of a part of each line (`suppress_part`), to a reader who knows that a part is not more than the whole:
a hidden part that is smaller than five could be five or more.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from .enums import SMALLEST_GROUP

# Who is counted in a cell, each person as often as she counts in it.
Counted = Sequence[Hashable]
Place = tuple[int, int]
Node = tuple[str, int]
# Stands for all rows of which nothing is told.
REST = -1


@dataclass(frozen=True)
class Shown:
    """A table as it may be told: None where a number is hidden."""

    cells: list[list[int | None]]
    rows: list[int | None]
    columns: list[int | None]
    total: int | None
    # The rows of which nothing is told, and their cells and sum as those of one row; empty where there is none.
    unlisted: list[int] = field(default_factory=list)
    rest: list[int | None] = field(default_factory=list)


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
        unlisted=grid.unlisted(),
        rest=grid.rest(),
    )


def suppress_part(
    parts: Sequence[Counted], lines_told: Sequence[bool], least: int = SMALLEST_GROUP
) -> list[int | None]:
    """How many of each line are in a part of it, without what may not be told; the sum of all parts is told.

    Only lines of which everything else is told have theirs told. What is left of the sum for the others is shared by
    two lines at least and stands for enough people. As the sum of their wholes is no more than known, each whole that
    is possible has parts that are.
    """
    hidden = [place for place, part in enumerate(parts) if not lines_told[place] or _are_few(part, least)]
    others = sorted(set(range(len(parts))) - set(hidden), key=lambda place: (len(parts[place]), place), reverse=True)
    while hidden and others and (len(hidden) < 2 or _are_few([one for place in hidden for one in parts[place]], least)):
        hidden.append(others.pop())
    return [None if place in hidden else len(part) for place, part in enumerate(parts)]


def _are_few(people: Iterable[Hashable], least: int) -> bool:
    return len(set(people)) < least


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
        return _are_few((person for row, column in places for person in self.people[row][column]), self.least)

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
        seen = self.unknown()
        for row, column in sorted(seen):
            if not self._is_safe((row, column), seen):
                rows = self.unlisted() if row == REST else [row]
                near = [place for place in self.places if place[0] in rows or place[1] == column]
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

    # What a reader sees

    def unlisted(self) -> list[int]:
        """The rows of which nothing is told."""
        columns = range(self.width)
        return [row for row in range(self.height - 1) if all((row, column) in self.hidden for column in columns)]

    def rest(self) -> list[int | None]:
        """The row that all rows make of which nothing is told: what the others leave of sums."""
        rows, unknown = self.unlisted(), self.unknown()
        if not rows:
            return []
        return [
            None if (REST, column) in unknown else sum(self.count((row, column)) for row in rows)
            for column in range(self.width)
        ]

    def unknown(self) -> dict[Place, int]:
        """The hidden numbers of the table with the rest as one row, but for those that are all that a sum leaves."""
        unlisted = set(self.unlisted())
        numbers: dict[Place, int] = defaultdict(int)
        for row, column in self.hidden:
            numbers[REST if row in unlisted else row, column] += self.count((row, column))
        while (left := next((place for place in numbers if self._is_left(place, numbers)), None)) is not None:
            del numbers[left]
        return dict(numbers)

    @staticmethod
    def _is_left(place: Place, numbers: Collection[Place]) -> bool:
        return place[0] == REST and any(
            sum(other[stop] == place[stop] for other in numbers) == 1 for stop in range(len(place))
        )

    # What could be otherwise

    def _is_safe(self, place: Place, numbers: Mapping[Place, int]) -> bool:
        """Whether a hidden number could be another one, and five or more, with all that is shown staying.

        The numbers of a table are a stream that goes round: from the sum of all through the sums of rows, cells and
        the sums of columns back to it. Rows and columns are where it divides, and as much comes to each as leaves it.
        So one more here needs a way back, on which each number is one more with the stream and one less against it.
        """
        start, end = self._stops(place)
        if numbers[place] < self.least:
            return self._carries(numbers, place, end, start, self.least - numbers[place])
        return self._carries(numbers, place, end, start, 1) or self._carries(numbers, place, start, end, 1)

    def _stops(self, place: Place) -> tuple[Node, Node]:
        """From where to where a number goes. A sum closes the round: it comes from its column, or goes to its row."""
        row, column = ("row", place[0]), ("column", place[1])
        is_sum = (place[0] == self.height - 1) != (place[1] == self.width - 1)
        return (column, row) if is_sum else (row, column)

    def _carries(self, numbers: Mapping[Place, int], without: Place, start: Node, end: Node, units: int) -> bool:
        """Whether hidden numbers other than one can carry so many units from one stop to another."""
        flow = {place: number for place, number in numbers.items() if place != without}
        for _unit in range(units):
            way = self._way(flow, start, end)
            if way is None:
                return False
            for place, step in way:
                flow[place] += step
        return True

    def _way(self, flow: Mapping[Place, int], start: Node, end: Node) -> list[tuple[Place, int]] | None:
        """The hidden numbers that are one more or one less when a unit goes from one stop to another."""
        steps: dict[Node, list[tuple[Node, Place, int]]] = defaultdict(list)
        for place, number in flow.items():
            source, target = self._stops(place)
            steps[source].append((target, place, 1))
            # Somebody is in the rest.
            if number > (place == (REST, self.width - 1)):
                steps[target].append((source, place, -1))
        ways: dict[Node, list[tuple[Place, int]]] = {start: []}
        ahead = deque([start])
        while ahead:
            here = ahead.popleft()
            for there, place, step in steps[here]:
                if there not in ways:
                    ways[there] = [*ways[here], (place, step)]
                    ahead.append(there)
        return ways.get(end)
