"""Designs of a task's model on public comments: `python -m benchmarks.text_tasks`.

Needs the sets beside the checkout (`../shared/data/social`) and skips without them.
Each design learns the train part and is measured on the dev part; the one kept is
chosen by its macro-F1 on held-out folds of the train part alone.
"""

import ast
import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import numpy as np
from underthesea import word_tokenize

from benchmarks.quality_page import table, write_section
from classifier.tasks.blocks import read
from classifier.tasks.measuring import TaskFigures, measure
from classifier.tasks.model import TaskModel
from classifier.tasks.table import Example, Table, Wanted, read_table
from classifier.tasks.training import (
    DESIGN,
    FOLDED,
    LETTERS,
    RAW,
    WORDS,
    Design,
    Fit,
    Learner,
    train_task,
)

SOCIAL = Path(__file__).resolve().parents[2] / "shared" / "data" / "social"
TARGET = 1_500
"""Comments a second and core, without segmentation."""

MARGIN = Fit(learner=Learner.MARGIN, penalty=0.1)
DESIGNS: Mapping[str, Design] = {
    "words": Design(blocks=(WORDS,), fits=(MARGIN,)),
    "words and letters": Design(blocks=(WORDS, FOLDED, RAW, LETTERS), fits=(MARGIN,)),
    "with facts, average of two": Design(
        blocks=DESIGN.blocks, fits=(MARGIN, *DESIGN.fits)
    ),
    "with facts, contrast (kept)": DESIGN,
}
FEW = 300
MARKED_FROM = 0.3
"""A word is marked from this share of the heaviest word's weight: at 0.1 every word is,
at 0.8 only one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A public set's question, and the macro-F1 aimed at."""

    name: str
    files: str
    text: str
    label: str
    aim: float

    def part(self, name: str) -> Table:
        """Read the train or the dev part."""
        wanted = Wanted(text=self.text, label=self.label)
        return read_table(SOCIAL / f"{self.files}_{name}.csv", wanted)


TASKS = (
    Task(name="ViHSD", files="vihsd", text="free_text", label="label_id", aim=0.66),
    Task(
        name="ViCTSD toxicity",
        files="victsd",
        text="Comment",
        label="Toxicity",
        aim=0.71,
    ),
    Task(
        name="ViCTSD constructiveness",
        files="victsd",
        text="Comment",
        label="Constructiveness",
        aim=0.82,
    ),
)
Row = tuple[object, ...]


def compared(task: Task) -> list[Row]:
    """Return a row for each design."""
    train, dev = task.part("train"), task.part("dev")
    texts = [example.text for example in dev.examples]
    rows: list[Row] = []
    for name, design in DESIGNS.items():
        model, report = train_task(train.examples, design=design)
        model.judge(texts[:50])
        began = process_time()
        said = model.judge(texts)
        cost = (process_time() - began) / len(texts)
        figures = measure(model.version, dev, said)
        rows.append(
            (
                task.name,
                name,
                f"{report.held_out_macro_f1:.3f}",
                _interval(figures),
                f"{task.aim:.2f}",
                f"{report.seconds:.0f} s",
                f"{cost * 1e6:.0f} µs",
            )
        )
        print(*rows[-1], sep=" | ", flush=True)
    return [*rows, (task.name, *_segmented(model, texts))]


def _interval(figures: TaskFigures) -> str:
    low, high = figures.macro_f1_interval
    return f"{figures.macro_f1:.3f} ({low:.3f} to {high:.3f})"


def _segmented(model: TaskModel, texts: Sequence[str]) -> tuple[str, ...]:
    """Return what judging costs with words cut by underthesea beforehand."""
    few = texts[:FEW]
    word_tokenize(few[0])
    began = process_time()
    for text in few:
        word_tokenize(text, format="text")
    model.judge(few)
    cost = (process_time() - began) / len(few)
    name = "the last, segmented beforehand"
    return (name, "", "", "", "", f"{cost * 1e6:.0f} µs")


def spans() -> tuple[float, float]:
    """Return ViHOS character F1 of the highlight, and of marking nothing."""
    train = [
        Example(row=n, text=t, label=str(int(bool(s)))) for n, t, s in _vihos("train")
    ]
    model, _ = train_task(train)
    found, nothing = [], []
    for _, text, marked in _vihos("dev"):
        found.append(character_f1(marked, highlight(model, text)))
        nothing.append(character_f1(marked, set()))
    return float(np.mean(found)), float(np.mean(nothing))


def _vihos(part: str) -> Iterator[tuple[int, str, set[int]]]:
    path = SOCIAL / f"vihos_{part}.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            yield number, row["content"], set(ast.literal_eval(row["index_spans"]))


def highlight(model: TaskModel, text: str) -> set[int]:
    """Return the characters whose words speak for «offensive», if that is said."""
    (said,) = model.judge([text])
    if said.label != "1":
        return set()
    why = model.why(read(text), list(model.labels).index("1"))
    least = max((term.weight for term in why), default=0.0) * MARKED_FROM
    return {
        place
        for term in why
        if term.weight >= max(least, 1e-9)
        for start, end in term.spans
        for place in range(start, end)
    }


def character_f1(true: set[int], found: set[int]) -> float:
    """Return F1 of marked characters in one text; 1 where neither marks any."""
    if not true and not found:
        return 1.0
    return 2 * len(true & found) / (len(true) + len(found))


def main() -> int:
    """Measure and write the section; do nothing without the sets."""
    if not SOCIAL.is_dir():
        print(f"{SOCIAL} is not there: skipped")
        return 0
    with ProcessPoolExecutor(2) as pool:
        marked = pool.submit(spans)
        rows = [row for part in pool.map(compared, TASKS) for row in part]
        found, nothing = marked.result()
    head = ("task", "design", "held-out folds", "dev part", "aim", "training", "a post")
    write_section(
        "text_tasks",
        "Tasks on public comments",
        "Needs `../shared/data/social`; no model or text of it is in the repository. "
        "Macro-F1 with 95 % bootstrap intervals; the design is chosen by held-out "
        "folds of the train part, and the dev part only measures. What a post costs is "
        f"time of one core, normalising included (aim: {TARGET} a second, "
        f"{1e6 / TARGET:.0f} µs).",
        table(head, rows),
        "ViHOS: reasons of a model of «offensive or not», shown as a highlight, have a "
        f"mean character F1 of {found:.3f} on the dev part (marking nothing: "
        f"{nothing:.3f}).",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
