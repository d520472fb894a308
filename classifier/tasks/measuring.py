"""Figures of a task's model on a labelled file, with bootstrap intervals."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.metrics import (
    RESAMPLES,
    Booleans,
    Doubles,
    calibration_error,
    confusion,
    pr_auc,
)
from classifier.tasks.model import Said
from classifier.tasks.seen import NOTHING, Seen, count_seen
from classifier.tasks.table import Example, Table
from domain.errors import QuarantineError
from nlp.personal_data import mask, personal_data
from nlp.teencode import expand
from nlp.unicode import is_marked

LOADS = (50, 200)
"""Items a day that one reviewer, or a small desk, can read."""

_WORST = 20
_SHORT, _MIDDLE, _LONG = 5, 20, 60
_QUARTERS = 4
_SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFigures:
    """One label's figures.

    `recall_at` says for each load what share of its texts is found when the day's
    likeliest are read; `most_at` what share a perfect order would find.
    """

    precision: float
    recall: float
    f1: float
    support: int
    intervals: Mapping[str, tuple[float, float]]
    pr_auc: float
    calibration_error: float
    recall_at: Mapping[str, float]
    most_at: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Figures of some of the texts; macro-F1 over labels met in them."""

    texts: int
    accuracy: float
    macro_f1: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstError:
    """A text the model was surest of and wrong about, personal data masked."""

    row: int
    text: str
    truth: str
    said: str
    probability: float
    strange: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFigures:
    """Everything `minhtin evaluate --data` says. `days` is 1 without a time column.

    `trained_on` counts the texts that the model learnt from: figures on them flatter.
    """

    model: str
    texts: int
    unlabelled: int
    empty: int
    cut: int
    accuracy: float
    accuracy_interval: tuple[float, float]
    macro_f1: float
    macro_f1_interval: tuple[float, float]
    labels: Mapping[str, LabelFigures]
    confusion: Mapping[str, Mapping[str, int]]
    days: int
    slices: Mapping[str, Mapping[str, Slice]]
    strange: Slice
    familiar: Slice
    errors: Sequence[WorstError]
    trained_on: int = 0


def measure(
    version: str, table: Table, said: Sequence[Said], seen: Seen = NOTHING
) -> TaskFigures:
    """Compare what was said with the truth.

    Raises QuarantineError for a label in the file that the model does not know.
    """
    examples = table.examples
    names = sorted(said[0].probabilities)
    _check_labels(names, table)
    cells = _cells(names, examples, said)
    drawn = _resampled(cells)
    days = _days(examples)
    strange = np.asarray([one.strange for one in said], bool)

    def slice_of(picked: Booleans) -> Slice:
        return _slice(names, examples, said, picked)

    return TaskFigures(
        model=version,
        texts=len(examples),
        unlabelled=table.unlabelled,
        empty=table.empty,
        cut=table.cut,
        accuracy=_accuracy(cells).item(),
        accuracy_interval=_interval(_accuracy(drawn)),
        macro_f1=_macro(cells).item(),
        macro_f1_interval=_interval(_macro(drawn)),
        labels={
            name: _label(place, name, cells, drawn, (examples, said, days))
            for place, name in enumerate(names)
        },
        confusion=confusion(
            names, [e.label for e in examples], [one.label for one in said]
        ),
        days=len(set(days)),
        slices=_slices(examples, slice_of),
        strange=slice_of(strange),
        familiar=slice_of(~strange),
        errors=_worst(examples, said),
        trained_on=count_seen(seen, [example.text for example in examples]),
    )


Counts = NDArray[np.int64]


def _check_labels(names: Sequence[str], table: Table) -> None:
    unknown = sorted(set(table.counts()) - set(names))
    if unknown:
        raise QuarantineError(
            f"The model knows no label {', '.join(f'“{name}”' for name in unknown)}.",
            reason="unknown label",
            hint=f"It knows: {', '.join(names)}. Write --map theirs=ours.",
        )


def _cells(
    names: Sequence[str], examples: Sequence[Example], said: Sequence[Said]
) -> Counts:
    """Return how often each label (row) was called each (column), as one sample."""
    places = {name: place for place, name in enumerate(names)}
    cells = np.zeros((1, len(names), len(names)), np.int64)
    for example, one in zip(examples, said, strict=True):
        cells[0, places[example.label], places[one.label]] += 1
    return cells


def _resampled(cells: Counts) -> Counts:
    """Draw texts anew: to draw cells by their shares is the same, and cheap."""
    shares = cells.ravel() / cells.sum()
    random = np.random.default_rng(_SEED)
    drawn = random.multinomial(int(cells.sum()), shares, RESAMPLES)
    return drawn.reshape(RESAMPLES, *cells.shape[1:])


def _accuracy(cells: Counts) -> Doubles:
    right = np.trace(cells, axis1=1, axis2=2)
    return np.asarray(right / np.maximum(cells.sum(axis=(1, 2)), 1), np.float64)


