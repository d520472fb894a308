from contracts.search_index import SearchIndexContract
from searchindex.adapters.memory import MemorySearchIndex


class TestMemorySearchIndex(SearchIndexContract):
    def make(self):
        return MemorySearchIndex(bands_of=lambda fingerprint: fingerprint)
