"""Makes the models: scikit-learn fits, held-out predictions calibrate and price.

The only module of the package that needs scikit-learn; judging does without.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from scipy import sparse
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.model_selection import StratifiedKFold
from sklearn.svm import LinearSVC

from classifier.artefact import save, version_of
from classifier.card import model_card
from classifier.corpus_check import CORPUS, drop_near_copies
from classifier.costs import Booleans, Doubles, threshold
from classifier.features import Seen
from classifier.heads import ARTICLES_ONLY, BINARY, STANCES, TOPICS
from classifier.linear import seen_of
from classifier.model import GROUPS, QUESTIONS, Model, Sigmoid, softmax
from classifier.port import Subject
from classifier.rows import Row, read_rows
from classifier.vocabulary import learn_vocabulary
from domain.errors import ConfigurationError
from domain.labels import PostKind

FOLDS = 10
"""Parts for held-out predictions. Fewer make calibration see weaker models than the
final one; more only cost time."""

PENALTY = 2.0
"""LinearSVC's C; 0.2 loses two points of average precision in cross-validation, above
4 nothing more is won."""

_SHARPNESS = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
_FEWEST = 20
"""Texts a label needs on either side; with fewer a fold may hold none."""

Progress = Callable[[str, float], None]
"""Called with what is being done and the share done (0 to 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelReport:
    """Held-out figures of one label; precision and recall at the threshold."""

    positives: int
    average_precision: float
    threshold: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainReport:
    """What was trained, and how it does on texts it had not seen."""

    version: str
    rows: int
    columns: int
    seed: int
    seconds: float
    labels: Mapping[str, LabelReport]
    topic_accuracy: float
    stance_accuracy: float


@dataclass(slots=True)
class _Task:
    """One question: the rows it is asked of, and the answers there."""

    name: str
    rows: np.ndarray[tuple[int], np.dtype[np.int64]]
    truth: Booleans


def subject_of(row: Row) -> Subject:
    """Return the row as the classifier is handed it."""
    return Subject(text=row.whole_text, kind=row.kind)


def train(
    rows: Sequence[Row],
    out: Path,
    *,
    seed: int = 7,
    progress: Progress = lambda _what, _share: None,
) -> TrainReport:
    """Train on the rows and write the artefact folder `out`."""
    began = perf_counter()
    progress("cut", 0.0)
    texts: list[Seen] = [seen_of(subject_of(row)) for row in rows]
    vocabulary = learn_vocabulary(texts)
    matrix = vocabulary.matrix(texts)
    tasks = _tasks(rows)
    weights = np.zeros((len(QUESTIONS), vocabulary.width), dtype=np.float32)
    bias = np.zeros(len(QUESTIONS), dtype=np.float32)
    held = np.zeros((len(rows), len(QUESTIONS)))
    parts = _parts(rows, seed)
    for place, task in enumerate(tasks):
        progress(task.name, (place + 1) / (len(tasks) + 1))
        held[:, place] = _held_out(matrix, task, parts, seed)
        fitted = _fit(matrix[task.rows], task.truth, seed)
        # Half precision is what the artefact keeps: use the same numbers from here on.
        weights[place] = fitted.coef_[0].astype(np.float16)
        bias[place] = fitted.intercept_[0]
    sigmoids = {task.name: _sigmoid(held, tasks, task) for task in tasks[: len(BINARY)]}
    odds = {name: sigmoids[name](held[:, BINARY.index(name)]) for name in BINARY}
    model = Model(
        version=version_of(weights.tobytes() + bias.tobytes()),
        vocabulary=vocabulary,
        weights=weights,
        bias=bias,
        sigmoids=sigmoids,
        thresholds=_thresholds(rows, tasks, odds),
        sharpness={
            "topic": _sharpness(held, tasks, "topic"),
            "stance": _sharpness(held, tasks, "stance"),
        },
    )
    report = TrainReport(
        version=model.version,
        rows=len(rows),
        columns=vocabulary.width,
        seed=seed,
        seconds=perf_counter() - began,
        labels={t.name: _figures(t, odds, model) for t in tasks[: len(BINARY)]},
        topic_accuracy=_accuracy(held, tasks, "topic"),
        stance_accuracy=_accuracy(held, tasks, "stance"),
    )
    save(out, model, model_card(report, rows))
    progress("saved", 1.0)
    return report


def train_command(
    out: Path,
    *,
    examples: Sequence[Row] = (),
    verdicts: Sequence[Row] = (),
    seed: int = 7,
    progress: Progress = lambda _what, _share: None,
) -> TrainReport:
    """Train on the shipped corpus, a profile's examples and reviewed posts.

    Rows too like one of the test or guard part are left out, so that `evaluate`
    stays honest whatever a profile or reviewer adds.
    """
    held = [*read_rows(CORPUS / "test"), *read_rows(CORPUS / "guard")]
    more = drop_near_copies([*examples, *verdicts], held)
    return train(
        [*read_rows(CORPUS / "train"), *more], out, seed=seed, progress=progress
    )


def _tasks(rows: Sequence[Row]) -> list[_Task]:
    everything = np.arange(len(rows))
    articles = np.asarray(
        [n for n, row in enumerate(rows) if row.kind is PostKind.ARTICLE], np.int64
    )
    staged = np.asarray([n for n in articles if rows[n].stance != "-"], np.int64)
    tasks = []
    for name in BINARY:
        where = articles if name in ARTICLES_ONLY else everything
        truth = np.asarray([rows[n].is_true(name) for n in where], bool)
        tasks.append(_Task(name, where, truth))
    for topic in TOPICS:
        truth = np.asarray([row.topic is topic for row in rows], bool)
        tasks.append(_Task(topic.value, everything, truth))
    for stance in STANCES:
        truth = np.asarray([rows[n].stance == stance.value for n in staged], bool)
        tasks.append(_Task(stance.value, staged, truth))
    for task in tasks:
        if min(task.truth.sum(), (~task.truth).sum()) < _FEWEST:
            raise ConfigurationError(
                f"Too few texts to learn “{task.name}” ({int(task.truth.sum())}).",
                hint=f"Give at least {_FEWEST} that are it and {_FEWEST} that are not.",
            )
    return tasks


Parts = np.ndarray[tuple[int], np.dtype[np.int64]]


def _parts(rows: Sequence[Row], seed: int) -> Parts:
    """Return each row's part, alike in harm, complaint and stance."""
    groups = [
        f"{row.harm[0] if row.harm else ''} {row.complaint} {row.stance}"
        for row in rows
    ]
    common = [group if groups.count(group) >= FOLDS else "" for group in groups]
    common = [group if common.count(group) >= FOLDS else common[0] for group in common]
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    parts = np.zeros(len(rows), dtype=np.int64)
    for number, (_, held) in enumerate(splitter.split(np.zeros(len(rows)), common)):
        parts[held] = number
    return parts


def _fit(matrix: sparse.csr_matrix, truth: Booleans, seed: int) -> LinearSVC:
    return LinearSVC(C=PENALTY, random_state=seed).fit(matrix, truth)


def _held_out(
    matrix: sparse.csr_matrix, task: _Task, parts: Parts, seed: int
) -> Doubles:
    scores = np.zeros(matrix.shape[0])
    inside = parts[task.rows]
    for number in range(FOLDS):
        fitted = _fit(
            matrix[task.rows[inside != number]], task.truth[inside != number], seed
        )
        held = task.rows[inside == number]
        scores[held] = fitted.decision_function(matrix[held])
    return scores


def _sigmoid(held: Doubles, tasks: Sequence[_Task], task: _Task) -> Sigmoid:
    """Fit Platt's sigmoid on held-out scores."""
    scores = held[task.rows, tasks.index(task)]
    fitted = LogisticRegression(C=1e3).fit(scores[:, None], task.truth)
    return Sigmoid(slope=float(fitted.coef_[0, 0]), offset=float(fitted.intercept_[0]))


def _thresholds(
    rows: Sequence[Row], tasks: Sequence[_Task], odds: Mapping[str, Doubles]
) -> dict[str, float]:
    return {
        task.name: threshold(
            task.name,
            task.truth,
            odds[task.name][task.rows],
            [rows[n] for n in task.rows],
        )
        for task in tasks[: len(BINARY)]
    }


def _group(
    held: Doubles, tasks: Sequence[_Task], group: str
) -> tuple[Doubles, np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """Return held-out scores of a many-way question, and the true columns."""
    members = tasks[GROUPS[group]]
    truth = np.stack([task.truth for task in members], axis=1).argmax(axis=1)
    return held[members[0].rows, GROUPS[group]], truth


def _sharpness(held: Doubles, tasks: Sequence[_Task], group: str) -> float:
    scores, truth = _group(held, tasks, group)
    losses = [
        -np.log(softmax(scores, sharp)[np.arange(len(truth)), truth] + 1e-9).mean()
        for sharp in _SHARPNESS
    ]
    return _SHARPNESS[int(np.argmin(losses))]


def _accuracy(held: Doubles, tasks: Sequence[_Task], group: str) -> float:
    scores, truth = _group(held, tasks, group)
    return float((scores.argmax(axis=1) == truth).mean())


def _figures(task: _Task, odds: Mapping[str, Doubles], model: Model) -> LabelReport:
    probability = odds[task.name][task.rows]
    flagged = probability >= model.thresholds[task.name]
    right = float((flagged & task.truth).sum())
    return LabelReport(
        positives=int(task.truth.sum()),
        average_precision=float(average_precision_score(task.truth, probability)),
        threshold=model.thresholds[task.name],
        precision=right / max(float(flagged.sum()), 1.0),
        recall=right / float(task.truth.sum()),
    )
