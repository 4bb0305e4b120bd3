"""Draw the map of the Americas that the site shows, from public shapes. A maintainer's task, not part of any start.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz        in a folder of its own
    python3 tools/make_map.py package/countries-50m.json               writes network_site/common/data/americas.json

The shapes are those of Natural Earth (public domain, naturalearthdata.com) as packed by world-atlas 2.0.2
(ISC licence, Michael Bostock). What is committed is our own drawing: projected, simplified and rounded.

Projection: Lambert's azimuthal equal-area, so that no country looks larger than it is. Borders are shared arcs
that are simplified once, so neighbours keep touching. Two windows enlarge what is small: the seven states of Central
America, and the eight smallest of the Antilles, which are circles at their coordinates, moved apart only as far
as is needed to tell them apart (so are the places of the counts, everywhere). Not drawn: Hawaii, the far
Aleutians, the northernmost Arctic islands and whatever is too small to be seen.
"""

from __future__ import annotations

import argparse
import csv
import heapq
import json
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
COUNTRIES = ROOT / "network_site" / "taxonomy" / "data" / "countries.csv"
TARGET = ROOT / "network_site" / "common" / "data" / "americas.json"

Point = tuple[float, float]
Box = tuple[float, float, float, float]

WIDTH, MARGIN = 400.0, 4.0
CENTRE = (-86.0, 14.0)  # longitude and latitude of the projection's centre
NORTH, WEST = 76.0, -169.5  # what lies beyond is cut away: high Arctic islands, the far Aleutians
TOLERANCE = 1.3  # the smallest triangle that stays, in square units of the drawing
SMALLEST = 5.0  # islands of a smaller area go, unless they are all a country has
ISLANDS = 14  # and of many islands only the largest stay

# Drawn as circles in a window of their own: too small for a shape that anybody could see or touch.
# Each with the side on which its letters stand ("end": to the left of it).
CIRCLES = {
    "KN": "end", "AG": "start", "DM": "end", "LC": "start", "VC": "end", "BB": "start", "GD": "end", "TT": "start",
}  # fmt: skip
ISTHMUS = ("GT", "BZ", "SV", "HN", "NI", "CR", "PA")
CIRCLES_MAGNIFIED, ISTHMUS_MAGNIFIED = 3.4, 2.7
CIRCLE_APART = 23.0
PIN_APART = 19.0
HAWAII = (-150.0, 30.0)  # west and south of it
# Where the middle of a country's box is not inside it, or another place is easier to find.
PLACES = {
    "US": (-98.0, 39.5), "CA": (-105.0, 57.0), "CL": (-70.9, -31.0), "HT": (-72.9, 19.0), "BS": (-77.9, 24.6),
    "PA": (-80.4, 8.4), "CU": (-79.5, 22.0), "MX": (-102.5, 23.9), "AR": (-65.0, -36.5), "HN": (-86.6, 14.9),
}  # fmt: skip


def projected(point: Point) -> Point:
    """Lambert's azimuthal equal-area projection; y grows downwards."""
    turn, tilt = math.radians(point[0] - CENTRE[0]), math.radians(point[1])
    middle = math.radians(CENTRE[1])
    depth = 1 + math.sin(middle) * math.sin(tilt) + math.cos(middle) * math.cos(tilt) * math.cos(turn)
    scale = math.sqrt(2 / depth)
    return (
        scale * math.cos(tilt) * math.sin(turn),
        -scale * (math.cos(middle) * math.sin(tilt) - math.sin(middle) * math.cos(tilt) * math.cos(turn)),
    )


def triangle(one: Point, two: Point, three: Point) -> float:
    return abs((two[0] - one[0]) * (three[1] - one[1]) - (three[0] - one[0]) * (two[1] - one[1])) / 2


def simplified(line: Sequence[Point], tolerance: float) -> list[Point]:
    """Visvalingam's way: take the point away whose triangle is smallest, until all are large enough. Ends stay."""
    before, after = list(range(-1, len(line) - 1)), list(range(1, len(line) + 1))
    sizes = [math.inf] * len(line)
    queue: list[tuple[float, int]] = []
    for place in range(1, len(line) - 1):
        sizes[place] = triangle(line[place - 1], line[place], line[place + 1])
        heapq.heappush(queue, (sizes[place], place))
    gone: set[int] = set()
    while queue:
        size, place = heapq.heappop(queue)
        if place in gone or size != sizes[place]:
            continue
        if size >= tolerance:
            break
        gone.add(place)
        left, right = before[place], after[place]
        after[left], before[right] = right, left
        for near in (left, right):
            if 0 < near < len(line) - 1:
                sizes[near] = max(size, triangle(line[before[near]], line[near], line[after[near]]))
                heapq.heappush(queue, (sizes[near], near))
    return [point for place, point in enumerate(line) if place not in gone]


