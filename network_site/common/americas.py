"""The map of the Americas: a drawing of our own, with what is known of each country put into it.

The shapes come from `data/americas.json`, which `tools/make_map.py` draws. They are read once for each process.
Nothing here asks the database.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "americas.json"
# From north to south: the order in which the keyboard walks over the map.
SUBREGIONS = ("north_america", "central_america", "caribbean", "andean", "southern_cone")


@dataclass(frozen=True)
class Shape:
    """A country on the paper: its outline and where its count stands. The smallest have a circle instead."""

    code: str
    subregion: str
    x: float
    y: float
    shape: str = ""
    enlarged: str = ""
    side: str = ""

    @property
    def outlines(self) -> str:
        """Everything that is drawn of it, on the map and in a window."""
        return self.shape + self.enlarged


@dataclass(frozen=True)
class Sheet:
    """The empty map."""

    width: int
    height: int
    windows: tuple[Mapping[str, Any], ...]
    countries: Mapping[str, Shape]


@dataclass(frozen=True)
class Pin:
    """A country that has something, in the place where it has it."""

    place: Shape
    entry: Mapping[str, Any]

    @property
    def radius(self) -> float:
        return 8.5 if self.entry["count"] < 100 else 11.5

    @property
    def baseline(self) -> float:
        """Where the number stands, so that it sits in the middle of the pin."""
        return round(self.place.y + 3.3, 1)


@dataclass(frozen=True)
class Drawing:
    """A map of some countries: what is empty, what is not, and who is not on it."""

    sheet: Sheet
    empty: str
    circles: tuple[Shape, ...]
    pins: tuple[Pin, ...]
    outside: tuple[Mapping[str, Any], ...]
    has_planned: bool


@lru_cache(maxsize=1)
def sheet() -> Sheet:
    """The empty map, read once."""
    drawn = json.loads(DATA.read_text(encoding="utf-8"))
    return Sheet(
        drawn["width"],
        drawn["height"],
        tuple(drawn["windows"]),
        {one["code"]: Shape(**one) for one in drawn["countries"]},
    )


def drawing(entries: Iterable[Mapping[str, Any]]) -> Drawing:
    """Put entries on the map; what lies elsewhere, or has no place on it, stays in `outside` in the given order.

    An entry is {code (ISO 3166, two letters), label, count, url, said}; `state` may be "planned".
    """
    paper = sheet()
    given = list(entries)
    pins = [Pin(paper.countries[one["code"]], one) for one in given if one["code"] in paper.countries]
    pins.sort(key=lambda pin: (SUBREGIONS.index(pin.place.subregion), pin.place.y))
    taken = {pin.place.code for pin in pins}
    return Drawing(
        sheet=paper,
        empty="".join(one.outlines for code, one in paper.countries.items() if code not in taken),
        circles=tuple(one for one in paper.countries.values() if not one.shape),
        pins=tuple(pins),
        outside=tuple(one for one in given if one["code"] not in paper.countries),
        has_planned=any(one.get("state") == "planned" for one in given),
    )
