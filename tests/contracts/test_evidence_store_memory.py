import pytest

from contracts.evidence_store import CAPTURE, EvidenceStoreContract
from domain.errors import StoreFullError
from evidence.adapters.memory import MemoryEvidence
from evidence.port import EvidenceStore


class TestMemoryEvidence(EvidenceStoreContract):
    @pytest.fixture
    def store(self) -> EvidenceStore:
        return MemoryEvidence()

    def test_a_full_store_says_so_and_keeps_nothing(self) -> None:
        store = MemoryEvidence(max_bytes=10)
        with pytest.raises(StoreFullError):
            store.put(CAPTURE)
        assert list(store.digests()) == []
