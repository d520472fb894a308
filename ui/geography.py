"""Posts on the map of a province: circles at the centres of its communes. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, radians

from domain.ids import UnitId
from domain.profile import Unit

HEIGHT = 486
MOST_WIDTH = 620
"""Pixels of the drawing: all of it stands on a laptop's screen of 768 lines."""

MARGIN = 0.08
"""Share of the province's extent left free around the centres, for the circles."""

LEAST_EXTENT = 0.1
"""Degrees that a map shows at least, where a province has one unit or none."""

FULL_CIRCLE = 20
"""Posts of the largest circle at least. Fewer would draw a single post as a blot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A commune with its posts in the range, and in as many days before it.

    `name` says its kind, `short` does not: that is written on the map.
    """

    id: UnitId
    name: str
    short: str
    lat: float
    lon: float
    count: int
    before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Degrees shown, and pixels drawn, at the proportions of the ground."""

    west: float
    east: float
    south: float
    north: float
    width: int
    height: int


def places(
    units: Sequence[Unit],
    names: Mapping[UnitId, str],
    counts: Mapping[UnitId, int],
    before: Mapping[UnitId, int],
) -> tuple[Place, ...]:
    """Return every unit, most posts first, then by name."""
    found = [
        Place(
            id=unit.id,
            name=names[unit.id],
            short=unit.name,
            lat=unit.lat,
            lon=unit.lon,
            count=counts.get(unit.id, 0),
            before=before.get(unit.id, 0),
        )
        for unit in units
    ]
    return tuple(sorted(found, key=lambda place: (-place.count, place.name)))


def frame(units: Sequence[Unit]) -> Frame:
    """Return what to show of the ground, all centres well inside."""
    south, north = _stretch([unit.lat for unit in units])
    west, east = _stretch([unit.lon for unit in units])
    ground = (east - west) * cos(radians((south + north) / 2)) / (north - south)
    width, height = HEIGHT * ground, float(HEIGHT)
    if width > MOST_WIDTH:
        width, height = float(MOST_WIDTH), MOST_WIDTH / ground
    return Frame(
        west=west,
        east=east,
        south=south,
        north=north,
        width=round(width),
        height=round(height),
    )


def full_circle(found: Sequence[Place]) -> int:
    """Return the count that the largest circle stands for."""
    return max([FULL_CIRCLE, *(place.count for place in found)])


def question(first: date, last: date, queue: str = "", unit: str = "") -> str:
    """Return the search for days, a queue and a unit, as people would type it."""
    parts = [f"published:{first.isoformat()}..{last.isoformat()}"]
    parts += [f"queue:{queue}"] if queue else []
    parts += [f'place:"{unit}"'] if unit else []
    return " ".join(parts)


def _stretch(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=0.0)
    middle = (low + high) / 2
    half = max(high - low, LEAST_EXTENT) / 2 * (1 + 2 * MARGIN)
    return middle - half, middle + half
