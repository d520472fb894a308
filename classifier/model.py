"""The linear models as arrays: what training makes and judging needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from classifier.heads import BINARY, HARMS, STANCES, TOPICS
from classifier.vocabulary import Floats, Vocabulary

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sigmoid:
    """Calibration of one label: 1 / (1 + exp(-(slope·score + offset)))."""

    slope: float
    offset: float

    def __call__(self, scores: Doubles, more: Doubles | float = 0.0) -> Doubles:
        """Return probabilities; `more` is added to the log odds."""
        return 1 / (1 + np.exp(-(self.slope * scores + self.offset + more)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """All models together.

    `weights` has one row per question in the order BINARY, TOPICS, STANCES; topic and
    stance scores become probabilities by softmax, sharpened by `sharpness`. A text of
    whose letter groups a larger share than `strange_from` is unknown is strange.
    """

    version: str
    vocabulary: Vocabulary
    weights: Floats
    bias: Floats
    sigmoids: Mapping[str, Sigmoid]
    thresholds: Mapping[str, float]
    sharpness: Mapping[str, float]
    strange_from: float = 1.0

    def scores(self, matrix: sparse.csr_matrix) -> Doubles:
        """Return scores, a row per text and a column per question."""
        product = matrix @ self.weights.T
        return np.asarray(product, dtype=np.float64) + self.bias

    def probabilities(self, scores: Doubles, owed: Doubles) -> Doubles:
        """Calibrate: same shape as `scores`.

        `owed`, a number per text, is added to the log odds of each harm.
        """
        made = np.empty_like(scores)
        for column, name in enumerate(BINARY):
            more = owed if name in HARMS else 0.0
            made[:, column] = self.sigmoids[name](scores[:, column], more)
        for group, columns in GROUPS.items():
            made[:, columns] = softmax(scores[:, columns], self.sharpness[group])
        return made


GROUPS: Mapping[str, slice] = {
    "topic": slice(len(BINARY), len(BINARY) + len(TOPICS)),
    "stance": slice(
        len(BINARY) + len(TOPICS), len(BINARY) + len(TOPICS) + len(STANCES)
    ),
}
QUESTIONS: Sequence[str] = (*BINARY, *TOPICS, *STANCES)


def softmax(scores: Doubles, sharpness: float) -> Doubles:
    """Turn a row of scores into probabilities that sum to one."""
    raised = np.exp(sharpness * (scores - scores.max(axis=1, keepdims=True)))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float64)
