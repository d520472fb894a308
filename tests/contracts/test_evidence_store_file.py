import errno
import os
from pathlib import Path

import pytest

from contracts.evidence_store import CAPTURE, EvidenceStoreContract
from domain.errors import StoreFullError
from evidence.adapters.file import FileEvidence
from evidence.port import EvidenceStore


class TestFileEvidence(EvidenceStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> EvidenceStore:
        return FileEvidence(tmp_path)

    def test_another_process_finds_it(self, tmp_path: Path) -> None:
        digest = FileEvidence(tmp_path).put(CAPTURE)
        assert FileEvidence(tmp_path).get(digest) == CAPTURE

    def test_a_full_disk_stops_and_leaves_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_handle: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        store = FileEvidence(tmp_path)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            with pytest.raises(StoreFullError, match="full"):
                store.put(CAPTURE)
        assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
        assert store.get(store.put(CAPTURE)) == CAPTURE

    def test_damage_is_found(self, tmp_path: Path) -> None:
        store = FileEvidence(tmp_path)
        digest = store.put(CAPTURE)
        (path,) = tmp_path.rglob("*.warc.gz")
        path.write_bytes(path.read_bytes()[:-40])
        assert not store.verify(digest).sound
        path.write_bytes(b"")
        assert store.verify(digest).problem

    def test_a_capture_in_anothers_place_is_found(self, tmp_path: Path) -> None:
        store = FileEvidence(tmp_path)
        first = store.put(CAPTURE)
        (path,) = tmp_path.rglob("*.warc.gz")
        other = FileEvidence(tmp_path / "other")
        second = other.put(
            CAPTURE.__class__(
                **{n: getattr(CAPTURE, n) for n in CAPTURE.__slots__} | {"body": b"z"}
            )
        )
        path.write_bytes(other.warc(second))
        assert store.verify(first).problem == "The content is not what was stored."

    def test_an_abandoned_part_is_swept(self, tmp_path: Path) -> None:
        store = FileEvidence(tmp_path)
        store.put(CAPTURE)
        (path,) = tmp_path.rglob("*.warc.gz")
        part = path.with_name("x.part")
        part.write_bytes(b"half")
        os.utime(part, (1, 1))
        FileEvidence(tmp_path)
        assert not part.exists()
