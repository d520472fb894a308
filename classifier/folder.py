"""A model's folder: files under checksums, so that half a folder never loads."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from domain.errors import ConfigurationError

HINT = "Run “minhtin train” to make the model again."
_SUMS = "SHA256SUMS"


def refuse_foreign(folder: Path, names: Sequence[str]) -> None:
    """Raise ConfigurationError unless a model of files `names` may be written here.

    A new or empty folder will do, and one that holds nothing but such files; any other
    would lose its own files and checksums, and with them the office's live model.
    """
    above = folder
    while not above.exists() and above != above.parent:
        above = above.parent
    if not above.is_dir():
        raise ConfigurationError(f"{above} is a file.", hint="Name a folder.")
    if not os.access(folder.parent if above == folder else above, os.W_OK | os.X_OK):
        raise ConfigurationError(
            f"{folder} cannot be written.", hint="Name a folder that you may write."
        )
    there = list(folder.iterdir()) if folder.is_dir() else []
    if any(path.name not in {*names, _SUMS} or not path.is_file() for path in there):
        raise foreign(folder)


def foreign(folder: Path) -> ConfigurationError:
    """Return the error for a folder that holds something else."""
    return ConfigurationError(
        f"{folder} holds other files than a model of this kind.",
        hint="Name a new folder.",
    )


def whole(folder: Path) -> Path:
    """Return where the model stands: beside, if a swap was killed half-way."""
    old = _beside(folder, "old")
    return old if old.is_dir() and not folder.exists() else folder


@contextmanager
def swapped(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """Yield a folder to write files `names` into; it takes the place of `folder`.

    A kill at any moment leaves the old model or the new one, at `whole(folder)`.
    Folders left by a kill are used up by the next call.
    """
    folder = folder.resolve()
    old, new = _beside(folder, "old"), _beside(folder, "new")
    if old.is_dir() and not folder.exists():
        old.rename(folder)
    _clear(old, names)
    _clear(new, names)
    new.mkdir(parents=True)
    yield new
    seal(new, names)
    if folder.exists():
        new.chmod(folder.stat().st_mode)
        folder.rename(old)
    new.rename(folder)
    _clear(old, names)


def _beside(folder: Path, kind: str) -> Path:
    folder = folder.resolve()
    return folder.with_name(f".{folder.name}.{kind}")


def _clear(folder: Path, names: Sequence[str]) -> None:
    """Remove a folder of ours; one with other files is left, by an OSError."""
    if folder.is_dir():
        for name in (*names, _SUMS):
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


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
