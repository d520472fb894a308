"""Where names are written on the map: beside their circles, over nothing else. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot, sqrt

from ui.geography import Frame, Place

LARGEST = 2600
"""Area of the largest circle in square pixels: larger hides its neighbours."""

MOST_NAMES = 9
"""Names written on the map at most; the table has them all."""

LETTER, LINE = 6.8, 15.0
"""Pixels of a letter's width, on the safe side, and of a line's height."""

GAP = 4.0
"""Pixels between a name and its circle."""

RING = 4.0
"""Radius in pixels of the ring of a place without posts."""

KEY_WIDTH, KEY_HEIGHT = 125.0, 185.0
"""Pixels of the lower left corner, where the key to the sizes stands."""


@dataclass(frozen=True, slots=True)
class Box:
    """Pixels from the upper left corner of the drawing."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.bottom <= other.top or other.bottom <= self.top)

    def touches(self, x: float, y: float, radius: float) -> bool:
        """Tell whether a circle reaches into the box."""
        across = max(self.left - x, 0.0, x - self.right)
        along = max(self.top - y, 0.0, y - self.bottom)
        return hypot(across, along) < radius


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """A place whose name is written, its middle at `lat` and `lon`."""

    place: Place
    lat: float
    lon: float
    box: Box


def radius(place: Place, most: int) -> float:
    """Return the radius of a place's circle in pixels; `most` fills the largest."""
    return sqrt(LARGEST * place.count / most) / 2 if place.count else RING


def names(found: Sequence[Place], frame: Frame, most: int) -> tuple[Name, ...]:
    """Return the fullest places' names that are free of circles and other names.

    A name is tried around its circle, then over rings of places without posts; where
    nothing is free it is left out.
    """
    key = Box(0, frame.height - KEY_HEIGHT, KEY_WIDTH, frame.height)
    circles = [(place.id, *_spot(place, frame), radius(place, most)) for place in found]
    kept: list[Name] = []
    for place in found:
        if not place.count or len(kept) == MOST_NAMES:
            break
        others = [(x, y, r) for name, x, y, r in circles if name != place.id]
        full = [one for one in others if one[2] > RING]
        taken = [key, *(name.box for name in kept)]
        free = [
            box
            for box in _tried(place, frame, most)
            if _inside(box, frame) and not any(map(box.meets, taken))
        ]
        fitting = (
            box
            for crossing in (others, full)
            for box in free
            if not any(box.touches(*one) for one in crossing)
        )
        if (box := next(fitting, None)) is not None:
            kept.append(_named(place, box, frame))
    return tuple(kept)


def _tried(place: Place, frame: Frame, most: int) -> Iterator[Box]:
    x, y = _spot(place, frame)
    far = radius(place, most) + GAP
    wide, high = len(place.short) * LETTER / 2, LINE / 2
    near = far * 0.7
    steps = [(0, -far - high), (0, far + high), (far + wide, 0), (-far - wide, 0)]
    steps += [
        (side * (near + wide), up * (near + high)) for up in (-1, 1) for side in (-1, 1)
    ]
    steps += [(side * wide, up * (far + high)) for up in (-1, 1) for side in (-1, 1)]
    for right, down in steps:
        across, along = x + right, y + down
        yield Box(across - wide, along - high, across + wide, along + high)


def _spot(place: Place, frame: Frame) -> tuple[float, float]:
    across = (place.lon - frame.west) / (frame.east - frame.west)
    along = (frame.north - place.lat) / (frame.north - frame.south)
    return across * frame.width, along * frame.height


def _inside(box: Box, frame: Frame) -> bool:
    wide = box.left >= 0 and box.right <= frame.width
    return wide and box.top >= 0 and box.bottom <= frame.height


def _named(place: Place, box: Box, frame: Frame) -> Name:
    x, y = (box.left + box.right) / 2, (box.top + box.bottom) / 2
    return Name(
        place=place,
        lat=frame.north - y / frame.height * (frame.north - frame.south),
        lon=frame.west + x / frame.width * (frame.east - frame.west),
        box=box,
    )
