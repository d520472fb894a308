"""A model's folder: files under checksums, so that half a folder never loads."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from domain.errors import ConfigurationError

HINT = "Run “minhtin train” to make the model again."
_SUMS = "SHA256SUMS"


def refuse_foreign(folder: Path, names: Sequence[str]) -> None:
    """Raise ConfigurationError unless a model of files `names` may be written here.

    A new or empty folder will do, and one that holds such a model; any other would lose
    its own files and checksums, and with them the office's live model.
    """
    if folder.exists() and not folder.is_dir():
        raise ConfigurationError(f"{folder} is a file.", hint="Name a folder.")
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if there - {*names, _SUMS}:
        raise ConfigurationError(
            f"{folder} holds other files than a model of this kind.",
            hint="Name a new folder.",
        )


def open_seal(folder: Path) -> None:
    """Make the folder, and its old contents unloadable until it is sealed again."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _SUMS).unlink(missing_ok=True)


def seal(folder: Path, names: Sequence[str]) -> None:
    """Write the checksums; to be done last."""
    sums = "".join(f"{_digest(folder / name)}  {name}\n" for name in names)
    (folder / _SUMS).write_text(sums, encoding="utf-8")


def verify(folder: Path, names: Sequence[str]) -> None:
    """Raise ConfigurationError unless every file is there and as it was sealed."""
    sums = folder / _SUMS
    if not sums.is_file():
        raise ConfigurationError(f"There is no trained model in {folder}.", hint=HINT)
    lines = sums.read_text(encoding="utf-8").splitlines()
    wanted = {name: digest for digest, _, name in (li.partition("  ") for li in lines)}
    for name in names:
        path = folder / name
        if not path.is_file() or wanted.get(name) != _digest(path):
            raise ConfigurationError(
                f"{path} does not match its checksum: the model is damaged.", hint=HINT
            )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
