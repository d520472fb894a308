"""What every evidence store must do."""

from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from warcio.archiveiterator import ArchiveIterator

from domain.errors import NotFoundError, QuarantineError
from domain.ids import Digest
from evidence.adapters.memory import MemoryEvidence
from evidence.port import Capture, EvidenceStore

CAPTURE = Capture(
    url="https://bao.example.vn/tin-1.html?a=1",
    fetched=datetime(2026, 3, 7, 1, 2, 3, 456000, tzinfo=UTC),
    status=200,
    request_headers=(("User-Agent", "MinhTin (+mailto:a@example.vn)"),),
    response_headers=(
        ("Content-Type", "text/html; charset=utf-8"),
        ("Content-Encoding", "gzip"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    ),
    body="<p>Mường Ảng</p>".encode(),
)
OTHER = replace(CAPTURE, body=b"another")
SINCE = datetime(2025, 5, 6, 7, 8, 9, tzinfo=UTC)
UNKNOWN = Digest("sha256:" + "0" * 64)


class EvidenceStoreContract(ABC):
    """Subclass and give a fresh store."""

    @pytest.fixture
    @abstractmethod
    def store(self) -> EvidenceStore: ...

    def test_a_capture_comes_back_as_it_was(self, store: EvidenceStore) -> None:
        assert store.get(store.put(CAPTURE)) == CAPTURE

    def test_the_same_capture_is_stored_once(self, store: EvidenceStore) -> None:
        later = replace(CAPTURE, fetched=datetime(2027, 1, 1, tzinfo=UTC))
        assert store.put(CAPTURE) == store.put(later)
        assert len(list(store.digests())) == 1
        assert store.get(store.put(later)).fetched == CAPTURE.fetched

    def test_another_body_or_address_is_another_capture(
        self, store: EvidenceStore
    ) -> None:
        digests = {
            store.put(CAPTURE),
            store.put(replace(CAPTURE, body=b"x")),
            store.put(replace(CAPTURE, url="https://bao.example.vn/tin-2.html")),
        }
        assert set(store.digests()) == digests
        assert len(digests) == 3

    def test_a_digest_says_what_it_is(self, store: EvidenceStore) -> None:
        kind, _, digits = store.put(CAPTURE).partition(":")
        assert kind == "sha256"
        assert len(digits) == 64

    @pytest.mark.parametrize("body", [b"", b"\x00\xff\r\n\r\nWARC/1.1\r\n" * 50])
    def test_odd_bodies(self, store: EvidenceStore, body: bytes) -> None:
        capture = replace(CAPTURE, body=body)
        assert store.get(store.put(capture)).body == body

    def test_odd_headers_cannot_forge_others(self, store: EvidenceStore) -> None:
        odd = replace(CAPTURE, response_headers=(("X", "a\r\nWARC-Type: response"),))
        found = store.get(store.put(odd))
        assert [name for name, _ in found.response_headers] == ["X"]

    def test_the_file_is_a_warc_that_others_read(self, store: EvidenceStore) -> None:
        data = store.warc(store.put(CAPTURE))
        records = {}
        for record in ArchiveIterator(BytesIO(data), check_digests="raise"):
            records[record.rec_type] = record.content_stream().read()
        assert records["response"] == CAPTURE.body
        assert "request" in records

    def test_what_was_stored_is_sound(self, store: EvidenceStore) -> None:
        digest = store.put(CAPTURE)
        stored = store.verify(digest)
        assert stored.sound
        assert stored.digest == digest
        assert stored.size == len(store.warc(digest))
        assert stored.stored_at.tzinfo is not None

    def test_deleted_is_gone(self, store: EvidenceStore) -> None:
        digest = store.put(CAPTURE)
        assert store.delete([digest, UNKNOWN]) == 1
        assert list(store.digests()) == []
        with pytest.raises(NotFoundError):
            store.get(digest)

    @pytest.mark.parametrize(
        "digest", [UNKNOWN, Digest("sha256:../../etc/passwd"), Digest("")]
    )
    def test_what_is_not_there(self, store: EvidenceStore, digest: Digest) -> None:
        for ask in (store.get, store.warc, store.verify):
            with pytest.raises(NotFoundError):
                ask(digest)

    def test_a_file_of_another_store_is_kept_byte_for_byte(
        self, store: EvidenceStore
    ) -> None:
        other = MemoryEvidence()
        digest = other.put(CAPTURE)
        for _ in range(2):
            store.adopt(digest, other.warc(digest), SINCE)
        assert store.warc(digest) == other.warc(digest)
        assert store.verify(digest).sound
        assert store.verify(digest).stored_at == SINCE
        assert list(store.digests()) == [digest]

    def test_a_file_that_is_not_what_it_says_is_refused(
        self, store: EvidenceStore
    ) -> None:
        other = MemoryEvidence()
        digest = other.put(CAPTURE)
        for data in (other.warc(digest)[:-9], b"", other.warc(other.put(OTHER))):
            with pytest.raises(QuarantineError):
                store.adopt(digest, data, SINCE)
        assert list(store.digests()) == []
