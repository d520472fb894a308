"""The captures of all copies, each once, and the list of them in each copy.

Captures are never rewritten, so one that lies here is not read from the store again:
its line in `evidence.sums` says what it is. What retention or an erasure deleted in the
store is deleted here as well, and noted, so that nobody takes it for a loss.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Self

import msgspec

from domain.errors import ConfigurationError, NotFoundError
from domain.ids import Digest
from evidence.places import PICTURE, SUFFIX, place_of
from evidence.port import EvidenceStore
from jobs.copies.files import (
    Progress,
    SealedFile,
    close_file,
    full_or,
    open_file,
    private,
    silent,
    write_whole,
)
from jobs.copies.folder import CAPTURES, GONE
from jobs.copies.manifest import Captures
from jobs.copies.sealing import Seal, Sink

SUMS = "evidence.sums"
SYNC_EVERY = 200
"""Captures between two syncs of the list: fewer cost time, more are read again after a
kill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A capture in a copy, with sizes in bytes and SHA-256 of its files.

    These are 0 and empty for no picture, and where the capture is only named.
    """

    digest: Digest
    stored_at: datetime | None = None
    size: int = 0
    sha256: str = ""
    picture_size: int = 0
    picture_sha256: str = ""

    @property
    def files(self) -> Iterator[SealedFile]:
        """The files of it that lie in the folder of captures."""
        if self.sha256:
            yield _file(self.digest, SUFFIX, self.size, self.sha256)
        if self.picture_sha256:
            yield _file(self.digest, PICTURE, self.picture_size, self.picture_sha256)


def _file(digest: Digest, suffix: str, size: int, sha256: str) -> SealedFile:
    name = place_of(digest, suffix)
    return SealedFile(name=name, size=size, sha256=sha256, stored_sha256="")


class CapturePool:
    """The captures beside the copies of one folder."""

    def __init__(self, folder: Path, seal: Seal) -> None:
        self._folder, self._seal = folder, seal
        self._root = folder / CAPTURES

    def take_over(
        self, store: EvidenceStore, lines: Sink, now: datetime, tell: Progress = silent
    ) -> Captures:
        """Bring over what is new, forget what is gone, write the list of all.

        Memory is some 0.4 GB a million captures. Raises `ConfigurationError` when the
        store is empty and was not: a disk that is not mounted empties no copy.
        """
        known = self._known()
        here = set(store.digests())
        if known and not here:
            raise ConfigurationError(
                "There are no captures any more, but there were at the last copy.",
                hint="Is the disk of the evidence mounted? If all were lawfully "
                f"deleted, remove {self._folder / SUMS}.",
            )
        self._forget(known, here, now)
        count = size = 0
        with self._sums() as sums:
            for digest in sorted(here):
                try:
                    kept = self._kept(store, digest, known.get(digest), sums, tell)
                except NotFoundError:
                    continue  # Deleted meanwhile; the next copy forgets it.
                lines.write(_line(kept))
                count += 1
                size += kept.size + kept.picture_size
        return Captures(count=count, size=size, copied=True)

    def _kept(
        self,
        store: EvidenceStore,
        digest: Digest,
        line: bytes | None,
        sums: "_Sums",
        tell: Progress,
    ) -> Kept:
        former = None if line is None else _decode(line)
        whole = former is not None and all(map(self._there, former.files))
        if former is not None and whole and former.picture_sha256:
            return former
        picture = None
        with suppress(NotFoundError):
            picture = store.attached(digest)
        if former is not None and whole and picture is None:
            return former
        warc = self._put(digest, SUFFIX, store.warc(digest), tell)
        drawn = picture and self._put(digest, PICTURE, picture, tell)
        kept = Kept(
            digest=digest,
            stored_at=store.stored_at(digest),
            size=warc.size,
            sha256=warc.sha256,
            picture_size=drawn.size if drawn else 0,
            picture_sha256=drawn.sha256 if drawn else "",
        )
        sums.add(kept)
        return kept

    def _there(self, file: SealedFile) -> bool:
        place = self._root / (file.name + self._seal.suffix)
        try:
            size = place.stat().st_size
        except FileNotFoundError:
            return False
        # An encrypted file is longer by what age adds.
        return size == file.size or bool(self._seal.suffix and size > file.size)

    def _put(
        self, digest: Digest, suffix: str, data: bytes, tell: Progress
    ) -> SealedFile:
        name = place_of(digest, suffix)
        return close_file(self._seal, BytesIO(data), self._root / name, name, tell)

    def _known(self) -> dict[Digest, bytes]:
        """Return the lines of what lies here, as they stand."""
        known: dict[Digest, bytes] = {}
        with suppress(FileNotFoundError), (self._folder / SUMS).open("rb") as file:
            for line in file:
                # A kill may have left half a line: its capture is read again.
                with suppress(msgspec.DecodeError):
                    known[_decode(line).digest] = line
        return known

    def _forget(
        self, known: dict[Digest, bytes], here: set[Digest], now: datetime
    ) -> None:
        gone = known.keys() - here
        if not gone:
            return
        with private(self._folder / GONE, "ab") as file:
            for digest in sorted(gone):
                file.write(f"{digest} {now:%Y-%m-%d}\n".encode())
            file.flush()
            os.fsync(file.fileno())
        for digest in gone:
            for suffix in (SUFFIX, PICTURE):
                name = place_of(digest, suffix) + self._seal.suffix
                (self._root / name).unlink(missing_ok=True)
            del known[digest]
        write_whole(self._folder / SUMS, b"".join(known.values()))

    def _sums(self) -> "_Sums":
        return _Sums(self._folder / SUMS)

    def deleted(self) -> frozenset[Digest]:
        """Return what was deleted in the store since some copy was made."""
        with suppress(FileNotFoundError):
            lines = (self._folder / GONE).read_text("utf-8").splitlines()
            return frozenset(Digest(line.partition(" ")[0]) for line in lines)
        return frozenset()

    def check(self, kept: Kept, tell: Progress = silent) -> None:
        """Read a capture's files through. Raises `QuarantineError`."""
        for file in kept.files:
            open_file(self._seal, self._root / file.name, file, tell=tell)

    def bring_back(
        self, kept: Kept, store: EvidenceStore, tell: Progress = silent
    ) -> None:
        """Put a capture into a store. Raises `QuarantineError` when it is damaged."""
        for file in kept.files:
            data = BytesIO()
            open_file(self._seal, self._root / file.name, file, data, tell)
            if file.name.endswith(PICTURE):
                store.attach(kept.digest, data.getvalue())
            elif kept.stored_at is not None:
                store.adopt(kept.digest, data.getvalue(), kept.stored_at)


