"""Fits each question's line, and scores each row by a line that had not seen it.

Questions do not hang together, so some are fitted at once, each in a process of its
own: liblinear draws from one sequence per process, and threads would share it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from joblib import Parallel, cpu_count, delayed

from classifier.bare import Table
from classifier.fitting import Booleans, Doubles, Ints, Line, fit_line
from classifier.heads import STANCES, TOPICS
from classifier.vocabulary import Floats

FOLDS = 6
"""Parts for held-out predictions. Fewer make calibration see weaker models than the
final one; more only cost time."""

PENALTY = 3.0
"""LinearSVC's C; 0.2 loses two points of average precision in cross-validation, at
4 nothing more is won."""

TOLERANCE = 0.03
"""Where fitting a line stops. Held-out scores move by a twentieth of a percent against
0.001 and average precision not at all, in two thirds of the time."""

_AT_ONCE = 4
"""Processes at most. Each holds copies of the texts' matrix (some 300 MB); more than
there are processors never help."""

_FEW = 2_000
"""Rows below which one process is soon done: starting others takes some seconds."""

_MANY_WAY = frozenset(name.value for name in (*TOPICS, *STANCES))

# joblib carries no types; through these names its calls count as untyped on purpose.
_PARALLEL: Any = Parallel
_DELAYED: Any = delayed

Progress = Callable[[str, float], None]
"""Called with what is being done and the share done (0 to 1)."""


@dataclass(slots=True)
class Question:
    """One question: the rows it is asked of, and the answers there."""

    name: str
    rows: Ints
    truth: Booleans
    weights: Doubles | None = None
    """None where all texts count the same."""


@dataclass(slots=True)
class Lines:
    """A line for each question, and each row's score by a line that had not seen it.

    Shapes: `weights` (questions, columns), `bias` (questions,), `held` (rows,
    questions); rows that a question is not asked of hold 0.
    """

    weights: Floats
    bias: Floats
    held: Doubles


def fit_lines(
    table: Table,
    questions: Sequence[Question],
    dealt: Ints,
    *,
    seed: int,
    progress: Progress,
) -> Lines:
    """Fit all; the same seed makes the same lines however many are fitted at once.

    `dealt` holds each row's part, from 0 to `FOLDS` - 1.
    """
    lines = Lines(
        np.zeros((len(questions), table.matrix.shape[1]), dtype=np.float32),
        np.zeros(len(questions), dtype=np.float32),
        np.zeros((table.rows, len(questions))),
    )
    at_once = 1 if table.rows < _FEW else min(_AT_ONCE, cpu_count())
    fitted = _PARALLEL(n_jobs=at_once, return_as="generator")(
        _DELAYED(_learnt)(table, question, dealt, seed) for question in questions
    )
    for place, (held, weights, bias) in enumerate(fitted):
        progress(questions[place].name, place / len(questions))
        lines.held[:, place] = held
        lines.weights[place] = weights
        lines.bias[place] = bias
    return lines


def _learnt(
    table: Table, question: Question, dealt: Ints, seed: int
) -> tuple[Doubles, Floats, float]:
    held = _held_out(table, question, dealt, seed)
    line = _fit(table, question, seed)
    return held, line.coef_[0].astype(np.float32), float(line.intercept_[0])


def _held_out(table: Table, question: Question, dealt: Ints, seed: int) -> Doubles:
    scores = np.zeros(table.rows)
    inside = dealt[question.rows]
    for number in range(FOLDS):
        known = inside != number
        line = _fit(table, question, seed, known)
        held = question.rows[~known]
        if len(held):
            scores[held] = line.decision_function(table.matrix[held])
    return scores


def _fit(
    table: Table, question: Question, seed: int, among: Booleans | None = None
) -> Line:
    """Fit on a question's rows and their copies, or on those of them that are `among`.

    Topic and stance do without copies, which would only double their time.
    """
    chosen = slice(None) if among is None else among
    rows = question.rows[chosen]
    lines = table.lines(rows, copies=question.name not in _MANY_WAY)
    return fit_line(
        table.matrix[lines],
        table.truth(rows, question.truth[chosen], lines),
        penalty=PENALTY,
        seed=seed,
        tolerance=TOLERANCE,
        weights=table.weights[lines],
    )
