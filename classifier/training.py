"""Makes the models: lines are fitted, held-out predictions calibrate and price."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from classifier.artefact import save, version_of
from classifier.bare import Table, table_of
from classifier.card import model_card
from classifier.corpus_check import CORPUS, drop_near_copies
from classifier.costs import Answers, Booleans, Doubles, thresholds
from classifier.features import Seen
from classifier.fitting import Ints, fit_sigmoid, parts
from classifier.heads import ARTICLES_ONLY, BINARY, HARMS, STANCES, TOPICS
from classifier.linear import seen_of
from classifier.lines import FOLDS, Lines, Progress, Question, fit_lines
from classifier.metrics import pr_auc
from classifier.model import GROUPS, Model, Sigmoid, softmax
from classifier.port import Subject
from classifier.rows import Row, read_rows
from classifier.vocabulary import learn_vocabulary
from domain.errors import ConfigurationError
from domain.labels import PostKind

SHARED = 0.4
"""How much «harmful at all» adds to each harm's score. A text torn between two harms
is harmful all the same: at 0 a tenth of the harm found is lost at equal false flags,
above 0.5 harms are taken for one another."""

STRANGE = 0.99
"""Quantile of the unknown share of held-out texts from which a text is strange; at 0.9
a person is sent every tenth text, at 1 one odd training text hides all others."""

_SHARPNESS = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
FEWEST = 20
"""Texts a label needs on either side; with fewer a fold may hold none."""


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
    reviews: int = 0
    review_weight: float = 0.0


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
    progress("reading", 0.0)
    texts: list[Seen] = [seen_of(subject_of(row)) for row in rows]
    vocabulary = learn_vocabulary(texts)
    tasks = _tasks(rows)
    lines = _lines(rows, table_of(rows, texts, vocabulary), tasks, seed, progress)
    binary = tasks[: len(BINARY)]
    sigmoids = {
        task.name: _sigmoid(lines.held[:, place], task)
        for place, task in enumerate(binary)
    }
    odds = {
        task.name: sigmoids[task.name](lines.held[task.rows, place])
        for place, task in enumerate(binary)
    }
    model = Model(
        version=version_of(lines.weights.tobytes() + lines.bias.tobytes()),
        vocabulary=vocabulary,
        weights=lines.weights,
        bias=lines.bias,
        sigmoids=sigmoids,
        thresholds=_thresholds(rows, binary, odds),
        sharpness={group: _sharpness(lines.held, tasks, group) for group in GROUPS},
        strange_from=_strange_from(texts, parts(_alike(rows), FOLDS, seed)),
    )
    report = TrainReport(
        version=model.version,
        rows=len(rows),
        columns=vocabulary.width,
        seed=seed,
        seconds=perf_counter() - began,
        labels={task.name: _figures(task, odds[task.name], model) for task in binary},
        topic_accuracy=_accuracy(lines.held, tasks, "topic"),
        stance_accuracy=_accuracy(lines.held, tasks, "stance"),
        reviews=sum(row.speaks is not None for row in rows),
        review_weight=min((row.weight for row in rows if row.speaks), default=0.0),
    )
    save(out, model, model_card(report, rows))
    progress("saved", 1.0)
    return report


def train_command(
    out: Path,
    *,
    examples: Sequence[Row] = (),
    verdicts: Sequence[Row] = (),
    held: Sequence[Row] = (),
    seed: int = 7,
    progress: Progress = lambda _what, _share: None,
) -> TrainReport:
    """Train on the shipped corpus, a profile's examples and reviewed posts.

    Rows too like one of the test or guard part, or of `held`, are left out, so that
    what is measured there stays honest whatever a profile or reviewer adds.
    """
    corpus = read_rows(CORPUS / "train")
    held = [*read_rows(CORPUS / "test"), *read_rows(CORPUS / "guard"), *held]
    more = drop_near_copies([*examples, *weighed(verdicts, len(corpus))], held)
    return train([*corpus, *more], out, seed=seed, progress=progress)


def weighed(verdicts: Sequence[Row], corpus: int) -> list[Row]:
    """Give reviewed posts their weight: one each, together at most the corpus's.

    An office reviews what the present model flags. Without the bound some years of
    that would outvote the harm that no reviewer has met yet.
    """
    weight = min(1.0, corpus / max(len(verdicts), 1))
    return [replace(row, weight=weight) for row in verdicts]


def _tasks(rows: Sequence[Row]) -> list[Question]:
    every = list(range(len(rows)))
    articles = [n for n in every if rows[n].kind is PostKind.ARTICLE]
    whole = [n for n in every if rows[n].speaks is None]
    staged = [n for n in articles if rows[n].stance != "-"]
    tasks = []
    for name in BINARY:
        asked = articles if name in ARTICLES_ONLY else every
        places = [n for n in asked if rows[n].speaks_of(name)]
        tasks.append(_task(name, rows, places, [rows[n].is_true(name) for n in places]))
    for topic in TOPICS:
        answers = [rows[n].topic is topic for n in whole]
        tasks.append(_task(topic.value, rows, whole, answers))
    for stance in STANCES:
        answers = [rows[n].stance == stance for n in staged]
        tasks.append(_task(stance.value, rows, staged, answers))
    return tasks


def _task(
    name: str, rows: Sequence[Row], places: Sequence[int], answers: Sequence[bool]
) -> Question:
    truth = np.asarray(answers, bool)
    if min(truth.sum(), (~truth).sum()) < FEWEST:
        raise ConfigurationError(
            f"Too few texts to learn “{name}” ({int(truth.sum())} of {len(truth)}).",
            hint=f"Give at least {FEWEST} that are it and {FEWEST} that are not.",
        )
    return _unchecked(name, rows, places, truth)


def _unchecked(
    name: str, rows: Sequence[Row], places: Sequence[int], truth: Booleans
) -> Question:
    weights = np.asarray([rows[place].weight for place in places], np.float64)
    alike = bool((weights == 1).all())
    return Question(
        name, np.asarray(places, np.int64), truth, None if alike else weights
    )


def _lines(
    rows: Sequence[Row],
    table: Table,
    tasks: Sequence[Question],
    seed: int,
    progress: Progress,
) -> Lines:
    telling = [place for place, row in enumerate(rows) if row.speaks_of_harm]
    truth = np.asarray([bool(rows[place].harm) for place in telling], bool)
    harmful = _unchecked("harmful", rows, telling, truth)
    dealt = parts(_alike(rows), FOLDS, seed)
    asked = [*tasks, harmful]
    lines = fit_lines(table, asked, dealt, seed=seed, progress=progress)
    _share(lines, tasks, harmful)
    # Half precision is what the artefact keeps: use the same numbers from here on.
    half = lines.weights[:-1].astype(np.float16).astype(np.float32)
    return Lines(half, lines.bias[:-1], lines.held[:, :-1])


def _share(lines: Lines, tasks: Sequence[Question], harmful: Question) -> None:
    """Add the last line, «harmful at all», to every harm's, all in log odds."""
    common = _sigmoid(lines.held[:, -1], harmful)
    for place, task in enumerate(tasks):
        if task.name in HARMS:
            own = _sigmoid(lines.held[:, place], task)
            extra = SHARED * common.slope
            lines.weights[place] *= own.slope
            lines.weights[place] += extra * lines.weights[-1]
            lines.bias[place] *= own.slope
            lines.bias[place] += extra * lines.bias[-1]
            lines.held[:, place] *= own.slope
            lines.held[:, place] += extra * lines.held[:, -1]


