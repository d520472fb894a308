"""A trained model as a folder: arrays, JSON, a card and checksums. Never pickles."""

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from classifier.folder import (
    HINT,
    UNREADABLE,
    check_unpacked,
    present,
    renewed,
    sound_version,
    verify,
)
from classifier.heads import BINARY
from classifier.linear import LinearClassifier
from classifier.model import GROUPS, QUESTIONS, Model, Sigmoid
from classifier.vocabulary import BLOCKS, Vocabulary
from domain.errors import ConfigurationError

FORMAT = 3
"""Layout of the folder and meaning of its columns; a change of features raises it."""

FILES = ("model.npz", "model.json", "card.md")


def version_of(weights: bytes) -> str:
    """Name a model after its format and the digest of its weights."""
    return f"linear-{FORMAT}-{hashlib.sha256(weights).hexdigest()[:10]}"


def save(folder: Path, model: Model, card: str) -> None:
    """Write the folder; a kill at any moment leaves its old model or the new one."""
    with renewed(folder, FILES) as new:
        _write(new, model, card)


def _write(folder: Path, model: Model, card: str) -> None:
    np.savez_compressed(
        folder / "model.npz",
        idf=model.vocabulary.idf,
        weights=model.weights.astype(np.float16),
        bias=model.bias,
    )
    head = {
        "format": FORMAT,
        "version": model.version,
        "questions": list(QUESTIONS),
        "thresholds": dict(model.thresholds),
        "sigmoids": {n: [s.slope, s.offset] for n, s in model.sigmoids.items()},
        "sharpness": dict(model.sharpness),
        "strange_from": model.strange_from,
        "columns": {name: list(model.vocabulary.columns[name]) for name in BLOCKS},
    }
    text = json.dumps(head, ensure_ascii=False, separators=(",", ":"))
    (folder / "model.json").write_text(text, encoding="utf-8")
    (folder / "card.md").write_text(card, encoding="utf-8")


def load(folder: Path) -> LinearClassifier:
    """Read a folder; ConfigurationError where it is missing, damaged or of old make.

    Whoever wrote it: nothing in it is run, and no value in it is taken unchecked.
    """
    folder = present(folder)
    if (folder / "task.json").is_file():
        raise ConfigurationError(
            f"{folder} holds a task's model, not the office's own.",
            hint="Add --data FILE --text COLUMN --label COLUMN to measure it.",
        )
    verify(folder, FILES)
    try:
        head = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if head["format"] != FORMAT or head["questions"] != list(QUESTIONS):
            raise ConfigurationError(
                f"The model in {folder} is of another version of the program.",
                hint=HINT,
            )
        return LinearClassifier(_model(folder, head))
    except UNREADABLE as error:
        raise ConfigurationError(
            f"The model in {folder} cannot be read: {error}.", hint=HINT
        ) from error


def _model(folder: Path, head: dict[str, Any]) -> Model:
    check_unpacked(folder / "model.npz")
    with np.load(folder / "model.npz", allow_pickle=False) as arrays:
        idf = np.asarray(arrays["idf"], np.float32)
        weights = np.asarray(arrays["weights"], np.float32)
        bias = np.asarray(arrays["bias"], np.float32)
    columns: dict[str, dict[str, int]] = {}
    start = 0
    for name in BLOCKS:
        terms = head["columns"][name]
        columns[name] = dict(zip(terms, range(start, start + len(terms)), strict=True))
        start += len(terms)
    shapes = ((len(QUESTIONS), start), (start,), (len(QUESTIONS),))
    if (weights.shape, idf.shape, bias.shape) != shapes:
        raise ConfigurationError(f"The model in {folder} is incomplete.", hint=HINT)
    if not all(np.isfinite(array).all() for array in (idf, weights, bias)):
        raise ValueError("a weight is no number")
    return Model(
        version=sound_version(head["version"]),
        vocabulary=Vocabulary(columns, idf),
        weights=weights,
        bias=bias,
        sigmoids={
            name: Sigmoid(
                slope=_number(head["sigmoids"][name][0]),
                offset=_number(head["sigmoids"][name][1]),
            )
            for name in BINARY
        },
        thresholds={name: _number(head["thresholds"][name]) for name in BINARY},
        sharpness={name: _number(head["sharpness"][name]) for name in GROUPS},
        strange_from=_number(head["strange_from"]),
    )


def _number(value: object) -> float:
    """Return a finite number. Raises ValueError: a NaN as threshold flags nothing."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)
