"""Evidence in memory: for tests and dry runs; bounded to fail as a full disk does."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from domain.clock import Clock, SystemClock
from domain.errors import StoreFullError
from domain.ids import Digest
from evidence.digest import digest_of, unknown
from evidence.picture import refuse_other_picture
from evidence.port import Capture, EvidenceStore, Stored
from evidence.soundness import problems_of, refuse_other
from evidence.warc import from_warc, to_warc

T = TypeVar("T")


class MemoryEvidence(EvidenceStore):
    """Keeps WARC bytes in dictionaries; `max_bytes` bounds their sum (0: no bound)."""

    def __init__(self, *, clock: Clock | None = None, max_bytes: int = 0) -> None:
        self._clock = clock or SystemClock()
        self._max_bytes = max_bytes
        self._kept: dict[Digest, bytes] = {}
        self._since: dict[Digest, datetime] = {}
        self._pictures: dict[Digest, bytes] = {}

    def put(self, capture: Capture) -> Digest:
        digest = digest_of(capture)
        if digest not in self._kept:
            self._keep(self._kept, digest, to_warc(capture))
            self._since[digest] = self._clock.now()
        return digest

    def adopt(self, digest: Digest, warc: bytes, stored_at: datetime) -> None:
        refuse_other(warc, digest)
        if digest not in self._kept:
            self._keep(self._kept, digest, warc)
            self._since[digest] = stored_at

    def attach(self, digest: Digest, warc: bytes) -> None:
        refuse_other_picture(warc, self.warc(digest))
        if digest not in self._pictures:
            self._keep(self._pictures, digest, warc)

    def _keep(self, kept: dict[Digest, bytes], digest: Digest, data: bytes) -> None:
        held = sum(map(len, [*self._kept.values(), *self._pictures.values()]))
        if self._max_bytes and held + len(data) > self._max_bytes:
            raise StoreFullError("The evidence store is full.")
        kept[digest] = data

    def get(self, digest: Digest) -> Capture:
        return from_warc(self.warc(digest))

    def warc(self, digest: Digest) -> bytes:
        return _found(self._kept, digest)

    def attached(self, digest: Digest) -> bytes:
        return _found(self._pictures, digest)

    def stored_at(self, digest: Digest) -> datetime:
        return _found(self._since, digest)

    def verify(self, digest: Digest) -> Stored:
        data, picture = self.warc(digest), self._pictures.get(digest)
        problem = problems_of(data, digest, picture)
        return Stored(
            digest=digest,
            size=len(data),
            stored_at=self._since[digest],
            sound=not problem,
            problem=problem,
            pictured=picture is not None,
        )

    def digests(self) -> Iterator[Digest]:
        yield from list(self._kept)

    def delete(self, digests: Sequence[Digest]) -> int:
        erased = 0
        for digest in digests:
            self._pictures.pop(digest, None)
            self._since.pop(digest, None)
            erased += self._kept.pop(digest, None) is not None
        return erased


def _found(kept: dict[Digest, T], digest: Digest) -> T:
    if digest not in kept:
        raise unknown(digest)
    return kept[digest]