class _Sums:
    """Appends to the list of what lies in the pool."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = private(path, "a+b")
            self._end_half_a_line()
        except OSError as error:
            raise full_or(error, path) from error
        self._path, self._waiting = path, 0

    def _end_half_a_line(self) -> None:
        end = self._file.seek(0, os.SEEK_END)
        if end:
            self._file.seek(end - 1)
            if self._file.read(1) != b"\n":
                self._file.write(b"\n")

    def add(self, kept: Kept) -> None:
        try:
            self._file.write(_line(kept))
            self._waiting += 1
            if self._waiting >= SYNC_EVERY:
                self._sync()
        except OSError as error:
            raise full_or(error, self._path) from error

    def _sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._waiting = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            self._sync()
        except OSError as failed:
            if kind is None:
                raise full_or(failed, self._path) from failed
        finally:
            with suppress(OSError):
                self._file.close()


def only_named(store: EvidenceStore, lines: Sink) -> Captures:
    """Write the list of captures that are kept elsewhere."""
    count = 0
    for digest in store.digests():
        lines.write(_line(Kept(digest=digest)))
        count += 1
    return Captures(count=count, size=0, copied=False)


def read_list(path: Path) -> Iterator[Kept]:
    """Yield the captures of a list that was read out of a copy."""
    with path.open("rb") as file:
        for line in file:
            yield _decode(line)


def _line(kept: Kept) -> bytes:
    return msgspec.json.encode(kept) + b"\n"


_DECODER = msgspec.json.Decoder(Kept)


def _decode(line: bytes) -> Kept:
    return _DECODER.decode(line)
