"""Figures of a classifier on labelled texts, in plain numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Booleans = NDArray[np.bool_]
Doubles = NDArray[np.float64]

RESAMPLES = 1_000
"""Bootstrap samples; under 500 the interval's ends move by a point between seeds."""
BINS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BinaryFigures:
    """One label on one set of texts."""

    positives: int
    flagged: int
    precision: Figure
    recall: Figure
    f1: Figure
    pr_auc: float
    calibration_error: float


def binary_figures(
    truth: Booleans, flagged: Booleans, probability: Doubles, *, seed: int = 7
) -> BinaryFigures:
    """Measure a yes-or-no label."""
    picks = samples(len(truth), seed)
    right = (truth & flagged)[picks].sum(axis=1)
    shown = flagged[picks].sum(axis=1)
    wanted = truth[picks].sum(axis=1)
    return BinaryFigures(
        positives=int(truth.sum()),
        flagged=int(flagged.sum()),
        precision=_figure(right, shown),
        recall=_figure(right, wanted),
        f1=_figure(2 * right, shown + wanted),
        pr_auc=pr_auc(truth, probability),
        calibration_error=calibration_error(truth, probability),
    )


def samples(count: int, seed: int) -> NDArray[np.int64]:
    """Return row 0 with every text once, then bootstrap samples."""
    drawn = np.random.default_rng(seed).integers(0, max(count, 1), (RESAMPLES, count))
    return np.vstack([np.arange(count), drawn]).astype(np.int64)


def _figure(over: NDArray[np.int64], under: NDArray[np.int64]) -> Figure:
    """Return the ratio and its interval; where nothing is below the line, zero."""
    ratios = over / np.maximum(under, 1)
    low, high = np.quantile(ratios[1:], [0.025, 0.975])
    return Figure(value=float(ratios[0]), low=float(low), high=float(high))


def rate(hits: Booleans, *, seed: int = 7) -> Figure:
    """Return the share of true values."""
    if not len(hits):
        return Figure(value=0.0, low=0.0, high=0.0)
    taken = hits[samples(len(hits), seed)]
    return _figure(taken.sum(axis=1), np.full(len(taken), len(hits)))


def pr_auc(truth: Booleans, probability: Doubles) -> float:
    """Return average precision: the area under the precision-recall steps."""
    if not truth.any():
        return 0.0
    order = np.argsort(-probability, kind="stable")
    sorted_truth, sorted_odds = truth[order], probability[order]
    hits = np.cumsum(sorted_truth)
    last = np.append(np.diff(sorted_odds) != 0, True)
    precision = (hits / np.arange(1, len(hits) + 1))[last]
    recall = (hits / hits[-1])[last]
    return float((np.diff(recall, prepend=0.0) * precision).sum())


def calibration_error(truth: Booleans, probability: Doubles) -> float:
    """Return the expected calibration error over ten equal bins."""
    if not len(truth):
        return 0.0
    bins = np.minimum((probability * BINS).astype(int), BINS - 1)
    counts = np.bincount(bins, minlength=BINS)
    gaps = np.abs(
        np.bincount(bins, weights=probability, minlength=BINS)
        - np.bincount(bins, weights=truth, minlength=BINS)
    )
    return float(gaps[counts > 0].sum() / len(truth))


def confusion(
    names: Sequence[str], truth: Sequence[str], said: Sequence[str]
) -> dict[str, dict[str, int]]:
    """Count true name → said name."""
    table = {name: dict.fromkeys(names, 0) for name in names}
    for true_name, said_name in zip(truth, said, strict=True):
        table[true_name][said_name] += 1
    return table


def macro_f1(table: Mapping[str, Mapping[str, int]]) -> float:
    """Return the mean F1 of a confusion table over names that occur."""
    scores = []
    for name, row in table.items():
        wanted = sum(row.values())
        said = sum(other[name] for other in table.values())
        if wanted:
            scores.append(2 * row[name] / (wanted + said))
    return float(np.mean(scores)) if scores else 0.0
