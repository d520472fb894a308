"""The drawing of the map: circles by their place on the ground, no boundaries."""

from collections.abc import Sequence
from math import sqrt

import altair as alt
import pandas as pd

from ui import geography, shown
from ui.geography import Frame, Place
from ui.wording import Wording

INK, WATER = "#0d3150", "#17507d"
LARGEST = 2600
"""Area of the largest circle in square pixels: larger hides its neighbours."""

NUMBERS = "replace(format(datum.value, ',d'), /,/g, '.')"


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
                "above": _above(place, most, frame),
                "lon": place.lon,
                "count": place.count,
                "said": shown.number(place.count),
                "before": shown.number(place.before),
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
                    labelExpr=NUMBERS,
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
    layers = (rings, circles, *_names(rows, found, frame))
    chart: alt.LayerChart = (
        alt.layer(*layers)
        .properties(width=frame.width, height=frame.height)
        .configure_view(stroke="#cbd4db")
    )
    return chart


def _steps(most: int) -> list[int]:
    """Return three counts of the legend."""
    return sorted({max(1, most // 10), max(1, most // 3), most})


def _above(place: Place, most: int, frame: Frame) -> float:
    """Return the latitude of the place's name: above its circle, which is clicked."""
    radius = sqrt(LARGEST * place.count / most) / 2
    return place.lat + (radius + 8) * (frame.north - frame.south) / frame.height


def _x(frame: Frame) -> alt.X:
    return alt.X("lon:Q", scale=_scale(frame.west, frame.east), axis=None)


def _y(frame: Frame, field: str = "lat:Q") -> alt.Y:
    return alt.Y(field, scale=_scale(frame.south, frame.north), axis=None)


def _scale(low: float, high: float) -> alt.Scale:
    return alt.Scale(domain=[low, high], nice=False, zero=False)


def _names(
    rows: pd.DataFrame, found: Sequence[Place], frame: Frame
) -> tuple[alt.Chart, alt.Chart]:
    """Write the fullest places' names: dark letters upon a wider white line."""
    ids = [place.id for place in geography.labelled(found)]
    written = alt.Chart(rows[rows["id"].isin(ids)])
    edge = written.mark_text(fontSize=12, stroke="white", strokeWidth=3)
    ink = written.mark_text(fontSize=12, color="#1c2730")
    where = {"x": _x(frame), "y": _y(frame, "above:Q")}
    return edge.encode(text="short:N", **where), ink.encode(text="short:N", **where)
