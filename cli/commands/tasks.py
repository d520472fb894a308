"""`train --data` and `evaluate --data`: any task on a labelled file."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from classifier.folder import whole
from classifier.tasks.artefact import load_task, refuse_other, save_task
from classifier.tasks.measuring import TaskFigures, measure
from classifier.tasks.model import Said
from classifier.tasks.report import task_card, task_markdown, trained_on_sentence
from classifier.tasks.table import Table, Wanted, read_table
from classifier.tasks.training import train_task
from cli.output import emit, say, show
from domain.errors import ConfigurationError, NotFoundError
from domain.post import MAX_TEXT


@contextmanager
def bar(what: str) -> Iterator[Callable[[str, float], None]]:
    """Show a bar on stderr while work is done; call with what and the share done."""
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=1.0)

        def tell(name: str, share: float) -> None:
            progress.update(task, completed=share, description=name)

        yield tell


def train_on(data: Path, wanted: Wanted, out: Path) -> None:
    """Train a task's model on a file, keep it in `out`, and say how it does."""
    refuse_other(out)
    table = _read(data, wanted)
    with bar("train") as tell:
        model, report = train_task(table.examples, progress=tell)
    save_task(out, model, task_card(report, model))
    say(f"trained on {report.texts} texts in {report.seconds:.0f} s")
    say(f"macro-F1 on held-out folds: {report.held_out_macro_f1:.3f}")
    show(f"{report.version} in {out}")


def evaluate_on(
    folder: Path, data: Path, wanted: Wanted, *, out: Path | None, as_json: bool
) -> None:
    """Measure a task's model on a file; print, and write the report into `out`."""
    model = load_task(folder)
    if out is not None:
        _make(out)
    table = _read(data, wanted)
    texts = [example.text for example in table.examples]
    with bar("evaluate") as tell:
        said = model.judge(
            texts, done=lambda count: tell("judging", count / len(texts))
        )
    figures = measure(model.version, table, said, model.seen)
    if figures.trained_on:
        say(f"minhtin: {trained_on_sentence(figures)}")
    if out is not None:
        _write(out, figures, table, said)
        say(f"report in {out}")
    if as_json:
        emit(asdict(figures))
    else:
        show(task_markdown(figures))


def refuse_missing(model: Path) -> None:
    """Raise `NotFoundError` where a named folder holds nothing of a model."""
    folder = whole(model)
    if not folder.is_dir() or not any(folder.iterdir()):
        raise NotFoundError(
            f"There is no model in {model}.",
            hint="--model names a folder that `minhtin train --out FOLDER` made.",
        )


def _make(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"There can be no folder {out}: {error.strerror}.",
            hint="Name a folder that you may write.",
        ) from error


def _write(out: Path, figures: TaskFigures, table: Table, said: Sequence[Said]) -> None:
    from classifier.tasks.charts import write_charts

    try:
        charts = write_charts(out, figures, table.examples, said)
        (out / "report.md").write_text(task_markdown(figures, charts), "utf-8")
        (out / "report.json").write_text(_json(figures), "utf-8")
    except OSError as error:
        raise ConfigurationError(
            f"The report cannot be written in {out}: {error.strerror}.",
            hint="Name a folder that you may write, on a disk with room.",
        ) from error


def _read(data: Path, wanted: Wanted) -> Table:
    table = read_table(data, wanted)
    if table.unlabelled:
        say(f"{table.unlabelled} rows without a label are left out")
    if table.empty:
        say(f"{table.empty} texts are empty")
    if table.cut:
        say(f"{table.cut} texts are cut at {MAX_TEXT} characters")
    return table


def _json(figures: TaskFigures) -> str:
    return json.dumps(asdict(figures), ensure_ascii=False, indent=2) + "\n"
