"""Puts files into a copy and reads them again, piece by piece, hashed on both sides."""

import errno
import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal
from uuid import uuid4

import msgspec

from domain.errors import QuarantineError, StoreFullError
from jobs.copies.sealing import Seal, Sink, Source
from jobs.durable import sync_folder

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
PRIVATE = 0o600

Progress = Callable[[int], None]


def silent(_: int) -> None:
    """Tell nobody how many bytes were done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFile:
    """A file of a copy as it should be.

    `size` in bytes and `sha256` are of what was sealed, `stored_sha256` of the file as
    it lies there, which is the same where nothing is encrypted.
    """

    name: str
    size: int
    sha256: str
    stored_sha256: str


class Counted:
    """A file that hashes and counts what goes through it.

    age wraps what a file raises into an error of its own; `error` keeps the first one.
    """

    def __init__(
        self, file: Source | None, sink: Sink | None = None, tell: Progress = silent
    ) -> None:
        self._file, self._sink, self._tell = file, sink, tell
        self._hash = hashlib.sha256()
        self.size = 0
        self.error: OSError | None = None

    def read(self, size: int, /) -> bytes:
        """Read from the source."""
        piece = self._file.read(size) if self._file is not None else b""
        self._note(piece)
        return piece

    def write(self, piece: bytes, /) -> int:
        """Write into the sink, or only count where there is none."""
        try:
            if self._sink is not None:
                self._sink.write(piece)
        except OSError as error:
            self.error = self.error or error
            raise
        self._note(piece)
        return len(piece)

    def flush(self) -> None:
        """Hand on what is buffered."""
        try:
            if self._sink is not None:
                self._sink.flush()
        except OSError as error:
            self.error = self.error or error
            raise

    def _note(self, piece: bytes) -> None:
        self._hash.update(piece)
        self.size += len(piece)
        self._tell(len(piece))

    @property
    def sha256(self) -> str:
        """The hash in hex of what went through so far."""
        return self._hash.hexdigest()


def close_file(
    seal: Seal, source: Source, target: Path, name: str, tell: Progress = silent
) -> SealedFile:
    """Write a source into `target` plus the seal's suffix, durably, whole or not.

    Raises `StoreFullError` when there is no room.
    """
    place = target.with_name(target.name + seal.suffix)
    part = place.with_name(f".{place.name}.{uuid4().hex}.part")
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    read = Counted(source, tell=tell)
    written = Counted(None)
    try:
        with private(part, "xb") as file:
            written = Counted(None, file)
            seal.close(read, written)
            file.flush()
            os.fsync(file.fileno())
        part.replace(place)
        sync_folder(place.parent)
    except Exception as error:
        raise full_or(written.error or error, place) from error
    finally:
        part.unlink(missing_ok=True)
    return SealedFile(
        name=name,
        size=read.size,
        sha256=read.sha256,
        stored_sha256=written.sha256,
    )


def open_file(
    seal: Seal,
    place: Path,
    wanted: SealedFile,
    sink: Sink | None = None,
    tell: Progress = silent,
) -> None:
    """Read a file of a copy through, into `sink` where there is one.

    Raises `QuarantineError` when it is missing or not as it was written, and as
    `Seal.open`.
    """
    stored = place.with_name(place.name + seal.suffix)
    got = Counted(None, sink)
    try:
        with stored.open("rb") as file:
            read = Counted(file, tell=tell)
            seal.open(read, got)
    except OSError as error:
        if got.error is not None:
            raise full_or(got.error, place) from error
        raise damaged(wanted.name, _why(error)) from error
    except QuarantineError as error:
        raise damaged(wanted.name, error.message) from error
    if (got.size, got.sha256) != (wanted.size, wanted.sha256):
        raise damaged(wanted.name, "changed since it was copied")


def damaged(name: str, what: str) -> QuarantineError:
    """Return the error for a file of a copy."""
    return QuarantineError(f"{name}: {what}", reason="damaged_copy")


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "missing"
    # age says of a piece that does not fit its key and place: «decryption error».
    return f"cut or changed since it was copied ({error})"


def full_or(error: Exception, place: Path) -> Exception:
    """Return our error where the disk is full, else the same one."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return StoreFullError(
            f"There is no room for {place}.",
            retry_after=60,
            hint="Free space there; what was begun is taken away again.",
        )
    return error


def write_whole(path: Path, data: bytes) -> None:
    """Replace a small file whole and durably; only the owner reads it."""
    part = path.with_name(f".{path.name}.{uuid4().hex}.part")
    try:
        with private(part, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise full_or(error, path) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def private(path: Path, mode: Literal["xb", "ab", "a+b"]) -> BinaryIO:
    """Open a file to write that only its owner may read."""
    how = os.O_RDWR if "+" in mode else os.O_WRONLY
    kind = os.O_EXCL if mode == "xb" else os.O_APPEND
    return os.fdopen(os.open(path, how | os.O_CREAT | kind, PRIVATE), mode)


def json_bytes(value: object) -> bytes:
    """Return a value as JSON that people can read."""
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"