def area(ring: Sequence[Point]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True)) / 2


def decoded(topology: dict[str, Any]) -> list[list[Point]]:
    """The arcs of a topology as lines of longitude and latitude."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        arcs.append(line)
    return arcs


def rings_of(geometry: dict[str, Any]) -> list[list[int]]:
    """Outer rings only: no lake is drawn."""
    arcs = geometry["arcs"]
    return [arcs[0]] if geometry["type"] == "Polygon" else [polygon[0] for polygon in arcs]


def stitched(ring: Iterable[int], arcs: Sequence[Sequence[Point]]) -> list[Point]:
    line: list[Point] = []
    for number in ring:
        part = list(arcs[number]) if number >= 0 else list(reversed(arcs[~number]))
        line += part[1:] if line else part
    return line[:-1] if len(line) > 1 and line[0] == line[-1] else line


def digits(value: float) -> str:
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def path_of(rings: Iterable[Sequence[Point]]) -> str:
    """Relative steps with one decimal; rounding never adds up, because each step starts where the last one ended."""
    out = []
    for ring in rings:
        corners = []
        for x, y in ring:
            corner = (round(x, 1), round(y, 1))
            if not corners or corner != corners[-1]:
                corners.append(corner)
        if len(corners) < 3:
            continue
        out.append(f"M{digits(corners[0][0])} {digits(corners[0][1])}l")
        here, steps = corners[0], ""
        for corner in corners[1:]:
            for step in (corner[0] - here[0], corner[1] - here[1]):
                text = digits(round(step, 1))
                steps += text if not steps or text.startswith("-") else f" {text}"
            here = corner
        out.append(steps + "z")
    return "".join(out)


def apart(places: dict[str, Point], distance: float) -> dict[str, Point]:
    """Push places that stand too near to each other apart, each as little as possible."""
    names = sorted(places)
    where = {name: list(places[name]) for name in names}
    for _round in range(400):
        moved = False
        for index, one in enumerate(names):
            for two in names[index + 1 :]:
                dx, dy = where[two][0] - where[one][0], where[two][1] - where[one][1]
                far = math.hypot(dx, dy) or 0.01
                if far < distance - 0.05:
                    push = (distance - far) / 2
                    for name, sign in ((one, -1), (two, 1)):
                        where[name][0] += sign * dx / far * push
                        where[name][1] += sign * dy / far * push
                    moved = True
        if not moved:
            break
    return {name: (round(x, 1), round(y, 1)) for name, (x, y) in where.items()}


def is_shown(ring: Sequence[Point]) -> bool:
    """Does a ring belong on the paper? Not the far west, not Hawaii, not islands of the high Arctic."""
    west, east = min(x for x, _y in ring), max(x for x, _y in ring)
    south, north = min(y for _x, y in ring), max(y for _x, y in ring)
    if west < WEST or east > -20 or (east < HAWAII[0] and south < HAWAII[1]):
        return False
    return north <= NORTH or south < 60


def drawing(topology: dict[str, Any], members: dict[str, dict[str, str]]) -> dict[str, Any]:
    """The whole drawing: view box, shapes, windows, circles and the places of the counts."""
    codes = {row["m49"]: code for code, row in members.items()}
    geometries = {
        codes[str(one["id"]).zfill(3)]: one
        for one in topology["objects"]["countries"]["geometries"]
        if str(one.get("id", "")).zfill(3) in codes
    }
    missing = set(members) - set(geometries)
    if missing:
        raise SystemExit(f"The shapes lack {', '.join(sorted(missing))}.")
    arcs = decoded(topology)
    shown = {
        code: [ring for ring in rings_of(geometry) if is_shown(stitched(ring, arcs))]
        for code, geometry in geometries.items()
        if code not in CIRCLES
    }
    flat = [[projected(point) for point in arc] for arc in arcs]
    corners = [point for rings in shown.values() for ring in rings for point in stitched(ring, flat)]
    left, top = min(x for x, _y in corners), min(y for _x, y in corners)
    right, bottom = max(x for x, _y in corners), max(y for _x, y in corners)
    unit = (WIDTH - 2 * MARGIN) / (right - left)
    height = round((bottom - top) * unit + 2 * MARGIN)

    def placed(point: Point) -> Point:
        return ((point[0] - left) * unit + MARGIN, (point[1] - top) * unit + MARGIN)

    def shapes_of(codes: Iterable[str], place: Callable[[Point], Point]) -> dict[str, str]:
        whole = [[place(point) for point in arc] for arc in flat]
        rough = [simplified(arc, TOLERANCE) for arc in whole]
        shapes = {}
        for code in codes:
            drawn = sorted((stitched(ring, rough) for ring in shown[code]), key=lambda ring: -abs(area(ring)))
            kept = [ring for index, ring in enumerate(drawn) if not index or abs(area(ring)) >= SMALLEST][:ISLANDS]
            if len(kept) == 1 and len(kept[0]) < 4:  # a country of small islands only: as it is
                kept = [simplified(stitched(ring, whole), TOLERANCE / 6) for ring in shown[code]]
            shapes[code] = path_of(kept)
        return shapes

    def of_country(code: str) -> Point:
        row = members[code]
        return placed(projected(PLACES.get(code, (float(row["longitude"]), float(row["latitude"])))))

    antilles = Window({code: of_country(code) for code in CIRCLES}, CIRCLES_MAGNIFIED, CIRCLE_APART, (31, 16, 31, 16))
    antilles.move(WIDTH - 1 - antilles.width, antilles.middle[1] - antilles.height * 0.83)
    isthmus = Window({code: of_country(code) for code in ISTHMUS}, ISTHMUS_MAGNIFIED, PIN_APART, (25, 22, 42, 22))
    isthmus.move(1, isthmus.middle[1] + 58)
    shapes = shapes_of(shown, placed)
    enlarged = shapes_of(ISTHMUS, lambda point: isthmus.enlarged(placed(point)))
    pins = apart({code: of_country(code) for code in shown if code not in ISTHMUS}, PIN_APART)
    pins |= antilles.places | isthmus.places
    return {
        "source": "Natural Earth (public domain) by way of world-atlas 2.0.2 (ISC); drawn by tools/make_map.py",
        "width": round(WIDTH),
        "height": height,
        "windows": [{"frame": window.frame, "leaders": window.leaders} for window in (isthmus, antilles)],
        "countries": [
            {"code": code, "subregion": members[code]["network_subregion"]}
            | ({"shape": shapes[code]} if code in shapes else {})
            | ({"enlarged": enlarged[code]} if code in enlarged else {})
            | ({"side": CIRCLES[code]} if code in CIRCLES else {})
            | {"x": pins[code][0], "y": pins[code][1]}
            for code in sorted(members)
        ],
    }


class Window:
    """An enlarged part of the map in an empty sea, tied to where it belongs by two lines."""

    def __init__(self, places: dict[str, Point], magnified: float, distance: float, pad: Box) -> None:
        self.magnified, self.at = magnified, (0.0, 0.0)
        xs, ys = [x for x, _y in places.values()], [y for _x, y in places.values()]
        self.box = (min(xs), min(ys), max(xs), max(ys))
        self.middle = ((self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2)
        self.spread = apart({code: self._scaled(place) for code, place in places.items()}, distance)
        xs, ys = [x for x, _y in self.spread.values()], [y for _x, y in self.spread.values()]
        self.left, self.top = min(xs) - pad[0], min(ys) - pad[1]
        self.width, self.height = max(xs) + pad[2] - self.left, max(ys) + pad[3] - self.top

    def _scaled(self, place: Point) -> Point:
        return ((place[0] - self.middle[0]) * self.magnified, (place[1] - self.middle[1]) * self.magnified)

    def move(self, x: float, y: float) -> None:
        """Put the window's upper left corner there."""
        self.at = (x - self.left, y - self.top)

    def enlarged(self, place: Point) -> Point:
        x, y = self._scaled(place)
        return (x + self.at[0], y + self.at[1])

    @property
    def places(self) -> dict[str, Point]:
        return {code: (round(x + self.at[0], 1), round(y + self.at[1], 1)) for code, (x, y) in self.spread.items()}

    @property
    def frame(self) -> list[float]:
        return [round(value, 1) for value in (self.left + self.at[0], self.top + self.at[1], self.width, self.height)]

    @property
    def leaders(self) -> str:
        """Lines from the place on the map to the nearest corners of the frame."""
        x, y, width, height = self.frame
        if x > self.middle[0]:  # right of its place
            pairs = [((self.box[0], self.box[1] - 4), (x, y)), ((self.box[0], self.box[3]), (x, y + height))]
        else:  # below it
            pairs = [((self.box[0] - 8, self.box[1] + 14), (x, y)), ((self.box[2], self.box[3] + 4), (x + width, y))]
        return "".join(f"M{digits(a)} {digits(b)}L{digits(c)} {digits(d)}" for (a, b), (c, d) in pairs)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shapes", type=Path, help="countries-50m.json of world-atlas 2.0.2")
    parser.add_argument("--to", type=Path, default=TARGET)
    wishes = parser.parse_args()
    with COUNTRIES.open(encoding="utf-8", newline="") as file:
        members = {row["iso2"]: row for row in csv.DictReader(file) if row["member"] == "1"}
    drawn = drawing(json.loads(wishes.shapes.read_text(encoding="utf-8")), members)
    wishes.to.parent.mkdir(parents=True, exist_ok=True)
    wishes.to.write_text(json.dumps(drawn, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{wishes.to.name}: {len(drawn['countries'])} countries, {wishes.to.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
