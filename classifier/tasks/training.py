"""Trains a task's model: cut, fit by folds, settle labels' offsets, fit on all."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from time import perf_counter

import numpy as np
from scipy import sparse

from classifier.fitting import (
    Booleans,
    Doubles,
    Ints,
    Line,
    fit_line,
    fit_logistic,
    fit_softmax,
    parts,
)
from classifier.tasks.blocks import (
    Block,
    Columns,
    Cut,
    Reading,
    View,
    learn_columns,
    read,
    views_of,
)
from classifier.tasks.deciding import macro_f1_of, offsets_for
from classifier.tasks.model import Calibration, TaskModel
from classifier.tasks.seen import fingerprints
from classifier.tasks.table import Example
from domain.errors import QuarantineError

FOLDS = 4
"""At 2 the lines learn from too little to stand for the last one, at 10 training takes
twice the time for the same offsets."""

FEWEST = 2 * FOLDS
"""Texts of a label; with fewer a fold holds one at most and settles nothing."""

_TOLERANCE = 1e-2
"""How close the solver comes; at 1e-3 it takes twice the time for the same figures."""

_STRANGE = 0.99
"""Quantile of held-out texts' strangeness; at 0.9 a person is sent every tenth text."""

Progress = Callable[[str, float], None]


class Learner(StrEnum):
    """How a line is fitted."""

    MARGIN = "margin"
    ODDS = "odds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One way to fit a label's line.

    `contrast` is the power of a gram's log-count ratio that columns are scaled by
    before fitting (Wang and Manning 2012): 0 leaves them as they are.
    """

    learner: Learner
    penalty: float
    contrast: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """What is looked at, and the fits whose scores are averaged."""

    blocks: Sequence[Block]
    fits: Sequence[Fit]


WORDS = Block(view=View.NORMAL, cut=Cut.WORDS, shortest=1, longest=3)
FOLDED = Block(view=View.FOLDED, cut=Cut.WORDS, shortest=1, longest=2)
RAW = Block(view=View.RAW, cut=Cut.LETTERS, shortest=2, longest=5, texts=3)
LETTERS = Block(view=View.NORMAL, cut=Cut.LETTERS, shortest=2, longest=5, texts=3)
FACTS = Block(view=View.FACTS, cut=Cut.LINES, shortest=1, longest=1, texts=5)
# The last block is the one whose unknown grams make a text strange.
DESIGN = Design(
    blocks=(FACTS, WORDS, FOLDED, RAW, LETTERS),
    fits=(Fit(learner=Learner.MARGIN, penalty=0.1, contrast=0.5),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReport:
    """What was trained, and its macro-F1 on texts held out fold by fold."""

    version: str
    texts: int
    columns: int
    seed: int
    seconds: float
    labels: Mapping[str, int]
    held_out_macro_f1: float


@dataclass(slots=True)
class _Lines:
    """Lines of all labels by one fit, and every text's held-out scores."""

    weights: Doubles
    bias: Doubles
    held: Doubles


def train_task(
    examples: Sequence[Example],
    *,
    design: Design = DESIGN,
    seed: int = 7,
    progress: Progress = lambda _what, _share: None,
) -> tuple[TaskModel, TaskReport]:
    """Train on labelled texts; those without text are left out.

    Raises QuarantineError for fewer than two labels or a label of too few texts.
    """
    began = perf_counter()
    examples = [example for example in examples if example.text.strip()]
    labels = _labels(examples)
    truth = np.asarray([labels.index(example.label) for example in examples], np.int64)
    progress("reading", 0.0)
    readings = [read(example.text) for example in examples]
    dealt = _dealt(readings, truth, seed)
    progress("cutting", 0.1)
    columns, matrix, strange_from = _columns(readings, design, dealt)
    lines = _average(
        _all_lines(matrix, truth, dealt, design, seed=seed, progress=progress)
    )
    weights = lines.weights.astype(np.float16).astype(np.float32)
    progress("settling", 0.95)
    offsets = offsets_for(lines.held, truth)
    slopes, rises = fit_softmax(lines.held + offsets, truth)
    model = TaskModel(
        version=_version(weights, lines.bias + offsets),
        labels=labels,
        blocks=columns,
        weights=weights,
        bias=lines.bias + offsets,
        calibration=Calibration(slopes=slopes, offsets=rises),
        strange_from=strange_from,
        seen=fingerprints(example.text for example in examples),
    )
    said = (lines.held + offsets).argmax(axis=1)
    return model, TaskReport(
        version=model.version,
        texts=len(examples),
        columns=weights.shape[1],
        seed=seed,
        seconds=perf_counter() - began,
        labels={name: int((truth == n).sum()) for n, name in enumerate(labels)},
        held_out_macro_f1=macro_f1_of(truth, said, len(labels)),
    )


def _version(weights: np.ndarray, bias: Doubles) -> str:
    digest = hashlib.sha256(weights.tobytes() + bias.tobytes()).hexdigest()
    return f"task-1-{digest[:10]}"


def _labels(examples: Sequence[Example]) -> list[str]:
    labels = sorted({example.label for example in examples})
    if len(labels) < 2:  # noqa: PLR2004 - one label leaves nothing to tell apart
        raise QuarantineError(
            f"All texts bear the same label ({', '.join(labels) or 'none'}).",
            reason="one label",
            hint="A model needs at least two labels to tell apart.",
        )
    for label in labels:
        count = sum(example.label == label for example in examples)
        if count < FEWEST:
            raise QuarantineError(
                f"Too few texts to learn “{label}” ({count}).",
                reason="few texts",
                hint=f"Give at least {FEWEST}, or join it to another by --map.",
            )
    return labels


