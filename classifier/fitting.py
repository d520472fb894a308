"""scikit-learn behind three typed functions: the only module that imports it."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from classifier.model import Sigmoid

Booleans = NDArray[np.bool_]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

# scikit-learn carries no types; through these names its calls count as untyped on
# purpose.
_LOGISTIC: Any = LogisticRegression
_FOLDS: Any = StratifiedKFold
_SVM: Any = LinearSVC


class Line(Protocol):
    """A fitted line: weights, bias and scores."""

    coef_: Doubles
    intercept_: Doubles

    def decision_function(self, matrix: sparse.csr_matrix) -> Doubles:
        """Score each row."""


def fit_line(
    matrix: sparse.csr_matrix,
    truth: Booleans,
    *,
    penalty: float,
    seed: int,
    tolerance: float = 1e-3,
    weights: Doubles | None = None,
) -> Line:
    """Fit a linear support vector machine; `weights` is what each text counts."""
    machine = _SVM(C=penalty, tol=tolerance, random_state=seed)
    line: Line = machine.fit(matrix, truth, sample_weight=weights)
    return line


def fit_logistic(
    matrix: sparse.csr_matrix,
    truth: Booleans,
    *,
    penalty: float,
    seed: int,
    tolerance: float = 1e-3,
) -> Line:
    """Fit a logistic regression."""
    machine = _LOGISTIC(C=penalty, tol=tolerance, solver="liblinear", random_state=seed)
    line: Line = machine.fit(matrix, truth)
    return line


def fit_softmax(scores: Doubles, truth: Ints) -> tuple[Doubles, Doubles]:
    """Fit probabilities on held-out scores; return slopes (scores, labels), offsets.

    Slopes are 1 and offsets 0 where a label's fitted odds fall as its own score rises:
    of few texts chance alone does that, and the likeliest would come last.
    """
    fitted = _LOGISTIC(C=10.0, max_iter=500).fit(scores, truth)
    slopes, offsets = fitted.coef_.T, fitted.intercept_
    if slopes.shape[1] == 1:  # two labels share one line
        slopes = np.hstack([-slopes / 2, slopes / 2])
        offsets = np.concatenate([-offsets / 2, offsets / 2])
    count = len(offsets)
    own = slopes.diagonal()
    others = (slopes.sum(axis=1) - own) / (count - 1)
    if (own <= others).any():
        return np.eye(count), np.zeros(count)
    return np.asarray(slopes, np.float64), np.asarray(offsets, np.float64)


def fit_sigmoid(
    scores: Doubles, truth: Booleans, weights: Doubles | None = None
) -> Sigmoid:
    """Fit Platt's sigmoid on held-out scores."""
    fitted = _LOGISTIC(C=1e3).fit(scores[:, None], truth, sample_weight=weights)
    return Sigmoid(slope=float(fitted.coef_[0, 0]), offset=float(fitted.intercept_[0]))


def parts(groups: list[str], count: int, seed: int) -> Ints:
    """Deal rows into parts so that every group is spread evenly; return the part."""
    splitter = _FOLDS(count, shuffle=True, random_state=seed)
    dealt = np.zeros(len(groups), dtype=np.int64)
    for number, (_, held) in enumerate(splitter.split(np.zeros(len(groups)), groups)):
        dealt[held] = number
    return dealt
