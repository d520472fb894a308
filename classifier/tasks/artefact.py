"""A task's model as a folder: arrays, JSON, a card and checksums. Never pickles."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.folder import (
    HINT,
    UNREADABLE,
    check_unpacked,
    foreign,
    refuse_foreign,
    sound_version,
    swapped,
    verify,
    whole,
)
from classifier.tasks.blocks import Block, Columns, Cut, View
from classifier.tasks.model import Calibration, TaskModel
from classifier.tasks.seen import NOTHING
from domain.errors import ConfigurationError

FORMAT = "task-1"
"""Layout of the folder and meaning of its grams; a change of either raises it."""

FILES = ("task.npz", "task.json", "card.md")

_HEAD = ("format", "version", "labels", "blocks", "strange_from")


def refuse_other(folder: Path) -> None:
    """Raise ConfigurationError unless the folder is new, empty or a task's model."""
    folder = whole(folder)
    refuse_foreign(folder, FILES)
    if folder.is_dir() and any(folder.iterdir()) and not _is_task(folder):
        raise foreign(folder)


def _is_task(folder: Path) -> bool:
    try:
        head = json.loads((folder / "task.json").read_text(encoding="utf-8"))
        return str(head["format"]).startswith("task-") and {*_HEAD} <= {*head}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return False


def save_task(folder: Path, model: TaskModel, card: str) -> None:
    """Write the folder; one that holds another task's model is swapped whole.

    Raises ConfigurationError for a folder of something else, or none that can be.
    """
    refuse_other(folder)
    try:
        with swapped(folder, FILES) as new:
            _write(new, model, card)
    except OSError as error:
        raise ConfigurationError(
            f"The model cannot be written into {folder}: {error.strerror}.",
            hint="Name a new folder that you may write.",
        ) from error


def _write(folder: Path, model: TaskModel, card: str) -> None:
    arrays: dict[str, Any] = {
        "weights": model.weights.astype(np.float16),
        "bias": model.bias,
        "slopes": model.calibration.slopes,
        "offsets": model.calibration.offsets,
        "seen": model.seen,
    }
    for number, columns in enumerate(model.blocks):
        arrays[f"names_{number}"] = columns.names
        arrays[f"idf_{number}"] = columns.idf
    np.savez_compressed(folder / "task.npz", **arrays)
    head = {
        "format": FORMAT,
        "version": model.version,
        "labels": list(model.labels),
        "blocks": [asdict(columns.block) for columns in model.blocks],
        "strange_from": model.strange_from,
    }
    text = json.dumps(head, ensure_ascii=False, indent=1)
    (folder / "task.json").write_text(text + "\n", encoding="utf-8")
    (folder / "card.md").write_text(card, encoding="utf-8")


def load_task(folder: Path) -> TaskModel:
    """Read a folder; ConfigurationError where it is missing, damaged or of old make."""
    folder = whole(folder)
    if (folder / "model.json").is_file():
        raise ConfigurationError(
            f"{folder} holds the office's own model, not one of a task.",
            hint="Leave --data out to measure it, or name a folder that "
            "“minhtin train --data” made.",
        )
    verify(folder, FILES)
    try:
        head = json.loads((folder / "task.json").read_text(encoding="utf-8"))
        if head["format"] != FORMAT:
            raise ConfigurationError(
                f"The model in {folder} is of another version of the program.",
                hint=HINT,
            )
        return _model(folder, head)
    except UNREADABLE as error:
        raise ConfigurationError(
            f"The model in {folder} cannot be read: {error}.", hint=HINT
        ) from error


def _model(folder: Path, head: dict[str, Any]) -> TaskModel:
    check_unpacked(folder / "task.npz")
    with np.load(folder / "task.npz", allow_pickle=False) as arrays:
        blocks = [
            Columns(_block(data), arrays[f"names_{number}"], arrays[f"idf_{number}"])
            for number, data in enumerate(head["blocks"])
        ]
        model = TaskModel(
            version=sound_version(head["version"]),
            labels=[str(label) for label in head["labels"]],
            blocks=blocks,
            weights=arrays["weights"].astype(np.float32),
            bias=arrays["bias"],
            calibration=Calibration(slopes=arrays["slopes"], offsets=arrays["offsets"]),
            strange_from=float(head["strange_from"]),
            # Folders of 0.1 have none; what they judge is the same.
            seen=arrays["seen"] if "seen" in arrays.files else NOTHING,
        )
    if not _fits(model):
        raise ConfigurationError(f"The model in {folder} is incomplete.", hint=HINT)
    return model


_LONGEST_GRAM = 20
"""Words or letters of a run: a block that asks for more takes all memory."""


def _block(data: dict[str, Any]) -> Block:
    block = Block(**{**data, "view": View(data["view"]), "cut": Cut(data["cut"])})
    if not 1 <= block.shortest <= block.longest <= _LONGEST_GRAM:
        raise ValueError(f"runs of {block.shortest} to {block.longest}")
    return block


def _fits(model: TaskModel) -> bool:
    """Tell whether all arrays belong together and hold numbers alone."""
    labels, odds = len(model.labels), model.calibration
    alike = all(
        columns.idf.shape == columns.names.shape == (len(columns.names),)
        and columns.names.dtype == np.uint64
        for columns in model.blocks
    )
    numbers: list[NDArray[Any]] = [model.weights, model.bias, odds.slopes, odds.offsets]
    shapes = [array.shape for array in numbers]
    wanted = [
        _shape(model.labels, model.blocks),
        (labels,),
        (labels, labels),
        (labels,),
    ]
    idfs = [columns.idf for columns in model.blocks]
    finite = all(map(_finite, numbers)) and all(map(_finite, idfs))
    return alike and shapes == wanted and finite and math.isfinite(model.strange_from)


def _finite(array: NDArray[Any]) -> bool:
    return bool(np.isfinite(array).all())


def _shape(labels: Sequence[str], blocks: Sequence[Columns]) -> tuple[int, int]:
    return len(labels), sum(len(columns.names) for columns in blocks)
