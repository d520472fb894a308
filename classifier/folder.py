"""A model's folder: files under checksums, so that half a folder never loads."""

import hashlib
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from domain.errors import ConfigurationError

HINT = "Run “minhtin train” to make the model again."
SUMS = "SHA256SUMS"
_NEXT = ".next"
"""Where a model is written before it takes the place of the one around it."""

UNREADABLE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What numpy, zipfile and json raise on rubbish under right checksums: whoever may
write a folder may seal it. RuntimeError is what deep JSON and encrypted
archives end in."""

LARGEST = 512 * 1024 * 1024
"""Bytes of a file, and of its arrays unpacked: a hundred times a real one. Larger lets
one hostile file take all memory; smaller stops an office with very many texts."""

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


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
    found = folder.iterdir() if folder.is_dir() else ()
    there = [path for path in found if path.name != _NEXT]
    if any(path.name not in {*names, SUMS} or not path.is_file() for path in there):
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
        # The checksums first: what is half removed must not look whole.
        for name in (SUMS, *names):
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()


def present(folder: Path) -> Path:
    """Return where the model of a folder written by `renewed` stands."""
    staged = folder / _NEXT
    return staged if (staged / SUMS).is_file() else folder


@contextmanager
def renewed(folder: Path, names: Sequence[str]) -> Iterator[Path]:
    """Yield a folder to write files `names` into; they then replace those in `folder`.

    Other than `swapped` it leaves what else lies in `folder`. A kill at any moment
    leaves the old model or the new one whole, at `present(folder)`.
    """
    new = folder / _NEXT
    _take_over(folder, names)
    new.mkdir(parents=True)
    yield new
    seal(new, names)
    _take_over(folder, names)


def _take_over(folder: Path, names: Sequence[str]) -> None:
    """Copy what was sealed beside into its place, then remove what is beside."""
    new = folder / _NEXT
    if (new / SUMS).is_file():
        for name in (*names, SUMS):
            # A new file instead of a written-over one: a copy by hard links keeps its.
            copy = folder / f".{name}.new"
            shutil.copyfile(new / name, copy)
            copy.replace(folder / name)
    _clear(new, names)


def seal(folder: Path, names: Sequence[str]) -> None:
    """Write the checksums; to be done last. All is on the disk before they are."""
    sums = "".join(f"{_digest(folder / name)}  {name}\n" for name in names)
    for name in names:
        _to_disk(folder / name)
    (folder / SUMS).write_text(sums, encoding="utf-8")
    _to_disk(folder / SUMS)


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def verify(folder: Path, names: Sequence[str]) -> None:
    """Raise ConfigurationError unless every file is there and as it was sealed.

    It tells damage, not intent: whoever may write the folder may seal it anew.
    """
    if not (folder / SUMS).is_file():
        raise ConfigurationError(f"There is no trained model in {folder}.", hint=HINT)
    try:
        wanted = _sealed(folder / SUMS)
        found = {name: _digest(folder / name) for name in names}
    except (OSError, ValueError) as error:
        raise ConfigurationError(
            f"The model in {folder} cannot be read: {error}.", hint=HINT
        ) from error
    for name in names:
        if wanted.get(name) != found[name]:
            raise ConfigurationError(
                f"{folder / name} does not match its checksum: the model is damaged.",
                hint=HINT,
            )


def _sealed(sums: Path) -> dict[str, str]:
    lines = _bounded(sums).read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, _, name in (li.partition("  ") for li in lines)}


def _bounded(path: Path) -> Path:
    """Return the path of a file that may be read. Raises ValueError and OSError."""
    if not path.is_file():
        raise ValueError(f"{path} is no file")
    if path.stat().st_size > LARGEST:
        raise ValueError(f"{path} is larger than {LARGEST:,} bytes")
    return path


def check_unpacked(path: Path) -> None:
    """Raise ValueError where arrays are larger unpacked than a model's ever are."""
    with zipfile.ZipFile(path) as archive:
        if sum(member.file_size for member in archive.infolist()) > LARGEST:
            raise ValueError(f"{path} unpacks to more than {LARGEST:,} bytes")


def sound_version(name: object) -> str:
    """Return a version's name, which becomes a folder's. Raises ValueError."""
    if not isinstance(name, str) or not _VERSION.fullmatch(name):
        raise ValueError(f"{name!r} is no version")
    return name


def _digest(path: Path) -> str:
    with _bounded(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
