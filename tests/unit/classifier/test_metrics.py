import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from classifier.metrics import (
    binary_figures,
    calibration_error,
    confusion,
    macro_f1,
    pr_auc,
    rate,
)


def test_figures_of_a_known_case() -> None:
    truth = np.asarray([True] * 4 + [False] * 6)
    flagged = np.asarray([True] * 3 + [False] + [True] + [False] * 5)
    figures = binary_figures(truth, flagged, flagged.astype(float))
    assert figures.precision.value == pytest.approx(3 / 4)
    assert figures.recall.value == pytest.approx(3 / 4)
    assert figures.f1.value == pytest.approx(3 / 4)
    assert figures.recall.low < 3 / 4 < figures.recall.high


def test_intervals_narrow_with_more_texts() -> None:
    few = rate(np.asarray([True, False] * 10))
    many = rate(np.asarray([True, False] * 500))
    assert many.high - many.low < few.high - few.low
    assert many.value == 0.5


def test_a_rate_of_nothing_is_zero() -> None:
    assert rate(np.asarray([], bool)).value == 0


def test_area_agrees_with_scikit_learn_even_with_ties() -> None:
    random = np.random.default_rng(1)
    truth = random.random(500) < 0.3
    odds = np.round(random.random(500) * 0.6 + truth * 0.3, 2)
    assert pr_auc(truth, odds) == pytest.approx(average_precision_score(truth, odds))


def test_calibration_error_is_zero_when_odds_hold() -> None:
    truth = np.asarray([True, False] * 50)
    assert calibration_error(truth, np.full(100, 0.5)) == pytest.approx(0)
    assert calibration_error(truth, np.full(100, 0.9)) == pytest.approx(0.4)


def test_confusion_and_macro_f1() -> None:
    table = confusion(["a", "b", "c"], ["a", "a", "b"], ["a", "b", "b"])
    assert table["a"] == {"a": 1, "b": 1, "c": 0}
    assert macro_f1(table) == pytest.approx(2 / 3)
    assert macro_f1({}) == 0