def _strange_from(texts: Sequence[Seen], dealt: Ints) -> float:
    """Return the share of unknown letter groups that few texts not seen exceed."""
    seen = [text for text, part in zip(texts, dealt, strict=True) if part]
    others = [text for text, part in zip(texts, dealt, strict=True) if not part]
    known = learn_vocabulary(seen)
    return float(np.quantile([known.unknown(text) for text in others], STRANGE))


def _alike(rows: Sequence[Row]) -> list[str]:
    """Name the group each row is dealt out by: first harm, complaint and stance."""
    groups = [
        f"{row.harm[0] if row.harm else ''} {row.complaint} {row.stance}"
        for row in rows
    ]
    sizes = Counter(groups)
    common = sizes.most_common(1)[0][0]
    return [group if sizes[group] >= FOLDS else common for group in groups]


def _sigmoid(scores: Doubles, task: Question) -> Sigmoid:
    return fit_sigmoid(scores[task.rows], task.truth, task.weights)


def _thresholds(
    rows: Sequence[Row], tasks: Sequence[Question], odds: Mapping[str, Doubles]
) -> dict[str, float]:
    answers = [
        Answers(
            name=task.name,
            truth=task.truth,
            probability=odds[task.name],
            rows=[rows[place] for place in task.rows.tolist()],
        )
        for task in tasks
    ]
    return thresholds(answers)


def _group(
    held: Doubles, tasks: Sequence[Question], group: str
) -> tuple[Doubles, NDArray[np.intp]]:
    """Return held-out scores of a many-way question, and the true columns."""
    members = tasks[GROUPS[group]]
    truth = np.stack([task.truth for task in members], axis=1).argmax(axis=1)
    return held[members[0].rows, GROUPS[group]], truth


def _sharpness(held: Doubles, tasks: Sequence[Question], group: str) -> float:
    scores, truth = _group(held, tasks, group)
    losses = [
        -np.log(softmax(scores, sharp)[np.arange(len(truth)), truth] + 1e-9).mean()
        for sharp in _SHARPNESS
    ]
    return _SHARPNESS[int(np.argmin(losses))]


def _accuracy(held: Doubles, tasks: Sequence[Question], group: str) -> float:
    scores, truth = _group(held, tasks, group)
    return float((scores.argmax(axis=1) == truth).mean())


def _figures(task: Question, odds: Doubles, model: Model) -> LabelReport:
    flagged = odds >= model.thresholds[task.name]
    right = float((flagged & task.truth).sum())
    return LabelReport(
        positives=int(task.truth.sum()),
        average_precision=pr_auc(task.truth, odds),
        threshold=model.thresholds[task.name],
        precision=right / max(float(flagged.sum()), 1.0),
        recall=right / float(task.truth.sum()),
    )
