"""A task's card and report as Markdown."""

import re
from collections.abc import Iterator
from html import escape

from classifier.tasks.measuring import LOADS, LabelFigures, TaskFigures
from classifier.tasks.model import TaskModel
from classifier.tasks.training import TaskReport
from domain.post import MAX_TEXT

_LONGEST = 300
"""Characters of an error's text shown in a table."""

_MARKUP = re.compile(r"([\\`*_\[\]|~])")


def task_card(report: TaskReport, model: TaskModel) -> str:
    """Write the model's card."""
    counts = "\n".join(f"| {_cell(name)} | {n} |" for name, n in report.labels.items())
    return f"""\
# Model {report.version}

One linear model a label on words, letter groups and facts of shape, of {report.columns}
columns; offsets settled for macro-F1 on held-out
folds, probabilities calibrated there.

- For: sorting texts for a person's review. Not for deciding anything or judging people.
- Trained on {report.texts} texts (seed {report.seed}) of the file named on the command
  line; whether the model may be passed on depends on that file's licence.
- Macro-F1 on held-out folds: {report.held_out_macro_f1:.3f}, a little flattered, since
  the offsets were settled on the same folds.
- A text of whose letter groups more than {model.strange_from:.0%} are unknown is called
  strange: a person should look, whatever the label.
- Columns are kept as hashes and each training text as a fingerprint of eight bytes, by
  which measuring on the same texts is noticed: no word of them is in the folder.

| label | texts |
|---|---|
{counts}
"""


def task_markdown(figures: TaskFigures, charts: tuple[str, ...] = ()) -> str:
    """Write the report; `charts` are file names of pictures beside it."""
    parts = (_head(figures), _labels(figures), _confusion(figures), _slices(figures))
    lines = [line for part in (*parts, _errors(figures)) for line in part]
    shown = [line for name in charts for line in (f"![{name}]({name})", "")]
    return "\n".join([*lines, *shown])


def trained_on_sentence(figures: TaskFigures) -> str:
    """Warn that texts were measured which the model had learnt from."""
    return (
        f"{figures.trained_on} of the {figures.texts} texts are among those the model "
        "was trained on: the figures flatter it. Measure on texts it has not seen."
    )


def _head(figures: TaskFigures) -> Iterator[str]:
    low, high = figures.macro_f1_interval
    yield f"# Model `{figures.model}` on {figures.texts} texts"
    yield ""
    yield (
        f"Macro-F1 {figures.macro_f1:.3f} ({low:.3f} to {high:.3f}), "
        f"{figures.accuracy:.1%} right. Ranges are 95 % bootstrap intervals. "
        f"{figures.unlabelled} rows without a label were left out; "
        f"{figures.empty} texts were empty, {figures.cut} cut at {MAX_TEXT} characters."
    )
    yield ""
    if figures.trained_on:
        yield f"**{trained_on_sentence(figures)}**"
        yield ""
    yield (
        f"Not like anything seen, so left to a person: {figures.strange.texts} texts "
        f"({figures.strange.accuracy:.1%} right; of the others "
        f"{figures.familiar.accuracy:.1%})."
    )
    yield ""


def _labels(figures: TaskFigures) -> Iterator[str]:
    loads = " | ".join(f"found in {load} a day (at most)" for load in LOADS)
    yield f"## Labels ({figures.days} day(s))"
    yield ""
    yield f"| label | texts | precision | recall | F1 | PR-AUC | ECE | {loads} |"
    yield "|---|---|---|---|---|---|---|" + "---|" * len(LOADS)
    for name, label in figures.labels.items():
        found = " | ".join(
            f"{label.recall_at[str(load)]:.1%} ({label.most_at[str(load)]:.1%})"
            for load in LOADS
        )
        yield (
            f"| {_cell(name)} | {label.support} | {_ranged(label, 'precision')} "
            f"| {_ranged(label, 'recall')} | {_ranged(label, 'f1')} "
            f"| {label.pr_auc:.2f} | {label.calibration_error:.3f} | {found} |"
        )
    yield ""
    yield (
        f"“Found in {LOADS[0]} a day”: the share of a label's texts found by somebody "
        f"who reads each day's {LOADS[0]} likeliest of it; in brackets what a perfect "
        "order would let them find. Without a time column all texts are one day."
    )
    yield ""


def _ranged(label: LabelFigures, what: str) -> str:
    value = {"precision": label.precision, "recall": label.recall, "f1": label.f1}[what]
    low, high = label.intervals[what]
    return f"{value:.2f} ({low:.2f} to {high:.2f})"


def _confusion(figures: TaskFigures) -> Iterator[str]:
    names = list(figures.confusion)
    yield "## True label (row) against said (column)"
    yield ""
    yield f"| | {' | '.join(map(_cell, names))} |"
    yield "|---|" + "---|" * len(names)
    for name, row in figures.confusion.items():
        yield f"| {_cell(name)} | {' | '.join(str(row[other]) for other in names)} |"
    yield ""


def _slices(figures: TaskFigures) -> Iterator[str]:
    for what, members in figures.slices.items():
        yield f"## By {what}"
        yield ""
        yield f"| {what} | texts | right | macro-F1 |"
        yield "|---|---|---|---|"
        for name, part in members.items():
            yield (
                f"| {_cell(name)} | {part.texts} | {part.accuracy:.1%} "
                f"| {part.macro_f1:.3f} |"
            )
        yield ""


def _errors(figures: TaskFigures) -> Iterator[str]:
    yield "## Surest errors"
    yield ""
    yield "| row | true | said | probability | text |"
    yield "|---|---|---|---|---|"
    for error in figures.errors:
        yield (
            f"| {error.row} | {_cell(error.truth)} | {_cell(error.said)} "
            f"| {error.probability:.2f} | {_cell(error.text[:_LONGEST])} |"
        )
    yield ""


def _cell(text: str) -> str:
    """Show a text of a file as it stands: no markup, no controls of a terminal."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return _MARKUP.sub(r"\\\1", escape(" ".join(plain.split()), quote=False))
