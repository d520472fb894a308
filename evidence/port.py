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
    `Content-Encoding` was undone; headers are kept as received). `address` is the
    server's IP address where it was known; `sent` the body of the request.
    """

    url: str
    fetched: datetime
    status: int
    request_headers: tuple[tuple[str, str], ...]
    response_headers: tuple[tuple[str, str], ...]
    body: bytes
    address: str = ""
    method: str = "GET"
    sent: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What `verify` says of one capture and of its picture, where it has one.

    `size` is that of the capture's file alone, in bytes.
    """

    digest: Digest
    size: int
    stored_at: datetime
    sound: bool
    problem: str = ""
    pictured: bool = False


class EvidenceStore(ABC):
    """Keeps captures by the SHA-256 of their payload and URL.

    Beside a capture there may be one picture of it, in a WARC file of its own
    (`evidence.picture`), which has no life of its own: it is erased with its capture.
    """

    @abstractmethod
    def put(self, capture: Capture) -> Digest:
        """Store durably and return the digest; the same capture is stored once.

        Raises `StoreFullError` when the disk is full; nothing half-written remains.
        `RetryLaterError` when the store is out of reach.
        """

    @abstractmethod
    def adopt(self, digest: Digest, warc: bytes, stored_at: datetime) -> None:
        """Store a WARC file as another store had it, byte for byte and since when.

        Raises `QuarantineError` when it does not hold what the digest says, and as
        `put`.
        """

    @abstractmethod
    def attach(self, digest: Digest, warc: bytes) -> None:
        """Keep the WARC file of a picture beside its capture; the first one stays.

        Raises `NotFoundError` when the capture is not (or no longer) there,
        `QuarantineError` when the file holds no picture of it, and as `put`.
        """

    @abstractmethod
    def get(self, digest: Digest) -> Capture:
        """Return a capture. Raises `NotFoundError`."""

    @abstractmethod
    def warc(self, digest: Digest) -> bytes:
        """Return the WARC file (gzip) as stored. Raises `NotFoundError`."""

    @abstractmethod
    def attached(self, digest: Digest) -> bytes:
        """Return the WARC file of the picture. Raises `NotFoundError`."""

    @abstractmethod
    def stored_at(self, digest: Digest) -> datetime:
        """Return since when the capture is kept, unread. Raises `NotFoundError`."""

    @abstractmethod
    def verify(self, digest: Digest) -> Stored:
        """Read the capture and its picture again and compare with the digests.

        Raises `NotFoundError`; damage of any kind is said in the answer.
        """

    @abstractmethod
    def digests(self) -> Iterator[Digest]:
        """Yield the digests of all captures, in no set order."""

    @abstractmethod
    def delete(self, digests: Sequence[Digest]) -> int:
        """Erase captures with their pictures; return how many captures there were."""
