"""The drawing of the map: circles by their place on the ground, no boundaries."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from ui import geography, map_names
from ui.geography import Frame, Place
from ui.map_names import LARGEST, Name
from ui.wording import Wording

INK, WATER = "#0d3150", "#17507d"
NUMBERS = {
    "vi": "replace(format(datum.value, ',d'), /,/g, '.')",
    "en": "format(datum.value, ',d')",
}


def drawn(found: Sequence[Place], frame: Frame, words: Wording) -> alt.LayerChart:
    """Draw the places; the selection `unit` holds the id of the circle clicked."""
    most = geography.full_circle(found)
    rows = pd.DataFrame(
        [
            {
                "id": place.id,
                "name": place.name,
                "short": place.short,
                "lat": place.lat,
                "lon": place.lon,
                "count": place.count,
                "said": words.number(place.count),
                "before": words.number(place.before),
            }
            for place in found
        ]
    )
    where = {
        "x": _x(frame),
        "y": _y(frame),
        "tooltip": [
            alt.Tooltip("name:N", title=words("map.unit")),
            alt.Tooltip("said:N", title=words("overview.count")),
            alt.Tooltip("before:N", title=words("map.before")),
        ],
    }
    unit = alt.selection_point(name="unit", fields=["id"], toggle=False)
    circles = (
        alt.Chart(rows)
        .transform_filter("datum.count > 0")
        .mark_circle(color=WATER, stroke=INK, opacity=0.62, cursor="pointer")
        .encode(
            size=alt.Size(
                "count:Q",
                scale=alt.Scale(domain=[0, most], range=[0, LARGEST]),
                legend=alt.Legend(
                    title=words("overview.count"),
                    orient="bottom-left",
                    values=_steps(most),
                    labelExpr=NUMBERS[words.language],
                    symbolFillColor=WATER,
                    symbolStrokeColor=INK,
                ),
            ),
            strokeWidth=alt.condition(unit, alt.value(3), alt.value(0.8), empty=False),
            **where,
        )
        .add_params(unit)
    )
    rings = (
        alt.Chart(rows)
        .transform_filter("datum.count == 0")
        .mark_point(shape="circle", size=22, color="#7c8c99", strokeWidth=1)
        .encode(**where)
    )
    layers = (rings, circles, *_names(map_names.names(found, frame, most), frame))
    chart: alt.LayerChart = (
        alt.layer(*layers)
        .properties(width=frame.width, height=frame.height)
        .configure_view(stroke="#cbd4db")
    )
    return chart


def _steps(most: int) -> list[int]:
    """Return three counts of the legend."""
    return sorted({max(1, most // 10), max(1, most // 3), most})


def _x(frame: Frame) -> alt.X:
    return alt.X("lon:Q", scale=_scale(frame.west, frame.east), axis=None)


def _y(frame: Frame) -> alt.Y:
    return alt.Y("lat:Q", scale=_scale(frame.south, frame.north), axis=None)


def _scale(low: float, high: float) -> alt.Scale:
    return alt.Scale(domain=[low, high], nice=False, zero=False)


def _names(named: Sequence[Name], frame: Frame) -> tuple[alt.Chart, alt.Chart]:
    """Write names: dark letters upon a wider white line."""
    rows = [{"short": n.place.short, "lat": n.lat, "lon": n.lon} for n in named]
    written = alt.Chart(pd.DataFrame(rows, columns=["short", "lat", "lon"]))
    edge = written.mark_text(fontSize=12, stroke="white", strokeWidth=3)
    ink = written.mark_text(fontSize=12, color="#1c2730")
    where = {"x": _x(frame), "y": _y(frame), "text": "short:N"}
    return edge.encode(**where), ink.encode(**where)
