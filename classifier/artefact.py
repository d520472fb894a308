"""A trained model as a folder: arrays, JSON, a card and checksums. Never pickles."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from classifier.folder import HINT, open_seal, seal, verify
from classifier.linear import LinearClassifier
from classifier.model import QUESTIONS, Model, Sigmoid
from classifier.vocabulary import BLOCKS, Vocabulary
from domain.errors import ConfigurationError

FORMAT = 3
"""Layout of the folder and meaning of its columns; a change of features raises it."""

FILES = ("model.npz", "model.json", "card.md")


def version_of(weights: bytes) -> str:
    """Name a model after its format and the digest of its weights."""
    return f"linear-{FORMAT}-{hashlib.sha256(weights).hexdigest()[:10]}"


def save(folder: Path, model: Model, card: str) -> None:
    """Write the folder; the checksums come last, so half a folder does not load."""
    open_seal(folder)
    # New files instead of written-over ones: a copy by hard links keeps the old model.
    for name in FILES:
        (folder / name).unlink(missing_ok=True)
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
    seal(folder, FILES)


def load(folder: Path) -> LinearClassifier:
    """Read a folder; ConfigurationError where it is missing, damaged or of old make."""
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
    except (KeyError, ValueError, OSError) as error:
        raise ConfigurationError(
            f"The model in {folder} cannot be read: {error}.", hint=HINT
        ) from error


def _model(folder: Path, head: dict[str, Any]) -> Model:
    with np.load(folder / "model.npz", allow_pickle=False) as arrays:
        idf = arrays["idf"]
        weights = arrays["weights"].astype(np.float32)
        bias = arrays["bias"]
    columns: dict[str, dict[str, int]] = {}
    start = 0
    for name in BLOCKS:
        terms = head["columns"][name]
        columns[name] = dict(zip(terms, range(start, start + len(terms)), strict=True))
        start += len(terms)
    if weights.shape != (len(QUESTIONS), start) or len(idf) != start:
        raise ConfigurationError(f"The model in {folder} is incomplete.", hint=HINT)
    return Model(
        version=str(head["version"]),
        vocabulary=Vocabulary(columns, idf),
        weights=weights,
        bias=bias,
        sigmoids={
            name: Sigmoid(slope=slope, offset=offset)
            for name, (slope, offset) in head["sigmoids"].items()
        },
        thresholds=head["thresholds"],
        sharpness=head["sharpness"],
        strange_from=float(head["strange_from"]),
    )