def _dealt(readings: Sequence[Reading], truth: Ints, seed: int) -> Ints:
    """Deal texts into folds; copies of a text all go into the same."""
    first: dict[str, int] = {}
    of = [first.setdefault(r.view(View.FOLDED), n) for n, r in enumerate(readings)]
    alone = sorted(set(of))
    different = np.bincount(truth[alone], minlength=int(truth.max()) + 1)
    if different.min() < FOLDS:
        raise QuarantineError(
            f"A label has only {different.min()} different texts; {FOLDS} are wanted.",
            reason="few texts",
            hint="Give more texts that are no copies, or join labels by --map.",
        )
    fold = np.zeros(len(readings), np.int64)
    fold[alone] = parts([str(truth[place]) for place in alone], FOLDS, seed)
    return fold[of]


def _columns(
    readings: Sequence[Reading], design: Design, dealt: Ints
) -> tuple[list[Columns], sparse.csr_matrix, float]:
    views = views_of(readings, design.blocks)
    columns = [learn_columns(block, views) for block in design.blocks]
    made = [column.matrix(views)[0] for column in columns]
    known = [r for r, fold in zip(readings, dealt, strict=True) if fold]
    others = [r for r, fold in zip(readings, dealt, strict=True) if not fold]
    last = design.blocks[-1]
    part = learn_columns(last, views_of(known, [last]))
    strange = part.matrix(views_of(others, [last]))[1]
    matrix = sparse.hstack(made, format="csr", dtype=np.float32)
    return columns, matrix, float(np.quantile(strange, _STRANGE))


@dataclass(frozen=True, slots=True)
class _Job:
    """A line to fit: of which fit and label, on all texts but those of `fold`."""

    fit: Fit
    label: int
    fold: int


def _all_lines(
    matrix: sparse.csr_matrix,
    truth: Ints,
    dealt: Ints,
    design: Design,
    *,
    seed: int,
    progress: Progress,
) -> list[_Lines]:
    count = int(truth.max()) + 1
    # With two labels one line tells both: the other is its mirror image.
    asked = range(1, 2) if count == 2 else range(count)  # noqa: PLR2004
    found = [
        _Lines(
            np.zeros((count, matrix.shape[1])),
            np.zeros(count),
            np.zeros((len(truth), count)),
        )
        for _ in design.fits
    ]
    jobs = [
        _Job(fit, label, fold)
        for fit in design.fits
        for label in asked
        for fold in range(-1, FOLDS)
    ]

    # One after the other: the solver's random numbers are shared by all threads, so
    # that with several no training could be repeated.
    for number, job in enumerate(jobs):
        progress("fitting", 0.15 + 0.8 * number / len(jobs))
        known = dealt != job.fold
        weights, bias = _fitted(matrix[known], truth[known] == job.label, job.fit, seed)
        lines = found[design.fits.index(job.fit)]
        if job.fold < 0:
            lines.weights[job.label], lines.bias[job.label] = weights, bias
        else:
            lines.held[~known, job.label] = matrix[~known] @ weights + bias
    return [_mirrored(lines) if count == 2 else lines for lines in found]  # noqa: PLR2004


def _mirrored(lines: _Lines) -> _Lines:
    lines.weights[0], lines.bias[0] = -lines.weights[1], -lines.bias[1]
    lines.held[:, 0] = -lines.held[:, 1]
    return lines


def _fitted(
    matrix: sparse.csr_matrix, truth: Booleans, fit: Fit, seed: int
) -> tuple[Doubles, float]:
    scale = _contrast(matrix, truth) ** fit.contrast
    if fit.contrast:
        matrix = (matrix @ sparse.diags(scale)).tocsr()
    how: Callable[..., Line] = (
        fit_line if fit.learner is Learner.MARGIN else fit_logistic
    )
    line = how(matrix, truth, penalty=fit.penalty, seed=seed, tolerance=_TOLERANCE)
    return line.coef_[0] * scale, float(line.intercept_[0])


def _contrast(matrix: sparse.csr_matrix, truth: Booleans) -> Doubles:
    """Return how far each column's share among true texts is from that among others."""
    inside = 1 + np.asarray(matrix[truth].sum(axis=0), np.float64).ravel()
    outside = 1 + np.asarray(matrix[~truth].sum(axis=0), np.float64).ravel()
    ratio = np.log((inside / inside.sum()) / (outside / outside.sum()))
    return np.asarray(np.abs(ratio), np.float64)


def _average(found: Sequence[_Lines]) -> _Lines:
    """Average fits, each label's scores brought to mean 0 and spread 1 beforehand."""
    first = found[0]
    total = _Lines(
        np.zeros_like(first.weights),
        np.zeros_like(first.bias),
        np.zeros_like(first.held),
    )
    for lines in found:
        middle, spread = lines.held.mean(axis=0), lines.held.std(axis=0) + 1e-9
        total.weights += lines.weights / spread[:, None] / len(found)
        total.bias += (lines.bias - middle) / spread / len(found)
        total.held += (lines.held - middle) / spread / len(found)
    return total
