"""Evidence as files: one small WARC per capture, its path made of its digest.

`<root>/ab/cd/abcd….warc.gz`, its picture beside it as `abcd….picture.warc.gz`. A file
is written beside its place, synced, and renamed onto it, so a crash leaves either the
whole capture or none; leftovers are swept when the store is opened. Nothing is ever
rewritten.
"""

import errno
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from domain.errors import NotFoundError, StoreFullError
from domain.ids import Digest
from evidence.digest import digest_of, unknown
from evidence.picture import refuse_other_picture
from evidence.places import PICTURE, SUFFIX, digest_at, place_of
from evidence.port import Capture, EvidenceStore, Stored
from evidence.soundness import problems_of, refuse_other
from evidence.warc import from_warc, to_warc

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_ABANDONED = 3600
"""Seconds after which an unfinished file belongs to no living writer."""


class FileEvidence(EvidenceStore):
    """Captures under one folder; several processes may use it at once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        root.mkdir(parents=True, exist_ok=True)
        self._sweep()

    def put(self, capture: Capture) -> Digest:
        digest = digest_of(capture)
        path = self._path(digest)
        if not path.exists():
            self._write(path, to_warc(capture))
        return digest

    def adopt(self, digest: Digest, warc: bytes, stored_at: datetime) -> None:
        refuse_other(warc, digest)
        path = self._path(digest)
        if not path.exists():
            self._write(path, warc)
        stamp = stored_at.timestamp()
        os.utime(path, (stamp, stamp))

    def attach(self, digest: Digest, warc: bytes) -> None:
        refuse_other_picture(warc, self.warc(digest))
        place = self._path(digest, PICTURE)
        if not place.exists():
            self._write(place, warc)
        if not self._path(digest).exists():
            # Deleted meanwhile: a picture has no life of its own.
            place.unlink(missing_ok=True)
            raise unknown(digest)

    def get(self, digest: Digest) -> Capture:
        return from_warc(self.warc(digest))

    def warc(self, digest: Digest) -> bytes:
        return self._read(digest, SUFFIX)

    def attached(self, digest: Digest) -> bytes:
        return self._read(digest, PICTURE)

    def stored_at(self, digest: Digest) -> datetime:
        try:
            changed = self._path(digest).stat().st_mtime
        except FileNotFoundError as error:
            raise unknown(digest) from error
        return datetime.fromtimestamp(changed, UTC)

    def verify(self, digest: Digest) -> Stored:
        data = self.warc(digest)
        try:
            picture = self.attached(digest)
        except NotFoundError:
            picture = None
        problem = problems_of(data, digest, picture)
        return Stored(
            digest=digest,
            size=len(data),
            stored_at=self.stored_at(digest),
            sound=not problem,
            problem=problem,
            pictured=picture is not None,
        )

    def digests(self) -> Iterator[Digest]:
        for path in self._root.glob(f"??/??/*{SUFFIX}"):
            if digest := digest_at(path.name):
                yield digest

    def delete(self, digests: Sequence[Digest]) -> int:
        erased = 0
        for digest in digests:
            # Before and after: a picture may arrive while its capture goes.
            self._path(digest, PICTURE).unlink(missing_ok=True)
            try:
                self._path(digest).unlink()
                erased += 1
            except FileNotFoundError:
                continue
            finally:
                self._path(digest, PICTURE).unlink(missing_ok=True)
        return erased

    def _path(self, digest: Digest, suffix: str = SUFFIX) -> Path:
        return self._root / place_of(digest, suffix)

    def _read(self, digest: Digest, suffix: str) -> bytes:
        try:
            return self._path(digest, suffix).read_bytes()
        except FileNotFoundError as error:
            raise unknown(digest) from error

    def _write(self, path: Path, data: bytes) -> None:
        unfinished: Path | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with NamedTemporaryFile(
                dir=path.parent, suffix=".part", delete=False
            ) as file:
                unfinished = Path(file.name)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
            _sync_folder(path.parent)
        except OSError as error:
            if unfinished is not None:
                unfinished.unlink(missing_ok=True)
            if error.errno in _FULL:
                raise StoreFullError(
                    "The disk that holds the evidence is full.",
                    retry_after=60,
                    hint=f"Free space under {self._root}.",
                ) from error
            raise

    def _sweep(self) -> None:
        newest = max((p.stat().st_mtime for p in self._root.glob("??/??")), default=0.0)
        for part in self._root.glob("??/??/*.part"):
            if part.stat().st_mtime < newest - _ABANDONED:
                part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
