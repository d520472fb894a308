import pytest

from contracts.search_index import SearchIndexContract
from searchindex.adapters.sqlite import SqliteSearchIndex


class TestSqliteSearchIndex(SearchIndexContract):
    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.folder = tmp_path

    def make(self):
        return SqliteSearchIndex(self.folder / "index", bands_of=lambda prints: prints)
