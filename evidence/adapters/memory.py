"""Evidence in memory: for tests and dry runs; bounded to fail as a full disk does."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.clock import Clock, SystemClock
from domain.errors import NotFoundError, StoreFullError
from domain.ids import Digest
from evidence.digest import digest_of, hex_of
from evidence.port import Capture, EvidenceStore, Stored
from evidence.soundness import refuse_other
from evidence.warc import from_warc, to_warc


class MemoryEvidence(EvidenceStore):
    """Keeps WARC bytes in a dictionary; `max_bytes` bounds their sum (0: no bound)."""

    def __init__(self, *, clock: Clock | None = None, max_bytes: int = 0) -> None:
        self._clock = clock or SystemClock()
        self._max_bytes = max_bytes
        self._kept: dict[Digest, tuple[bytes, Stored]] = {}

    def put(self, capture: Capture) -> Digest:
        digest = digest_of(capture)
        if digest in self._kept:
            return digest
        self._keep(digest, to_warc(capture))
        return digest

    def adopt(self, digest: Digest, warc: bytes, stored_at: datetime) -> None:
        refuse_other(warc, digest)
        if digest not in self._kept:
            self._keep(digest, warc, stored_at)

    def _keep(
        self, digest: Digest, data: bytes, stored_at: datetime | None = None
    ) -> None:
        held = sum(len(kept) for kept, _ in self._kept.values())
        if self._max_bytes and held + len(data) > self._max_bytes:
            raise StoreFullError("The evidence store is full.")
        stored = Stored(
            digest=digest,
            size=len(data),
            stored_at=stored_at or self._clock.now(),
            sound=True,
        )
        self._kept[digest] = (data, stored)

    def get(self, digest: Digest) -> Capture:
        return from_warc(self.warc(digest))

    def warc(self, digest: Digest) -> bytes:
        hex_of(digest)
        if digest not in self._kept:
            raise NotFoundError(f"No evidence is called {digest!r}.")
        return self._kept[digest][0]

    def verify(self, digest: Digest) -> Stored:
        self.warc(digest)
        return self._kept[digest][1]

    def digests(self) -> Iterator[Digest]:
        yield from list(self._kept)

    def delete(self, digests: Sequence[Digest]) -> int:
        return sum(1 for d in digests if self._kept.pop(d, None) is not None)
