"""A report's pictures: precision against recall, reliability, confusion (SVG)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np

from classifier.metrics import BINS
from classifier.tasks.measuring import TaskFigures
from classifier.tasks.model import Said
from classifier.tasks.table import Example

_SIDE = 320
_POINTS = 200
"""Points of a curve; more are not seen at this size."""


def write_charts(
    folder: Path,
    figures: TaskFigures,
    examples: Sequence[Example],
    said: Sequence[Said],
) -> tuple[str, ...]:
    """Write the pictures and return their file names."""
    names = list(figures.labels)
    charts = {
        "precision_recall.svg": _curves(names, examples, said),
        "reliability.svg": _reliability(names, examples, said),
        "confusion.svg": _confusion(figures),
    }
    for name, chart in charts.items():
        chart.save(folder / name)
    return tuple(charts)


def _chart(points: Sequence[dict[str, Any]]) -> Any:  # noqa: ANN401 - Altair bears no types
    return alt.Chart(alt.InlineData(values=list(points))).properties(
        width=_SIDE, height=_SIDE
    )


def _curves(
    names: Sequence[str], examples: Sequence[Example], said: Sequence[Said]
) -> Any:  # noqa: ANN401 - as above
    points = [point for name in names for point in _curve(name, examples, said)]
    return (
        _chart(points)
        .mark_line()
        .encode(x="recall:Q", y="precision:Q", color="label:N", order="rank:Q")
    )


def _curve(
    name: str, examples: Sequence[Example], said: Sequence[Said]
) -> Iterator[dict[str, Any]]:
    truth = np.asarray([example.label == name for example in examples], bool)
    odds = np.asarray([one.probabilities[name] for one in said])
    hits = np.cumsum(truth[np.argsort(-odds, kind="stable")])
    if not len(hits) or not hits[-1]:
        return
    for rank in np.unique(np.linspace(0, len(hits) - 1, _POINTS).astype(int)).tolist():
        yield {
            "label": name,
            "rank": rank,
            "recall": float(hits[rank] / hits[-1]),
            "precision": float(hits[rank] / (rank + 1)),
        }


def _reliability(
    names: Sequence[str], examples: Sequence[Example], said: Sequence[Said]
) -> Any:  # noqa: ANN401 - as above
    points = []
    for name in names:
        truth = np.asarray([example.label == name for example in examples], bool)
        odds = np.asarray([one.probabilities[name] for one in said])
        bins = np.minimum((odds * BINS).astype(int), BINS - 1)
        points += [
            {
                "label": name,
                "said": float(odds[bins == number].mean()),
                "true": float(truth[bins == number].mean()),
            }
            for number in np.unique(bins).tolist()
        ]
    line = _chart([{"said": 0, "true": 0}, {"said": 1, "true": 1}]).mark_line(
        strokeDash=[4, 4], color="gray"
    )
    dots = _chart(points).mark_line(point=True).encode(color="label:N")
    return (line + dots).encode(x="said:Q", y="true:Q")


def _confusion(figures: TaskFigures) -> Any:  # noqa: ANN401 - as above
    points = [
        {
            "true": true,
            "said": said,
            "texts": count,
            "share": count / max(sum(row.values()), 1),
        }
        for true, row in figures.confusion.items()
        for said, count in row.items()
    ]
    base = _chart(points).encode(x="said:N", y="true:N")
    return base.mark_rect().encode(color="share:Q") + base.mark_text().encode(
        text="texts:Q"
    )
