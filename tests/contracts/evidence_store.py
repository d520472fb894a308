"""What every evidence store must do."""

import base64
from abc import ABC, abstractmethod
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from domain.errors import NotFoundError, QuarantineError
from domain.ids import Digest
from evidence.adapters.memory import MemoryEvidence
from evidence.digest import digest_of
from evidence.picture import Picture, picture_from_warc, picture_to_warc
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
    address="203.0.113.7",
)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
OTHER = replace(CAPTURE, body=b"another")
SINCE = datetime(2025, 5, 6, 7, 8, 9, tzinfo=UTC)
UNKNOWN = Digest("sha256:" + "0" * 64)
FIRST_FORMAT = Path(__file__).parents[1] / "golden" / "evidence" / "0.1.0.warc.gz"
"""`CAPTURE`, without its address, as version 0.1.0 wrote it."""


def picture_of(store: EvidenceStore, digest: Digest) -> bytes:
    return picture_to_warc(
        PNG, taken=SINCE, maker="Chromium 140", capture=store.warc(digest)
    )


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

    @pytest.mark.parametrize("sign", ["\n", "\r\nWARC-Type: x\r\n", " ", "\t", "\0"])
    def test_an_address_cannot_forge_headers(
        self, store: EvidenceStore, sign: str
    ) -> None:
        with pytest.raises(QuarantineError):
            store.put(replace(CAPTURE, url=f"https://bao.example.vn/{sign}x"))
        assert list(store.digests()) == []

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

    def test_digests_links_and_software_stand_in_the_file(
        self, store: EvidenceStore
    ) -> None:
        data = store.warc(store.put(CAPTURE))
        kinds = {}
        for record in ArchiveIterator(BytesIO(data), check_digests="raise"):
            kinds[record.rec_type] = record.rec_headers
            block = record.rec_headers.get_header("WARC-Block-Digest")
            assert block.startswith("sha256:")
            if record.rec_type == "warcinfo":
                assert b"software: Minh Tin" in record.raw_stream.read()
        assert list(kinds) == ["warcinfo", "response", "request"]
        response, request = kinds["response"], kinds["request"]
        payload = base64.b32encode(sha256(CAPTURE.body).digest()).decode()
        assert response.get_header("WARC-Payload-Digest") == f"sha256:{payload}"
        assert response.get_header("WARC-IP-Address") == CAPTURE.address
        assert response.get_header("WARC-Date") == "2026-03-07T01:02:03.456000Z"
        assert request.get_header("WARC-Concurrent-To") == response.get_header(
            "WARC-Record-ID"
        )
        for headers in (response, request):
            assert headers.get_header("WARC-Warcinfo-ID") == kinds[
                "warcinfo"
            ].get_header("WARC-Record-ID")

    def test_a_picture_belongs_to_its_capture(self, store: EvidenceStore) -> None:
        digest, other = store.put(CAPTURE), store.put(OTHER)
        assert not store.verify(digest).pictured
        with pytest.raises(NotFoundError):
            store.attached(digest)
        store.attach(digest, picture_of(store, digest))
        assert picture_from_warc(store.attached(digest)) == Picture(
            url=CAPTURE.url, taken=SINCE, maker="Chromium 140", png=PNG
        )
        assert store.verify(digest).pictured
        assert store.verify(digest).sound
        assert set(store.digests()) == {digest, other}
        assert store.delete([digest]) == 1
        with pytest.raises(NotFoundError):
            store.attached(digest)
        assert store.get(other) == OTHER

    def test_the_first_picture_stays(self, store: EvidenceStore) -> None:
        digest = store.put(CAPTURE)
        first = picture_of(store, digest)
        store.attach(digest, first)
        store.attach(digest, picture_of(store, digest))
        assert store.attached(digest) == first

    def test_no_picture_of_something_else(self, store: EvidenceStore) -> None:
        digest, other = store.put(CAPTURE), store.put(OTHER)
        for wrong in (picture_of(store, other), store.warc(digest), b"", b"PNG"):
            with pytest.raises(QuarantineError):
                store.attach(digest, wrong)
        warc = picture_of(store, digest)
        store.delete([digest])
        with pytest.raises(NotFoundError):
            store.attach(digest, warc)
        assert list(store.digests()) == [other]

    def test_erasing_one_leaves_the_rest_as_it_was(self, store: EvidenceStore) -> None:
        bodies = [b"%d" % number for number in range(12)]
        digests = [store.put(replace(CAPTURE, body=body)) for body in bodies]
        before = {digest: store.warc(digest) for digest in digests}
        assert store.delete([digests[5], digests[5], UNKNOWN]) == 1
        left = set(digests) - {digests[5]}
        assert set(store.digests()) == left
        assert all(store.warc(digest) == before[digest] for digest in left)
        assert all(store.verify(digest).sound for digest in left)
        assert store.put(replace(CAPTURE, body=bodies[5])) == digests[5]

    def test_a_capture_of_the_first_format_is_read(self, store: EvidenceStore) -> None:
        digest = digest_of(CAPTURE)
        store.adopt(digest, FIRST_FORMAT.read_bytes(), SINCE)
        assert store.get(digest) == replace(CAPTURE, address="")
        assert store.verify(digest).sound
        store.attach(digest, picture_of(store, digest))
        assert picture_from_warc(store.attached(digest)).png == PNG

    def test_what_was_stored_is_sound(self, store: EvidenceStore) -> None:
        digest = store.put(CAPTURE)
        stored = store.verify(digest)
        assert stored.sound
        assert stored.digest == digest
        assert stored.size == len(store.warc(digest))
        assert stored.stored_at.tzinfo is not None
        assert store.stored_at(digest) == stored.stored_at

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
        asked = (store.get, store.warc, store.verify, store.attached, store.stored_at)
        for ask in asked:
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
