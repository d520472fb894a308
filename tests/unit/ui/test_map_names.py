"""Names on the map stand over no circle and no other name."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from domain.ids import UnitId
from ui import map_names
from ui.geography import Frame, Place
from ui.map_names import Name, names

FRAME = Frame(west=102.0, east=104.0, south=21.0, north=23.0, width=500, height=500)
MOST = 20


def place(name: str, count: int, lat: float = 22.0, lon: float = 103.0) -> Place:
    return Place(id=UnitId(name), name=name, short=name, lat=lat, lon=lon, count=count)


def middle(name: Name) -> tuple[float, float]:
    return (name.box.left + name.box.right) / 2, (name.box.top + name.box.bottom) / 2


def test_a_name_stands_above_its_circle_where_that_is_free() -> None:
    (only,) = names([place("Tuần Giáo", 9)], FRAME, MOST)
    assert middle(only)[0] == 250
    assert only.box.bottom < 250 - map_names.radius(only.place, MOST)
    assert only.lat > only.place.lat


def test_it_goes_elsewhere_where_another_circle_lies_above() -> None:
    found = [place("Tuần Giáo", 9), place("Quài Tở", 3, lat=22.1)]
    written = {name.place.short: name for name in names(found, FRAME, MOST)}
    assert written["Tuần Giáo"].box.top > 250
    assert written["Quài Tở"].box.bottom < 250


def test_places_without_posts_have_no_name_and_few_have_one() -> None:
    many = [place(str(n), 9 - n % 9, lat=21.1 + n / 20) for n in range(30)]
    found = [*sorted(many, key=lambda p: -p.count), place("x", 0, lon=103.8)]
    written = names(found, FRAME, MOST)
    assert len(written) <= map_names.MOST_NAMES
    assert "x" not in {name.place.short for name in written}


spots = st.tuples(st.floats(21.05, 22.95), st.floats(102.05, 103.95))


@given(st.lists(st.tuples(spots, st.integers(0, 40)), max_size=45))
def test_nothing_is_written_over(
    found: list[tuple[tuple[float, float], int]],
) -> None:
    drawn = [
        place(f"Mường {at}", count, *spot) for at, (spot, count) in enumerate(found)
    ]
    drawn.sort(key=lambda one: -one.count)
    most = max([MOST, *(one.count for one in drawn)])
    written = names(drawn, FRAME, most)
    assert not any(a.box.meets(b.box) for a, b in combinations(written, 2))
    for name in written:
        assert 0 <= name.box.left < name.box.right <= FRAME.width
        assert 0 <= name.box.top < name.box.bottom <= FRAME.height
        for other in drawn:
            if other.count and other.id != name.place.id:
                x = (other.lon - FRAME.west) / 2 * FRAME.width
                y = (FRAME.north - other.lat) / 2 * FRAME.height
                far = map_names.radius(other, most) - 0.001
                assert not name.box.touches(x, y, far)
