"""What a capture's file says, for people and for lists."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO

from warcio.archiveiterator import ArchiveIterator

from domain.errors import NotFoundError, QuarantineError
from domain.ids import Digest
from evidence.picture import Picture, picture_from_warc
from evidence.port import EvidenceStore
from evidence.records import info_of
from evidence.warc import from_warc

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureFacts:
    """One capture without its payload.

    `size` is that of the file and `length` that of the payload, in bytes; the two
    digests are SHA-256 in hex. `software` is what wrote the file, where it says so.
    """

    digest: Digest
    url: str
    fetched: datetime
    status: int
    content_type: str
    address: str
    length: int
    payload_sha256: str
    size: int
    file_sha256: str
    stored_at: datetime
    software: str
    request_headers: Headers
    response_headers: Headers
    picture: Picture | None = None


def facts_of(store: EvidenceStore, digest: Digest) -> CaptureFacts:
    """Read a capture.

    Raises `NotFoundError`, and `QuarantineError` for a file that is damaged.
    """
    data = store.warc(digest)
    try:
        capture = from_warc(data)
        info = _info(data)
    except Exception as error:
        raise QuarantineError(
            f"{digest} is damaged: {error}",
            reason="damaged",
            hint="See `minhtin evidence verify`, and take it from a backup.",
        ) from error
    kinds = [v for k, v in capture.response_headers if k.lower() == "content-type"]
    return CaptureFacts(
        digest=digest,
        url=capture.url,
        fetched=capture.fetched,
        status=capture.status,
        content_type=next(iter(kinds), ""),
        address=capture.address,
        length=len(capture.body),
        payload_sha256=sha256(capture.body).hexdigest(),
        size=len(data),
        file_sha256=sha256(data).hexdigest(),
        stored_at=store.stored_at(digest),
        software=info.get("software", ""),
        request_headers=capture.request_headers,
        response_headers=capture.response_headers,
        picture=picture_of(store, digest),
    )


def picture_of(store: EvidenceStore, digest: Digest) -> Picture | None:
    """Return the picture of a capture, if it has one that can be read."""
    try:
        return picture_from_warc(store.attached(digest))
    except NotFoundError:
        return None
    except Exception as error:
        raise QuarantineError(
            f"The picture of {digest} is damaged: {error}", reason="damaged"
        ) from error


def _info(data: bytes) -> Mapping[str, str]:
    for record in ArchiveIterator(BytesIO(data)):
        if record.rec_type == "warcinfo":
            return info_of(record.raw_stream.read())
    return {}
