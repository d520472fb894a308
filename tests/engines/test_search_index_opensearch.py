"""The contract of the search index on a real OpenSearch."""

import pytest

from contracts.search_index import SearchIndexContract
from support_search import installation, open_index


class TestOpenSearchIndex(SearchIndexContract):
    @pytest.fixture(autouse=True)
    def _prefix(self, opensearch_url):
        with installation(opensearch_url, "opensearch") as self.options:
            yield

    def make(self):
        return open_index(self.options)


class TestOpenSearchIndexByMonth(SearchIndexContract):
    @pytest.fixture(autouse=True)
    def _prefix(self, opensearch_url):
        with installation(opensearch_url, "opensearch", monthly=True) as self.options:
            yield

    def make(self):
        return open_index(self.options)
