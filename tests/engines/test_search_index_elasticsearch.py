"""The contract of the search index on a real Elasticsearch."""

import pytest

from contracts.search_index import SearchIndexContract
from support_search import installation, open_index


class TestElasticsearchIndex(SearchIndexContract):
    @pytest.fixture(autouse=True)
    def _prefix(self, elasticsearch_url):
        with installation(elasticsearch_url, "elasticsearch") as self.options:
            yield

    def make(self):
        return open_index(self.options)


class TestElasticsearchIndexByMonth(SearchIndexContract):
    @pytest.fixture(autouse=True)
    def _prefix(self, elasticsearch_url):
        with installation(
            elasticsearch_url, "elasticsearch", monthly=True
        ) as self.options:
            yield

    def make(self):
        return open_index(self.options)
