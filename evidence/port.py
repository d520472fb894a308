"""What an evidence store does; `tests/contracts/evidence_store.py` proves it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.ids import Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One HTTP exchange as it went over the wire.

    `body` is the payload after transfer decoding (and after content decoding where
    `Content-Encoding` was undone; headers are kept as received).
    """

    url: str
    fetched: datetime
    status: int
    request_headers: tuple[tuple[str, str], ...]
    response_headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What `verify` says of one capture."""

    digest: Digest
    size: int
    stored_at: datetime
    sound: bool
    problem: str = ""


class EvidenceStore(ABC):
    """Keeps captures by the SHA-256 of their payload and URL."""

    @abstractmethod
    def put(self, capture: Capture) -> Digest:
        """Store durably and return the digest; the same capture is stored once.

        Raises `StoreFullError` when the disk is full; nothing half-written remains.
        """

    @abstractmethod
    def adopt(self, digest: Digest, warc: bytes, stored_at: datetime) -> None:
        """Store a WARC file as another store had it, byte for byte and since when.

        Raises `QuarantineError` when it does not hold what the digest says, and as
        `put`.
        """

    @abstractmethod
    def get(self, digest: Digest) -> Capture:
        """Return a capture. Raises `NotFoundError`."""

    @abstractmethod
    def warc(self, digest: Digest) -> bytes:
        """Return the WARC file (gzip) as stored. Raises `NotFoundError`."""

    @abstractmethod
    def verify(self, digest: Digest) -> Stored:
        """Read the capture again and compare with its digest."""

    @abstractmethod
    def digests(self) -> Iterator[Digest]:
        """Yield all digests, in no set order."""

    @abstractmethod
    def delete(self, digests: Sequence[Digest]) -> int:
        """Erase captures; return how many there were."""