def _parts(cells: Counts) -> tuple[Doubles, Doubles, Doubles]:
    """Return precision, recall and F1 by sample and label; 0 where nothing counts."""
    right = np.diagonal(cells, axis1=1, axis2=2).astype(np.float64)
    said, true = cells.sum(axis=1), cells.sum(axis=2)
    return (
        right / np.maximum(said, 1),
        right / np.maximum(true, 1),
        2 * right / np.maximum(said + true, 1),
    )


def _macro(cells: Counts) -> Doubles:
    """Return the mean F1 over labels that are true or said somewhere."""
    met = (cells.sum(axis=1) + cells.sum(axis=2)) > 0
    f1 = np.where(met, _parts(cells)[2], 0.0)
    return np.asarray(f1.sum(axis=1) / np.maximum(met.sum(axis=1), 1), np.float64)


def _interval(values: Doubles) -> tuple[float, float]:
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def _label(
    place: int,
    name: str,
    cells: Counts,
    drawn: Counts,
    told: tuple[Sequence[Example], Sequence[Said], Sequence[str]],
) -> LabelFigures:
    examples, said, days = told
    truth = np.asarray([example.label == name for example in examples], bool)
    odds = np.asarray([one.probabilities[name] for one in said], np.float64)
    once = [part[0, place] for part in _parts(cells)]
    often = [part[:, place] for part in _parts(drawn)]
    found = {str(load): _found(truth, odds, days, load) for load in LOADS}
    best = {str(load): _found(truth, truth.astype(float), days, load) for load in LOADS}
    return LabelFigures(
        precision=float(once[0]),
        recall=float(once[1]),
        f1=float(once[2]),
        support=int(truth.sum()),
        intervals={
            what: _interval(values)
            for what, values in zip(("precision", "recall", "f1"), often, strict=True)
        },
        pr_auc=pr_auc(truth, odds),
        calibration_error=calibration_error(truth, odds),
        recall_at=found,
        most_at=best,
    )


def _found(truth: Booleans, odds: Doubles, days: Sequence[str], load: int) -> float:
    """Return the share of true texts among each day's `load` likeliest."""
    if not truth.any():
        return 0.0
    seen: dict[str, int] = {}
    found = 0
    for place in np.argsort(-odds, kind="stable").tolist():
        day = days[place]
        seen[day] = seen.get(day, 0) + 1
        found += bool(truth[place]) and seen[day] <= load
    return found / int(truth.sum())


def _days(examples: Sequence[Example]) -> list[str]:
    """Return each text's day as written (2026-11-27T… and 2026-11-27 … alike)."""
    return [example.time.replace("T", " ").split(" ")[0] for example in examples]


def _slice(
    names: Sequence[str],
    examples: Sequence[Example],
    said: Sequence[Said],
    picked: Booleans,
) -> Slice:
    places = np.flatnonzero(picked).tolist()
    cells = _cells(names, [examples[n] for n in places], [said[n] for n in places])
    return Slice(
        texts=len(places),
        accuracy=_accuracy(cells).item(),
        macro_f1=_macro(cells).item(),
    )


def _slices(
    examples: Sequence[Example], slice_of: Callable[[Booleans], Slice]
) -> dict[str, dict[str, Slice]]:
    groups = {
        "length": [length_of(example.text) for example in examples],
        "register": [register_of(example.text) for example in examples],
    }
    if any(example.source for example in examples):
        groups["source"] = [example.source or "-" for example in examples]
    if any(example.time for example in examples):
        groups["time"] = _quarters(examples)
    return {
        what: {
            name: slice_of(np.asarray([group == name for group in members], bool))
            for name in sorted(set(members))
        }
        for what, members in groups.items()
    }


def length_of(text: str) -> str:
    """Name a text's length in words."""
    words = len(text.split())
    if words <= _SHORT:
        return f"1. up to {_SHORT} words"
    if words <= _MIDDLE:
        return f"2. up to {_MIDDLE} words"
    return f"3. up to {_LONG} words" if words <= _LONG else f"4. over {_LONG} words"


def register_of(text: str) -> str:
    """Tell how a text is written: without tone marks, in chat spelling, or formally."""
    if not is_marked(text):
        return "no_tone"
    return "formal" if expand(text)[0] == text else "teencode"


def _quarters(examples: Sequence[Example]) -> list[str]:
    """Deal texts into four equal parts in order of time as written."""
    order = sorted(range(len(examples)), key=lambda n: examples[n].time)
    quarter = [""] * len(examples)
    for rank, place in enumerate(order):
        number = rank * _QUARTERS // len(order) + 1
        first = order[-(-(number - 1) * len(order) // _QUARTERS)]
        quarter[place] = f"{number}. from {examples[first].time or '?'}"
    return quarter


def _worst(examples: Sequence[Example], said: Sequence[Said]) -> list[WorstError]:
    wrong = [
        (example, one)
        for example, one in zip(examples, said, strict=True)
        if example.label != one.label
    ]
    wrong.sort(key=lambda pair: -pair[1].probability)
    return [
        WorstError(
            row=example.row,
            text=mask(example.text, personal_data(example.text)),
            truth=example.label,
            said=one.label,
            probability=one.probability,
            strange=one.strange,
        )
        for example, one in wrong[:_WORST]
    ]
