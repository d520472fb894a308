from datetime import date
from math import cos, radians

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import UnitId
from domain.profile import Unit
from searchindex.parse import parse
from searchindex.query import AllOf, DateRange, FieldIs
from ui import geography, map_chart
from ui.geography import Place, frame, full_circle, places, question
from ui.wording import wording
from wiring.profile import load_profile

UNITS = load_profile("dien-bien").gazetteer.units


def unit(name: str, lat: float = 21.0, lon: float = 103.0) -> Unit:
    return Unit(id=UnitId(name), code="1", name=name, kind="xa", lat=lat, lon=lon)


def place(name: str, count: int, lat: float = 21.0, lon: float = 103.0) -> Place:
    return Place(id=UnitId(name), name=name, short=name, lat=lat, lon=lon, count=count)


def test_places_are_all_units_fullest_first_then_by_name() -> None:
    units = [unit(name) for name in "cab"]
    names = {u.id: u.name for u in units}
    found = places(units, names, {UnitId("b"): 3, UnitId("gone"): 9}, {UnitId("a"): 1})
    assert [(p.name, p.count, p.before) for p in found] == [
        ("b", 3, 0),
        ("a", 0, 1),
        ("c", 0, 0),
    ]


def test_the_province_keeps_its_proportions_and_fits_a_laptop() -> None:
    shown = frame(UNITS)
    assert shown.height == geography.HEIGHT
    assert shown.width < geography.MOST_WIDTH
    ground = (shown.east - shown.west) * cos(radians((shown.north + shown.south) / 2))
    assert shown.width / shown.height == pytest.approx(
        ground / (shown.north - shown.south), rel=0.01
    )


points = st.tuples(st.floats(8, 24), st.floats(102, 110))


@given(st.lists(points, max_size=60))
def test_every_centre_lies_inside_the_drawing(found: list[tuple[float, float]]) -> None:
    shown = frame([unit(str(at), lat, lon) for at, (lat, lon) in enumerate(found)])
    assert 0 < shown.width <= geography.MOST_WIDTH
    assert 0 < shown.height <= geography.HEIGHT
    assert all(shown.south < lat < shown.north for lat, _ in found)
    assert all(shown.west < lon < shown.east for _, lon in found)


def test_few_posts_do_not_make_a_blot() -> None:
    assert full_circle([place("a", 1)]) == geography.FULL_CIRCLE
    assert full_circle([place("a", 900), place("b", 3)]) == 900


def test_the_link_means_what_the_circle_counted() -> None:
    asked = question(date(2026, 11, 1), date(2026, 11, 7), "harmful", "muong-phang")
    parsed = parse(asked, today=date(2026, 11, 23))
    assert not parsed.warnings
    assert isinstance(parsed.node, AllOf)
    days, *fields = parsed.node.parts
    assert isinstance(days, DateRange)
    assert days.field == "published"
    assert [(f.field, f.value) for f in fields if isinstance(f, FieldIs)] == [
        ("queue", "harmful"),
        ("place", "muong-phang"),
    ]


def test_the_drawing_holds_every_unit_and_scales_areas_from_zero() -> None:
    found = places(UNITS, {u.id: u.name for u in UNITS}, {UNITS[0].id: 41}, {})
    chart = map_chart.drawn(found, frame(UNITS), wording("vi")).to_dict()
    (rows,) = [rows for rows in chart["datasets"].values() if len(rows) > 1]
    assert len(rows) == len(UNITS) == 45
    circles = next(x for x in chart["layer"] if x["mark"]["type"] == "circle")
    assert circles["encoding"]["size"]["scale"]["domain"] == [0, 41]
    assert circles["encoding"]["size"]["scale"]["range"][0] == 0
